//! Recorded answers: a row per item, model and sample, as JSONL, CSV or Parquet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::data::{Extracted, Failure, Recorded};
use crate::kernel::{ItemId, Micros, ModelId, PromptId, TaskId, Tokens, Usd};
use crate::rows::{self, FileError, FileErrorKind};

/// More mistakes than this, and the rest is not worth telling.
const MAX_ERRORS: usize = 100;

/// As many draws of one model on one item are kept apart.
const MAX_SAMPLES: u32 = 1000;

/// The rows of some files.
#[derive(Debug, Default)]
pub struct Recording {
    /// In the order in which they stand.
    pub rows: Vec<Recorded>,
    /// Words in `status` that are no failure kind, with the number of rows that have them.
    pub unknown_statuses: BTreeMap<String, u64>,
}

/// Reads recorded answers. Columns go by name, and those that nobody knows are passed over.
///
/// # Errors
/// Every mistake in the files, at most a hundred.
pub fn read(paths: &[PathBuf]) -> Result<Recording, Vec<FileError>> {
    let mut recording = Recording::default();
    let mut errors = Vec::new();
    let mut seen = BTreeMap::new();
    for path in paths {
        let first = recording.rows.len();
        let mut has_answers = false;
        if !path.exists() {
            errors.push(error(path, 0, "", FileErrorKind::Missing));
            continue;
        }
        rows::read(path, &mut |line, text, row| {
            let row = row.and_then(|row| {
                has_answers |= row.contains_key("answer");
                recorded(&row, &mut recording.unknown_statuses)
            });
            let row = row.and_then(|row| {
                let of = (row.task.clone(), row.id.clone(), row.prompt.clone());
                let key = (of, row.model.clone(), row.sample);
                match seen.insert(key, line) {
                    None => Ok(row),
                    Some(first) => Err(FileErrorKind::Repeated {
                        what: format!("{} by {}, sample {}", row.id, row.model, row.sample),
                        first,
                    }),
                }
            });
            match row {
                Ok(row) => recording.rows.push(row),
                Err(kind) => errors.push(error(path, line, text, kind)),
            }
            errors.len() < MAX_ERRORS
        });
        if recording.rows.len() == first && errors.is_empty() {
            errors.push(error(path, 0, "", FileErrorKind::Empty));
        }
        if has_answers {
            // A file with answers was searched for them, so what it lacks was not found.
            for row in &mut recording.rows[first..] {
                if row.answer == Extracted::NotRecorded {
                    row.answer = Extracted::Nothing;
                }
            }
        }
    }
    if errors.is_empty() { Ok(recording) } else { Err(errors) }
}

fn error(path: &Path, line: usize, text: &str, kind: FileErrorKind) -> FileError {
    FileError { path: path.to_owned(), line, text: text.to_owned(), kind }
}

fn recorded(
    row: &Map<String, Value>,
    unknown_statuses: &mut BTreeMap<String, u64>,
) -> Result<Recorded, FileErrorKind> {
    let needed = |column: &str| {
        let text = text(row, column).filter(|text| !text.is_empty());
        text.ok_or_else(|| FileErrorKind::NoColumn(column.to_owned()))
    };
    let status = text(row, "status").filter(|status| !status.is_empty() && status != "ok");
    let failure = status.map(|word| {
        Failure::from_name(&word).unwrap_or_else(|| {
            *unknown_statuses.entry(word).or_default() += 1;
            Failure::Other
        })
    });
    let whole = |column: &'static str| -> Result<Option<u64>, FileErrorKind> {
        number(row, column)?.map_or(Ok(None), |number| {
            let is_whole = number >= 0.0 && number.fract() == 0.0;
            is_whole.then_some(Some(number as u64)).ok_or_else(|| wrong(column, "a whole number"))
        })
    };
    let millis = |column: &'static str| -> Result<Option<Micros>, FileErrorKind> {
        number(row, column)?.map_or(Ok(None), |number| {
            Micros::from_ms(number).map(Some).ok_or_else(|| wrong(column, "a length of time"))
        })
    };
    let sample = whole("sample")?.unwrap_or(0);
    let sample = u32::try_from(sample).ok().filter(|sample| *sample < MAX_SAMPLES);
    let sample = sample.ok_or_else(|| wrong("sample", "below 1000"))?;
    let share = |column: &'static str| -> Result<Option<f64>, FileErrorKind> {
        let share = number(row, column)?;
        match share.is_none_or(|share| (0.0..=1.0).contains(&share)) {
            true => Ok(share),
            false => Err(wrong(column, "between 0 and 1")),
        }
    };
    let cost = number(row, "cost_usd")?.map_or(Ok(None), |cost| {
        Usd::from_dollars(cost).map(Some).ok_or_else(|| wrong("cost_usd", "an amount of dollars"))
    })?;
    Ok(Recorded {
        task: text(row, "task").filter(|task| !task.is_empty()).map(TaskId::from),
        id: ItemId::from(needed("id")?),
        model: ModelId::from(needed("model")?),
        sample,
        prompt: text(row, "prompt").filter(|prompt| !prompt.is_empty()).map(PromptId::from),
        response: text(row, "response"),
        answer: text(row, "answer").map_or(Extracted::NotRecorded, Extracted::Found),
        score: share("score")?,
        correct: truth(row, "correct")?,
        confidence: share("confidence")?,
        failure,
        prompt_tokens: whole("prompt_tokens")?.map(Tokens),
        cached_tokens: whole("cached_tokens")?.map(Tokens),
        cache_write_tokens: whole("cache_write_tokens")?.map(Tokens),
        completion_tokens: whole("completion_tokens")?.map(Tokens),
        reasoning_tokens: whole("reasoning_tokens")?.map(Tokens),
        cost,
        ttft: millis("ttft_ms")?,
        latency: millis("latency_ms")?,
        attempts: whole("attempts")?.map(|attempts| attempts as u32),
        finish_reason: text(row, "finish_reason"),
        model_served: text(row, "model_served"),
        recorded_at: text(row, "recorded_at"),
    })
}

fn wrong(column: &str, expected: &'static str) -> FileErrorKind {
    FileErrorKind::WrongType { column: column.to_owned(), expected }
}

/// A text as it is written; lists and tables are none.
fn text(row: &Map<String, Value>, column: &str) -> Option<String> {
    match row.get(column)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A number, which CSV writes as text; an empty field and NaN are unknown.
fn number(row: &Map<String, Value>, column: &str) -> Result<Option<f64>, FileErrorKind> {
    let number = match row.get(column) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::Bool(truth)) => Some(f64::from(u8::from(*truth))),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    let number = number.ok_or_else(|| wrong(column, "a number"))?;
    Ok((!number.is_nan()).then_some(number))
}

fn truth(row: &Map<String, Value>, column: &str) -> Result<Option<bool>, FileErrorKind> {
    match text(row, column).as_deref() {
        None | Some("") => Ok(None),
        Some("1" | "true" | "True" | "1.0") => Ok(Some(true)),
        Some("0" | "false" | "False" | "0.0") => Ok(Some(false)),
        Some(_) => Err(wrong(column, "0 or 1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(name: &str, text: &str) -> Result<Recording, Vec<FileError>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        read(&[path])
    }

    #[test]
    fn an_empty_answer_is_an_answer_in_jsonl_and_none_in_csv() {
        let jsonl = "{\"id\":1,\"model\":\"m\",\"answer\":\"\"}\n\
                     {\"id\":2,\"model\":\"m\",\"answer\":null}\n{\"id\":3,\"model\":\"m\"}\n\
                     {\"id\":4,\"model\":\"m\",\"answer\":\"a\\r\\n\\u2028b\"}\n";
        let answers: Vec<Extracted> =
            read_text("a.jsonl", jsonl).unwrap().rows.into_iter().map(|row| row.answer).collect();
        let found = |text: &str| Extracted::Found(text.into());
        let nothing = Extracted::Nothing;
        assert_eq!(answers, [found(""), nothing.clone(), nothing, found("a\r\n\u{2028}b")]);
        let csv = "id,model,answer\n1,m,\n2,m,\"a,\"\"b\"\"\nc\"\n";
        let answers: Vec<Extracted> =
            read_text("a.csv", csv).unwrap().rows.into_iter().map(|row| row.answer).collect();
        assert_eq!(answers, [Extracted::Nothing, found("a,\"b\"\nc")]);
    }

    #[test]
    fn unknown_is_none_and_an_unknown_status_is_other() {
        let text = "id,model,correct,status,cost_usd,latency_ms\n\
                    1,m,1,ok,,\n2,m,1,provider_error,0.5,12.5\n3,m,0,rate-limited,,nan\n";
        let recording = read_text("a.csv", text).unwrap();
        let failures: Vec<_> = recording.rows.iter().map(|row| row.failure).collect();
        assert_eq!(failures, [None, Some(Failure::Other), Some(Failure::RateLimited)]);
        assert_eq!(recording.unknown_statuses.get("provider_error"), Some(&1));
        assert_eq!((recording.rows[0].cost, recording.rows[2].latency), (None, None));
        assert_eq!(recording.rows[1].latency, Some(Micros(12_500)));
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let text = "{\"id\":1,\"model\":\"m\"}\n{\"id\":1,\"model\":\"m\"}\n{\"id\":\n\
                    {\"model\":\"m\"}\n[]\n{\"id\":2,\"model\":\"m\",\"score\":2}\n";
        let errors = read_text("a.jsonl", text).unwrap_err();
        let told: Vec<String> =
            errors.iter().map(|error| format!("{} {}", error.line, error.kind)).collect();
        assert_eq!(told[0], "2 repeats 1 by m, sample 0 of line 1");
        assert!(told[1].starts_with("3 is not JSON"), "{}", told[1]);
        assert_eq!(
            told[2..],
            ["4 has no `id`", "5 is not a JSON object", "6 `score` is not between 0 and 1"]
        );
    }
}
