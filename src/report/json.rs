//! `summary.json`: every figure of a run, for programs.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::data::summary::{SCHEMA, Summary};
use crate::report::{ReportError, file};

/// The name of the file in a run folder.
pub const FILE: &str = "summary.json";

/// The summary as indented JSON with a line feed at its end.
///
/// # Errors
/// When a figure can't be put in JSON.
pub fn render(summary: &Summary) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(summary)?;
    text.push('\n');
    Ok(text)
}

/// Writes [`FILE`] into a folder.
///
/// # Errors
/// When the file can't be written.
pub fn write(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    let path = dir.join(FILE);
    let text =
        render(summary).map_err(|source| ReportError::Encode { path: path.clone(), source })?;
    file::replace_text(&path, &text)
}

/// Reads a summary back.
///
/// # Errors
/// When the file can't be read, is no summary, or has another [`SCHEMA`].
pub fn read(path: &Path) -> Result<Summary, ReportError> {
    #[derive(Deserialize)]
    struct Version {
        schema: u64,
    }
    let decode = |source| ReportError::Decode { path: path.to_owned(), source };
    let text = fs::read_to_string(path)
        .map_err(|source| ReportError::Read { path: path.to_owned(), source })?;
    // The version first: a later one may differ in everything else.
    let Version { schema: found } = serde_json::from_str(&text).map_err(decode)?;
    if found != u64::from(SCHEMA) {
        return Err(ReportError::Schema { path: path.to_owned(), found, known: SCHEMA });
    }
    serde_json::from_str(&text).map_err(decode)
}
