//! Recorded answers as Parquet or CSV: the columns that every recording has.

use std::path::Path;

use polars::prelude::{CsvWriter, SerWriter};

use crate::data::Recorded;
use crate::kernel::{Micros, PromptId, TaskId, Tokens, Usd};
use crate::report::ReportError;
use crate::report::frames::Columns;
use crate::report::parquet::write_frame;
use crate::report::place::place;

/// Writes recorded answers as Parquet, or as CSV where the file's name ends so. What is unknown is
/// null, and an empty field in CSV.
///
/// # Errors
/// When the file can't be written.
pub fn write_recorded(rows: &[Recorded], path: &Path) -> Result<(), ReportError> {
    let failed = |source| ReportError::Table { path: path.to_owned(), source };
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
    let mut frame = came(columns, |row| row).frame().map_err(failed)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.to_lowercase().ends_with(".csv") {
        place(folder, &name, |file| CsvWriter::new(file).finish(&mut frame).map_err(failed))
    } else {
        write_frame(frame, folder, &name)
    }
}

/// What came back, what it took, and when.
pub(super) fn came<'a, R>(
    columns: Columns<'a, R>,
    of: impl Fn(&'a R) -> &'a Recorded + Copy,
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
