//! What a policy came to, worked out elsewhere.

use std::collections::BTreeMap;

use crate::data::{Item, Matrix, Outcome};
use crate::kernel::{ItemId, PolicyId, TaskId};

/// What a policy of the plan came to on a task, worked out elsewhere: that of a policy that was
/// searched for on these very items would be flattered by the choice.
#[derive(Debug)]
pub struct Given {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// By item; what is not here was not run.
    pub outcomes: BTreeMap<ItemId, Outcome>,
}

impl Given {
    /// In the order of the matrix.
    pub(super) fn column(&self, matrix: &Matrix) -> Vec<Outcome> {
        let of = |item: &Item| self.outcomes.get(&item.id).cloned().unwrap_or(Outcome::NOT_RUN);
        matrix.items().iter().map(of).collect()
    }
}
