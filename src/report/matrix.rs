//! `answers.parquet` and `decisions.parquet`: what came back, and what was made of it, row by row.

use std::path::Path;

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::{Outcome, Recorded, Verdict};
use crate::kernel::{ItemId, Micros, PolicyId, TaskId, Usd};
use crate::report::columns::Columns;
use crate::report::{ReportError, columns};

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
/// Its columns are those of recorded answers, so that it can be read as one: `answer`, `score` and
/// `correct` say what was judged, not what the recording said before.
///
/// # Errors
/// When the file can't be written.
pub fn write_answers(rows: &[AnswerRow], dir: &Path) -> Result<(), ReportError> {
    columns::write_parquet(answers(rows), &dir.join("answers.parquet"))
}

/// Writes `decisions.parquet` into a folder.
///
/// # Errors
/// When the file can't be written.
pub fn write_decisions(rows: &[DecisionRow], dir: &Path) -> Result<(), ReportError> {
    columns::write_parquet(decisions(rows), &dir.join("decisions.parquet"))
}

fn answers(rows: &[AnswerRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| row.recorded.task.as_ref().map(TaskId::as_str))
        .text("id", |row| Some(row.recorded.id.as_str()))
        .text("model", |row| Some(row.recorded.model.as_str()))
        .small("sample", |row| Some(row.recorded.sample))
        .text("response", |row| row.recorded.response.as_deref())
        .text("answer", |row| row.answer.as_deref())
        .figure("score", |row| row.score)
        .flag("correct", |row| correct(row.score))
        .text("status", |row| Some(row.recorded.failure.map_or("ok", |failure| failure.name())))
        .count("prompt_tokens", |row| row.recorded.prompt_tokens.map(|tokens| tokens.0))
        .count("completion_tokens", |row| row.recorded.completion_tokens.map(|tokens| tokens.0))
        .figure("cost_usd", |row| row.recorded.cost.map(Usd::dollars))
        .figure("ttft_ms", |row| row.recorded.ttft.map(Micros::ms))
        .figure("latency_ms", |row| row.recorded.latency.map(Micros::ms))
        .small("attempts", |row| row.recorded.attempts)
        .text("finish_reason", |row| row.recorded.finish_reason.as_deref())
        .text("recorded_at", |row| row.recorded.recorded_at.as_deref())
        .count("cached_tokens", |row| row.recorded.cached_tokens.map(|tokens| tokens.0))
        .text("verdict", |row| Some(row.verdict))
        .frame()
}

fn decisions(rows: &[DecisionRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("id", |row| Some(row.id.as_str()))
        .text("verdict", |row| Some(row.outcome.verdict.name()))
        .text("failure", |row| match row.outcome.verdict {
            Verdict::Failed(failure) => Some(failure.name()),
            _ => None,
        })
        .text("answer", |row| row.answer.as_deref())
        .figure("score", |row| row.outcome.verdict.score())
        .flag("correct", |row| correct(row.outcome.verdict.score()))
        .text("rung", |row| row.outcome.rung.as_ref().map(PolicyId::as_str))
        .small("calls", |row| Some(row.outcome.n_calls))
        .figure("cost_usd", |row| row.outcome.cost.map(Usd::dollars))
        .figure("latency_ms", |row| row.outcome.latency.map(Micros::ms))
        .flag("tied", |row| Some(row.outcome.tied))
        .text("reason", |row| Some(row.outcome.reason.name()))
        .frame()
}

/// "Right" is a score of 1; what is no answer is neither right nor wrong here.
fn correct(score: Option<f64>) -> Option<bool> {
    score.map(|score| score >= 1.0)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use polars::prelude::{AnyValue, ParquetReader, SerReader};

    use super::*;
    use crate::data::{AnswerIdx, Failure, Reason};
    use crate::kernel::Tokens;

    #[test]
    fn answers_have_the_columns_of_recorded_answers() {
        let recorded = Recorded {
            task: Some("triage".into()),
            id: "1".into(),
            model: "two\nlines, \"quoted\"".into(),
            sample: 2,
            response: Some("It is B.".into()),
            prompt_tokens: Some(Tokens(40)),
            cost: Usd::from_dollars(0.000_012_3),
            latency: Micros::from_ms(12.5),
            ..Recorded::default()
        };
        let failed = Recorded { failure: Some(Failure::TimedOut), ..recorded.clone() };
        let answer = Some("B".to_owned());
        let rows = [
            AnswerRow { recorded, answer, score: Some(1.0), verdict: "answered" },
            AnswerRow { recorded: failed, answer: None, score: None, verdict: "failed" },
        ];
        let dir = tempfile::tempdir().unwrap();
        write_answers(&rows, dir.path()).unwrap();
        let frame = parquet(&dir.path().join("answers.parquet"));
        let names = "task id model sample response answer score correct status prompt_tokens \
                     completion_tokens cost_usd ttft_ms latency_ms attempts finish_reason \
                     recorded_at cached_tokens verdict";
        assert_eq!(
            frame.schema().iter_names().collect::<Vec<_>>(),
            names.split(' ').collect::<Vec<_>>()
        );
        let value = |column: &str, row| frame.column(column).unwrap().get(row).unwrap();
        assert_eq!(value("model", 0), AnyValue::String("two\nlines, \"quoted\""));
        for (column, first, second) in [
            ("answer", AnyValue::String("B"), AnyValue::Null),
            ("score", AnyValue::Float64(1.0), AnyValue::Null),
            ("correct", AnyValue::Int32(1), AnyValue::Null),
            ("status", AnyValue::String("ok"), AnyValue::String("timed-out")),
            ("prompt_tokens", AnyValue::UInt64(40), AnyValue::UInt64(40)),
            ("cost_usd", AnyValue::Float64(0.000_012_3), AnyValue::Float64(0.000_012_3)),
            ("ttft_ms", AnyValue::Null, AnyValue::Null),
            ("latency_ms", AnyValue::Float64(12.5), AnyValue::Float64(12.5)),
            ("verdict", AnyValue::String("answered"), AnyValue::String("failed")),
        ] {
            assert_eq!((value(column, 0), value(column, 1)), (first, second), "{column}");
        }
    }

    #[test]
    fn a_decision_says_who_decided_and_why() {
        let answered = Verdict::Answered { answer: Some(AnswerIdx(0)), score: 0.5 };
        let rows = [decision(answered), decision(Verdict::Failed(Failure::Reset))];
        let dir = tempfile::tempdir().unwrap();
        write_decisions(&rows, dir.path()).unwrap();
        let frame = parquet(&dir.path().join("decisions.parquet"));
        let names = "task policy id verdict failure answer score correct rung calls cost_usd \
                     latency_ms tied reason";
        assert_eq!(
            frame.schema().iter_names().collect::<Vec<_>>(),
            names.split(' ').collect::<Vec<_>>()
        );
        let value = |column: &str, row| frame.column(column).unwrap().get(row).unwrap();
        for (column, first, second) in [
            ("verdict", AnyValue::String("answered"), AnyValue::String("failed")),
            ("failure", AnyValue::Null, AnyValue::String("reset")),
            ("score", AnyValue::Float64(0.5), AnyValue::Null),
            ("correct", AnyValue::Int32(0), AnyValue::Null),
            ("rung", AnyValue::String("mini"), AnyValue::String("mini")),
            ("calls", AnyValue::UInt32(3), AnyValue::UInt32(3)),
            ("cost_usd", AnyValue::Null, AnyValue::Null),
            ("tied", AnyValue::Int32(1), AnyValue::Int32(1)),
            ("reason", AnyValue::String("tie-broken"), AnyValue::String("tie-broken")),
        ] {
            assert_eq!((value(column, 0), value(column, 1)), (first, second), "{column}");
        }
    }

    #[test]
    fn many_rows_are_the_same_bytes_twice_and_none_are_a_file_too() {
        let rows: Vec<_> = (0..335_000)
            .map(|n| DecisionRow {
                id: format!("item-{n}").as_str().into(),
                ..decision(Verdict::Answered { answer: None, score: f64::from(n % 2) })
            })
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("decisions.parquet");
        let [one, other] = [&rows, &rows].map(|rows| {
            write_decisions(rows, dir.path()).unwrap();
            fs::read(&path).unwrap()
        });
        assert!(one == other);
        assert_eq!(parquet(&path).height(), rows.len());
        write_decisions(&[], dir.path()).unwrap();
        assert_eq!(parquet(&path).height(), 0);
        write_answers(&[], dir.path()).unwrap();
        assert_eq!(parquet(&dir.path().join("answers.parquet")).width(), 19);
    }

    fn decision(verdict: Verdict) -> DecisionRow {
        DecisionRow {
            task: "triage".into(),
            policy: "trio".into(),
            id: "1".into(),
            answer: None,
            outcome: Outcome {
                verdict,
                rung: Some("mini".into()),
                n_calls: 3,
                cost: None,
                latency: None,
                tied: true,
                reason: Reason::TieBroken,
            },
        }
    }

    fn parquet(path: &Path) -> DataFrame {
        ParquetReader::new(File::open(path).unwrap()).finish().unwrap()
    }
}
