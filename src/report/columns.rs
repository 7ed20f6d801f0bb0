//! Columns of the tables that a run folder holds, read back.

use std::fs::File;
use std::path::Path;

use polars::prelude::{
    DataFrame, Float64Chunked, ParallelStrategy, ParquetReader, PolarsError, PolarsResult,
    SerReader, StringChunked, UInt32Chunked,
};

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
    // Tables are read side by side; Polars' own threads would each take memory for themselves.
    let reader = ParquetReader::new(file).read_parallel(ParallelStrategy::None);
    // In one piece, a row of a column is found at once.
    let mut reader = reader.set_rechunk(true);
    let read = reader.schema().and_then(|schema| {
        let known = columns.iter().filter(|name| schema.contains(name));
        reader.with_columns(Some(known.map(|name| (*name).to_owned()).collect())).finish()
    });
    read.map(Some).map_err(|source: PolarsError| ReportError::Table { path, source })
}

pub(super) fn texts<'f>(frame: &'f DataFrame, name: &str) -> PolarsResult<&'f StringChunked> {
    frame.column(name)?.as_materialized_series().str()
}

pub(super) fn numbers<'f>(frame: &'f DataFrame, name: &str) -> PolarsResult<&'f Float64Chunked> {
    frame.column(name)?.as_materialized_series().f64()
}

pub(super) fn counts<'f>(frame: &'f DataFrame, name: &str) -> PolarsResult<&'f UInt32Chunked> {
    frame.column(name)?.as_materialized_series().u32()
}

/// How many calls of a decision were never sent; none where the column is not there, because all
/// were.
pub(super) fn unsent(frame: &DataFrame) -> PolarsResult<impl Fn(usize) -> u32> {
    let column = frame.column("unsent").ok().map(|it| it.as_materialized_series().u32());
    let column = column.transpose()?;
    Ok(move |row| column.and_then(|column| column.get(row)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::frames::Columns;
    use crate::report::parquet::write_rows;

    fn columns(rows: &[u32]) -> Columns<'_, u32> {
        Columns::of(rows).small("n", |n| Some(*n)).text("no", |_| None::<&str>)
    }

    #[test]
    fn rows_that_were_written_in_groups_are_read_in_one_piece() {
        const N: u32 = 100_000;
        let dir = tempfile::tempdir().unwrap();
        write_rows(0..N, columns, dir.path(), "t.parquet").unwrap();
        let frame = frame(dir.path(), "t.parquet", &["n", "no", "none"]).unwrap().unwrap();
        let (numbers, nothing) = (counts(&frame, "n").unwrap(), texts(&frame, "no").unwrap());
        assert_eq!((numbers.chunks().len(), nothing.chunks().len()), (1, 1));
        assert!(
            (0..N).all(|n| numbers.get(n as usize) == Some(n) && nothing.get(n as usize).is_none())
        );
    }
}
