//! What became of questions that policies made of answers.

use serde::{Deserialize, Serialize};

use crate::data::Estimate;
use crate::kernel::{ModelId, PolicyId, TaskId};

/// What one policy asked one model about answers, every item once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgingRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// Who was asked.
    pub by: ModelId,
    /// What: `choose`, `compare`, `grade`, `accept`, or `answer` with the number of the round.
    pub asked: String,
    /// Questions.
    pub questions: u64,
    /// Of these, questions to which no reply was recorded.
    pub not_run: u64,
    /// Calls that failed or were refused.
    pub failed: u64,
    /// Replies in which nothing was found.
    pub unparsed: u64,
    /// What they cost together, in dollars; `None` where any is unknown.
    pub cost_usd: Option<f64>,
    /// Of replies that name one of several, the share that names the one shown first.
    pub first: Option<Estimate>,
    /// What that share would be if places had no say: the mean of one in so many shown. Of pairs
    /// that are shown in both orders it is a half, whoever is better.
    pub first_by_chance: Option<f64>,
    /// Of pairs that were shown in both orders and named something both times, the share in which
    /// it was the same answer.
    pub consistent: Option<Estimate>,
}
