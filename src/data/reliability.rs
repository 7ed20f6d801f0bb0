//! How far a model can be relied on: over several samples, and by its own word.

use serde::{Deserialize, Serialize};

use crate::data::Estimate;
use crate::kernel::{Interval, ModelId, TaskId};

/// What a model gets right in several attempts, over items with all of its samples judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleRow {
    /// The task.
    pub task: TaskId,
    /// The model.
    pub model: ModelId,
    /// Samples recorded of each item.
    pub n_samples: u32,
    /// Attempts that are looked at.
    pub k: u32,
    /// The mean chance that `k` of the samples hold a right one: pass@k.
    pub pass_at_k: Estimate,
    /// The mean chance that `k` of the samples are all right: pass^k.
    pub pass_hat_k: Estimate,
}

/// How a model's confidence compares with how often it is right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationRow {
    /// The task.
    pub task: TaskId,
    /// The model.
    pub model: ModelId,
    /// Answers with a confidence.
    pub n: u64,
    /// The mean over answers of the gap in their bin, from 0 to 1; biased upwards by small bins.
    pub expected_error: f64,
    /// The largest gap of a bin.
    pub largest_error: f64,
    /// The mean square of confidence less outcome.
    pub brier: f64,
    /// The bins that hold answers, by ascending confidence.
    pub bins: Vec<BinRow>,
}

/// Answers of about the same confidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BinRow {
    /// The confidences that it holds, the upper end among them.
    pub range: Interval,
    /// How many answers.
    pub n: u64,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is right.
    pub accuracy: f64,
}
