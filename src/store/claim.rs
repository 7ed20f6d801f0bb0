//! Claims: the same question asked by several processes at once goes out once.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

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
        let buried = owner::bury(&self.connection, &self.path, Some(owner.id()));
        buried.map_err(|error| self.error("write to", error))?;
        self.write_as(owner, |transaction, own| {
            let mut kept = Finder::of(transaction, reuse)?;
            // Of one who has died just now, whoever claims next takes up what it noted.
            let others = owner::others(transaction, Some(owner.id()))?;
            let mut claim = |key: &Key| match kept.find(*key)? {
                Some(claim) => Ok(claim),
                None if others.contains_key(key) => Ok(Claim::Elsewhere),
                None => {
                    own.insert(*key);
                    Ok(Claim::Ours)
                }
            };
            keys.iter().map(&mut claim).collect()
        })
    }

    /// What becomes of the questions, where nothing has to be claimed.
    fn look(&self, keys: &[Key], reuse: Which) -> rusqlite::Result<Option<Vec<Claim>>> {
        let transaction = self.connection.unchecked_transaction()?;
        let mut kept = Finder::of(&transaction, reuse)?;
        let others = owner::others(&transaction, self.owner.get().map(Owner::id))?;
        let mut alive = BTreeMap::new();
        let mut is_alive =
            |id: i64| *alive.entry(id).or_insert_with(|| owner::is_alive(&self.path, id));
        let mut claims = Vec::with_capacity(keys.len());
        for key in keys {
            let claim = match kept.find(*key)? {
                Some(claim) => claim,
                None if others.get(key).is_some_and(|id| is_alive(*id)) => Claim::Elsewhere,
                None => return Ok(None),
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
        self.write_as(owner, |_, own| {
            keys.iter().for_each(|key| {
                own.remove(key);
            });
            Ok(())
        })
    }

    /// This store among those that claim; it is entered when that is first needed.
    pub(super) fn owner(&self) -> Result<&Owner, StoreError> {
        if let Some(owner) = self.owner.get() {
            return Ok(owner);
        }
        let owner = Owner::enter(&self.connection, &self.path)?;
        Ok(self.owner.get_or_init(|| owner))
    }

    /// Does something in one transaction that may add to, or take from, what its owner claims.
    pub(super) fn write_as<T>(
        &self,
        owner: &Owner,
        work: impl FnOnce(&Connection, &mut BTreeSet<Key>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut claims = owner.claims.borrow().clone();
        let done = self.write(|transaction| {
            let before = claims.len();
            let done = work(transaction, &mut claims)?;
            if claims.len() != before {
                owner::note(transaction, owner.id(), &claims)?;
            }
            Ok(done)
        })?;
        owner.claims.replace(claims);
        Ok(done)
    }
}

/// Finds what is kept and will do.
struct Finder<'c> {
    query: CachedStatement<'c>,
    reuse: Which,
}

impl<'c> Finder<'c> {
    fn of(connection: &'c Connection, reuse: Which) -> rusqlite::Result<Self> {
        Ok(Self { query: connection.prepare_cached(row::FIND)?, reuse })
    }

    fn find(&mut self, key: Key) -> rusqlite::Result<Option<Claim>> {
        if self.reuse == Which::Nothing {
            return Ok(None);
        }
        let read = |row: &Row<'_>| row::recorded(row, 0);
        let kept = self.query.query_row(params![key.bytes()], read).optional()?;
        let usable = kept.filter(|it| self.reuse.takes(it));
        Ok(usable.map(|it| Claim::Kept(Box::new(it))))
    }
}
