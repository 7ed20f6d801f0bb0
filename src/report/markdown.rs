//! `report.md`: what a pull request shows.

use std::path::Path;

use crate::data::summary::Summary;
use crate::report::{ReportError, file};

/// The name of the file in a run folder.
pub const FILE: &str = "report.md";

/// The whole report.
pub fn render(summary: &Summary) -> String {
    let _ = summary;
    String::new()
}

/// Writes [`FILE`] into a folder.
///
/// # Errors
/// When the file can't be written.
pub fn write(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    file::replace_text(&dir.join(FILE), &render(summary))
}
