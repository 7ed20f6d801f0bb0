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

/// How much a ballot counts: finite, and not below 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64", extend("minimum" = 0))]
pub struct Weight(f64);

/// Why a number is no weight.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a weight: it is finite, and not below 0")]
pub struct NotAWeight(f64);

impl TryFrom<f64> for Weight {
    type Error = NotAWeight;

    fn try_from(value: f64) -> Result<Self, NotAWeight> {
        // Below the largest number by far, so that a sum of weights stays finite; NaN is refused.
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
        let weight = |voter: &Voter<'_>| match &self.weights {
            Weights::LogOdds => log_odds(voter.standing.fitted, n_classes),
            Weights::Given(given) => given.get(voter.name).map_or(1.0, |weight| weight.0),
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
    let Some(Fitted { accuracy, n_items: 1.. }) = fitted else { return 0.0 };
    let edge = 0.5 / fitted.map_or(1.0, |fitted| fitted.n_items as f64);
    let p = accuracy.value().clamp(edge, 1.0 - edge);
    let n_others = f64::from(n_classes.max(2) - 1);
    (p * n_others / (1.0 - p)).ln().max(0.0)
}
