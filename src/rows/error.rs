//! What is wrong with a line of a file.

use std::path::PathBuf;

/// A mistake in a dataset or a recording.
#[derive(Debug, thiserror::Error)]
#[error("{}:{line}: {kind}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// The line's text, shortened.
    pub text: String,
    /// What is wrong.
    pub kind: FileErrorKind,
}

/// What can be wrong with a file of items or answers.
#[derive(Debug, thiserror::Error)]
pub enum FileErrorKind {
    /// It isn't there.
    #[error("there is no such file or folder")]
    Missing,
    /// A folder without its items.
    #[error("the folder holds no items.jsonl")]
    NoItems,
    /// The name's ending is not known.
    #[error("its ending is not .jsonl, .csv or .parquet, or one of the first two with .gz")]
    UnknownEnding,
    /// A place that is not reached.
    #[error("hf:// can't be read by this version; download the file and name it")]
    Hub,
    /// It can't be read.
    #[error("can't be read: {0}")]
    Io(#[from] std::io::Error),
    /// Bytes that are no text.
    #[error("is not UTF-8")]
    NotUtf8,
    /// A line that no row of answers needs.
    #[error("is longer than {0} MiB")]
    TooLong(usize),
    /// Broken JSON.
    #[error("is not JSON: {0}")]
    NotJson(String),
    /// Broken CSV.
    #[error("is not CSV: {0}")]
    NotCsv(String),
    /// Broken Parquet.
    #[error("is not Parquet: {0}")]
    NotParquet(String),
    /// JSON, but no row.
    #[error("is not a JSON object")]
    NotObject,
    /// A row without something that it needs.
    #[error("has no `{0}`")]
    NoColumn(String),
    /// A value of another type than is needed.
    #[error("`{column}` is not {expected}")]
    WrongType {
        /// The column.
        column: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The same row twice.
    #[error("repeats {what} of line {first}")]
    Repeated {
        /// What is repeated, with its value.
        what: String,
        /// Where it stood first.
        first: usize,
    },
    /// Nothing in it.
    #[error("is empty")]
    Empty,
    /// Pictures, which are out of scope.
    #[error("has images, and only text can be asked")]
    Images,
}
