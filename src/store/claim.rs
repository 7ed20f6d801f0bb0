//! Claims: the same question asked by several processes at once goes out once.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::owner::{self, Owner};
use super::row;
use crate::data::{Closes, Recorded};
use crate::store::{Key, Store, StoreError};

/// Which of the answers that are kept will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All, failures too, but for those of a key or a model as a whole.
    All,
    /// Answers; what failed is asked again.
    Answers,
    /// None; everything is asked again.
    Nothing,
}

impl Which {
    /// Whether an answer, or a failure, that is kept will do. A refused key, an empty account and
    /// a model that isn't there are no answers to any question, and are asked again once mended.
    pub fn takes(self, kept: &Recorded) -> bool {
        match (self, kept.failure) {
            (Self::Nothing, _) => false,
            (_, None) => true,
            (Self::Answers, Some(_)) => false,
            (Self::All, Some(failure)) => failure.handling().closes == Closes::Nothing,
        }
    }
}

/// What becomes of one question.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// This store has to ask. Nobody else does, until the answer is kept or the claim released.
    Ours,
    /// The answer is here. Who and what was asked is the caller's to fill in.
    Kept(Box<Recorded>),
    /// Another living process, or another store of this one, is asking right now. Claim again
    /// later: the answer will be there, or the question free.
    Elsewhere,
}

const CLAIM: &str = "INSERT INTO claims (key, owner) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const OWNER: &str = "SELECT owner FROM claims WHERE key = ?1";
const GIVE_UP: &str = "DELETE FROM claims WHERE key = ?1 AND owner = ?2";

impl Store {
    /// Says of each question, in order, whether it is to be asked from here, and notes that it is.
    ///
    /// A claim ends when its answer is kept, when it is released, when the store is dropped, or
    /// with the process, even a killed one. What this store has claimed already is `Ours` again,
    /// so a key that stands twice in `keys` is `Ours` twice.
    ///
    /// # Errors
    /// When the file can't be read or written. Then nothing is claimed.
    pub fn claim(&self, keys: &[Key], reuse: Which) -> Result<Vec<Claim>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        // Who only waits or finds what is kept does not stand in the way of those who write.
        if let Some(claims) = self.look(keys, reuse).map_err(|error| self.error("read", error))? {
            return Ok(claims);
        }
        let owner = self.owner()?;
        // What a dead owner noted is an answer that nobody has to ask for again.
        let buried = owner::bury(&self.connection, &self.path, Some(owner));
        buried.map_err(|error| self.error("write to", error))?;
        self.write(|transaction| {
            let claim = |key: &Key| match kept(transaction, *key, reuse)? {
                Some(claim) => Ok(claim),
                None => claim(transaction, *key, owner),
            };
            keys.iter().map(claim).collect()
        })
    }

    /// What becomes of the questions, where nothing has to be claimed.
    fn look(&self, keys: &[Key], reuse: Which) -> rusqlite::Result<Option<Vec<Claim>>> {
        let transaction = self.connection.unchecked_transaction()?;
        let own = self.owner.get().map(Owner::id);
        let mut others = Others::of(self);
        let mut claims = Vec::with_capacity(keys.len());
        for key in keys {
            let claim = match kept(&transaction, *key, reuse)? {
                Some(claim) => claim,
                None => match claimed_by(&transaction, *key)? {
                    Some(other) if Some(other) != own && others.is_alive(other) => Claim::Elsewhere,
                    _ => return Ok(None),
                },
            };
            claims.push(claim);
        }
        Ok(Some(claims))
    }

    /// Gives up claims, so that whoever wants to may ask. Others' claims stay.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn release(&self, keys: &[Key]) -> Result<(), StoreError> {
        let Some(owner) = self.owner.get().filter(|_| !keys.is_empty()) else { return Ok(()) };
        self.write(|transaction| {
            keys.iter().try_for_each(|key| give_up(transaction, *key, owner.id()))
        })
    }

    /// The number of this store among those that claim; it gets one when it first needs it.
    pub(super) fn owner(&self) -> Result<i64, StoreError> {
        if let Some(owner) = self.owner.get() {
            return Ok(owner.id());
        }
        let owner = Owner::enter(&self.connection, &self.path)?;
        Ok(self.owner.get_or_init(|| owner).id())
    }
}

/// Ends the claim of that owner, if it has one.
pub(super) fn give_up(connection: &Connection, key: Key, owner: i64) -> rusqlite::Result<()> {
    connection.prepare_cached(GIVE_UP)?.execute(params![key.bytes(), owner]).map(|_| ())
}

fn kept(connection: &Connection, key: Key, reuse: Which) -> rusqlite::Result<Option<Claim>> {
    if reuse == Which::Nothing {
        return Ok(None);
    }
    let mut find = connection.prepare_cached(row::FIND)?;
    let kept = find.query_row(params![key.bytes()], |row| row::recorded(row, 0)).optional()?;
    let usable = kept.filter(|it| reuse.takes(it));
    Ok(usable.map(|it| Claim::Kept(Box::new(it))))
}

pub(super) fn claimed_by(connection: &Connection, key: Key) -> rusqlite::Result<Option<i64>> {
    let mut query = connection.prepare_cached(OWNER)?;
    query.query_row(params![key.bytes()], |row| row.get(0)).optional()
}

/// Of an owner that has died just now, whoever claims next takes up what it noted.
fn claim(connection: &Connection, key: Key, owner: i64) -> rusqlite::Result<Claim> {
    let is_new = connection.prepare_cached(CLAIM)?.execute(params![key.bytes(), owner])? == 1;
    Ok(match is_new || claimed_by(connection, key)? == Some(owner) {
        true => Claim::Ours,
        false => Claim::Elsewhere,
    })
}

/// Which owners are alive, each looked at once a transaction.
struct Others<'a> {
    store: &'a Store,
    known: BTreeMap<i64, bool>,
}

impl<'a> Others<'a> {
    fn of(store: &'a Store) -> Self {
        Self { store, known: BTreeMap::new() }
    }

    fn is_alive(&mut self, id: i64) -> bool {
        *self.known.entry(id).or_insert_with(|| owner::is_alive(&self.store.path, id))
    }
}
