//! Floor 2: the answer store, one SQLite file that keeps every answer as it arrives.

mod claim;
mod entry;
mod error;
mod holding;
mod journal;
mod key;
mod owner;
mod prune;
mod reading;
mod recorded;
mod row;
mod schema;
#[cfg(test)]
mod tests;
mod verify;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};

pub use claim::{Claim, Which};
pub use entry::{Attempt, Entry, Timing};
pub use error::StoreError;
pub use holding::Holding;
pub use journal::Journal;
pub use key::{Key, request_json};
pub use prune::{Pruned, Pruning};
pub use recorded::Kept;
pub use verify::Verified;

use crate::data::Recorded;
use owner::Owner;
use schema::Found;

/// Answers by [`Key`]. Several processes may share a file: it is in write-ahead mode, and a reader
/// never waits for a writer.
///
/// The file has to lie on a disk of this machine, since SQLite's write-ahead mode and the locks
/// that claims stand on need one.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// Who claims through this store; nobody until the first claim.
    owner: OnceCell<Owner>,
}

/// How long one connection waits for another that is writing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Each refusal means that somebody else got on, so this many are never seen.
const MAX_REFUSED: usize = 100;

impl Store {
    /// Opens the file, making it and its folder where there are none. A file of an earlier version
    /// is brought up to this one, whole or not at all. What a killed process noted is kept first.
    /// What can't be written is opened to be read; who writes is told then.
    ///
    /// # Errors
    /// When the file can't be made, is no store, is of a later version, or of an earlier one whose
    /// program is asking with it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        match Self::open_to_write(path) {
            Err(error @ StoreError::ReadOnly { .. }) if path.is_file() => {
                reading::open(path).map_or(Err(error), |it| Self::of(it, path))
            }
            opened => opened,
        }
    }

    fn open_to_write(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            let failed = |source| StoreError::Folder { path: path.to_owned(), source };
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let failed = |error| StoreError::new("open", path, error);
        let connection = Connection::open(path).map_err(failed)?;
        set_up(&connection, path).map_err(failed)?;
        match schema::find(&connection).map_err(failed)? {
            Found::Version(version) if version < schema::VERSION => {
                Err(StoreError::Earlier { path: path.to_owned() })
            }
            _ => Self::of(connection, path),
        }
    }

    fn of(connection: Connection, path: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::new("open", path, error);
        match schema::find(&connection).map_err(failed)? {
            Found::Version(version @ schema::READABLE..=schema::VERSION) => {
                // An earlier one is here to be read, and can't be written.
                let taken_up = match version {
                    schema::VERSION => owner::take_up(&connection, path).map_err(failed),
                    _ => Ok(()),
                };
                match taken_up {
                    // Whoever claims is told. Reading what is there, and making room, goes on.
                    Ok(()) | Err(StoreError::Full { .. } | StoreError::ReadOnly { .. }) => {}
                    Err(error) => return Err(error),
                }
                Ok(Self { connection, path: path.to_owned(), owner: OnceCell::new() })
            }
            Found::Version(version) => Err(StoreError::Later { path: path.to_owned(), version }),
            Found::Foreign => Err(StoreError::Foreign { path: path.to_owned() }),
        }
    }

    /// Opens a file that is there.
    ///
    /// # Errors
    /// As [`Self::open`], and when there is no such file.
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        match path.is_file() {
            true => Self::open(path),
            false => Err(StoreError::Missing { path: path.to_owned() }),
        }
    }

    /// Where answers are noted before they are kept. Only what this store claims may be noted.
    ///
    /// # Errors
    /// When the file can't be opened.
    pub fn journal(&self) -> Result<Journal, StoreError> {
        Journal::open(self.owner()?.path().to_owned())
    }

    /// What was kept under a key. Who and what was asked is the caller's to fill in.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn find(&self, key: Key) -> Result<Option<Recorded>, StoreError> {
        let found = self.connection.prepare_cached(row::FIND).and_then(|mut query| {
            query.query_row(params![key.bytes()], |row| row::recorded(row, 0)).optional()
        });
        found.map_err(|error| self.error("read", error))
    }

    /// What was kept under each of these keys, in their order, as it was at one moment.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn find_all(
        &self,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<Vec<Option<Recorded>>, StoreError> {
        let found = self.connection.unchecked_transaction().and_then(|transaction| {
            let has_rows: bool = transaction.query_row(row::ANY, [], |row| row.get(0))?;
            let mut query = transaction.prepare_cached(row::FIND)?;
            let mut find = |key: Key| {
                if !has_rows {
                    return Ok(None);
                }
                query.query_row(params![key.bytes()], |row| row::recorded(row, 0)).optional()
            };
            let keys = keys.into_iter();
            let mut found = Vec::with_capacity(keys.size_hint().0);
            for key in keys {
                found.push(find(key)?);
            }
            Ok(found)
        });
        found.map_err(|error| self.error("read", error))
    }

    /// Keeps answers and failures, each in place of what was there under its key, and gives up
    /// this store's claims to them. All or none: they are there when this returns, even if the
    /// process is killed right afterwards.
    ///
    /// # Errors
    /// When the file can't be written, say because the disk is full. Then nothing is kept.
    pub fn keep(&self, entries: &[Entry<'_>]) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let keep = |connection: &Connection, own: &mut BTreeSet<Key>| {
            let mut keeper = row::Keeper::of(connection)?;
            entries.iter().try_for_each(|entry| {
                own.remove(&entry.key);
                keeper.keep(entry.key, &row::columns(entry), &row::attempts(entry))
            })
        };
        match self.owner.get() {
            Some(owner) => self.write_as(owner, keep),
            None => self.write(|transaction| keep(transaction, &mut BTreeSet::new())),
        }
    }

    /// Does something in one transaction, which waits for its turn before it reads.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let immediate = TransactionBehavior::Immediate;
        let done = Transaction::new_unchecked(&self.connection, immediate).and_then(|it| {
            let done = work(&it)?;
            it.commit()?;
            Ok(done)
        });
        done.map_err(|error| self.error("write to", error))
    }

    fn error(&self, action: &'static str, source: rusqlite::Error) -> StoreError {
        StoreError::new(action, &self.path, source)
    }
}

fn set_up(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    let found = schema::find(connection)?;
    if found == Found::Foreign {
        return Ok(());
    }
    // A new file has nothing that a power cut could take.
    let is_new = found == Found::Version(schema::NEW);
    connection.pragma_update(None, "synchronous", if is_new { "off" } else { "normal" })?;
    write_ahead(connection)?;
    schema::upgrade(connection, path)?;
    // A killed process loses nothing in this mode; only a power cut may lose the last rows.
    connection.pragma_update(None, "synchronous", "normal")?;
    // Keys are spread at random over their index, so that a page is written by many batches: the
    // later the log is folded into the file, the fewer pages are written twice: 16 MiB of log, and
    // 4 MiB of pages in memory.
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    connection.pragma_update(None, "cache_size", -4_096)
}

/// Puts the file into write-ahead mode, in which it then stays.
///
/// Of several processes that do this to a new file at once, all but one are refused without
/// having waited. They wait for a turn to write, behind the one, and see that it is done.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let mut n_refused = 0;
    loop {
        let refused = match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => error,
            done => return done,
        };
        n_refused += 1;
        if n_refused > MAX_REFUSED {
            return Err(refused);
        }
        connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
    }
}
