//! What a store holds, by who answered.

use std::collections::BTreeMap;

use rusqlite::Row;

use crate::kernel::{Tokens, Usd};
use crate::store::{Store, StoreError};

/// What is kept of one model behind one address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holding {
    /// The wire format; `None` where the request does not say.
    pub kind: Option<String>,
    /// The address up to the version.
    pub base_url: Option<String>,
    /// The model, as its provider calls it.
    pub model: String,
    /// Answers.
    pub n_answers: u64,
    /// What came instead of answers, by kind.
    pub failures: BTreeMap<String, u64>,
    /// Attempts that all of them took.
    pub n_attempts: u64,
    /// Tokens sent, as far as they are known; `None` where nothing is.
    pub prompt_tokens: Option<Tokens>,
    /// Tokens received, likewise.
    pub completion_tokens: Option<Tokens>,
    /// What it cost, likewise.
    pub cost: Option<Usd>,
    /// Answers whose cost is not known, and so not in `cost`.
    pub n_without_cost: u64,
    /// Bytes of requests and responses.
    pub bytes: u64,
    /// When the oldest came, as RFC 3339 in UTC; `None` where nobody noted it.
    pub oldest: Option<String>,
    /// When the newest came.
    pub newest: Option<String>,
}

/// The parts of a request that say who was asked. What is no JSON has none.
pub(super) const WHO: &str = "iif(json_valid(request), request ->> '$.kind', NULL) AS kind, \
     iif(json_valid(request), request ->> '$.base_url', NULL) AS base_url, \
     coalesce(iif(json_valid(request), request ->> '$.request.model', NULL), model) AS asked";

/// What a row takes, in bytes, without what SQLite adds.
pub(super) const BYTES: &str = "octet_length(request) + ifnull(octet_length(response), 0) \
     + ifnull(octet_length(detail), 0)";

impl Store {
    /// What is kept, by wire format, address and model.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn holdings(&self) -> Result<Vec<Holding>, StoreError> {
        let sql = format!(
            "SELECT {WHO}, failure, count(*), sum(attempts), sum(prompt_tokens), \
             sum(completion_tokens), sum(cost_picos), sum(cost_picos IS NULL), sum({BYTES}), \
             min(recorded_at), max(recorded_at) FROM answers GROUP BY 1, 2, 3, 4"
        );
        let read = || -> rusqlite::Result<Vec<Holding>> {
            let mut holdings: Vec<Holding> = Vec::new();
            let mut query = self.connection.prepare(&sql)?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let part = part(row)?;
                match holdings.last_mut().filter(|last| last.who() == part.who()) {
                    Some(last) => last.add(part),
                    None => holdings.push(part),
                }
            }
            Ok(holdings)
        };
        read().map_err(|error| self.error("read", error))
    }

    /// The size of the file, in bytes, without what waits to be folded into it.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn size(&self) -> Result<u64, StoreError> {
        let pragma = |name| self.connection.pragma_query_value(None, name, |row| row.get(0));
        let size = pragma("page_count").and_then(|pages: i64| Ok(pages * pragma("page_size")?));
        size.map(|bytes| bytes as u64).map_err(|error| self.error("read", error))
    }
}

/// Answers, or failures of one kind.
fn part(row: &Row<'_>) -> rusqlite::Result<Holding> {
    let count = |at: usize| row.get::<_, i64>(at).map(|n| n as u64);
    let tokens = |at: usize| row.get::<_, Option<i64>>(at).map(|n| n.map(|n| Tokens(n as u64)));
    let n = count(4)?;
    let failure: Option<String> = row.get(3)?;
    Ok(Holding {
        kind: row.get(0)?,
        base_url: row.get(1)?,
        model: row.get(2)?,
        n_answers: if failure.is_none() { n } else { 0 },
        n_without_cost: if failure.is_none() { count(9)? } else { 0 },
        failures: failure.map(|kind| (kind, n)).into_iter().collect(),
        n_attempts: count(5)?,
        prompt_tokens: tokens(6)?,
        completion_tokens: tokens(7)?,
        cost: row.get::<_, Option<i64>>(8)?.map(Usd::from_picos),
        bytes: count(10)?,
        oldest: row.get(11)?,
        newest: row.get(12)?,
    })
}

impl Holding {
    fn who(&self) -> (&Option<String>, &Option<String>, &str) {
        (&self.kind, &self.base_url, &self.model)
    }

    fn add(&mut self, other: Self) {
        fn sum<T>(one: Option<T>, other: Option<T>, add: impl Fn(T, T) -> T) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(add(one, other)),
                (one, other) => one.or(other),
            }
        }
        let tokens = |one: Tokens, other: Tokens| Tokens(one.0 + other.0);
        self.n_answers += other.n_answers;
        self.n_without_cost += other.n_without_cost;
        self.failures.extend(other.failures);
        self.n_attempts += other.n_attempts;
        self.prompt_tokens = sum(self.prompt_tokens, other.prompt_tokens, tokens);
        self.completion_tokens = sum(self.completion_tokens, other.completion_tokens, tokens);
        self.cost = sum(self.cost, other.cost, |one, other| one + other);
        self.bytes += other.bytes;
        self.oldest = sum(self.oldest.take(), other.oldest, |one, other| one.min(other));
        self.newest = sum(self.newest.take(), other.newest, |one, other| one.max(other));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Failure, Recorded};
    use crate::store::tests::{keep, says, store};

    #[test]
    fn holdings_count_answers_and_failures_apart_and_know_what_they_do_not_know() {
        let (_folder, store) = store();
        assert_eq!(store.holdings().unwrap(), []);
        let at = |day: u32| Some(format!("2026-11-{day:02}T10:00:00Z"));
        let priced = Recorded {
            prompt_tokens: Some(Tokens(10)),
            completion_tokens: Some(Tokens(2)),
            cost: Some(Usd::from_picos(5)),
            recorded_at: at(3),
            ..says("B")
        };
        let failed = |failure, day| Recorded {
            response: None,
            failure: Some(failure),
            recorded_at: at(day),
            attempts: Some(3),
            ..says("")
        };
        for (text, answer) in [
            ("a", priced.clone()),
            ("b", priced),
            ("c", says("C")),
            ("d", failed(Failure::TimedOut, 1)),
            ("e", failed(Failure::Reset, 9)),
        ] {
            keep(&store, text, &answer).unwrap();
        }
        let holdings = store.holdings().unwrap();
        let [holding] = holdings.as_slice() else { panic!("{holdings:?}") };
        assert_eq!(holding.kind.as_deref(), Some("chat"));
        assert_eq!(holding.base_url.as_deref(), Some("http://h/v1"));
        // The request of these tests is a list, which names no model; the answers do not either.
        assert_eq!((holding.n_answers, holding.n_attempts), (3, 9));
        let failures = [("reset".to_owned(), 1), ("timed-out".to_owned(), 1)];
        assert_eq!(holding.failures, BTreeMap::from(failures));
        assert_eq!(
            (holding.prompt_tokens, holding.completion_tokens),
            (Some(Tokens(20)), Some(Tokens(4)))
        );
        assert_eq!((holding.cost, holding.n_without_cost), (Some(Usd::from_picos(10)), 1));
        assert_eq!((holding.oldest.clone(), holding.newest.clone()), (at(1), at(9)));
        assert!(holding.bytes > 0 && store.size().unwrap() >= holding.bytes);
    }
}
