//! Rows as the flat columns of a data frame; what is unknown is null.

use std::path::Path;

use polars::prelude::{
    Column, CsvWriter, DataFrame, Float64Chunked, Int32Chunked, IntoColumn, NewChunkedArray,
    ParquetWriter, PolarsResult, SerWriter, StringChunked, UInt32Chunked, UInt64Chunked,
};

use crate::data::Estimate;
use crate::data::summary::Quantiles;
use crate::report::{ReportError, file};

/// Columns made from rows, one after the other.
pub(crate) struct Columns<'a, R> {
    rows: &'a [R],
    columns: Vec<Column>,
}

impl<'a, R> Columns<'a, R> {
    /// No column yet.
    pub(crate) fn of(rows: &'a [R]) -> Self {
        Self { rows, columns: Vec::new() }
    }

    /// A column of text.
    pub(crate) fn text(mut self, name: &str, of: impl Fn(&'a R) -> Option<&'a str>) -> Self {
        let values = StringChunked::from_iter_options(name.into(), self.rows.iter().map(of));
        self.columns.push(values.into_column());
        self
    }

    /// A column of text that is put together for it.
    pub(crate) fn joined(mut self, name: &str, of: impl Fn(&'a R) -> String) -> Self {
        let values = StringChunked::from_iter_values(name.into(), self.rows.iter().map(of));
        self.columns.push(values.into_column());
        self
    }

    /// A column of counts.
    pub(crate) fn count(mut self, name: &str, of: impl Fn(&'a R) -> Option<u64>) -> Self {
        let values = UInt64Chunked::from_iter_options(name.into(), self.rows.iter().map(of));
        self.columns.push(values.into_column());
        self
    }

    /// A column of counts that can't be large.
    pub(crate) fn small(mut self, name: &str, of: impl Fn(&'a R) -> Option<u32>) -> Self {
        let values = UInt32Chunked::from_iter_options(name.into(), self.rows.iter().map(of));
        self.columns.push(values.into_column());
        self
    }

    /// A column of 0 and 1.
    pub(crate) fn flag(mut self, name: &str, of: impl Fn(&'a R) -> Option<bool>) -> Self {
        let flags = self.rows.iter().map(|row| of(row).map(i32::from));
        let values = Int32Chunked::from_iter_options(name.into(), flags);
        self.columns.push(values.into_column());
        self
    }

    /// A column of figures. JSON has no infinity, so it is null here as it is there.
    pub(crate) fn figure(mut self, name: &str, of: impl Fn(&'a R) -> Option<f64>) -> Self {
        let figures = self.rows.iter().map(|row| of(row).filter(|figure| figure.is_finite()));
        let values = Float64Chunked::from_iter_options(name.into(), figures);
        self.columns.push(values.into_column());
        self
    }

    /// The columns of an estimate: itself, `_low`, `_high`, `_level`, `_n`, `_method`.
    pub(crate) fn estimate(
        self,
        name: &str,
        of: impl Fn(&'a R) -> Option<&'a Estimate> + Copy,
    ) -> Self {
        self.figure(name, |row| of(row).map(|estimate| estimate.point))
            .figure(&format!("{name}_low"), |row| of(row).map(|estimate| estimate.low))
            .figure(&format!("{name}_high"), |row| of(row).map(|estimate| estimate.high))
            .figure(&format!("{name}_level"), |row| of(row).map(|estimate| estimate.level))
            .count(&format!("{name}_n"), |row| of(row).map(|estimate| estimate.n))
            .text(&format!("{name}_method"), |row| of(row).map(|estimate| &*estimate.method))
    }

    /// The columns of quantiles in milliseconds: `_p50_ms` to `_p99_ms` and `_mean_ms`.
    pub(crate) fn quantiles(
        self,
        name: &str,
        of: impl Fn(&'a R) -> Option<&'a Quantiles> + Copy,
    ) -> Self {
        self.figure(&format!("{name}_p50_ms"), |row| of(row).map(|quantiles| quantiles.p50))
            .figure(&format!("{name}_p90_ms"), |row| of(row).map(|quantiles| quantiles.p90))
            .figure(&format!("{name}_p95_ms"), |row| of(row).map(|quantiles| quantiles.p95))
            .figure(&format!("{name}_p99_ms"), |row| of(row).map(|quantiles| quantiles.p99))
            .figure(&format!("{name}_mean_ms"), |row| of(row).map(|quantiles| quantiles.mean))
    }

    /// All of them as a frame.
    pub(crate) fn frame(self) -> PolarsResult<DataFrame> {
        DataFrame::new(self.rows.len(), self.columns)
    }
}

/// Writes a frame as CSV: null is an empty field, and the empty string is `""`.
pub(crate) fn write_csv(frame: PolarsResult<DataFrame>, path: &Path) -> Result<(), ReportError> {
    file::replace(path, |writer| {
        frame
            .and_then(|mut frame| CsvWriter::new(writer).finish(&mut frame))
            .map_err(|source| ReportError::Table { path: path.to_owned(), source })
    })
}

/// Writes a frame as Parquet.
pub(crate) fn write_parquet(
    frame: PolarsResult<DataFrame>,
    path: &Path,
) -> Result<(), ReportError> {
    /// So few that a reader who wants one column of some rows need not unpack all of them.
    const ROWS_PER_GROUP: usize = 1 << 17;

    file::replace(path, |writer| {
        frame
            .and_then(|mut frame| {
                let writer = ParquetWriter::new(writer).with_row_group_size(Some(ROWS_PER_GROUP));
                writer.finish(&mut frame)
            })
            .map(|_bytes| ())
            .map_err(|source| ReportError::Table { path: path.to_owned(), source })
    })
}
