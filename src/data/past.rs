//! An earlier run as later ones look at it: its figures, and what its policies came to.

use std::collections::{BTreeMap, BTreeSet};

use super::Outcome;
use super::summary::{Measures, PolicyRow, Summary};
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

    /// Forgets the price of each of these, by task, and of whatever may have asked one of them.
    pub fn forget_prices(&mut self, of: &BTreeSet<(TaskId, PolicyId)>) {
        let mut forgotten = of.clone();
        let key = |row: &PolicyRow| (row.task.clone(), row.policy.clone());
        // Policies are made of others, however deep; who names no member may ask any model.
        loop {
            let is_known = |task: &TaskId, name: &PolicyId| {
                forgotten.iter().any(|(of, known)| of == task && known == name)
            };
            let asks = |row: &&PolicyRow| match row.members.is_empty() && row.kind != "single" {
                true => forgotten.iter().any(|(of, _)| *of == row.task),
                false => row.members.iter().any(|member| is_known(&row.task, member)),
            };
            let more: Vec<_> = self.summary.policies.iter().filter(asks).map(key).collect();
            let n = forgotten.len();
            forgotten.extend(more);
            if forgotten.len() == n {
                break;
            }
        }
        for row in &mut self.summary.policies {
            if let (true, Some(cost)) = (forgotten.contains(&key(row)), &mut row.measures.cost_usd)
            {
                cost.per_1k = None;
            }
        }
        for (task, policy) in forgotten {
            let items = self.outcomes.get_mut(&task).and_then(|it| it.get_mut(&policy));
            items.into_iter().flat_map(BTreeMap::values_mut).for_each(|it| it.cost = None);
        }
    }
}
