//! The tables as Parquet, for data frames and SQL.

use std::path::Path;

use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter, PolarsResult};

use crate::data::summary::Summary;
use crate::report::ReportError;
use crate::report::frames::{absent, tables};
use crate::report::place::{place, remove};

/// Writes `models.parquet`, `policies.parquet` and all the other tables that have rows.
pub(super) fn write(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    let tables = tables(summary, dir)?;
    for name in absent(&tables) {
        remove(dir, &format!("{name}.parquet"))?;
    }
    for (table, frame) in tables {
        write_frame(frame, dir, &format!("{table}.parquet"))?;
    }
    Ok(())
}

/// Writes one frame as `dir/name`. Snappy takes little memory, and whatever reads Parquet reads it.
pub(super) fn write_frame(mut frame: DataFrame, dir: &Path, name: &str) -> Result<(), ReportError> {
    place(dir, name, |file| {
        ParquetWriter::new(file)
            .with_compression(ParquetCompression::Snappy)
            .finish(&mut frame)
            .map(|_| ())
            .map_err(|source| ReportError::Table { path: dir.join(name), source })
    })
}

/// Rows that are put into a frame and written together.
const TOGETHER: usize = 1 << 15;

/// Writes rows as `dir/name`, some at a time, so that many of them need little memory.
pub(super) fn write_rows<R>(
    mut rows: impl Iterator<Item = R>,
    frame: impl Fn(&[R]) -> PolarsResult<DataFrame>,
    dir: &Path,
    name: &str,
) -> Result<(), ReportError> {
    let mut written = |file: &mut _| -> PolarsResult<()> {
        let mut some: Vec<R> = rows.by_ref().take(TOGETHER).collect();
        let mut next = frame(&some)?;
        let writer = ParquetWriter::new(file).with_compression(ParquetCompression::Snappy);
        let mut writer = writer.batched(next.schema())?;
        while next.height() > 0 {
            writer.write_batch(&next)?;
            some.clear();
            some.extend(rows.by_ref().take(TOGETHER));
            next = frame(&some)?;
        }
        writer.finish().map(|_| ())
    };
    place(dir, name, |file| {
        written(file).map_err(|source| ReportError::Table { path: dir.join(name), source })
    })
}

#[cfg(test)]
pub(super) fn read(path: &Path) -> DataFrame {
    use polars::prelude::{ParquetReader, SerReader};

    ParquetReader::new(std::fs::File::open(path).unwrap()).finish().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn types_and_nulls_survive() {
        let dir = tempfile::tempdir().unwrap();
        for summary in [sample::triage(), sample::hostile(), sample::empty()] {
            write(&summary, dir.path()).unwrap();
            for (name, frame) in tables(&summary, dir.path()).unwrap() {
                let back = read(&dir.path().join(format!("{name}.parquet")));
                assert_eq!(back.schema(), frame.schema(), "{name}");
                assert!(back.equals_missing(&frame), "{name}");
            }
        }
    }
}
