//! The tables of a store, and how a file of an earlier version becomes one of this.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::owner;

/// The version that this program writes.
pub(super) const VERSION: i64 = 3;
/// The earliest whose answers this program reads as they stand.
pub(super) const READABLE: i64 = 2;
/// The version of a file that has no tables yet.
pub(super) const NEW: i64 = 0;

/// `answers` is in the order in which questions were first kept, since random keys would scatter
/// the long rows over the file. `cost_picos` is whole pico-dollars, `.._us` whole microseconds;
/// what is not known is null. `latency_us` is the service time of the last attempt; the attempts
/// before it are rows of `attempts`, counted from 1. `task` and `item` are those of whoever asked
/// first. `owners` are the stores that claim, see `owner.rs`; `claims` is the keys, one
/// behind another.
const TABLES: &str = "
    CREATE TABLE answers (
        id INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        task TEXT,
        item TEXT,
        model TEXT NOT NULL,
        request TEXT NOT NULL,
        response TEXT,
        failure TEXT,
        status INTEGER,
        detail TEXT,
        confidence REAL,
        prompt_tokens INTEGER,
        cached_tokens INTEGER,
        cache_write_tokens INTEGER,
        completion_tokens INTEGER,
        reasoning_tokens INTEGER,
        cost_picos INTEGER,
        ttft_us INTEGER,
        latency_us INTEGER,
        queued_us INTEGER,
        slept_us INTEGER,
        attempts INTEGER NOT NULL,
        finish_reason TEXT,
        model_served TEXT,
        recorded_at TEXT
    ) STRICT;
    CREATE TABLE attempts (
        answer INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        failure TEXT NOT NULL,
        status INTEGER,
        detail TEXT,
        queued_us INTEGER NOT NULL,
        slept_us INTEGER NOT NULL,
        service_us INTEGER NOT NULL,
        PRIMARY KEY (answer, attempt)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE owners (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        claims BLOB NOT NULL DEFAULT x''
    ) STRICT;
    PRAGMA user_version = 3;";

const SET_ASIDE: &str = "ALTER TABLE answers RENAME TO answers_1;";

const TAKE_OVER: &str = "
    INSERT INTO answers (key, model, request, response, failure, detail, prompt_tokens,
        cached_tokens, completion_tokens, cost_picos, ttft_us, latency_us, attempts,
        finish_reason, recorded_at)
    SELECT key, model, request, response, failure, detail, prompt_tokens, cached_tokens,
        completion_tokens, cost_picos, ttft_us, latency_us, attempts, finish_reason,
        nullif(recorded_at, '')
    FROM answers_1 ORDER BY recorded_at, key;
    DROP TABLE answers_1;";

const PACK_CLAIMS: &str = "
    ALTER TABLE owners ADD COLUMN claims BLOB NOT NULL DEFAULT x'';
    UPDATE owners SET claims = (
        SELECT coalesce(unhex(group_concat(hex(key), '')), x'') FROM claims WHERE owner = owners.id
    );
    DROP TABLE claims;
    PRAGMA user_version = 3;";

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A store of this version, or a new file.
    Version(i64),
    /// A database that something else keeps its tables in.
    Foreign,
}

/// What a file is. One statement sees one state, whoever is making the tables meanwhile.
pub(super) fn find(connection: &Connection) -> rusqlite::Result<Found> {
    let sql = "SELECT user_version, EXISTS (SELECT 1 FROM sqlite_schema), \
         EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'answers') FROM pragma_user_version";
    connection.query_row(sql, [], |row| {
        let (version, has_tables, is_ours): (i64, bool, bool) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let is_new = version == NEW && !has_tables;
        Ok(if is_new || version != NEW && is_ours {
            Found::Version(version)
        } else {
            Found::Foreign
        })
    })
}

/// Makes the tables of a new file, or brings those of an earlier version up to this one. Whatever
/// else it is, is left alone, and so is a file that an earlier program is asking with: it could not
/// keep what it paid for.
pub(super) fn upgrade(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    if find(connection)? == Found::Version(VERSION) {
        return Ok(());
    }
    // Two processes may open the same file at once: who comes second finds the work done.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    match find(&transaction)? {
        Found::Version(NEW) => transaction.execute_batch(TABLES)?,
        Found::Version(1) => [SET_ASIDE, TABLES, TAKE_OVER]
            .into_iter()
            .try_for_each(|step| transaction.execute_batch(step))?,
        Found::Version(2) if !owner::any_is_alive(&transaction, path)? => {
            transaction.execute_batch(PACK_CLAIMS)?;
        }
        _ => {}
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use rusqlite::params;

    use super::*;
    use crate::data::{Failure, Recorded};
    use crate::kernel::{Micros, Tokens, Usd};
    use crate::store::tests::{keep, question, says};
    use crate::store::{Key, Store, StoreError, reading, request_json};

    /// What version 1 of the program ran, word for word.
    const VERSION_1: &str = "
    CREATE TABLE IF NOT EXISTS answers (
        key BLOB PRIMARY KEY,
        model TEXT NOT NULL,
        request TEXT NOT NULL,
        response TEXT,
        failure TEXT,
        detail TEXT,
        prompt_tokens INTEGER,
        cached_tokens INTEGER,
        completion_tokens INTEGER,
        cost_picos INTEGER,
        ttft_us INTEGER,
        latency_us INTEGER,
        attempts INTEGER NOT NULL,
        finish_reason TEXT,
        recorded_at TEXT NOT NULL
    ) WITHOUT ROWID, STRICT;
    PRAGMA user_version = 1;";

    /// A file of version 1 with an answer and a failure, and their keys.
    fn version_1(path: &Path) -> [Key; 2] {
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        connection.execute_batch(VERSION_1).unwrap();
        let insert = "INSERT OR REPLACE INTO answers VALUES \
             (?1, 'mini', ?2, ?3, ?4, ?5, 12, 3, 5, 37500, NULL, 1234567, 1, 'stop', ?6)";
        [
            (0, Some("B"), None, None, "2026-11-23T10:00:00Z"),
            (1, None, Some("timed-out"), Some("in 60 s"), ""),
        ]
        .map(|(sample, response, failure, detail, at)| {
            let json = request_json("chat", "http://h", ["mini"], sample);
            let key = Key::of(&json);
            let row = params![key.bytes(), json, response, failure, detail, at];
            connection.execute(insert, row).unwrap();
            key
        })
    }

    #[test]
    fn a_file_of_version_1_is_upgraded_in_place_and_keeps_every_answer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.sqlite");
        let [answered, failed] = version_1(&path);
        for opening in ["first", "second"] {
            let store = Store::open(&path).unwrap();
            let row = Recorded {
                prompt_tokens: Some(Tokens(12)),
                cached_tokens: Some(Tokens(3)),
                completion_tokens: Some(Tokens(5)),
                cost: Some(Usd::from_picos(37_500)),
                latency: Some(Micros(1_234_567)),
                attempts: Some(1),
                finish_reason: Some("stop".into()),
                ..Recorded::default()
            };
            let answer = Recorded {
                response: Some("B".into()),
                recorded_at: Some("2026-11-23T10:00:00Z".into()),
                ..row.clone()
            };
            assert_eq!(store.find(answered).unwrap(), Some(answer), "{opening} opening");
            let failure = Recorded { failure: Some(Failure::TimedOut), ..row };
            assert_eq!(store.find(failed).unwrap(), Some(failure), "{opening} opening");
            assert_eq!(version(&store.connection).unwrap(), VERSION, "{opening} opening");
        }
    }

    #[test]
    fn an_upgrade_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.sqlite");
        version_1(&path);
        let connection = Connection::open(&path).unwrap();
        let count = |table: &str| -> rusqlite::Result<i64> {
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        };
        // A table of the new version that is there already stops it half way.
        connection.execute_batch("CREATE TABLE owners (id INTEGER)").unwrap();
        assert!(Store::open(&path).is_err());
        assert_eq!((count("answers").unwrap(), version(&connection).unwrap()), (2, 1));
        assert!(count("answers_1").is_err() && count("attempts").is_err());
        connection.execute_batch("DROP TABLE owners").unwrap();
        Store::open(&path).unwrap();
        assert_eq!((count("answers").unwrap(), version(&connection).unwrap()), (2, VERSION));
    }

    /// What version 2 of the program had in place of `owners.claims`.
    const VERSION_2: &str = "
    DROP TABLE owners;
    CREATE TABLE owners (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;
    CREATE TABLE claims (key BLOB PRIMARY KEY, owner INTEGER NOT NULL) WITHOUT ROWID, STRICT;
    PRAGMA user_version = 2;";

    /// A file of version 2 with an answer, and its key.
    fn version_2(path: &Path) -> (Connection, Key) {
        keep(&Store::open(path).unwrap(), "one", &says("B")).unwrap();
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(VERSION_2).unwrap();
        (connection, question("one").1)
    }

    #[test]
    fn what_dead_owners_of_version_2_claimed_they_still_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.sqlite");
        let (connection, _) = version_2(&path);
        connection.execute_batch("INSERT INTO owners VALUES (1), (2), (3)").unwrap();
        // Bytes that are no text, and one that ends a text, are keys like others.
        let keys = [[0xff; 32], [0; 32], [b'a'; 32]].map(Key::from);
        for (key, owner) in std::iter::zip(keys, [2, 3, 2]) {
            let claim = "INSERT INTO claims VALUES (?1, ?2)";
            connection.execute(claim, params![key.bytes(), owner]).unwrap();
        }
        upgrade(&connection, &path).unwrap();
        let others = |own| owner::others(&connection, own).unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(others(None), [(keys[1], 3), (keys[2], 2), (keys[0], 2)]);
        assert_eq!(others(Some(2)), [(keys[1], 3)]);
        assert_eq!(version(&connection).unwrap(), VERSION);
    }

    #[test]
    fn a_file_that_a_program_of_version_2_asks_with_is_left_alone_until_it_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.sqlite");
        let (connection, key) = version_2(&path);
        connection.execute_batch("INSERT INTO owners VALUES (7)").unwrap();
        let lock = File::create(folder.path().join("answers.sqlite.owner-7")).unwrap();
        lock.try_lock().unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::Earlier { .. }), "{error:?}");
        assert!(error.to_string().contains("an earlier version of this program"), "{error}");
        assert_eq!(version(&connection).unwrap(), 2);
        drop(lock);
        assert_eq!(Store::open(&path).unwrap().find(key).unwrap(), Some(says("B")));
        assert_eq!(version(&connection).unwrap(), VERSION);
    }

    #[test]
    fn a_file_of_version_2_that_may_only_be_read_is_read_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.sqlite");
        let (connection, key) = version_2(&path);
        // As if somebody had been killed, and nothing of it could be taken up.
        connection.execute_batch("INSERT INTO owners VALUES (7)").unwrap();
        std::fs::write(folder.path().join("answers.sqlite.owner-7"), "noted").unwrap();
        let store = Store::of(reading::open(&path).unwrap(), &path).unwrap();
        assert_eq!(store.find(key).unwrap(), Some(says("B")));
        let error = store.journal().unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
        assert_eq!(version(&connection).unwrap(), 2);
    }

    fn version(connection: &Connection) -> rusqlite::Result<i64> {
        connection.pragma_query_value(None, "user_version", |row| row.get(0))
    }

    #[test]
    fn a_database_of_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for (name, made) in [("none", "CREATE TABLE t (x)"), ("other", "PRAGMA user_version = 2")] {
            let path = folder.path().join(name);
            let other = Connection::open(&path).unwrap();
            other.execute_batch("CREATE TABLE u (x)").unwrap();
            other.execute_batch(made).unwrap();
            let before = std::fs::read(&path).unwrap();
            let error = Store::open(&path).unwrap_err();
            assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
            assert_eq!(std::fs::read(&path).unwrap(), before, "{name} was written to");
        }
    }

    #[test]
    fn a_file_of_a_later_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.sqlite");
        let later = Connection::open(&path).unwrap();
        later.execute_batch("PRAGMA user_version = 4; CREATE TABLE answers (x)").unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::Later { version: 4, .. }), "{error}");
        assert!(error.to_string().contains("this program knows version 3"), "{error}");
        assert_eq!(version(&later).unwrap(), 4);
    }
}
