//! Floor 2: the answer store, one SQLite file that keeps every answer as it arrives.

mod key;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

pub use key::Key;

use crate::data::{Failure, Recorded};
use crate::kernel::{Micros, Tokens, Usd};

/// What goes wrong with a store.
#[derive(Debug, thiserror::Error)]
#[error("{action} the answer store {path}")]
pub struct StoreError {
    action: &'static str,
    path: PathBuf,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Answers by [`Key`]. Several processes may share a file: it is in write-ahead mode, and a reader
/// never waits for a writer.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

const SCHEMA: &str = "
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

const COLUMNS: &str = "response, failure, prompt_tokens, cached_tokens, completion_tokens, \
     cost_picos, ttft_us, latency_us, attempts, finish_reason, recorded_at";

impl Store {
    /// Opens the file, making it and its folder where there are none.
    ///
    /// # Errors
    /// When the file can't be made, is no store, or is of a later version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| StoreError {
            action: "open",
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(error.into()))?;
        }
        let connection = Connection::open(path).map_err(|error| failed(error.into()))?;
        let set_up = || -> rusqlite::Result<i64> {
            connection.busy_timeout(Duration::from_secs(30))?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            // A killed process loses nothing in this mode; only a power cut may lose the last rows.
            connection.pragma_update(None, "synchronous", "normal")?;
            connection.pragma_query_value(None, "user_version", |row| row.get(0))
        };
        match set_up().map_err(|error| failed(error.into()))? {
            0 => connection.execute_batch(SCHEMA).map_err(|error| failed(error.into()))?,
            1 => {}
            later => {
                let text = format!("its format is version {later}; this program knows version 1");
                return Err(failed(text.into()));
            }
        }
        Ok(Self { connection, path: path.to_owned() })
    }

    /// What was kept under a key. Who and what was asked is the caller's to fill in.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn find(&self, key: &Key) -> Result<Option<Recorded>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM answers WHERE key = ?1");
        let found = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut query| query.query_row(params![key.bytes()], recorded).optional());
        found.map_err(|error| self.error("read", error))
    }

    /// Keeps one answer or failure, in place of what was there. It is there when this returns,
    /// even if the process is killed right afterwards.
    ///
    /// # Errors
    /// When the file can't be written, say because the disk is full.
    pub fn keep(
        &self,
        key: &Key,
        answer: &Recorded,
        detail: Option<&str>,
    ) -> Result<(), StoreError> {
        const INSERT: &str = "INSERT OR REPLACE INTO answers (key, model, request, response, \
             failure, detail, prompt_tokens, cached_tokens, completion_tokens, cost_picos, \
             ttft_us, latency_us, attempts, finish_reason, recorded_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        let tokens = |tokens: Option<Tokens>| tokens.map(|it| it.0 as i64);
        let micros = |micros: Option<Micros>| micros.map(|it| it.0 as i64);
        let kept = self.connection.prepare_cached(INSERT).and_then(|mut insert| {
            insert.execute(params![
                key.bytes(),
                answer.model.as_str(),
                key.request(),
                answer.response,
                answer.failure.map(Failure::name),
                detail,
                tokens(answer.prompt_tokens),
                tokens(answer.cached_tokens),
                tokens(answer.completion_tokens),
                answer.cost.map(Usd::picos),
                micros(answer.ttft),
                micros(answer.latency),
                answer.attempts.unwrap_or(1),
                answer.finish_reason,
                answer.recorded_at.as_deref().unwrap_or_default(),
            ])
        });
        kept.map(|_| ()).map_err(|error| self.error("write to", error))
    }

    fn error(&self, action: &'static str, source: rusqlite::Error) -> StoreError {
        StoreError { action, path: self.path.clone(), source: source.into() }
    }
}

fn recorded(row: &Row<'_>) -> rusqlite::Result<Recorded> {
    let tokens =
        |name: &str| row.get::<_, Option<i64>>(name).map(|it| it.map(|n| Tokens(n as u64)));
    let micros =
        |name: &str| row.get::<_, Option<i64>>(name).map(|it| it.map(|n| Micros(n as u64)));
    let failure: Option<String> = row.get("failure")?;
    Ok(Recorded {
        response: row.get("response")?,
        failure: failure.map(|name| Failure::from_name(&name).unwrap_or(Failure::Other)),
        prompt_tokens: tokens("prompt_tokens")?,
        cached_tokens: tokens("cached_tokens")?,
        completion_tokens: tokens("completion_tokens")?,
        cost: row.get::<_, Option<i64>>("cost_picos")?.map(Usd::from_picos),
        ttft: micros("ttft_us")?,
        latency: micros("latency_us")?,
        attempts: Some(row.get("attempts")?),
        finish_reason: row.get("finish_reason")?,
        recorded_at: Some(row.get("recorded_at")?),
        ..Recorded::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again_and_only_under_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/answers.sqlite");
        let [mini, other] = ["mini", "other"].map(|model| Key::new("kind", "http://h", model, 0));
        let answer = Recorded {
            response: Some("a\r\n\u{2028}b".into()),
            prompt_tokens: Some(Tokens(12)),
            latency: Some(Micros(1_234_567)),
            attempts: Some(1),
            recorded_at: Some("2026-11-23T10:00:00Z".into()),
            ..Recorded::default()
        };
        Store::open(&path).unwrap().keep(&mini, &answer, None).unwrap();
        let store = Store::open(&path).unwrap();
        assert_eq!(store.find(&mini).unwrap(), Some(answer.clone()));
        assert_eq!(store.find(&other).unwrap(), None);
        let failed = Recorded { response: None, failure: Some(Failure::TimedOut), ..answer };
        store.keep(&mini, &failed, Some("no answer in 60 s")).unwrap();
        assert_eq!(store.find(&mini).unwrap(), Some(failed));
    }

    #[test]
    fn a_file_that_is_no_store_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.sqlite");
        std::fs::write(&path, "this is not a database, but long enough to look at".repeat(9))
            .unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(error.to_string().contains("open the answer store"), "{error}");
    }
}
