//! A row of the store: an entry written, and an answer read back.

use rusqlite::types::FromSql;
use rusqlite::{Connection, Row, params};

use crate::data::{Failure, Recorded};
use crate::kernel::{Micros, Tokens, Usd};
use crate::store::Entry;

/// What [`recorded`] makes an answer of.
macro_rules! answer {
    () => {
        "response, failure, confidence, prompt_tokens, cached_tokens, cache_write_tokens, \
         completion_tokens, reasoning_tokens, cost_picos, ttft_us, latency_us, attempts, \
         finish_reason, model_served, recorded_at"
    };
}

/// The columns that [`recorded`] reads.
pub(super) const ANSWER: &str = answer!();

/// Reads them under a key.
pub(super) const FIND: &str = concat!("SELECT ", answer!(), " FROM answers WHERE key = ?1");

const FORGET_ATTEMPTS: &str =
    "DELETE FROM attempts WHERE answer = (SELECT id FROM answers WHERE key = ?1)";
const FORGET: &str = "DELETE FROM answers WHERE key = ?1";

const KEEP: &str = "INSERT INTO answers (key, task, item, model, request, response, \
     failure, status, detail, confidence, prompt_tokens, cached_tokens, cache_write_tokens, \
     completion_tokens, reasoning_tokens, cost_picos, ttft_us, latency_us, queued_us, slept_us, \
     attempts, finish_reason, model_served, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
     ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24) \
     ON CONFLICT DO NOTHING";

const KEEP_ATTEMPT: &str = "INSERT OR REPLACE INTO attempts (answer, attempt, failure, status, \
     detail, queued_us, slept_us, service_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// Writes an entry in place of what was there under its key.
pub(super) fn keep(connection: &Connection, entry: &Entry<'_>) -> rusqlite::Result<()> {
    if !insert(connection, entry)? {
        let key = params![entry.key.bytes()];
        connection.prepare_cached(FORGET_ATTEMPTS)?.execute(key)?;
        connection.prepare_cached(FORGET)?.execute(key)?;
        insert(connection, entry)?;
    }
    let id = connection.last_insert_rowid();
    for (attempt, of) in (1..).zip(entry.earlier) {
        connection.prepare_cached(KEEP_ATTEMPT)?.execute(params![
            id,
            attempt,
            of.failure.name(),
            of.status,
            of.detail,
            micros(of.queued),
            micros(of.slept),
            micros(of.service),
        ])?;
    }
    Ok(())
}

/// Whether there was nothing under its key, so that it is written now.
fn insert(connection: &Connection, entry: &Entry<'_>) -> rusqlite::Result<bool> {
    let Entry { key, request, answer, last, status, detail, earlier } = entry;
    let item = Some(answer.id.as_str()).filter(|item| !item.is_empty());
    let n_written = connection.prepare_cached(KEEP)?.execute(params![
        key.bytes(),
        answer.task.as_ref().map(|task| task.as_str()),
        item,
        answer.model.as_str(),
        request,
        answer.response,
        answer.failure.map(Failure::name),
        status,
        detail,
        answer.confidence,
        tokens(answer.prompt_tokens),
        tokens(answer.cached_tokens),
        tokens(answer.cache_write_tokens),
        tokens(answer.completion_tokens),
        tokens(answer.reasoning_tokens),
        answer.cost.map(Usd::picos),
        answer.ttft.map(micros),
        answer.latency.map(micros),
        micros(last.queued),
        micros(last.slept),
        answer.attempts.unwrap_or(earlier.len() as u32 + 1),
        answer.finish_reason,
        answer.model_served,
        answer.recorded_at,
    ])?;
    Ok(n_written == 1)
}

/// The answer in a row whose columns are those of [`ANSWER`], from `first` on. Who and what was
/// asked is left empty; a failure of a name that nobody knows is `Other`.
pub(super) fn recorded(row: &Row<'_>, first: usize) -> rusqlite::Result<Recorded> {
    let mut columns = Columns { row, next: first };
    let columns = &mut columns;
    Ok(Recorded {
        response: columns.take()?,
        failure: columns
            .take::<String>()?
            .map(|name| Failure::from_name(&name).unwrap_or(Failure::Other)),
        confidence: columns.take()?,
        prompt_tokens: columns.tokens()?,
        cached_tokens: columns.tokens()?,
        cache_write_tokens: columns.tokens()?,
        completion_tokens: columns.tokens()?,
        reasoning_tokens: columns.tokens()?,
        cost: columns.take()?.map(Usd::from_picos),
        ttft: columns.micros()?,
        latency: columns.micros()?,
        attempts: columns.take()?,
        finish_reason: columns.take()?,
        model_served: columns.take()?,
        recorded_at: columns.take()?,
        ..Recorded::default()
    })
}

struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl Columns<'_> {
    fn take<T: FromSql>(&mut self) -> rusqlite::Result<Option<T>> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    fn tokens(&mut self) -> rusqlite::Result<Option<Tokens>> {
        Ok(self.take::<i64>()?.map(|tokens| Tokens(tokens as u64)))
    }

    fn micros(&mut self) -> rusqlite::Result<Option<Micros>> {
        Ok(self.take::<i64>()?.map(|micros| Micros(micros as u64)))
    }
}

/// SQLite's whole numbers have a sign; nobody counts further than they reach.
fn tokens(tokens: Option<Tokens>) -> Option<i64> {
    tokens.map(|tokens| tokens.0 as i64)
}

fn micros(micros: Micros) -> i64 {
    micros.0 as i64
}
