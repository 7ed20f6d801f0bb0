//! An earlier run, read back from its folder for those who compare later ones with it.

use std::collections::BTreeMap;
use std::path::Path;

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::{Failure, Outcome, PastOutcomes, PastRun, Verdict};
use crate::kernel::{ItemId, Micros, TaskId, Usd};
use crate::report::columns::{frame, numbers, texts, unsent};
use crate::report::{ReportError, json};

/// Reads a run: its folder, or its `summary.json`, which has figures but no items.
///
/// # Errors
/// Without a summary of this version's schema, and when a file that is there can't be read.
pub fn read_past(path: &Path) -> Result<PastRun, ReportError> {
    if !path.is_dir() {
        let summary = json::read(path)?;
        return Ok(PastRun { summary, outcomes: BTreeMap::new(), clusters: BTreeMap::new() });
    }
    let summary = json::read(&path.join("summary.json"))?;
    let table = |name: &str| {
        let path = path.join(name);
        move |source| ReportError::Table { path, source }
    };
    let outcomes = match frame(path, "decisions.parquet", &OUTCOMES)? {
        None => BTreeMap::new(),
        Some(frame) => outcomes(&frame).map_err(table("decisions.parquet"))?,
    };
    let clusters = match frame(path, "items.parquet", &["task", "id", "cluster"])? {
        None => BTreeMap::new(),
        Some(frame) => clusters(&frame).map_err(table("items.parquet"))?,
    };
    Ok(PastRun { summary, outcomes, clusters })
}

const OUTCOMES: [&str; 8] =
    ["task", "id", "policy", "verdict", "score", "cost_usd", "latency_ms", "unsent"];

fn outcomes(frame: &DataFrame) -> PolarsResult<BTreeMap<TaskId, PastOutcomes>> {
    let (tasks, ids) = (texts(frame, "task")?, texts(frame, "id")?);
    let (policies, verdicts) = (texts(frame, "policy")?, texts(frame, "verdict")?);
    let (scores, costs) = (numbers(frame, "score")?, numbers(frame, "cost_usd")?);
    let (latencies, unsent) = (numbers(frame, "latency_ms")?, unsent(frame)?);
    let mut outcomes: BTreeMap<TaskId, PastOutcomes> = BTreeMap::new();
    for row in 0..frame.height() {
        let (Some(task), Some(policy), Some(id)) = (tasks[row], policies[row], ids[row]) else {
            continue;
        };
        let outcome = Outcome {
            verdict: verdict(verdicts[row].unwrap_or_default(), scores[row]),
            n_unsent: unsent.get(row).copied().flatten().unwrap_or(0),
            cost: costs[row].and_then(Usd::from_dollars),
            latency: latencies[row].and_then(Micros::from_ms),
            ..Outcome::NOT_RUN
        };
        let of_task = outcomes.entry(task.into()).or_default();
        of_task.entry(policy.into()).or_default().insert(id.into(), outcome);
    }
    Ok(outcomes)
}

fn verdict(name: &str, score: Option<f64>) -> Verdict {
    match (name, score) {
        ("answered", Some(score)) => Verdict::Answered { answer: None, score },
        ("abstained", _) => Verdict::Abstained,
        ("unparsed", _) => Verdict::Unparsed,
        ("refused", _) => Verdict::Refused,
        ("failed", _) => Verdict::Failed(Failure::Other),
        _ => Verdict::NotRun,
    }
}

fn clusters(frame: &DataFrame) -> PolarsResult<BTreeMap<(TaskId, ItemId), String>> {
    let (tasks, ids) = (texts(frame, "task")?, texts(frame, "id")?);
    let clusters = texts(frame, "cluster")?;
    let of_row = |row: usize| {
        let key = (TaskId::from(tasks[row]?), ItemId::from(ids[row]?));
        Some((key, clusters[row]?.to_owned()))
    };
    Ok((0..frame.height()).filter_map(of_row).collect())
}
