//! An earlier run as later ones look at it: its figures, and what its policies came to.

use std::collections::BTreeMap;

use super::Outcome;
use super::summary::{Measures, Summary};
use crate::kernel::{ItemId, PolicyId, TaskId};

/// What policies came to on the items of one task, by policy and item.
pub type PastOutcomes = BTreeMap<PolicyId, BTreeMap<ItemId, Outcome>>;

/// An earlier run.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRun {
    /// Its figures.
    pub summary: Summary,
    /// By task; empty where only the summary is at hand. Answers are known by their score alone.
    pub outcomes: BTreeMap<TaskId, PastOutcomes>,
    /// The cluster of each item that has one.
    pub clusters: BTreeMap<(TaskId, ItemId), String>,
}

/// What an earlier run has of one policy on one task.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Its figures.
    pub measures: Measures,
    /// Item by item, where the run has that.
    pub items: Option<BTreeMap<ItemId, Outcome>>,
}

impl PastRun {
    /// What it has of a policy or model; `None` of one that it did not judge.
    pub fn of(&self, task: &TaskId, policy: &PolicyId) -> Option<Past> {
        let mut rows = self.summary.policies.iter();
        let row = rows.find(|row| row.task == *task && row.policy == *policy)?;
        let items = self.outcomes.get(task).and_then(|of_task| of_task.get(policy)).cloned();
        Some(Past { measures: row.measures.clone(), items })
    }
}
