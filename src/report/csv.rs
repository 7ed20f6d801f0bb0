//! The tables as CSV, for spreadsheets.

use std::io::Write;
use std::path::Path;

use polars::prelude::{CsvWriter, DataFrame, SerWriter};

use crate::data::summary::Summary;
use crate::report::ReportError;
use crate::report::frames::{absent, tables};
use crate::report::place::{place, remove};

/// Writes `models.csv`, `policies.csv`, `categories.csv`, `pairs.csv` and so on into `dir`.
///
/// An unknown value is an empty field; text that is empty is a quoted one. A table without rows is
/// not written, and taken away where an earlier run left one.
pub(super) fn write(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    let tables = tables(summary, dir)?;
    for name in absent(&tables) {
        remove(dir, &format!("{name}.csv"))?;
    }
    for (table, frame) in tables {
        write_frame(frame, dir, &format!("{table}.csv"))?;
    }
    Ok(())
}

/// Writes one frame as `dir/name`, its columns' names first.
pub(super) fn write_frame(mut frame: DataFrame, dir: &Path, name: &str) -> Result<(), ReportError> {
    place(dir, name, |file| {
        // Polars would take 8 MiB of zeros for this line, and never give them back. Names are words
        // of ours, which need no quotes.
        let names: Vec<_> =
            frame.get_column_names().into_iter().map(|name| name.as_str()).collect();
        writeln!(file, "{}", names.join(","))
            .map_err(|source| ReportError::Io { path: dir.join(name), source })?;
        CsvWriter::new(file)
            .include_header(false)
            .finish(&mut frame)
            .map_err(|source| ReportError::Table { path: dir.join(name), source })
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use polars::prelude::{CsvReadOptions, DataType, SerReader};

    use super::*;
    use crate::report::sample;

    #[test]
    fn hostile_names_and_nulls_survive() {
        let dir = tempfile::tempdir().unwrap();
        let summary = sample::hostile();
        write(&summary, dir.path()).unwrap();
        let path = dir.path().join("models.csv");
        let read = CsvReadOptions::default()
            .try_into_reader_with_file_path(Some(path.clone()))
            .unwrap()
            .finish()
            .unwrap();
        let models: Vec<_> =
            read.column("model").unwrap().str().unwrap().iter().map(|name| name.unwrap()).collect();
        let expected: Vec<_> = summary.models.iter().map(|row| row.model.as_str()).collect();
        assert_eq!(models, expected);
        for (name, dtype, nulls) in [
            ("asked", DataType::Int64, 0),
            ("accuracy", DataType::Float64, 1),
            ("accuracy_of_all", DataType::Float64, 1),
            ("cost_usd_per_1k", DataType::Float64, 2),
            ("accuracy_method", DataType::String, 1),
        ] {
            let column = read.column(name).unwrap();
            assert_eq!((column.dtype(), column.null_count()), (&dtype, nulls), "{name}");
        }
        assert!(fs::read_to_string(path).unwrap().ends_with('\n'));
    }

    #[test]
    fn the_first_line_names_the_columns_also_where_there_is_no_row() {
        let dir = tempfile::tempdir().unwrap();
        for (name, frame) in tables(&sample::hostile(), dir.path()).unwrap() {
            let names = frame.get_column_names().into_iter().map(|name| name.as_str());
            let names = names.collect::<Vec<_>>().join(",");
            assert!(names.chars().all(|c| c == ',' || c == '_' || c.is_ascii_alphanumeric()));
            for frame in [frame.clear(), frame] {
                let n_rows = frame.height();
                write_frame(frame, dir.path(), name).unwrap();
                let text = fs::read_to_string(dir.path().join(name)).unwrap();
                assert_eq!(text.split_once('\n').unwrap().0, names, "{name}");
                assert_eq!(n_rows == 0, text.ends_with(&format!("{names}\n")), "{name}");
            }
        }
    }
}
