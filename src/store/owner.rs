//! Who claims: a store that is open, alive as long as it holds the lock on its own small file.
//!
//! The operating system frees a lock when its process ends, however it ends, so that the claims
//! of a killed process are free at once, and no clock has to say when they expire. A lock is taken
//! inside the write transaction that enters its owner, so that whoever sees the owner sees it
//! alive; who looks whether it is takes no more than a shared lock. The file is its journal too.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::journal;
use crate::store::{Key, StoreError};

/// A store that claims. Dropped, it gives up every claim.
#[derive(Debug)]
pub(super) struct Owner {
    id: i64,
    path: PathBuf,
    /// What it claims, as the store has it.
    pub(super) claims: RefCell<BTreeSet<Key>>,
    /// Held, never read.
    _lock: File,
}

impl Owner {
    /// Enters a new owner into the store.
    pub(super) fn enter(connection: &Connection, store: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::new("write to", store, error);
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
            .map_err(failed)?;
        let owner = loop {
            transaction.execute("INSERT INTO owners DEFAULT VALUES", []).map_err(failed)?;
            let id = transaction.last_insert_rowid();
            let path = path(store, id);
            match lock(&path) {
                Ok(lock) => break Self { id, path, claims: RefCell::default(), _lock: lock },
                // Held for a store of the same name that was deleted while somebody used it.
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => return Err(StoreError::Lock { path, source }),
            }
        };
        transaction.commit().map_err(failed)?;
        Ok(owner)
    }

    /// Its number, which no other owner of the store has or had.
    pub(super) fn id(&self) -> i64 {
        self.id
    }

    /// Its file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // Without its file an owner is dead. A file that stays is unlocked, which is the same, and
        // what was noted in it and not kept is taken up by whoever comes next.
        if is_empty(&self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether that owner may still be asking. Where its file can't be looked at it counts as alive,
/// since two who ask the same would pay twice.
pub(super) fn is_alive(store: &Path, id: i64) -> bool {
    match File::open(path(store, id)) {
        Ok(file) => file.try_lock_shared().is_err(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Whether any owner may still be asking.
pub(super) fn any_is_alive(connection: &Connection, store: &Path) -> rusqlite::Result<bool> {
    Ok(owners(connection)?.into_iter().any(|id| is_alive(store, id)))
}

/// Keeps what dead owners have noted, for whoever comes to read.
pub(super) fn take_up(connection: &Connection, store: &Path) -> rusqlite::Result<()> {
    // Most stores have nothing to take up, and who reads need not write.
    let has_left = |id: &i64| !is_empty(&path(store, *id)) && !is_alive(store, *id);
    if owners(connection)?.iter().any(has_left) { bury(connection, store, None) } else { Ok(()) }
}

/// Takes out every dead owner but `own`, with its claims and its file; what it noted is kept.
pub(super) fn bury(
    connection: &Connection,
    store: &Path,
    own: Option<i64>,
) -> rusqlite::Result<()> {
    let is_dead = |id: &i64| Some(*id) != own && !is_alive(store, *id);
    if !owners(connection)?.iter().any(is_dead) {
        return Ok(());
    }
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let dead: Vec<i64> = owners(&transaction)?.into_iter().filter(is_dead).collect();
    for id in &dead {
        journal::take_up(&transaction, &path(store, *id), &claims(&transaction, *id)?)?;
        transaction.execute("DELETE FROM owners WHERE id = ?1", params![id])?;
    }
    transaction.commit()?;
    // Not before: what is noted there is nowhere else. Numbers are not given twice, so nobody will
    // look for a file that stays.
    for id in dead {
        let _ = std::fs::remove_file(path(store, id));
    }
    Ok(())
}

/// Notes what an owner claims. All of it stands in its one row, so that claims and answers by the
/// hundred cost no more than a page or two each.
pub(super) fn note(
    connection: &Connection,
    id: i64,
    claims: &BTreeSet<Key>,
) -> rusqlite::Result<()> {
    let keys: Vec<u8> = claims.iter().flat_map(|key| *key.bytes()).collect();
    let mut note = connection.prepare_cached("UPDATE owners SET claims = ?2 WHERE id = ?1")?;
    note.execute(params![id, keys]).map(|_| ())
}

/// What an owner claims.
fn claims(connection: &Connection, id: i64) -> rusqlite::Result<BTreeSet<Key>> {
    let mut query = connection.prepare_cached("SELECT claims FROM owners WHERE id = ?1")?;
    query.query_row([id], |row| Ok(keys(row.get_ref(0)?.as_blob()?).collect()))
}

/// What all owners but `own` claim, and who.
pub(super) fn others(
    connection: &Connection,
    own: Option<i64>,
) -> rusqlite::Result<BTreeMap<Key, i64>> {
    let mut query =
        connection.prepare_cached("SELECT id, claims FROM owners WHERE id IS NOT ?1")?;
    let mut rows = query.query([own])?;
    let mut others = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        others.extend(keys(row.get_ref(1)?.as_blob()?).map(|key| (key, id)));
    }
    Ok(others)
}

fn keys(claims: &[u8]) -> impl Iterator<Item = Key> {
    claims.as_chunks().0.iter().map(|bytes| Key::from(*bytes))
}

fn owners(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut query = connection.prepare_cached("SELECT id FROM owners")?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// Whether nothing is noted there.
fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |it| it.len() == 0)
}

fn lock(path: &Path) -> Result<File, TryLockError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    let file = options.open(path).map_err(TryLockError::Error)?;
    file.try_lock()?;
    // What stands in it was noted for a store of the same name that is gone.
    file.set_len(0).map_err(TryLockError::Error)?;
    Ok(file)
}

/// The file of an owner: `answers.sqlite.owner-7`.
fn path(store: &Path, id: i64) -> PathBuf {
    let mut name: OsString = store.as_os_str().to_owned();
    name.push(format!(".owner-{id}"));
    name.into()
}
