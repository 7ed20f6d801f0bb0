//! What goes wrong with a store, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// What goes wrong with a store. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none.
    #[error(
        "open the answer store {path}: there is none. Name the scenario whose answers it keeps, \
         or the file itself with `--store`"
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// There is no room for more.
    #[error(
        "{action} the answer store {path}: the disk is full. Make room, or name a file elsewhere \
         with `--store`; every answer kept before is safe"
    )]
    Full {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// The file, its folder or its disk may only be read.
    #[error(
        "{action} the answer store {path}: it may only be read. Let this user write the file and \
         its folder, or name a file elsewhere with `--store`"
    )]
    ReadOnly {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// Another process was writing all the time.
    #[error(
        "{action} the answer store {path}: another process was writing to it for half a minute. \
         Wait for it, or end it; the same command goes on from there"
    )]
    Busy {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// It is something else, or broken.
    #[error(
        "{action} the answer store {path}: it is none, or it is damaged. Name another file with \
         `--store`, or see what is left of it with `quorumbench store verify`"
    )]
    NoStore {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// It is a database of something else.
    #[error(
        "open the answer store {path}: it is a database of something else. Name another file with \
         `--store`"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It was written by a later version of this program.
    #[error(
        "open the answer store {path}: its format is version {version}, and this program knows \
         version {known}. Use a later version of the program, or name another file with `--store`",
        known = super::schema::VERSION
    )]
    Later {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: i64,
    },
    /// An earlier version of this program is asking with it, so it can't be brought up to date.
    #[error(
        "open the answer store {path}: an earlier version of this program is asking with it. Wait \
         for it, or end it; the same command goes on from there"
    )]
    Earlier {
        /// The file.
        path: PathBuf,
    },
    /// The folder that it would lie in can't be made.
    #[error(
        "make the folder of the answer store {path}. Make it yourself, or name a file elsewhere \
         with `--store`"
    )]
    Folder {
        /// The store's file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file beside the store that says who is alive can't be locked.
    #[error(
        "lock {path}, which says that this process is alive. The answer store has to lie on a \
         disk of this machine whose files can be locked: name one with `--store`"
    )]
    Lock {
        /// The file beside the store.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Answers can't be noted before they are kept.
    #[error(
        "note answers in {path}, beside the answer store. Make room, or name a file elsewhere \
         with `--store`; every answer noted before is safe"
    )]
    Journal {
        /// The file beside the store.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Anything else.
    #[error("{action} the answer store {path}")]
    Other {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
}

impl StoreError {
    pub(super) fn new(action: &'static str, path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { action, path, source },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::ReadOnly { action, path, source }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Busy { action, path, source }
            }
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::NoStore { action, path, source }
            }
            _ => Self::Other { action, path, source },
        }
    }
}
