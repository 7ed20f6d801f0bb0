//! Datasets: questions with targets, read from JSONL, CSV or Parquet.

mod fields;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use fields::Fields;

use crate::data::Item;
use crate::rows::{self, FileError, FileErrorKind};

/// More mistakes than this in one file, and the rest is not worth telling.
const MAX_ERRORS: usize = 100;

/// Reads a dataset: a folder with `items.jsonl`, or a .jsonl, .csv or .parquet file, of which the
/// first two may be gzipped.
///
/// # Errors
/// Every mistake in it, at most a hundred.
pub fn load(path: &Path, fields: &Fields) -> Result<Vec<Item>, Vec<FileError>> {
    let whole =
        |kind| vec![FileError { path: path.to_owned(), line: 0, text: String::new(), kind }];
    if path.to_string_lossy().contains("hf:/") {
        return Err(whole(FileErrorKind::Hub));
    }
    let file = file(path).map_err(whole)?;
    let mut items = Vec::new();
    let mut errors = Vec::new();
    let mut first_lines: BTreeMap<String, usize> = BTreeMap::new();
    rows::read(&file, &mut |line, text, row| {
        let item = row.and_then(|row| fields.item(row)).and_then(|item| {
            match first_lines.insert(item.id.to_string(), line) {
                None => Ok(item),
                Some(first) => {
                    Err(FileErrorKind::Repeated { what: format!("the id `{}`", item.id), first })
                }
            }
        });
        match item {
            Ok(item) => items.push(item),
            Err(kind) => {
                errors.push(FileError { path: file.clone(), line, text: text.to_owned(), kind });
            }
        }
        errors.len() < MAX_ERRORS
    });
    match (errors.is_empty(), items.is_empty()) {
        (true, false) => Ok(items),
        (true, true) => Err(whole(FileErrorKind::Empty)),
        (false, _) => Err(errors),
    }
}

fn file(path: &Path) -> Result<PathBuf, FileErrorKind> {
    if !path.exists() {
        return Err(FileErrorKind::Missing);
    }
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let items = path.join("items.jsonl");
    if items.exists() { Ok(items) } else { Err(FileErrorKind::NoItems) }
}
