//! Answers on their way into the store: a line each in their owner's file, until batches of them
//! are kept. Whoever opens the store, or claims in it, takes up what a killed process left there.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::row::{self, Values};
use super::{Entry, Key, StoreError};

/// The file that answers are noted in before they are kept. A line takes a hundredth of the time
/// that a transaction does, and survives a killed process as well.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    lines: Vec<u8>,
}

impl Journal {
    /// The journal in an owner's file.
    pub(super) fn open(path: PathBuf) -> Result<Self, StoreError> {
        let file = OpenOptions::new().append(true).open(&path);
        match file {
            Ok(file) => Ok(Self { file, path, lines: Vec::new() }),
            Err(source) => Err(StoreError::Journal { path, source }),
        }
    }

    /// Notes answers and failures, all or none of which have to be kept later. They are there when
    /// this returns, even if the process is killed right afterwards.
    ///
    /// # Errors
    /// When the file can't be written, say because the disk is full.
    pub fn note<'e>(
        &mut self,
        entries: impl IntoIterator<Item = Entry<'e>>,
    ) -> Result<(), StoreError> {
        self.lines.clear();
        for entry in entries {
            let line = Line { answer: &row::columns(&entry), earlier: &row::attempts(&entry) };
            // Texts and numbers always serialise.
            let _ = serde_json::to_writer(&mut self.lines, &line);
            self.lines.push(b'\n');
        }
        let noted = self.file.write_all(&self.lines);
        noted.map_err(|source| StoreError::Journal { path: self.path.clone(), source })
    }

    /// Everything that was noted is kept by now.
    ///
    /// # Errors
    /// When the file can't be shortened.
    pub fn clear(&mut self) -> Result<(), StoreError> {
        let cleared = self.file.set_len(0);
        cleared.map_err(|source| StoreError::Journal { path: self.path.clone(), source })
    }
}

/// Keeps what a dead owner noted and still claims. What it does not claim any more was kept.
///
/// A line that was being written when its process was killed is no answer yet.
pub(super) fn take_up(
    connection: &Connection,
    path: &Path,
    claims: &BTreeSet<Key>,
) -> rusqlite::Result<()> {
    let Ok(file) = File::open(path) else { return Ok(()) };
    let mut keeper = row::Keeper::of(connection)?;
    for line in BufReader::new(file).split(b'\n').map_while(io::Result::ok) {
        let Ok(Noted(answer, earlier)) = serde_json::from_slice(&line) else { continue };
        let request = answer.get(row::REQUEST).and_then(serde_json::Value::as_str);
        let Some(key) = request.map(Key::of) else { continue };
        let is_whole =
            answer.len() == row::N_ANSWER && earlier.iter().all(|of| of.len() == row::N_ATTEMPT);
        if is_whole && claims.contains(&key) {
            let earlier: Vec<Values<'_>> = earlier.iter().map(|of| values(of)).collect();
            keeper.keep(key, &values(&answer), &earlier)?;
        }
    }
    Ok(())
}

/// Values of the answer, and of each attempt before.
#[derive(serde::Deserialize)]
struct Noted(Vec<serde_json::Value>, Vec<Vec<serde_json::Value>>);

fn values(row: &[serde_json::Value]) -> Values<'_> {
    row.iter().map(value).collect()
}

fn value(json: &serde_json::Value) -> ValueRef<'_> {
    match json {
        serde_json::Value::String(text) => ValueRef::Text(text.as_bytes()),
        number => {
            let whole = number.as_i64().map(ValueRef::Integer);
            whole.or(number.as_f64().map(ValueRef::Real)).unwrap_or(ValueRef::Null)
        }
    }
}

struct Line<'a> {
    answer: &'a Values<'a>,
    earlier: &'a [Values<'a>],
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Row<'a>(&'a [ValueRef<'a>]);

        impl Serialize for Row<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut row = serializer.serialize_seq(Some(self.0.len()))?;
                for column in self.0 {
                    match column {
                        ValueRef::Integer(whole) => row.serialize_element(whole)?,
                        ValueRef::Real(number) => row.serialize_element(number)?,
                        other => row.serialize_element(&other.as_str_or_null().unwrap_or(None))?,
                    }
                }
                row.end()
            }
        }

        let earlier: Vec<Row<'_>> = self.earlier.iter().map(|of| Row(of)).collect();
        (Row(self.answer), earlier).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Failure, Recorded};
    use crate::kernel::{Micros, Tokens, Usd};
    use crate::store::tests::{keep, question, says, store};
    use crate::store::{Attempt, Claim, Store, Timing, Which};

    fn note(journal: &mut Journal, text: &str, answer: &Recorded, earlier: &[Attempt]) {
        let (request, key) = question(text);
        let (request, last) = (&*request, Timing { queued: Micros(1), slept: Micros(2) });
        let (status, detail) = (Some(200), Some("of the last"));
        journal.note([Entry { key, request, answer, last, status, detail, earlier }]).unwrap();
    }

    /// Everything in the tables of answers, but for their numbers.
    fn dump(store: &Store) -> Vec<String> {
        let mut rows = Vec::new();
        for (table, order) in [("answers", "key"), ("attempts", "attempt")] {
            let sql = format!("SELECT * FROM {table} ORDER BY {order}");
            let mut query = store.connection.prepare(&sql).unwrap();
            let n = query.column_count();
            let row = |row: &rusqlite::Row<'_>| {
                let columns = 1..n;
                Ok(columns.map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect::<String>())
            };
            rows.extend(query.query_map([], row).unwrap().map(Result::unwrap));
        }
        rows
    }

    /// As if the process had been killed: its file stays, and nobody has it locked.
    fn kill(store: Store) {
        let path = store.owner.get().unwrap().path().to_owned();
        let lines = std::fs::read(&path).unwrap();
        drop(store);
        std::fs::write(&path, lines).unwrap();
    }

    fn hard() -> Recorded {
        Recorded {
            task: Some("t\"1".into()),
            id: "1".into(),
            model: "mini".into(),
            confidence: Some(0.1 + 0.2),
            prompt_tokens: Some(Tokens(12)),
            cost: Some(Usd::from_picos(i64::MAX)),
            latency: Some(Micros(1_234_567)),
            ..says("a\r\n\u{2028}\u{0}b\\\"ü")
        }
    }

    #[test]
    fn what_is_taken_up_is_what_would_have_been_kept() {
        let attempt = Attempt {
            failure: Failure::RateLimited,
            status: Some(429),
            detail: Some("slow\ndown".into()),
            queued: Micros(10),
            slept: Micros(20),
            service: Micros(30),
        };
        let failed = Recorded { failure: Some(Failure::Reset), response: None, ..hard() };
        let dumps = [true, false].map(|is_killed| {
            let (folder, store) = store();
            let keys = ["one", "two", "three"].map(|text| question(text).1);
            store.claim(&keys, Which::All).unwrap();
            let mut journal = store.journal().unwrap();
            note(&mut journal, "one", &hard(), std::slice::from_ref(&attempt));
            note(&mut journal, "two", &failed, &[]);
            if is_killed {
                // The third was being written.
                journal.file.write_all(b"[[\"t\",\"3\",\"mini\",\"{\\\"kind").unwrap();
                kill(store);
            } else {
                for (text, answer, earlier) in
                    [("one", &hard(), vec![attempt.clone()]), ("two", &failed, vec![])]
                {
                    let (request, key) = question(text);
                    let last = Timing { queued: Micros(1), slept: Micros(2) };
                    let (status, detail) = (Some(200), Some("of the last"));
                    let (request, earlier) = (&*request, &*earlier);
                    let entry = Entry { key, request, answer, last, status, detail, earlier };
                    store.keep(&[entry]).unwrap();
                }
                drop(store);
            }
            let store = Store::open(&folder.path().join("answers.sqlite")).unwrap();
            assert_eq!(store.find(keys[2]).unwrap(), None);
            dump(&store)
        });
        assert_eq!(dumps[0].len(), 3);
        assert_eq!(dumps[0], dumps[1]);
    }

    #[test]
    fn who_claims_beside_a_dead_process_finds_what_it_noted() {
        let (folder, dead) = store();
        let keys = ["one", "two"].map(|text| question(text).1);
        dead.claim(&keys, Which::All).unwrap();
        let beside = Store::open(&folder.path().join("answers.sqlite")).unwrap();
        let elsewhere = [Claim::Elsewhere, Claim::Elsewhere];
        assert_eq!(beside.claim(&keys, Which::All).unwrap(), elsewhere);
        note(&mut dead.journal().unwrap(), "one", &hard(), &[]);
        kill(dead);
        let [one, two] = beside.claim(&keys, Which::All).unwrap().try_into().unwrap();
        assert!(matches!(one, Claim::Kept(row) if row.response == hard().response));
        assert_eq!(two, Claim::Ours);
    }

    #[test]
    fn what_was_kept_already_is_not_taken_up_in_place_of_something_newer() {
        let (folder, first) = store();
        let (_, key) = question("one");
        first.claim(&[key], Which::All).unwrap();
        note(&mut first.journal().unwrap(), "one", &says("old"), &[]);
        keep(&first, "one", &says("old")).unwrap();
        let beside = Store::open(&folder.path().join("answers.sqlite")).unwrap();
        keep(&beside, "one", &says("new")).unwrap();
        kill(first);
        let store = Store::open(&folder.path().join("answers.sqlite")).unwrap();
        assert_eq!(store.find(key).unwrap(), Some(says("new")));
    }

    #[test]
    fn what_can_not_be_kept_now_stays_noted() {
        let (folder, dead) = store();
        let (_, key) = question("one");
        dead.claim(&[key], Which::All).unwrap();
        note(&mut dead.journal().unwrap(), "one", &says("B"), &[]);
        let path = folder.path().join("answers.sqlite");
        let beside = Store::open(&path).unwrap();
        kill(dead);
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch("BEGIN IMMEDIATE").unwrap();
        beside.connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        beside.claim(&[key], Which::All).unwrap_err();
        writer.execute_batch("ROLLBACK").unwrap();
        let claims = beside.claim(&[key], Which::All).unwrap();
        assert_eq!(claims, [Claim::Kept(Box::new(says("B")))]);
    }

    #[test]
    fn a_line_that_is_none_or_has_other_columns_does_not_keep_the_others_from_being_taken_up() {
        let (folder, store) = store();
        let keys = ["one", "two", "three"].map(|text| question(text).1);
        store.claim(&keys, Which::All).unwrap();
        let mut journal = store.journal().unwrap();
        let (request, _) = question("one");
        let short = serde_json::json!([["t", "1", "mini", request], []]);
        journal.file.write_all(format!("{short}\n").as_bytes()).unwrap();
        journal.file.write_all(b"\xff\xfe\n").unwrap();
        note(&mut journal, "three", &says("C"), &[]);
        kill(store);
        let store = Store::open(&folder.path().join("answers.sqlite")).unwrap();
        let found = keys.map(|key| store.find(key).unwrap().and_then(|row| row.response));
        assert_eq!(found, [None, None, Some("C".to_owned())]);
    }

    #[test]
    fn a_journal_that_is_clear_goes_with_its_owner_and_another_stays() {
        for is_clear in [true, false] {
            let (_folder, store) = store();
            let (_, key) = question("one");
            store.claim(&[key], Which::All).unwrap();
            let mut journal = store.journal().unwrap();
            note(&mut journal, "one", &says("B"), &[]);
            if is_clear {
                journal.clear().unwrap();
            }
            drop(store);
            assert_eq!(journal.path.exists(), !is_clear);
        }
    }

    #[test]
    fn a_file_that_can_not_be_written_is_told() {
        let (_folder, store) = store();
        let mut journal = store.journal().unwrap();
        journal.file = File::open(&journal.path).unwrap();
        let (request, key) = question("one");
        let (request, answer, last) = (&*request, &says("B"), Timing::default());
        let entry = Entry { key, request, answer, last, status: None, detail: None, earlier: &[] };
        let error = journal.note([entry]).unwrap_err().to_string();
        assert!(error.contains(".owner-") && error.contains("Make room"), "{error}");
    }
}
