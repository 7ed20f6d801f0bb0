//! The vote in which those count more who agree with the others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::vote::crowd::{Beliefs, Votes, agreement, shares, weighted_shares};

/// Each voter weighs the share of its votes that agree with the plurality: the weights of "worker
/// agreement with aggregate".
///
/// Where labels tie for the lead, a vote for one of m agrees by 1/m, so that neither the order of
/// labels nor that of voters decides. An item on which a voter was alone agrees with it.
///
/// Source: crowd-kit 1.4.2, `Wawa`, which gives ties to the label that sorts first. Checked against
/// it to 1e-12 with ties given so (`tests/golden_aggregation.rs`), and with ties shared by hand
/// (test below).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wawa {}

/// What [`Wawa`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedWawa {
    /// The share of each label in the weight of the votes on its item.
    pub beliefs: Beliefs,
    /// The share of each voter's votes that agree with the plurality; `None` for who never voted.
    pub agreements: Vec<Option<f64>>,
}

impl Wawa {
    /// The belief in each label of each item.
    pub fn beliefs(&self, votes: &Votes) -> Beliefs {
        self.fit(votes).beliefs
    }

    /// The beliefs, and what they rest on.
    pub fn fit(&self, votes: &Votes) -> FittedWawa {
        let agreements = agreement(votes, &shares(votes).on_leaders());
        let weights: Vec<f64> = agreements.iter().map(|share| share.unwrap_or(0.0)).collect();
        FittedWawa { beliefs: weighted_shares(votes, &weights), agreements }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::crowd::Classes;

    #[test]
    fn who_agrees_with_the_others_weighs_more() {
        // Voters 0 and 1 outvote voter 2 twice; then the two tie, and then voter 0 is alone.
        let of_items = [
            vec![(0, 0), (1, 0), (2, 1)],
            vec![(0, 1), (1, 1), (2, 0)],
            vec![(1, 0), (2, 1)],
            vec![(0, 1)],
            vec![],
        ];
        let fitted = Wawa {}.fit(&Votes::new(4, Classes::Shared(2), &of_items));
        let [first, second, third] = [1.0, 2.5 / 3.0, 0.5 / 3.0];
        assert_eq!(fitted.agreements, [Some(first), Some(second), Some(third), None]);
        let both = first + second + third;
        for (item, expected) in [
            (0, [(first + second) / both, third / both]),
            (1, [third / both, (first + second) / both]),
            (2, [second / (second + third), third / (second + third)]),
            (3, [0.0, 1.0]),
            (4, [0.5, 0.5]),
        ] {
            for (got, expected) in std::iter::zip(fitted.beliefs.of(item), expected) {
                assert!((got - expected).abs() < 1e-14, "item {item}: {:?}", fitted.beliefs);
            }
        }
    }
}
