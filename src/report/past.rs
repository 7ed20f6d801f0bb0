//! An earlier run, read back from its folder for those who compare later ones with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::{Failure, Outcome, PastOutcomes, PastRun, Verdict};
use crate::kernel::{ItemId, Micros, PolicyId, TaskId, Usd};
use crate::report::columns::{counts, frame, numbers, texts, unsent};
use crate::report::{ReportError, json};

/// Reads a run: its folder, or its `summary.json`, which has figures but no items.
///
/// Where its program did not yet count which calls were never sent, and took them as free, what a
/// thousand cost by its figures is another figure than that of today: it is unknown wherever such a
/// call was.
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
    let decisions = frame(path, "decisions.parquet", &OUTCOMES)?;
    let counts_unsent = decisions.as_ref().is_none_or(|frame| frame.column("unsent").is_ok());
    let outcomes = match decisions {
        None => BTreeMap::new(),
        Some(frame) => outcomes(&frame).map_err(table("decisions.parquet"))?,
    };
    let clusters = match frame(path, "items.parquet", &["task", "id", "cluster"])? {
        None => BTreeMap::new(),
        Some(frame) => clusters(&frame).map_err(table("items.parquet"))?,
    };
    let mut past = PastRun { summary, outcomes, clusters };
    if !counts_unsent && let Some(answers) = frame(path, "answers.parquet", &ASKED)? {
        past.forget_prices(&never_sent(&answers).map_err(table("answers.parquet"))?);
    }
    Ok(past)
}

const ASKED: [&str; 6] = ["task", "model", "sample", "status", "attempts", "prompt"];

/// Models with an answer that failed without an attempt, by task; of first samples, which are what
/// policies are judged on.
fn never_sent(frame: &DataFrame) -> PolarsResult<BTreeSet<(TaskId, PolicyId)>> {
    let (tasks, models) = (texts(frame, "task")?, texts(frame, "model")?);
    let statuses = texts(frame, "status")?;
    let (samples, attempts) = (counts(frame, "sample")?, counts(frame, "attempts")?);
    // What was said about answers is of no model's own price.
    let prompts = texts(frame, "prompt").ok();
    let of_row = |row: usize| {
        let is_own = prompts.and_then(|it| it.get(row)).is_none();
        let is_first = is_own && samples.get(row) == Some(0);
        let unsent = is_first && attempts.get(row) == Some(0) && statuses.get(row) != Some("ok");
        unsent.then_some((TaskId::from(tasks.get(row)?), PolicyId::from(models.get(row)?)))
    };
    Ok((0..frame.height()).filter_map(of_row).collect())
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
        let (Some(task), Some(policy), Some(id)) =
            (tasks.get(row), policies.get(row), ids.get(row))
        else {
            continue;
        };
        let outcome = Outcome {
            verdict: verdict(verdicts.get(row).unwrap_or_default(), scores.get(row)),
            n_unsent: unsent(row),
            cost: costs.get(row).and_then(Usd::from_dollars),
            latency: latencies.get(row).and_then(Micros::from_ms),
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
        let key = (TaskId::from(tasks.get(row)?), ItemId::from(ids.get(row)?));
        Some((key, clusters.get(row)?.to_owned()))
    };
    Ok((0..frame.height()).filter_map(of_row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Recorded;
    use crate::report::sample;
    use crate::report::{AnswerRow, DecisionRow, Format, write, write_answers, write_decisions};

    /// Prices by policy, in the summary and of the one item, of a run in which a call to `mini` was
    /// tried so often and whose program says that so many calls were not sent.
    fn prices(attempts: u32, n_unsent: u32) -> BTreeMap<PolicyId, (bool, bool)> {
        let dir = tempfile::tempdir().unwrap();
        let (task, id, summary) = (TaskId::from("triage"), ItemId::from("1"), sample::triage());
        let recorded = |model: &str, attempts, failure| Recorded {
            id: id.clone(),
            model: model.into(),
            attempts: Some(attempts),
            failure,
            ..Recorded::default()
        };
        let recorded =
            [recorded("mini", attempts, Some(Failure::Unavailable)), recorded("opus", 1, None)];
        let answer = |recorded| {
            let (answer, score, verdict) = (None, None, "failed");
            AnswerRow { task: &task, recorded, answer, score, verdict }
        };
        let outcome = Outcome {
            verdict: Verdict::Failed(Failure::Unavailable),
            n_unsent,
            cost: Some(Usd::ZERO),
            ..Outcome::NOT_RUN
        };
        let decision = |policy| {
            let (answer, score) = (None, None);
            DecisionRow { task: &task, policy, id: &id, answer, score, outcome: &outcome }
        };
        let names: Vec<PolicyId> = summary.policies.iter().map(|it| it.policy.clone()).collect();
        write(&summary, &[Format::Json], dir.path()).unwrap();
        write_answers(recorded.iter().map(answer), dir.path()).unwrap();
        write_decisions(names.iter().map(decision), dir.path()).unwrap();
        let past = read_past(dir.path()).unwrap();
        let known = |name: PolicyId| {
            let it = past.of(&task, &name).unwrap();
            let per_1k = it.measures.cost_usd.is_some_and(|cost| cost.per_1k.is_some());
            (name, (per_1k, it.items.unwrap()[&id].cost.is_some()))
        };
        names.into_iter().map(known).collect()
    }

    #[test]
    fn a_price_in_which_calls_that_were_never_sent_count_as_free_is_unknown() {
        let unknown = |attempts, n_unsent| -> String {
            let prices = prices(attempts, n_unsent).into_iter();
            let unknown = prices.filter(|(_, known)| {
                assert_eq!(known.0, known.1);
                !known.0
            });
            unknown.map(|(name, _)| name.to_string()).collect::<Vec<_>>().join(" ")
        };
        // Who asks `mini`, is made of who does, or may choose it.
        assert_eq!(unknown(0, 0), "best-single mini saver trio");
        assert_eq!(unknown(3, 0), "", "every call was sent");
        assert_eq!(unknown(0, 1), "", "its program counts what was not sent");
    }
}
