//! Row groups of a Parquet file, whose columns are made on all threads, each when its turn comes.
//!
//! `polars_io`'s writer propagates validity through nested types first, for which a column of nulls
//! takes 8 MiB of zeros that are never given back (`polars_buffer`, `GLOBAL_ZEROES`). Tables are
//! flat and have many such columns, so their pages are made straight from the columns here.

use std::io::Write;

use polars::prelude::{Column, CompatLevel, PolarsResult, Schema, SchemaExt};
use polars_parquet::write::fallible_streaming_iterator::convert;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, FileWriter, Nested,
    ParquetType, StatisticsOptions, Version, WriteOptions, array_to_pages, compress,
    get_dtype_encoding, to_parquet_leaves,
};
use rayon::prelude::*;

/// Snappy takes little memory, and whatever reads Parquet reads it.
const OPTIONS: WriteOptions = WriteOptions {
    statistics: StatisticsOptions {
        min_value: true,
        max_value: true,
        distinct_count: false,
        null_count: true,
        binary_statistics_truncate_length: None,
    },
    version: Version::V1,
    compression: CompressionOptions::Snappy,
    data_page_size: None,
};

/// A Parquet file that is being written.
pub(super) struct RowGroups<W: Write>(FileWriter<W>);

impl<W: Write> RowGroups<W> {
    /// Begins a file of these columns, none of them nested.
    pub(super) fn new(writer: W, schema: &Schema) -> PolarsResult<Self> {
        FileWriter::try_new(writer, schema.to_arrow(CompatLevel::newest()), OPTIONS).map(Self)
    }

    /// Writes so many rows of the file's columns as a row group, or nothing where there are none.
    pub(super) fn write(
        &mut self,
        n_rows: usize,
        columns: impl IndexedParallelIterator<Item = Column>,
    ) -> PolarsResult<()> {
        if n_rows == 0 {
            return Ok(());
        }
        let types = self.0.parquet_schema().fields().par_iter();
        debug_assert_eq!(columns.len(), types.len());
        let pages = columns.zip(types).map(|(column, of)| pages(column, of));
        let pages = pages.collect::<PolarsResult<Vec<Vec<CompressedPage>>>>()?;
        let columns = pages.iter().map(|pages| {
            Ok(DynStreamingIterator::new(convert(pages.iter().map(PolarsResult::Ok))))
        });
        self.0.write(n_rows as u64, DynIter::new(columns))
    }

    /// Ends the file.
    pub(super) fn end(mut self) -> PolarsResult<()> {
        self.0.end(None).map(|_| ())
    }
}

/// A flat column's pages.
fn pages(column: Column, of: &ParquetType) -> PolarsResult<Vec<CompressedPage>> {
    let column = column.rechunk_to_arrow(CompatLevel::newest());
    let nested = [Nested::primitive(column.validity().cloned(), true, column.len())];
    let [of] = to_parquet_leaves(of.clone()).try_into().expect("a flat column is its only leaf");
    let encoding = get_dtype_encoding(column.dtype())[0];
    array_to_pages(column.as_ref(), of, &nested, OPTIONS, encoding)?
        .map(|page| Ok(compress(page?, Vec::new(), OPTIONS.compression)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use polars::prelude::{DataFrame, NamedFrom, ParquetCompression, ParquetWriter, Series};

    use super::*;

    /// Every kind of column that tables have, and some that hold nothing or much.
    fn frame(n: u32) -> DataFrame {
        fn every<T>(n: u32, of: impl Fn(u32) -> T) -> Vec<Option<T>> {
            (0..n).map(|idx| (!idx.is_multiple_of(3)).then(|| of(idx))).collect()
        }
        let columns = [
            Series::new("text".into(), every(n, |idx| idx.to_string())),
            Series::new("few".into(), every(n, |idx| ["", "b"][idx as usize % 2])),
            Series::new("long".into(), every(n, |idx| "x".repeat(idx as usize % 900))),
            Series::new("number".into(), every(n, f64::from)),
            Series::new("count".into(), every(n, u64::from)),
            Series::new("small".into(), (0..n).collect::<Vec<_>>()),
            Series::new("no_text".into(), vec![None::<&str>; n as usize]),
            Series::new("no_number".into(), vec![None::<f64>; n as usize]),
        ];
        let columns = columns.into_iter().map(Column::from).collect();
        DataFrame::new(n as usize, columns).unwrap()
    }

    #[test]
    fn the_bytes_are_those_of_polars_own_writer() {
        for n in [0, 1, 3, 9_000] {
            let mut frame = frame(n);
            let mut ours = Vec::new();
            let mut groups = RowGroups::new(&mut ours, frame.schema()).unwrap();
            groups.write(frame.height(), frame.clone().into_columns().into_par_iter()).unwrap();
            groups.end().unwrap();
            let mut theirs = Vec::new();
            let writer = ParquetWriter::new(&mut theirs);
            writer.with_compression(ParquetCompression::Snappy).finish(&mut frame).unwrap();
            assert!(ours == theirs, "{n} rows");
        }
    }
}
