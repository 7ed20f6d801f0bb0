//! Whether a store is sound: the file, every key and every row.

use rusqlite::Row;
use serde_json::Value;

use super::row;
use crate::data::Failure;
use crate::store::{Key, Store};

/// What looking through a store brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Rows that were looked at.
    pub n_rows: u64,
    /// What is wrong, a sentence each; nothing where the store is sound.
    pub faults: Vec<String>,
}

impl Store {
    /// Looks through everything: SQLite's own check of the file, every key hashed again from its
    /// request, every row read, every attempt assigned. What can't be read is a fault, no error.
    pub fn verify(&self) -> Verified {
        let mut verified = Verified::default();
        let steps = [Self::check_file, Self::check_rows, Self::check_attempts];
        for step in steps {
            if let Err(error) = step(self, &mut verified) {
                verified.faults.push(format!("the file can't be read further: {error}"));
            }
        }
        verified
    }

    fn check_file(&self, verified: &mut Verified) -> rusqlite::Result<()> {
        let mut query = self.connection.prepare("PRAGMA integrity_check")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            if text != "ok" {
                verified.faults.push(format!("SQLite: {text}"));
            }
        }
        Ok(())
    }

    fn check_rows(&self, verified: &mut Verified) -> rusqlite::Result<()> {
        let sql = format!(
            "SELECT id, key, request, failure, status, queued_us, slept_us, {} FROM answers \
             ORDER BY id",
            row::ANSWER
        );
        let mut query = self.connection.prepare(&sql)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            verified.n_rows += 1;
            let id: i64 = row.get(0)?;
            let faults = match faults(row) {
                Ok(faults) => faults,
                Err(error) => vec![format!("can't be read: {error}")],
            };
            verified.faults.extend(faults.into_iter().map(|it| format!("answer {id}: {it}")));
        }
        Ok(())
    }

    fn check_attempts(&self, verified: &mut Verified) -> rusqlite::Result<()> {
        let sql = "SELECT answer, attempt, failure, answer IN (SELECT id FROM answers), \
             min(queued_us, slept_us, service_us) FROM attempts ORDER BY answer, attempt";
        let mut query = self.connection.prepare(sql)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (answer, attempt): (i64, i64) = (row.get(0)?, row.get(1)?);
            let failure: String = row.get(2)?;
            let mut fault = |text: &str| {
                verified.faults.push(format!("attempt {attempt} of answer {answer}: {text}"));
            };
            if !row.get::<_, bool>(3)? {
                fault("there is no such answer");
            }
            if Failure::from_name(&failure).is_none() {
                fault(&format!("`{failure}` is no kind of failure"));
            }
            if row.get::<_, i64>(4)? < 0 {
                fault("a time is negative");
            }
        }
        Ok(())
    }
}

/// What is wrong with a row.
fn faults(row: &Row<'_>) -> rusqlite::Result<Vec<String>> {
    let mut faults = Vec::new();
    let (key, request): (Vec<u8>, String) = (row.get(1)?, row.get(2)?);
    if Key::of(&request).bytes().as_slice() != key {
        faults.push("its key is not the hash of its request".to_owned());
    }
    let asked: Value = serde_json::from_str(&request).unwrap_or_default();
    for part in ["kind", "base_url", "request", "sample"] {
        if asked.get(part).is_none() {
            faults.push(format!("its request is no JSON with `{part}`"));
        }
    }
    let failure: Option<String> = row.get(3)?;
    if let Some(unknown) = failure.as_ref().filter(|name| Failure::from_name(name).is_none()) {
        faults.push(format!("`{unknown}` is no kind of failure"));
    }
    let status: Option<i64> = row.get(4)?;
    if status.is_some_and(|status| !(100..=599).contains(&status)) {
        faults.push("its status is no HTTP status".to_owned());
    }
    let recorded = row::recorded(row, 7)?;
    if recorded.response.is_none() && failure.is_none() {
        faults.push("it is neither an answer nor a failure".to_owned());
    }
    if recorded.confidence.is_some_and(|it| !(0.0..=1.0).contains(&it)) {
        faults.push("its confidence is not between 0 and 1".to_owned());
    }
    // Numbers are read back unsigned, so that a negative one is larger than any that was written.
    let largest = i64::MAX as u64;
    let times = [recorded.ttft, recorded.latency].into_iter().flatten().map(|it| it.0);
    let waits: [Option<i64>; 2] = [row.get(5)?, row.get(6)?];
    let tokens = [
        recorded.prompt_tokens,
        recorded.cached_tokens,
        recorded.cache_write_tokens,
        recorded.completion_tokens,
        recorded.reasoning_tokens,
    ];
    let tokens = tokens.into_iter().flatten().map(|it| it.0);
    let is_negative = times.chain(tokens).any(|number| number > largest)
        || waits.into_iter().flatten().any(|wait| wait < 0);
    if is_negative {
        faults.push("a number is negative".to_owned());
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Recorded;
    use crate::store::tests::{keep, says, store};

    #[test]
    fn each_kind_of_damage_is_found_where_it_is() {
        for (damage, fault) in [
            ("", None),
            ("UPDATE answers SET request = request || ' ' WHERE id = 2", Some("answer 2: its key")),
            ("UPDATE answers SET key = x'00' WHERE id = 1", Some("answer 1: its key is not")),
            ("UPDATE answers SET request = '{}' WHERE id = 1", Some("no JSON with `kind`")),
            ("UPDATE answers SET response = NULL WHERE id = 2", Some("answer 2: it is neither")),
            ("UPDATE answers SET failure = 'tired' WHERE id = 2", Some("`tired` is no kind")),
            ("UPDATE answers SET prompt_tokens = -1 WHERE id = 2", Some("a number is negative")),
            ("UPDATE answers SET queued_us = -1 WHERE id = 2", Some("a number is negative")),
            ("UPDATE answers SET status = 1 WHERE id = 2", Some("its status is no HTTP")),
            ("UPDATE answers SET confidence = 2 WHERE id = 2", Some("its confidence is not")),
            (
                "UPDATE answers SET response = CAST(x'ff' AS TEXT) WHERE id = 1",
                Some("answer 1: can't be read"),
            ),
            (
                "INSERT INTO attempts VALUES (9, 1, 'reset', NULL, NULL, 0, 0, 0)",
                Some("attempt 1 of answer 9: there is no such answer"),
            ),
            (
                "INSERT INTO attempts VALUES (1, 1, 'tired', NULL, NULL, 0, -1, 0)",
                Some("attempt 1 of answer 1: `tired`"),
            ),
        ] {
            let (_folder, store) = store();
            keep(&store, "a", &says("A")).unwrap();
            keep(&store, "b", &Recorded { confidence: Some(0.5), ..says("B") }).unwrap();
            store.connection.execute_batch(damage).unwrap();
            let verified = store.verify();
            assert_eq!(verified.n_rows, 2, "{damage}");
            match fault {
                None => assert_eq!(verified.faults, [""; 0], "{damage}"),
                Some(fault) => {
                    let all = verified.faults.join("\n");
                    assert!(all.contains(fault), "{damage}: {all}");
                }
            }
        }
    }

    #[test]
    fn a_page_that_was_written_over_is_found() {
        let (folder, store) = store();
        for n in 0..200 {
            keep(&store, &n.to_string(), &says(&"long".repeat(100))).unwrap();
        }
        drop(store);
        let path = folder.path().join("answers.sqlite");
        let mut bytes = std::fs::read(&path).unwrap();
        let page = 20 * 4096;
        bytes[page..page + 4096].fill(0xab);
        std::fs::write(&path, bytes).unwrap();
        let verified = Store::open(&path).unwrap().verify();
        assert!(!verified.faults.is_empty());
    }
}
