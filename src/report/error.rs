//! Why a report could not be written or read back.

use std::path::PathBuf;

use polars::prelude::PolarsError;

/// A fragment that completes "failed to ...".
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file or its folder can't be made or changed.
    #[error("write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The table can't be put in its format.
    #[error("write the table {}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What polars said.
        #[source]
        source: PolarsError,
    },
    /// The summary can't be put in JSON.
    #[error("write the summary {}", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// What was wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The file can't be read.
    #[error("read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is no summary.
    #[error("read {} as a summary", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// Where it departs from one.
        #[source]
        source: serde_json::Error,
    },
    /// The file is a summary of another version of the format.
    #[error("read {}: its schema is {found}, and this program reads {known}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// The version in it.
        found: u64,
        /// The version that this program reads.
        known: u32,
    },
}
