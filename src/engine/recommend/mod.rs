//! Which way of combining the models is worth its money, and how sure that is.
//!
//! The space is searched on all items, which tells what is recommended, and once without each
//! fold, which tells what such a recommendation is worth: what was chosen without a fold is scored
//! on it. So nothing that is reported was chosen on the items that it is scored on.

mod advise;
mod answer;
mod ballots;
mod beside;
mod chained;
mod chains;
mod choose;
mod claim;
mod deploy;
mod goals;
mod haste;
mod nested;
mod outages;
mod pool;
mod routers;
mod search;
mod shape;
mod shared;
mod slices;
mod stepped;
pub mod subsets;
#[cfg(test)]
mod tests;
mod words;

pub use advise::{Recommended, recommend};
pub use deploy::{NotThere, deployment};
pub use slices::{ABSENT, MOST_VOTERS, OneItem, Slices};
pub use words::{explain, mark};

use crate::engine::evaluate::EvaluateError;
use crate::kernel::{PolicyId, TaskId};

/// Why nothing can be recommended.
#[derive(Debug, thiserror::Error)]
pub enum RecommendError {
    /// The answers can't be judged.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// There are several tasks, and nobody said which.
    #[error(
        "recommend for a task: there are several, {known}; say which by `--task`, or by `task` \
         under `recommend`"
    )]
    WhichTask {
        /// Their names.
        known: String,
    },
    /// There is no such task.
    #[error("recommend for task {task}: there is none of that name; there is {known}")]
    NoTask {
        /// What was asked for.
        task: TaskId,
        /// What there is.
        known: String,
    },
    /// Nobody may take part.
    #[error("recommend for task {task}: no model is left: {why}")]
    NoModel {
        /// The task.
        task: TaskId,
        /// Who was left out and why.
        why: String,
    },
    /// A limit on dollars without prices.
    #[error("keep to `cost_per_1k_at_most`: fewer than two models of task {task} have a price")]
    NoPrices {
        /// The task.
        task: TaskId,
    },
    /// No model keeps to the limits.
    #[error("recommend for task {task}: no model keeps to the limits; the cheapest is {cheapest}")]
    NothingKeeps {
        /// The task.
        task: TaskId,
        /// The cheapest model, with its price.
        cheapest: String,
    },
    /// What is compared with was not judged.
    #[error("compare with {versus} on task {task}: it was judged on none of the items")]
    NoBaseline {
        /// The task.
        task: TaskId,
        /// The baseline.
        versus: PolicyId,
    },
}
