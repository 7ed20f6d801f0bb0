//! The tables as Parquet, for data frames and SQL.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use polars::prelude::{DataFrame, PolarsResult};
use rayon::prelude::*;

use crate::data::summary::Summary;
use crate::report::ReportError;
use crate::report::frames::{Columns, absent, tables};
use crate::report::place::{place, remove};
use crate::report::row_groups::RowGroups;

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

/// Writes one frame as `dir/name`.
pub(super) fn write_frame(frame: DataFrame, dir: &Path, name: &str) -> Result<(), ReportError> {
    filled(dir, name, |file| {
        let mut groups = RowGroups::new(file, frame.schema())?;
        groups.write(frame.height(), frame.into_columns().into_par_iter())?;
        groups.end()
    })
}

/// Rows that are written together.
const TOGETHER: usize = 1 << 15;

/// Writes rows as `dir/name`, some at a time, and of those a column a thread, so that many of them
/// need little memory.
pub(super) fn write_rows<R: Sync>(
    mut rows: impl Iterator<Item = R>,
    columns: impl for<'r> Fn(&'r [R]) -> Columns<'r, R>,
    dir: &Path,
    name: &str,
) -> Result<(), ReportError> {
    filled(dir, name, |file| {
        let mut groups = RowGroups::new(file, columns(&[]).frame()?.schema())?;
        loop {
            let some: Vec<R> = rows.by_ref().take(TOGETHER).collect();
            if some.is_empty() {
                return groups.end();
            }
            groups.write(some.len(), columns(&some).read())?;
        }
    })
}

fn filled(
    dir: &Path,
    name: &str,
    fill: impl FnOnce(&mut BufWriter<File>) -> PolarsResult<()>,
) -> Result<(), ReportError> {
    let failed = |source| ReportError::Table { path: dir.join(name), source };
    place(dir, name, |file| fill(file).map_err(failed))
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
