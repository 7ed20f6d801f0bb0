//! All figures of a run, in the shape of `summary.json`: what every report is written from.
//!
//! A measure that is unknown is `None` (`null`), never 0.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::comparison::{Against, AvailabilityRow, ComparisonRow, FrontierRow};
pub use super::gates::{GateOutcome, GateRow};
pub use super::judging::JudgingRow;
pub use super::reasons::{ContributionRow, DiversityRow, GainRow, PairRow};
pub use super::recommendation::Recommendation;
pub use super::reliability::{BinRow, CalibrationRow, SampleRow};
pub use super::routing::RouterRow;
pub use super::simulated::{
    BandRow, DrilledRow, LatencyRow, OutageRow, RungRow, SimulatedRow, TimelineRow,
};
use crate::data::{Estimate, Since};
use crate::kernel::{Interval, ModelId, PolicyId, Seed, TaskId};

/// The version of the format that this program writes.
pub const SCHEMA: u32 = 1;

/// Everything in `summary.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: u32,
    /// What wrote it.
    pub tool: Tool,
    /// What was run.
    pub scenario: ScenarioRef,
    /// The seed of every random choice.
    pub seed: Seed,
    /// A row per task and model.
    pub models: Vec<ModelRow>,
    /// A row per task and policy; every model is a policy of its own.
    pub policies: Vec<PolicyRow>,
    /// A row per task, policy and category.
    pub categories: Vec<CategoryRow>,
    /// A row per task and pair of models.
    pub pairs: Vec<PairRow>,
    /// A row per task: what no choice among the answers could exceed.
    pub ceiling: Vec<CeilingRow>,
    /// A row per task, policy and thing that it is compared with unasked.
    #[serde(default)]
    pub comparisons: Vec<ComparisonRow>,
    /// A row per task and policy: how often it served at all.
    #[serde(default)]
    pub availability: Vec<AvailabilityRow>,
    /// A row per task and policy that no other outdoes in accuracy and price, the cheapest first.
    #[serde(default)]
    pub frontier: Vec<FrontierRow>,
    /// A row per task and policy: the figures of published work on routers.
    #[serde(default)]
    pub routers: Vec<RouterRow>,
    /// A row per task of several models: how differently they fail.
    #[serde(default)]
    pub diversity: Vec<DiversityRow>,
    /// A row per task and vote: where it is better or worse than the best single model.
    #[serde(default)]
    pub gains: Vec<GainRow>,
    /// A row per task, vote and member: what the member adds.
    #[serde(default)]
    pub contributions: Vec<ContributionRow>,
    /// A row per task, model and k, where several samples were recorded.
    #[serde(default)]
    pub samples: Vec<SampleRow>,
    /// A row per task and model that says how sure it is.
    #[serde(default)]
    pub calibration: Vec<CalibrationRow>,
    /// A row per task, policy, model and question about answers, where a policy asks such.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judging: Vec<JudgingRow>,
    /// A row per task, extractor and model, where a task compares extractors.
    #[serde(default)]
    pub extractors: Vec<ExtractorRow>,
    /// What is recommended, where that was asked for.
    #[serde(default)]
    pub recommendation: Option<Recommendation>,
    /// A row per task and policy under simulated traffic.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub simulated: Vec<SimulatedRow>,
    /// A row per task, policy and fault, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<OutageRow>,
    /// A row per task, policy and stretch of time, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineRow>,
    /// When faults were there, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandRow>,
    /// A row per task and policy, or gateway, that was drilled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drilled: Vec<DrilledRow>,
    /// A row per gate, in the scenario's order.
    #[serde(default)]
    pub gates: Vec<GateRow>,
    /// What changed since each earlier run that a gate names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<Since>,
    /// What a reader must know before trusting a figure.
    pub warnings: Vec<WarningRow>,
}

/// A program and its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `quorumbench`.
    pub name: String,
    /// As in Cargo.toml.
    pub version: String,
}

/// A scenario and what its file held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioRef {
    /// Its name.
    pub name: String,
    /// The SHA-256 of its file, in hexadecimal.
    pub sha256: String,
}

/// What asking came to, in numbers of items. The kinds are disjoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Items asked: all of the following but `not_run`.
    pub asked: u64,
    /// An answer was found.
    pub answered: u64,
    /// The policy declined to choose; always 0 for a model.
    pub abstained: u64,
    /// A response came, and no answer was found in it.
    pub unparsed: u64,
    /// The model or a filter declined.
    pub refused: u64,
    /// No usable response came.
    pub failed: u64,
    /// Nobody asked.
    pub not_run: u64,
}

/// The measures that models and policies share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// What asking came to.
    #[serde(flatten)]
    pub counts: Counts,
    /// Failures by kind.
    pub failures: BTreeMap<String, u64>,
    /// Mean score of what was answered (n = answered).
    pub accuracy: Option<Estimate>,
    /// Mean score of all asked (n = asked), everything that is no answer counting 0.
    pub accuracy_of_all: Option<Estimate>,
    /// Money, of every call started.
    pub cost_usd: Option<Cost>,
    /// Tokens, of every call started.
    pub tokens: Option<TokenCounts>,
    /// From sending to the last byte, in milliseconds, of items that were answered.
    pub latency_ms: Option<Quantiles>,
    /// From sending to the first token, in milliseconds.
    pub ttft_ms: Option<Quantiles>,
    /// Tokens received a second, the median over items that were answered: from the first token on
    /// where that is known, else from sending.
    pub tokens_per_second: Option<f64>,
}

/// Dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Of all items asked.
    pub total: f64,
    /// Per thousand items of which every call was sent; `None` where there was none.
    pub per_1k: Option<f64>,
    /// Items asked of which some call was never sent, because its provider was taken to be down.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unsent: u64,
}

fn is_none(n: &u64) -> bool {
    *n == 0
}

/// Tokens of all items asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCounts {
    /// Sent.
    pub input: u64,
    /// Received.
    pub output: u64,
}

/// Quantiles (Hyndman and Fan's type 7) and the mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// The median.
    pub p50: f64,
    /// Nine of ten are at most this.
    pub p90: f64,
    /// Nineteen of twenty are at most this.
    pub p95: f64,
    /// Ninety-nine of a hundred are at most this.
    pub p99: f64,
    /// The arithmetic mean.
    pub mean: f64,
}

/// One candidate model on one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelRow {
    /// The task.
    pub task: TaskId,
    /// The model.
    pub model: ModelId,
    /// Its figures.
    #[serde(flatten)]
    pub measures: Measures,
}

/// One policy on one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// Its kind: `single`, `vote`, `cascade`, `route`, `mix`, `oracle`, `best-single`.
    pub kind: String,
    /// Models or policies that it is made of.
    pub members: Vec<PolicyId>,
    /// Its figures.
    #[serde(flatten)]
    pub measures: Measures,
    /// Calls started per item asked.
    pub calls_per_item: Option<f64>,
    /// Of a cascade, the share of items asked that went to its last stage.
    pub strong_share: Option<f64>,
    /// Items on which a tie had to be broken, or made the policy abstain.
    pub tied: u64,
    /// Items by the member or stage that answered.
    pub rungs: BTreeMap<PolicyId, u64>,
    /// Whether and on what it was fitted.
    #[serde(default)]
    pub fitting: Fitting,
    /// Mean score of all asked when it is fitted on the very items that it is scored on, where it
    /// is fitted on targets: how far it lies above `accuracy_of_all` is its optimism.
    #[serde(default)]
    pub in_sample: Option<f64>,
    /// Items on which stopping early changed the answer, where a vote stops before it is decided.
    #[serde(default)]
    pub flips: Option<u64>,
    /// The paired difference to the baseline; `None` for the baseline itself.
    pub versus: Option<Versus>,
}

/// What a policy was fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fitting {
    /// It learns nothing.
    #[default]
    Nothing,
    /// It learns from targets, of other items than it is scored on.
    CrossFitted,
    /// It learns from the answers to all items, and reads no target.
    AllItems,
    /// It is told who is right: a ceiling.
    Told,
}

impl Fitting {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::CrossFitted => "cross-fitted",
            Self::AllItems => "all-items",
            Self::Told => "told",
        }
    }
}

/// A paired difference, policy less baseline, over the items on which both were served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Versus {
    /// The baseline.
    pub policy: PolicyId,
    /// What differs: `accuracy`.
    pub metric: String,
    /// The difference and its interval.
    #[serde(flatten)]
    pub difference: Estimate,
    /// The two-sided p-value.
    pub p: f64,
    /// Items that the policy has more right than the baseline.
    pub wins: u64,
    /// Items that the baseline has more right.
    pub losses: u64,
    /// The p-value adjusted for all policies that the task compares (Holm).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_holm: Option<f64>,
    /// The interval that holds for all of them at once (max-T bootstrap).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simultaneous: Option<Interval>,
    /// The smallest difference that as many items can be expected to show, at 80 % power.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable: Option<f64>,
}

impl Versus {
    /// Whether both were as right on every item. That leaves an interval, but nothing to show.
    pub fn is_same_throughout(&self) -> bool {
        self.wins + self.losses == 0
    }
}

/// One policy on the items of one category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CategoryRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// The category.
    pub category: String,
    /// What asking came to.
    #[serde(flatten)]
    pub counts: Counts,
    /// Mean score of what was answered.
    pub accuracy: Option<Estimate>,
    /// Mean score of all asked.
    pub accuracy_of_all: Option<Estimate>,
}

/// What no choice among the models' answers could exceed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CeilingRow {
    /// The task.
    pub task: TaskId,
    /// Items on which at least one model was served.
    pub n: u64,
    /// Mean of the best score on each item.
    pub any_right: f64,
    /// Share of the items that no model has right.
    pub all_wrong: f64,
    /// Independent models that would be worth as much: m / (1 + (m - 1) mean phi).
    pub effective_votes: Option<f64>,
}

/// What one extractor found in the responses of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtractorRow {
    /// The task.
    pub task: TaskId,
    /// The extractor, `(own)` for the one that the task is judged by.
    pub extractor: String,
    /// The model.
    pub model: ModelId,
    /// Responses in which it found an answer.
    pub answered: u64,
    /// Responses in which it found none.
    pub unparsed: u64,
    /// Mean score of all asked.
    pub accuracy_of_all: Option<Estimate>,
}

/// A doubt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WarningRow {
    /// The kind, in snake case.
    pub kind: String,
    /// What it is about.
    pub on: String,
    /// The doubt in words.
    pub text: String,
}
