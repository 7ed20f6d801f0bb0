//! Columns of the tables that a run folder holds, read back.

use std::fs::File;
use std::path::Path;

use polars::prelude::{Column, DataFrame, ParquetReader, PolarsError, PolarsResult, SerReader};

use crate::report::ReportError;

/// Those columns of a table that it has; nothing where the folder has no such table.
pub(super) fn frame(
    dir: &Path,
    name: &str,
    columns: &[&str],
) -> Result<Option<DataFrame>, ReportError> {
    let path = dir.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let file =
        File::open(&path).map_err(|source| ReportError::Read { path: path.clone(), source })?;
    let mut reader = ParquetReader::new(file);
    let read = reader.schema().and_then(|schema| {
        let known = columns.iter().filter(|name| schema.contains(name));
        reader.with_columns(Some(known.map(|name| (*name).to_owned()).collect())).finish()
    });
    read.map(Some).map_err(|source: PolarsError| ReportError::Table { path, source })
}

pub(super) fn texts<'f>(frame: &'f DataFrame, name: &str) -> PolarsResult<Vec<Option<&'f str>>> {
    Ok(frame.column(name).map(Column::as_materialized_series)?.str()?.iter().collect())
}

pub(super) fn numbers(frame: &DataFrame, name: &str) -> PolarsResult<Vec<Option<f64>>> {
    Ok(frame.column(name).map(Column::as_materialized_series)?.f64()?.iter().collect())
}

/// How many calls of each decision were never sent; none where the column is not there, because all
/// were.
pub(super) fn unsent(frame: &DataFrame) -> PolarsResult<Vec<Option<u32>>> {
    match frame.column("unsent") {
        Ok(column) => Ok(column.as_materialized_series().u32()?.iter().collect()),
        Err(_) => Ok(Vec::new()),
    }
}
