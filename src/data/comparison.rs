//! What every policy is compared with unasked: the rows of `summary.json` about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::Estimate;
use crate::data::summary::Versus;
use crate::kernel::{PolicyId, TaskId};

/// A policy against what the same money buys without cleverness, item by item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// Against what.
    pub against: Against,
    /// Who answers there, each with its share of the items, or of the calls on every item.
    pub of: BTreeMap<PolicyId, f64>,
    /// The policy's price over the other's; `None` where either is unknown.
    pub price_ratio: Option<f64>,
    /// The paired difference over the items on which all were served.
    pub versus: Versus,
}

/// What a policy is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// The cheapest and the most accurate model, mixed by chance at the policy's price.
    RandomLine,
    /// The best mix of any two models at the policy's price.
    Hull,
    /// The best model, asked as often as the policy's price allows, by plurality.
    SelfEnsemble,
    /// The dearest model.
    Dearest,
}

impl Against {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::RandomLine => "random-line",
            Self::Hull => "hull",
            Self::SelfEnsemble => "self-ensemble",
            Self::Dearest => "dearest",
        }
    }

    /// Its name in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::RandomLine => "a random mix of the cheapest and the best model at its price",
            Self::Hull => "the best random mix of two models at its price",
            Self::SelfEnsemble => "the best model asked several times at its price",
            Self::Dearest => "the dearest model",
        }
    }
}

/// A policy that no other outdoes: none is as accurate for less, or more accurate for as much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrontierRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// Mean score of all asked.
    pub accuracy: f64,
    /// Dollars per thousand items.
    pub cost_per_1k: f64,
    /// The share of the items asked for which anything came, as recorded.
    pub availability: Option<f64>,
}

/// How often a policy served at all, as the failures in the recording have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AvailabilityRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// The share of the items asked for which anything came.
    pub served: Estimate,
}
