//! `items.parquet`, `answers.parquet`, `decisions.parquet`: what was asked, what models said, and
//! what policies made of it.

use std::path::Path;

use crate::data::{Item, Outcome, Recorded};
use crate::kernel::{ItemId, Micros, PolicyId, TaskId, Usd};
use crate::report::ReportError;
use crate::report::frames::Columns;
use crate::report::parquet::write_rows;
use crate::report::place::remove;
use crate::report::recorded::came;

/// One judged cell of the matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnswerRow<'a> {
    /// The task.
    pub task: &'a TaskId,
    /// What came back.
    pub recorded: &'a Recorded,
    /// The answer as it was judged; `None` where none was found, or only a verdict was recorded.
    pub answer: Option<&'a str>,
    /// How right it is, from 0 to 1; `None` for everything that is no answer.
    pub score: Option<f64>,
    /// `answered`, `unparsed`, `refused` or `failed`.
    pub verdict: &'static str,
}

/// One policy on one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecisionRow<'a> {
    /// The task.
    pub task: &'a TaskId,
    /// The policy.
    pub policy: &'a PolicyId,
    /// The item.
    pub id: &'a ItemId,
    /// The answer that was given; `None` where none was, or only verdicts were recorded.
    pub answer: Option<&'a str>,
    /// How right it is, from 0 to 1; `None` for everything that is no answer.
    pub score: Option<f64>,
    /// What the episode ended in.
    pub outcome: &'a Outcome,
}

/// Writes `answers.parquet`: the columns of recorded answers, so that a run can be evaluated
/// again, and `verdict`. Where some rows reply to questions made of answers, `prompt` says which.
/// `correct` is 1 for a score of 1, else 0, and null without a score.
pub fn write_answers<'a>(
    rows: impl Iterator<Item = AnswerRow<'a>> + Clone,
    dir: &Path,
) -> Result<(), ReportError> {
    let has_prompts = rows.clone().any(|row| row.recorded.prompt.is_some());
    write_rows(rows, |rows| of_answers(rows, has_prompts), dir, "answers.parquet")
}

fn of_answers<'r, 'a>(rows: &'r [AnswerRow<'a>], has_prompts: bool) -> Columns<'r, AnswerRow<'a>> {
    let columns = Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("id", |row| Some(row.recorded.id.as_str()))
        .text("model", |row| Some(row.recorded.model.as_str()))
        .small("sample", |row| Some(row.recorded.sample))
        .text("response", |row| row.recorded.response.as_deref())
        .text("answer", |row| row.answer)
        .number("score", |row| row.score)
        .small("correct", |row| correct(row.score))
        .number("confidence", |row| row.recorded.confidence);
    let columns = came(columns, |row| row.recorded).text("verdict", |row| Some(row.verdict));
    match has_prompts {
        true => columns.text("prompt", |row| Some(row.recorded.prompt.as_ref()?.as_str())),
        false => columns,
    }
}

/// Writes `decisions.parquet`, where there are any. `correct` is as in the answers; `tied` is 0 or
/// 1 too. Where calls were never sent, `unsent` says how many of each row.
pub fn write_decisions<'a>(
    rows: impl Iterator<Item = DecisionRow<'a>> + Clone,
    dir: &Path,
) -> Result<(), ReportError> {
    if rows.clone().next().is_none() {
        return remove(dir, "decisions.parquet");
    }
    let has_unsent = rows.clone().any(|row| row.outcome.n_unsent > 0);
    write_rows(rows, |rows| of_decisions(rows, has_unsent), dir, "decisions.parquet")
}

fn of_decisions<'r, 'a>(
    rows: &'r [DecisionRow<'a>],
    has_unsent: bool,
) -> Columns<'r, DecisionRow<'a>> {
    let columns = Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("id", |row| Some(row.id.as_str()))
        .text("verdict", |row| Some(row.outcome.verdict.name()))
        .text("answer", |row| row.answer)
        .number("score", |row| row.score)
        .small("correct", |row| correct(row.score))
        .text("rung", |row| row.outcome.rung.as_ref().map(PolicyId::as_str))
        .small("calls", |row| Some(row.outcome.n_calls))
        .number("cost_usd", |row| row.outcome.cost.map(Usd::dollars))
        .number("latency_ms", |row| row.outcome.latency.map(Micros::ms))
        .number("confidence", |row| row.outcome.confidence)
        .small("tied", |row| Some(row.outcome.tied.into()))
        .text("reason", |row| Some(row.outcome.reason.name()));
    match has_unsent {
        true => columns.small("unsent", |row| Some(row.outcome.n_unsent)),
        false => columns,
    }
}

/// One question of a task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ItemRow<'a> {
    /// The task.
    pub task: &'a TaskId,
    /// The question, with what a right answer looks like.
    pub item: &'a Item,
}

/// Writes `items.parquet`: what was asked, in the dataset's order. `targets` and `choices` are
/// lists as JSON.
pub fn write_items<'a>(
    rows: impl Iterator<Item = ItemRow<'a>>,
    dir: &Path,
) -> Result<(), ReportError> {
    write_rows(rows, of_items, dir, "items.parquet")
}

fn of_items<'r, 'a>(rows: &'r [ItemRow<'a>]) -> Columns<'r, ItemRow<'a>> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("id", |row| Some(row.item.id.as_str()))
        .text("input", |row| row.item.input.as_deref())
        .text("targets", |row| serde_json::to_string(&row.item.targets).ok())
        .text("choices", |row| serde_json::to_string(&row.item.choices).ok())
        .text("category", |row| row.item.category.as_deref())
        .text("cluster", |row| row.item.cluster.as_deref())
}

/// "Right" is a score of 1.
fn correct(score: Option<f64>) -> Option<u32> {
    score.map(|score| u32::from(score == 1.0))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use polars::prelude::DataFrame;

    use super::*;
    use crate::data::{Extracted, Failure, Reason, Verdict};
    use crate::kernel::Tokens;
    use crate::report::parquet::read;

    fn fields(frame: &DataFrame) -> String {
        let field =
            |column: &polars::prelude::Column| format!("{}:{}", column.name(), column.dtype());
        frame.columns().iter().map(field).collect::<Vec<_>>().join(" ")
    }

    fn row(frame: &DataFrame, idx: usize) -> String {
        let value = |column: &polars::prelude::Column| column.get(idx).unwrap().to_string();
        frame.columns().iter().map(value).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn answers_have_the_columns_of_recorded_answers() {
        let dir = tempfile::tempdir().unwrap();
        let task = &TaskId::from("triage");
        let recorded = Recorded {
            id: "a,\"1\"\n".into(),
            model: "mini|ü".into(),
            response: Some("B.".into()),
            answer: Extracted::Found("ignored".into()),
            prompt_tokens: Some(Tokens(120)),
            completion_tokens: Some(Tokens(2)),
            cost: Usd::from_dollars(0.0000192),
            latency: Micros::from_ms(812.5),
            attempts: Some(1),
            ..Recorded::default()
        };
        let answered = AnswerRow {
            task,
            recorded: &recorded,
            answer: Some("B"),
            score: Some(1.0),
            verdict: "answered",
        };
        let recorded = Recorded {
            id: "2".into(),
            model: "mini".into(),
            sample: 1,
            failure: Some(Failure::RateLimited),
            ..Recorded::default()
        };
        let failed =
            AnswerRow { task, recorded: &recorded, answer: None, score: None, verdict: "failed" };
        let half = AnswerRow { score: Some(0.5), ..answered };
        write_answers([answered, failed, half].into_iter(), dir.path()).unwrap();
        let frame = read(&dir.path().join("answers.parquet"));
        assert_eq!(
            fields(&frame),
            "task:str id:str model:str sample:u32 response:str answer:str score:f64 correct:u32 \
             confidence:f64 status:str prompt_tokens:u64 cached_tokens:u64 \
             cache_write_tokens:u64 completion_tokens:u64 reasoning_tokens:u64 cost_usd:f64 \
             ttft_ms:f64 latency_ms:f64 attempts:u32 finish_reason:str model_served:str \
             recorded_at:str verdict:str"
        );
        assert_eq!(
            row(&frame, 0),
            "\"triage\" \"a,\"1\"\n\" \"mini|ü\" 0 \"B.\" \"B\" 1.0 1 null \"ok\" 120 null null 2 \
             null 0.0000192 null 812.5 1 null null null \"answered\""
        );
        assert_eq!(
            row(&frame, 1),
            "\"triage\" \"2\" \"mini\" 1 null null null null null \"rate-limited\" null null null null \
             null null null null null null null null \"failed\""
        );
        assert!(row(&frame, 2).contains(" 0.5 0 null \"ok\""), "{}", row(&frame, 2));
    }

    #[test]
    fn decisions_say_what_was_given_and_why() {
        let dir = tempfile::tempdir().unwrap();
        let decided = DecisionRow {
            task: &"triage".into(),
            policy: &"trio".into(),
            id: &"1".into(),
            answer: Some(""),
            score: Some(0.0),
            outcome: &Outcome {
                n_stages: 1,
                verdict: Verdict::Answered { answer: None, score: 0.0 },
                rung: Some("trio".into()),
                n_calls: 3,
                latency: Micros::from_ms(3.0),
                confidence: Some(0.5),
                tied: true,
                reason: Reason::TieBroken,
                ..Outcome::NOT_RUN
            },
        };
        write_decisions([decided].into_iter(), dir.path()).unwrap();
        let frame = read(&dir.path().join("decisions.parquet"));
        assert_eq!(
            fields(&frame),
            "task:str policy:str id:str verdict:str answer:str score:f64 correct:u32 rung:str \
             calls:u32 cost_usd:f64 latency_ms:f64 confidence:f64 tied:u32 reason:str"
        );
        assert_eq!(
            row(&frame, 0),
            "\"triage\" \"trio\" \"1\" \"answered\" \"\" 0.0 0 \"trio\" 3 null 3.0 0.5 1 \"tie-broken\""
        );
    }

    #[test]
    fn many_rows_give_the_same_bytes_twice_and_stay_in_order() {
        const N: u32 = 70_000;
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let recorded = |idx: u32| Recorded { id: idx.to_string().into(), ..Recorded::default() };
        let recorded: Vec<Recorded> = (0..N).map(recorded).collect();
        let task = TaskId::from("triage");
        let rows = (0..N).map(|idx| AnswerRow {
            task: &task,
            recorded: &recorded[idx as usize],
            answer: (idx % 3 > 0).then_some(["A", "B"][idx as usize % 2]),
            score: (idx % 3 > 0).then_some(f64::from(idx % 2)),
            verdict: if idx % 3 > 0 { "answered" } else { "unparsed" },
        });
        let [one, other] = dirs.each_ref().map(|dir| {
            write_answers(rows.clone(), dir.path()).unwrap();
            fs::read(dir.path().join("answers.parquet")).unwrap()
        });
        assert!(one == other);
        let frame = read(&dirs[0].path().join("answers.parquet"));
        let ids = frame.column("id").unwrap().str().unwrap();
        assert!(ids.iter().zip(0..N).all(|(id, idx)| id == Some(idx.to_string().as_str())));
        assert_eq!(frame.height(), N as usize);
    }
}
