//! Takes answers out of a store.

use rusqlite::{Connection, ToSql};

use super::holding::{BYTES, WHO};
use crate::store::{Store, StoreError};

/// What is to go: whatever all of these say. What says nothing takes everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruning {
    /// Of this model, as the scenario or its provider calls it.
    pub model: Option<String>,
    /// Only failures.
    pub failures: bool,
    /// Only what came before this moment, RFC 3339 in UTC. What has no time stays.
    pub before: Option<String>,
}

/// What went, or would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Answers.
    pub n_answers: u64,
    /// Failures.
    pub n_failures: u64,
    /// Bytes of their requests and responses.
    pub bytes: u64,
}

impl Store {
    /// What [`Self::prune`] would take out.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn would_prune(&self, pruning: &Pruning) -> Result<Pruned, StoreError> {
        count(&self.connection, pruning).map_err(|error| self.error("read", error))
    }

    /// Takes answers out with their attempts, and gives their room back to the disk.
    ///
    /// # Errors
    /// When the file can't be written. Then nothing went.
    pub fn prune(&self, pruning: &Pruning) -> Result<Pruned, StoreError> {
        let (condition, values) = condition(pruning);
        let pruned = self.write(|transaction| {
            let pruned = count(transaction, pruning)?;
            let attempts =
                format!("DELETE FROM attempts WHERE answer IN (SELECT id FROM {condition})");
            transaction.execute(&attempts, &*values)?;
            let answers = format!("DELETE FROM answers WHERE id IN (SELECT id FROM {condition})");
            transaction.execute(&answers, &*values)?;
            Ok(pruned)
        })?;
        let shrink = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE);";
        self.connection.execute_batch(shrink).map_err(|error| self.error("shrink", error))?;
        Ok(pruned)
    }
}

fn count(connection: &Connection, pruning: &Pruning) -> rusqlite::Result<Pruned> {
    let (condition, values) = condition(pruning);
    let sql = format!(
        "SELECT count(*) FILTER (WHERE failure IS NULL), \
         count(*) FILTER (WHERE failure IS NOT NULL), ifnull(sum({BYTES}), 0) FROM {condition}"
    );
    connection.query_row(&sql, &*values, |row| {
        let count = |at: usize| row.get::<_, i64>(at).map(|n| n as u64);
        Ok(Pruned { n_answers: count(0)?, n_failures: count(1)?, bytes: count(2)? })
    })
}

/// What stands behind `FROM`, and the values of its parameters.
fn condition(pruning: &Pruning) -> (String, Vec<&dyn ToSql>) {
    let mut sql = format!("(SELECT *, {WHO} FROM answers) WHERE 1");
    let mut values: Vec<&dyn ToSql> = Vec::new();
    if let Some(model) = &pruning.model {
        values.push(model);
        sql += " AND ?1 IN (model, asked)";
    }
    if pruning.failures {
        sql += " AND failure IS NOT NULL";
    }
    if let Some(before) = &pruning.before {
        values.push(before);
        sql += &format!(" AND recorded_at < ?{}", values.len());
    }
    (sql, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Failure, Recorded};
    use crate::store::tests::{keep, question, says, store};

    #[test]
    fn only_what_all_conditions_name_goes() {
        let of = |model: Option<&str>, failures, before: Option<&str>| Pruning {
            model: model.map(str::to_owned),
            failures,
            before: before.map(str::to_owned),
        };
        const NOON: Option<&str> = Some("2026-11-02T12:00:00Z");
        // "a" is old and answered, "b" old and failed, "c" new, "d" of another model without time.
        for (pruning, gone) in [
            (of(None, false, None), "abcd"),
            (of(Some("mini"), false, None), "abc"),
            (of(Some("maxi"), false, None), "d"),
            (of(Some("nobody"), false, None), ""),
            (of(None, true, None), "b"),
            (of(None, false, NOON), "ab"),
            (of(Some("mini"), true, NOON), "b"),
            (of(Some("maxi"), false, NOON), ""),
        ] {
            let (_folder, store) = store();
            let at = |day| Some(format!("2026-11-{day:02}T10:00:00Z"));
            let of_mini = |text: &str, day| Recorded {
                model: "mini".into(),
                recorded_at: at(day),
                ..says(text)
            };
            let failed =
                Recorded { failure: Some(Failure::Reset), response: None, ..of_mini("", 1) };
            keep(&store, "a", &of_mini("A", 2)).unwrap();
            keep(&store, "b", &failed).unwrap();
            keep(&store, "c", &of_mini("C", 3)).unwrap();
            keep(&store, "d", &Recorded { model: "maxi".into(), ..says("D") }).unwrap();
            let would = store.would_prune(&pruning).unwrap();
            let n_failures = gone.matches('b').count() as u64;
            assert_eq!(would.n_answers + would.n_failures, gone.len() as u64, "{pruning:?}");
            assert_eq!((would.n_failures, would.bytes > 0), (n_failures, !gone.is_empty()));
            assert_eq!(store.prune(&pruning).unwrap(), would, "{pruning:?}");
            for name in ["a", "b", "c", "d"] {
                let found = store.find(question(name).1).unwrap().is_some();
                assert_eq!(found, !gone.contains(name), "{name} after {pruning:?}");
            }
        }
    }

    #[test]
    fn what_went_gives_its_room_back() {
        let (_folder, store) = store();
        for n in 0..50 {
            keep(&store, &n.to_string(), &says(&"long".repeat(2500))).unwrap();
        }
        let before = store.size().unwrap();
        assert!(before > 500_000, "{before}");
        store.prune(&Pruning::default()).unwrap();
        assert!(store.size().unwrap() < 100_000);
    }
}
