//! Floor 1: rows of a file, whatever its format, each with its line.

mod error;

use std::path::Path;

use serde_json::{Map, Value};

pub use error::{FileError, FileErrorKind};

use crate::kernel::lines::{self, Line, Lines, MAX_LINE_MIB};

/// A row by column, or what is wrong with it.
pub type Row = Result<Map<String, Value>, FileErrorKind>;

/// Gives every row to `each` (line, text of the line, row) until it says `false`. A file that can't
/// be read at all is given as one broken row on line 0.
pub fn read(path: &Path, each: &mut dyn FnMut(usize, &str, Row) -> bool) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let result = match name.trim_end_matches(".gz") {
        it if it.ends_with(".jsonl") => jsonl(path, each),
        it if it.ends_with(".csv") => csv(path, each),
        it if it.ends_with(".parquet") => parquet(path, each),
        _ => Err(FileErrorKind::UnknownEnding),
    };
    if let Err(kind) = result {
        each(0, "", Err(kind));
    }
}

fn jsonl(path: &Path, each: &mut dyn FnMut(usize, &str, Row) -> bool) -> Result<(), FileErrorKind> {
    let mut lines = Lines::open(path)?;
    while let Some((number, line)) = lines.read()? {
        let goes_on = match line {
            Line::TooLong => each(number, "", Err(FileErrorKind::TooLong(MAX_LINE_MIB))),
            Line::NotUtf8 => each(number, "", Err(FileErrorKind::NotUtf8)),
            Line::Text(text) if text.trim().is_empty() => true,
            Line::Text(text) => {
                let row = match serde_json::from_str(&text) {
                    Ok(Value::Object(row)) => Ok(row),
                    Ok(_) => Err(FileErrorKind::NotObject),
                    Err(error) => {
                        // The parser sees one line only, and its number is told beside this.
                        let text = error.to_string().replace(" at line 1 column ", " at column ");
                        Err(FileErrorKind::NotJson(text))
                    }
                };
                each(number, &text, row)
            }
        };
        if !goes_on {
            break;
        }
    }
    Ok(())
}

fn csv(path: &Path, each: &mut dyn FnMut(usize, &str, Row) -> bool) -> Result<(), FileErrorKind> {
    let mut reader = csv::Reader::from_reader(lines::open(path)?);
    let not_csv = |error: csv::Error| match error.kind() {
        csv::ErrorKind::Utf8 { .. } => FileErrorKind::NotUtf8,
        _ => FileErrorKind::NotCsv(error.to_string()),
    };
    let headers = reader.headers().map_err(not_csv)?.clone();
    for record in reader.records() {
        let line = record.as_ref().ok().and_then(|it| it.position()).map_or(0, |it| it.line());
        let row = record.map_err(not_csv).map(|record| {
            let field = |(name, field): (&str, &str)| {
                let value = if field.is_empty() { Value::Null } else { field.into() };
                (name.to_owned(), value)
            };
            headers.iter().zip(&record).map(field).collect()
        });
        if !each(line as usize, "", row) {
            break;
        }
    }
    Ok(())
}

fn parquet(
    path: &Path,
    each: &mut dyn FnMut(usize, &str, Row) -> bool,
) -> Result<(), FileErrorKind> {
    use polars::prelude::{ParquetReader, SerReader};
    let not_parquet =
        |error: polars::prelude::PolarsError| FileErrorKind::NotParquet(error.to_string());
    let file = std::fs::File::open(path)?;
    let frame = ParquetReader::new(file).finish().map_err(not_parquet)?;
    for position in 0..frame.height() {
        let mut row = Map::new();
        for column in frame.columns() {
            let value = column.get(position).map_err(not_parquet)?;
            row.insert(column.name().to_string(), json(&value));
        }
        if !each(position + 1, "", Ok(row)) {
            break;
        }
    }
    Ok(())
}

fn json(value: &polars::prelude::AnyValue<'_>) -> Value {
    use polars::prelude::AnyValue;
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(value) => (*value).into(),
        AnyValue::String(value) => (*value).into(),
        AnyValue::StringOwned(value) => value.as_str().into(),
        AnyValue::Float32(value) => f64::from(*value).into(),
        AnyValue::Float64(value) => (*value).into(),
        AnyValue::List(values) => values.iter().map(|value| json(&value)).collect(),
        other => match other.extract::<i64>() {
            Some(value) => value.into(),
            None => other.to_string().into(),
        },
    }
}
