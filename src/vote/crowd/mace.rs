//! The vote that learns which voters know, and what the others answer instead.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::vote::crowd::spam::Spam;
use crate::vote::crowd::{Beliefs, Classes, Iterations, NeedsSharedLabels, Votes};

/// Each voter either knows the right label, with a chance of its own, or answers by habit: with a
/// label drawn from a distribution of its own, whatever is right.
///
/// The labels must mean the same on every item, and are equally likely beforehand. Learning starts
/// from voters who know half of the time and have no habits, and does every round: that start
/// treats all voters and labels alike, so that no order of theirs decides, and needs no chance.
///
/// Source: D. Hovy, T. Berg-Kirkpatrick, A. Vaswani and E. Hovy, Proc. NAACL-HLT (2013), 1120-1130,
/// who start at random ten times and keep the likeliest fit. Checked against crowd-kit 1.4.2 from
/// its own start, after 1 and after 50 rounds, to 1e-12 (`tests/golden_aggregation.rs`). Its ten
/// starts are one and the same, and it puts a voter's habits on the wrong labels unless labels come
/// in order; here they don't have to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mace {
    /// How a round learns from expected counts.
    pub method: MaceMethod,
    /// Rounds of learning: 50 unless said otherwise, as in the paper.
    pub iterations: Iterations,
}

/// How MACE learns from expected counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MaceMethod {
    /// The likeliest shares, with 0.01 / K added to each count where there are K labels.
    #[default]
    Em,
    /// Variational Bayes, with priors Beta(0.5, 0.5) on knowing and Dirichlet(10) on habits.
    Vb,
}

/// What MACE holds of a voter.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotator {
    /// The chance that it knows the right label.
    pub knowing: f64,
    /// The chance that it answers by habit. Under [`MaceMethod::Vb`] both are geometric means, and
    /// sum to less than 1.
    pub spamming: f64,
    /// How often each label comes by habit.
    pub strategy: Vec<f64>,
}

/// What [`Mace`] learned.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedMace {
    /// The belief in each label of each item.
    pub beliefs: Beliefs,
    /// What it holds of each voter; `None` of who never voted.
    pub annotators: Vec<Option<Annotator>>,
    /// The logarithm of the likelihood of all votes, before each round and at the end. What never
    /// falls under [`MaceMethod::Em`] is this and 0.01 / K times the logarithms of all chances.
    pub log_likelihoods: Vec<f64>,
}

impl Default for Mace {
    fn default() -> Self {
        Self { method: MaceMethod::default(), iterations: Iterations(50) }
    }
}

impl Mace {
    /// The belief in each label of each item.
    pub fn beliefs(&self, votes: &Votes) -> Result<Beliefs, NeedsSharedLabels> {
        self.fit(votes).map(|fitted| fitted.beliefs)
    }

    /// The beliefs, and what they rest on.
    pub fn fit(&self, votes: &Votes) -> Result<FittedMace, NeedsSharedLabels> {
        let n_labels = shared_labels(votes)?;
        let strategy = vec![1.0 / f64::from(n_labels); usize::from(n_labels)];
        let start = Annotator { knowing: 0.5, spamming: 0.5, strategy };
        self.fit_from(votes, vec![start; votes.n_voters()])
    }

    /// The beliefs, and what they rest on, learned from another start.
    ///
    /// # Panics
    ///
    /// Where `start` is not of each voter, or lacks the strategy of a label.
    pub fn fit_from(
        &self,
        votes: &Votes,
        start: Vec<Annotator>,
    ) -> Result<FittedMace, NeedsSharedLabels> {
        let n_labels = usize::from(shared_labels(votes)?);
        assert_eq!(start.len(), votes.n_voters(), "a start is of each voter");
        let is_whole = |annotator: &Annotator| annotator.strategy.len() == n_labels;
        assert!(start.iter().all(is_whole), "a strategy is of each label");
        let spam = Spam::new(votes, n_labels);
        let mut annotators = start;
        let mut log_likelihoods = Vec::new();
        for _ in 0..self.iterations.value() {
            let (counts, log_likelihood) = spam.counts(&annotators);
            log_likelihoods.push(log_likelihood);
            annotators = spam.learn(&counts, self.method);
        }
        log_likelihoods.push(spam.counts(&annotators).1);
        let beliefs = spam.beliefs(votes, &annotators);
        let known = |(annotator, n)| (n > 0).then_some(annotator);
        let annotators = std::iter::zip(annotators, votes.n_by_voter()).map(known).collect();
        Ok(FittedMace { beliefs, annotators, log_likelihoods })
    }
}

fn shared_labels(votes: &Votes) -> Result<u16, NeedsSharedLabels> {
    match votes.classes() {
        Classes::Shared(n_labels) => Ok(*n_labels),
        Classes::PerItem(_) => Err(NeedsSharedLabels { rule: "mace" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_always_says_the_same_is_found_out() -> Result<(), NeedsSharedLabels> {
        // Two voters know nine of ten items, each wrong elsewhere; two say 0 whatever is right.
        let of_items: Vec<Vec<(u16, u16)>> = (0..30)
            .map(|item| {
                let right = item % 3;
                let says = |slips| if item % 10 == slips { (right + 1) % 3 } else { right };
                vec![(0, says(4)), (1, says(7)), (2, 0), (3, 0)]
            })
            .collect();
        let votes = Votes::new(5, Classes::Shared(3), &of_items);
        for method in [MaceMethod::Em, MaceMethod::Vb] {
            let fitted = Mace { method, ..Mace::default() }.fit(&votes)?;
            assert_eq!(fitted.annotators[4], None, "never voted");
            let known: Vec<f64> = fitted.annotators.iter().flatten().map(|it| it.knowing).collect();
            assert!(known[0] > 0.5 && known[1] > 0.5, "{method:?}: {known:?}");
            assert!(known[2] < 0.1 && known[3] < 0.1, "{method:?}: {known:?}");
            let both_say_so = (0..30).filter(|item| item % 10 != 4 && item % 10 != 7);
            for item in both_say_so {
                let right = [(item % 3) as u16];
                assert_eq!(fitted.beliefs.leaders(item), right, "{method:?}, item {item}");
            }
        }
        Ok(())
    }

    #[test]
    fn labels_must_be_shared() {
        let votes = Votes::new(1, Classes::PerItem(vec![2]), &[vec![(0, 1)]]);
        let refused = Mace::default().beliefs(&votes);
        assert_eq!(refused, Err(NeedsSharedLabels { rule: "mace" }));
    }
}
