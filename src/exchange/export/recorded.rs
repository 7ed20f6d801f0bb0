//! Recorded answers as JSONL, a row a cell, to be kept beside a dataset.

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use crate::data::{Extracted, Recorded};

/// Writes the file whole or not at all. What is unknown is left out.
///
/// # Errors
/// When it can't be written.
pub fn write(rows: &[Recorded], path: &Path) -> std::io::Result<()> {
    let mut text = String::new();
    for row in rows {
        // Writing to a text can't fail.
        let _ = writeln!(text, "{}", serde_json::to_string(&Row::of(row))?);
    }
    let unfinished = path.with_extension("unfinished");
    std::fs::write(&unfinished, text)?;
    std::fs::rename(&unfinished, path)
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<&'a str>,
    id: &'a str,
    model: &'a str,
    sample: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correct: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_write_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_usd: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttft_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_served: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_at: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(row: &'a Recorded) -> Self {
        Self {
            task: row.task.as_ref().map(|task| task.as_str()),
            id: row.id.as_str(),
            model: row.model.as_str(),
            sample: row.sample,
            prompt: row.prompt.as_ref().map(|prompt| prompt.as_str()),
            response: row.response.as_deref(),
            answer: match &row.answer {
                Extracted::Found(answer) if row.response.is_none() => Some(answer),
                _ => None,
            },
            score: row.score,
            correct: row.correct.map(u8::from),
            confidence: row.confidence,
            status: row.failure.map(|failure| failure.name()),
            prompt_tokens: row.prompt_tokens.map(|tokens| tokens.0),
            cached_tokens: row.cached_tokens.map(|tokens| tokens.0),
            cache_write_tokens: row.cache_write_tokens.map(|tokens| tokens.0),
            completion_tokens: row.completion_tokens.map(|tokens| tokens.0),
            reasoning_tokens: row.reasoning_tokens.map(|tokens| tokens.0),
            cost_usd: row.cost.map(|cost| cost.dollars()),
            ttft_ms: row.ttft.map(|time| time.ms()),
            latency_ms: row.latency.map(|time| time.ms()),
            attempts: row.attempts,
            finish_reason: row.finish_reason.as_deref(),
            model_served: row.model_served.as_deref(),
            recorded_at: row.recorded_at.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Failure;
    use crate::exchange::import;
    use crate::kernel::{Micros, Tokens};

    #[test]
    fn what_is_written_reads_back() {
        let answered = Recorded {
            task: Some("t".into()),
            id: "1".into(),
            model: "m".into(),
            response: Some("a\r\n\u{2028}\"b\"".into()),
            prompt_tokens: Some(Tokens(3)),
            cache_write_tokens: Some(Tokens(2)),
            reasoning_tokens: Some(Tokens(1)),
            model_served: Some("m-2026".into()),
            latency: Some(Micros(1500)),
            attempts: Some(1),
            ..Recorded::default()
        };
        let failed = Recorded {
            id: "2".into(),
            model: "m".into(),
            failure: Some(Failure::TimedOut),
            ..Recorded::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.jsonl");
        let made = Recorded {
            id: "1".into(),
            model: "m".into(),
            prompt: Some("choose-0f".into()),
            response: Some("Best: 1".into()),
            ..Recorded::default()
        };
        let rows = [answered, failed, made];
        write(&rows, &path).unwrap();
        assert_eq!(import::read(&[path]).unwrap().rows, rows);
    }
}
