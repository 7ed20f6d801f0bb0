//! Recorded answers as Parquet or CSV: the columns that every recording has.

use std::path::Path;

use crate::data::Recorded;
use crate::kernel::{Micros, PromptId, TaskId, Tokens, Usd};
use crate::report::frames::Columns;
use crate::report::{ReportError, csv, parquet};

/// Writes recorded answers as Parquet, or as CSV where the file's name ends so. What is unknown is
/// null, and an empty field in CSV.
///
/// # Errors
/// When the file can't be written.
pub fn write_recorded(rows: &[Recorded], path: &Path) -> Result<(), ReportError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !name.to_lowercase().ends_with(".csv") {
        return parquet::write_rows(rows.iter(), columns, folder, &name);
    }
    let frame = columns(&rows.iter().collect::<Vec<_>>()).frame();
    let frame = frame.map_err(|source| ReportError::Table { path: path.to_owned(), source })?;
    csv::write_frame(frame, folder, &name)
}

fn columns<'r, 'a>(rows: &'r [&'a Recorded]) -> Columns<'r, &'a Recorded> {
    let columns = Columns::of(rows)
        .text("task", |row| row.task.as_ref().map(TaskId::as_str))
        .text("id", |row| Some(row.id.as_str()))
        .text("model", |row| Some(row.model.as_str()))
        .small("sample", |row| Some(row.sample))
        .text("prompt", |row| row.prompt.as_ref().map(PromptId::as_str))
        .text("response", |row| row.response.as_deref())
        .number("score", |row| row.score)
        .small("correct", |row| row.correct.map(u32::from))
        .number("confidence", |row| row.confidence);
    came(columns, |row| row)
}

/// What came back, what it took, and when.
pub(super) fn came<'a, R: Sync>(
    columns: Columns<'a, R>,
    of: impl Fn(&'a R) -> &'a Recorded + Copy + Send + 'a,
) -> Columns<'a, R> {
    let tokens = |tokens: Option<Tokens>| tokens.map(|tokens| tokens.0);
    columns
        .text("status", move |row| Some(of(row).failure.map_or("ok", |failure| failure.name())))
        .count("prompt_tokens", move |row| tokens(of(row).prompt_tokens))
        .count("cached_tokens", move |row| tokens(of(row).cached_tokens))
        .count("cache_write_tokens", move |row| tokens(of(row).cache_write_tokens))
        .count("completion_tokens", move |row| tokens(of(row).completion_tokens))
        .count("reasoning_tokens", move |row| tokens(of(row).reasoning_tokens))
        .number("cost_usd", move |row| of(row).cost.map(Usd::dollars))
        .number("ttft_ms", move |row| of(row).ttft.map(Micros::ms))
        .number("latency_ms", move |row| of(row).latency.map(Micros::ms))
        .small("attempts", move |row| of(row).attempts)
        .text("finish_reason", move |row| of(row).finish_reason.as_deref())
        .text("model_served", move |row| of(row).model_served.as_deref())
        .text("recorded_at", move |row| of(row).recorded_at.as_deref())
}
