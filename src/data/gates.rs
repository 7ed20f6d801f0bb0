//! What the gates of a run came to: the rows of `summary.json` about them.

use serde::{Deserialize, Serialize};

use crate::data::Estimate;
use crate::kernel::{PolicyId, TaskId};

/// One condition on one figure, and whether it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateRow {
    /// Its name in the scenario.
    pub name: String,
    /// Whether it holds.
    pub outcome: GateOutcome,
    /// The same, where that can be said.
    pub passed: Option<bool>,
    /// The figure itself; `None` where it is unknown.
    pub observed: Option<f64>,
    /// What it is held against.
    pub required: f64,
    /// `at_least` or `at_most`.
    pub condition: String,
    /// Which end of the interval is held against it: `lower`, `point` or `upper`.
    pub bound: String,
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub of: PolicyId,
    /// The policy that it is compared with, where the figure is a paired difference.
    pub versus: Option<PolicyId>,
    /// The earlier run that it is compared with, as the scenario names it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// What is measured.
    pub metric: String,
    /// The figure with its interval, where it has one.
    pub estimate: Option<Estimate>,
    /// Where it is inconclusive: as many items would decide it if the figure stayed as it is.
    pub needed_n: Option<u64>,
}

/// Whether a gate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateOutcome {
    /// It does.
    Passed,
    /// It does not.
    Failed,
    /// The figures don't say.
    Inconclusive,
}

impl GateOutcome {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// `None` where the figures don't say.
    pub fn passed(self) -> Option<bool> {
        match self {
            Self::Passed => Some(true),
            Self::Failed => Some(false),
            Self::Inconclusive => None,
        }
    }
}
