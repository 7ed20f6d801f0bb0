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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::{self, File};

    use polars::prelude::{AnyValue, DataFrame, ParquetReader, SerReader};

    use super::*;
    use crate::report::sample;

    const NAMES: [&str; 4] = ["models", "policies", "categories", "pairs"];

    #[test]
    fn csv_reads_back_whatever_the_names_are() {
        let dir = tempfile::tempdir().unwrap();
        for hostile in ["a,b", "say \"hi\"", "two\nlines", "", "null", "=1+1", "a + b", "é🦀"] {
            let mut summary = sample::summary();
            summary.models[0] = sample::model(hostile, 0.5);
            summary.models[0].measures.cost_usd = None;
            write_csv(&summary, dir.path()).unwrap();
            let rows = csv_rows(&dir.path().join("models.csv"));
            assert_eq!(rows.len(), 3, "{hostile:?}");
            assert_eq!(rows[0]["model"], hostile);
            assert_eq!(rows[0]["cost_usd_per_1k"], "", "unknown is empty, not 0");
            assert_eq!(rows[0]["ttft_p50_ms"], "");
            assert_eq!(rows[2]["accuracy"].parse(), Ok(142.0 / 195.0), "no digit is lost");
            assert_eq!(rows[2]["failures"], "reset=1 + timed-out=1");
        }
    }

    #[test]
    fn csv_is_flat() {
        let dir = tempfile::tempdir().unwrap();
        write_csv(&sample::summary(), dir.path()).unwrap();
        let trio = csv_rows(&dir.path().join("policies.csv")).remove(2);
        for (column, value) in [
            ("policy", "trio"),
            ("members", "mini + haiku"),
            ("asked", "200"),
            ("accuracy_method", "wilson"),
            ("cost_usd_total", "0.02214"),
            ("latency_p95_ms", "1203.5"),
            ("rungs", "haiku=40 + mini=160"),
            ("strong_share", ""),
            ("versus_policy", "best-single"),
            ("versus_difference", "0.0214"),
            ("versus_low", "0.004"),
            ("versus_high", "0.038"),
            ("versus_p", "0.0123"),
            ("wins", "9"),
            ("losses", "5"),
        ] {
            assert_eq!(trio[column], value, "{column}");
        }
    }

    #[test]
    fn parquet_keeps_null_apart_from_zero_and_from_nothing_written() {
        let dir = tempfile::tempdir().unwrap();
        write_parquet(&sample::summary(), dir.path()).unwrap();
        let policies = parquet(&dir.path().join("policies.parquet"));
        assert_eq!(policies.height(), 4);
        let value = |column: &str, row| policies.column(column).unwrap().get(row).unwrap();
        assert_eq!(value("members", 0), AnyValue::String(""));
        assert_eq!(value("versus_difference", 1), AnyValue::Null);
        assert_eq!(value("versus_difference", 2), AnyValue::Float64(0.0214));
        assert_eq!(value("abstained", 2), AnyValue::UInt64(0));
        assert_eq!(value("tied", 2), AnyValue::UInt64(4));
    }

    #[test]
    fn an_empty_summary_has_tables_without_rows() {
        let mut summary = sample::summary();
        (summary.models, summary.policies) = (vec![], vec![]);
        (summary.categories, summary.pairs) = (vec![], vec![]);
        let dir = tempfile::tempdir().unwrap();
        write_csv(&summary, dir.path()).unwrap();
        write_parquet(&summary, dir.path()).unwrap();
        for name in NAMES {
            assert_eq!(csv_rows(&dir.path().join(format!("{name}.csv"))).len(), 0);
            assert_eq!(parquet(&dir.path().join(format!("{name}.parquet"))).height(), 0);
        }
    }

    #[test]
    fn the_same_summary_makes_the_same_bytes() {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        for dir in &dirs {
            write_csv(&sample::summary(), dir.path()).unwrap();
            write_parquet(&sample::summary(), dir.path()).unwrap();
        }
        for name in NAMES {
            for ending in ["csv", "parquet"] {
                let [one, other] = dirs
                    .each_ref()
                    .map(|dir| fs::read(dir.path().join(format!("{name}.{ending}"))));
                assert_eq!(one.unwrap(), other.unwrap(), "{name}.{ending}");
            }
        }
    }

    fn csv_rows(path: &Path) -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
    }

    fn parquet(path: &Path) -> DataFrame {
        ParquetReader::new(File::open(path).unwrap()).finish().unwrap()
    }
}
