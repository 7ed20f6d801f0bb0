//! The vote that learns how each voter confuses labels.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::vote::crowd::confusion::Confusion;
use crate::vote::crowd::fitting::Ascent;
use crate::vote::crowd::{Beliefs, Classes, Iterations, NeedsSharedLabels, Tolerance, Votes};

/// Every voter has a chance of giving each label where another one is right, and labels are right
/// with chances of their own. Both are learned from how voters agree.
///
/// The labels must mean the same on every item. It has K (K - 1) numbers to learn for each voter
/// and K labels, so it wants items by the dozen for each label; `one-coin` wants fewer.
/// A label that nobody ever gives is never believed in.
///
/// Source: A. P. Dawid and A. M. Skene, Appl. Stat. 28 (1979), 20-28: expectation maximisation from
/// the shares of votes. Expected counts below 10^-10 are taken as that, as crowd-kit does. Checked
/// against crowd-kit 1.4.2, round by round, to 1e-8 (`tests/golden_aggregation.rs`). Its rule when
/// to stop is not followed: it counts the chance of a label once for each vote, and so stops where
/// the likelihood still rises. Here a round must better the likelihood itself.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DawidSkene {
    /// Rounds of learning, at most.
    pub iterations: Iterations,
    /// The gain below which learning ends.
    pub tolerance: Tolerance,
}

/// What [`DawidSkene`] learned.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedDawidSkene {
    /// The belief in each label of each item, in the last round.
    pub beliefs: Beliefs,
    /// The labels that anybody ever gave, in order.
    pub labels: Vec<u16>,
    /// How often each of `labels` is right; they sum to 1.
    pub priors: Vec<f64>,
    /// For each voter, by position in `labels`, the chance of giving a label where another is
    /// right: `[right][given]`. A row sums to 1. `None` for who never voted.
    pub confusions: Vec<Option<Vec<Vec<f64>>>>,
    /// The logarithm of the likelihood of all votes before each round, which never falls.
    pub log_likelihoods: Vec<f64>,
}

impl DawidSkene {
    /// The belief in each label of each item.
    pub fn beliefs(&self, votes: &Votes) -> Result<Beliefs, NeedsSharedLabels> {
        self.fit(votes).map(|fitted| fitted.beliefs)
    }

    /// The beliefs, and what they rest on.
    pub fn fit(&self, votes: &Votes) -> Result<FittedDawidSkene, NeedsSharedLabels> {
        let Classes::Shared(_) = votes.classes() else {
            return Err(NeedsSharedLabels { rule: "dawid-skene" });
        };
        let confusion = Confusion::new(votes);
        let mut ascent = Ascent::new(self.tolerance, votes.n_votes());
        let mut model = confusion.learn(&confusion.counts_of_shares());
        let mut n_left = self.iterations.value();
        loop {
            let (counts, log_likelihood) = confusion.counts(&model);
            let next = confusion.learn(&counts);
            n_left -= 1;
            if ascent.has_settled(log_likelihood) || n_left == 0 {
                return Ok(FittedDawidSkene {
                    beliefs: confusion.beliefs(votes, &model),
                    labels: confusion.labels().to_vec(),
                    priors: next.priors.clone(),
                    confusions: confusion.chances(&next),
                    log_likelihoods: ascent.log_likelihoods,
                });
            }
            model = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voter_who_says_the_opposite_is_turned_round() -> Result<(), NeedsSharedLabels> {
        // Three voters are each wrong on two items of their own, and the fourth on all.
        let of_items: Vec<Vec<(u16, u16)>> = (0..20)
            .map(|item| {
                let right = u16::from(item % 3 == 0);
                let says = |voter| if item / 2 == voter { 1 - right } else { right };
                vec![(0, says(0)), (1, says(1)), (2, says(2)), (3, 1 - right)]
            })
            .collect();
        let votes = Votes::new(5, Classes::Shared(3), &of_items);
        let fitted = DawidSkene::default().fit(&votes)?;
        for item in 0..20 {
            let right = u16::from(item % 3 == 0);
            assert_eq!(fitted.beliefs.leaders(item), [right], "item {item}: {fitted:?}");
        }
        assert_eq!((fitted.labels.as_slice(), &fitted.confusions[4]), (&[0, 1][..], &None));
        let Some(opposite) = &fitted.confusions[3] else { panic!("the fourth voted") };
        assert!(opposite[0][1] > 0.99 && opposite[1][0] > 0.99, "{opposite:?}");
        let Some(first) = &fitted.confusions[0] else { panic!("the first voted") };
        // Of 13 items where 0 is right it says 1 on one, and of 7 where 1 is right 0 on one.
        for (got, wanted) in [(first[0][1], 1.0 / 13.0), (first[1][0], 1.0 / 7.0)] {
            assert!((got - wanted).abs() < 1e-3, "{first:?}");
        }
        Ok(())
    }

    #[test]
    fn labels_must_be_shared() {
        let votes = Votes::new(1, Classes::PerItem(vec![2]), &[vec![(0, 1)]]);
        let refused = DawidSkene::default().beliefs(&votes);
        assert_eq!(refused, Err(NeedsSharedLabels { rule: "dawid-skene" }));
    }
}
