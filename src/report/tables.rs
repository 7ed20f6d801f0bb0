//! The tables of a run as files: `models policies categories pairs`, as CSV and as Parquet.

use std::path::Path;

use crate::data::summary::Summary;
use crate::report::{ReportError, columns, frames};

/// Writes the tables as CSV files into a folder.
///
/// # Errors
/// When a file can't be written.
pub fn write_csv(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    frames::all(summary)
        .into_iter()
        .try_for_each(|(name, frame)| columns::write_csv(frame, &dir.join(format!("{name}.csv"))))
}

/// Writes the tables as Parquet files into a folder.
///
/// # Errors
/// When a file can't be written.
pub fn write_parquet(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    frames::all(summary).into_iter().try_for_each(|(name, frame)| {
        columns::write_parquet(frame, &dir.join(format!("{name}.parquet")))
    })
}
