//! The vote in which better members count more.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::PolicyId;
use crate::vote::{Fitted, Voter};

/// The answer with the most weight behind it wins.
///
/// Where no ballot has any weight, every ballot counts 1, as under `majority`: a vote among
/// members who are no better than chance is still a vote.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Weighted {
    /// Where the weights come from.
    pub weights: Weights,
}

/// Where the weights come from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// From each member's accuracy on other items.
    #[default]
    LogOdds,
    /// From the scenario. A member without a weight here counts 1, as under `majority`.
    Given(BTreeMap<PolicyId, Weight>),
}

/// How much a ballot counts, from 0 to 10^12.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64", extend("minimum" = 0, "maximum" = 1e12))]
pub struct Weight(f64);

/// Why a number is no weight.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a weight: it is from 0 to 1000000000000")]
pub struct NotAWeight(f64);

impl TryFrom<f64> for Weight {
    type Error = NotAWeight;

    fn try_from(value: f64) -> Result<Self, NotAWeight> {
        // Written positively so that NaN is refused; bounded so that every sum stays finite.
        if (0.0..=1e12).contains(&value) { Ok(Self(value)) } else { Err(NotAWeight(value)) }
    }
}

impl From<Weight> for f64 {
    fn from(weight: Weight) -> Self {
        weight.0
    }
}

impl Weighted {
    /// The weight of each voter, on an item with that many possible answers.
    pub fn weights(&self, voters: &[Voter<'_>], n_classes: u32) -> Vec<f64> {
        self.weights.of(voters, n_classes)
    }
}

impl Weights {
    /// The weight of each voter, on an item with that many possible answers.
    pub fn of(&self, voters: &[Voter<'_>], n_classes: u32) -> Vec<f64> {
        let weight = |voter: &Voter<'_>| match self {
            Self::LogOdds => log_odds(voter.standing.fitted, n_classes),
            Self::Given(given) => given.get(voter.name).map_or(1.0, |weight| weight.0),
        };
        voters.iter().map(weight).collect()
    }
}

/// The weight ln(p (K - 1) / (1 - p)) of a voter who is right with chance p where K answers are
/// possible and wrong ones are equally likely; K is at least 2.
///
/// p is kept within [1/2n, 1 - 1/2n], so that a voter who was never wrong on n items does not
/// overrule everybody. A voter at chance or below weighs 0: with more than two answers, being
/// wrong says next to nothing about which other answer is right, and a negative weight would
/// promote whatever nobody defends. A voter about whom nothing is known weighs 0 too.
///
/// Source: S. Nitzan and J. Paroush, Int. Econ. Rev. 23 (1982), 289-297 for K = 2.
pub fn log_odds(fitted: Option<Fitted>, n_classes: u32) -> f64 {
    let Some(Fitted { accuracy, n_items: n_items @ 1.. }) = fitted else { return 0.0 };
    let edge = 0.5 / n_items as f64;
    let p = accuracy.value().clamp(edge, 1.0 - edge);
    let n_others = f64::from(n_classes.max(2) - 1);
    (p * n_others / (1.0 - p)).ln().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Probability;

    fn fitted(accuracy: f64, n_items: u64) -> Option<Fitted> {
        Some(Fitted { accuracy: Probability::try_from(accuracy).ok()?, n_items })
    }

    #[test]
    fn weights_are_the_log_odds_of_the_members_and_never_negative() {
        let many = 1_000_000;
        for (of, n_classes, expected) in [
            // numpy's, from the Condorcet cases of the golden file on votes.
            (fitted(0.9, many), 2, 2.197_224_577_336_219_6),
            (fitted(0.8, many), 2, 1.386_294_361_119_890_8),
            (fitted(0.7, many), 2, 0.847_297_860_387_203_4),
            (fitted(0.6, many), 2, 0.405_465_108_108_164_2),
            (fitted(0.55, many), 2, 0.200_670_695_462_151_4),
            // Below one half and far above chance: ln(2.7 / 0.7).
            (fitted(0.3, many), 10, 1.349_926_716_949_016),
            // At chance, below it, and below it where there is but one other answer.
            (fitted(0.1, many), 10, 0.0),
            (fitted(0.02, many), 10, 0.0),
            (fitted(0.3, many), 2, 0.0),
            // Never wrong on 50 items counts as 99 %: ln(99).
            (fitted(1.0, 50), 2, 4.595_119_850_134_59),
            (fitted(1.0, 1), 2, 0.0),
            // Fewer than two classes are two.
            (fitted(0.9, many), 0, 2.197_224_577_336_219_6),
            (fitted(0.9, 0), 2, 0.0),
            (None, 4, 0.0),
        ] {
            let weight = log_odds(of, n_classes);
            assert!((weight - expected).abs() < 1e-12, "{of:?}, K = {n_classes}: {weight}");
        }
    }

    #[test]
    fn only_numbers_from_0_to_a_bound_are_weights() {
        for (value, is_weight) in [
            (0.0, true),
            (2.5, true),
            (-0.1, false),
            (f64::NAN, false),
            (f64::INFINITY, false),
            (1e300, false),
        ] {
            assert_eq!(Weight::try_from(value).is_ok(), is_weight, "{value}");
        }
    }
}
