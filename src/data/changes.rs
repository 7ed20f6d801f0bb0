//! What changed between two runs: the rows that `compare` makes.

use serde::{Deserialize, Serialize};

use super::Estimate;
use super::summary::{ScenarioRef, Versus};
use crate::kernel::{ItemId, PolicyId, TaskId};

/// What changed since an earlier run that a gate names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Since {
    /// The run, as the scenario names it.
    pub run: String,
    /// Everything that changed.
    pub changes: Changes,
}

/// Everything that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// What is compared with.
    pub base: ScenarioRef,
    /// What is compared.
    pub candidate: ScenarioRef,
    /// A row per task and policy that both judged; every model is a policy of its own.
    pub policies: Vec<ChangeRow>,
    /// Policies that only the base judged.
    pub only_base: Vec<Side>,
    /// Policies that only the candidate judged.
    pub only_candidate: Vec<Side>,
}

/// A policy on a task.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Side {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
}

/// One policy in two runs. Differences are candidate less base.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// Its kind in the candidate.
    pub kind: String,
    /// Items that both asked; `None` where a run does not have its items.
    pub n_common: Option<u64>,
    /// The share of all asked that was served.
    pub served: Change,
    /// The mean score of what was answered.
    pub accuracy: Change,
    /// The paired difference in accuracy over the items on which both were served, with its test;
    /// `None` where a run does not have its items.
    pub paired: Option<Versus>,
    /// Dollars per thousand items of which every call was sent.
    pub cost_per_1k: Change,
    /// The mean latency of what was answered, in milliseconds.
    pub mean_ms: Change,
    /// The median latency, which has no difference item by item.
    pub p50_ms: Change,
    /// The latency that nineteen of twenty stay within, likewise.
    pub p95_ms: Change,
    /// Items that are right now and were not.
    pub fixed: Vec<ItemId>,
    /// Items that were right and are not now.
    pub broken: Vec<ItemId>,
}

/// One figure in two runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// As it was.
    pub base: Option<f64>,
    /// As it is.
    pub candidate: Option<f64>,
    /// By how much that differs, with its interval; `None` where that can't be said.
    pub difference: Option<Estimate>,
}
