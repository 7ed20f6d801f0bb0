//! A row of the store: an entry written, and an answer read back.

use rusqlite::types::{FromSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Row, params, params_from_iter};

use crate::data::{Failure, Recorded};
use crate::kernel::{Micros, Tokens, Usd};
use crate::store::{Attempt, Entry, Key};

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

/// Whether there are any.
pub(super) const ANY: &str = "SELECT EXISTS (SELECT 1 FROM answers)";

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

/// Values of the columns of an answer or an attempt, in the order in which they are written; the
/// key of an answer, and whose attempt it is, stand before them.
pub(super) type Values<'a> = Vec<ValueRef<'a>>;

/// Columns of an answer, and of an attempt.
pub(super) const N_ANSWER: usize = 23;
pub(super) const N_ATTEMPT: usize = 6;

/// Where the request stands among the columns of an answer.
pub(super) const REQUEST: usize = 3;

/// Writes rows, one after another.
pub(super) struct Keeper<'c> {
    connection: &'c Connection,
    insert: CachedStatement<'c>,
}

impl<'c> Keeper<'c> {
    pub(super) fn of(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self { connection, insert: connection.prepare_cached(KEEP)? })
    }

    /// Writes an answer and the attempts before it in place of what was there under its key.
    pub(super) fn keep(
        &mut self,
        key: Key,
        answer: &[ValueRef<'_>],
        attempts: &[Values<'_>],
    ) -> rusqlite::Result<()> {
        let connection = self.connection;
        if !self.insert(key, answer)? {
            connection.prepare_cached(FORGET_ATTEMPTS)?.execute(params![key.bytes()])?;
            connection.prepare_cached(FORGET)?.execute(params![key.bytes()])?;
            self.insert(key, answer)?;
        }
        let id = connection.last_insert_rowid();
        for (attempt, of) in (1..).zip(attempts) {
            let whose = [ValueRef::Integer(id), ValueRef::Integer(attempt)];
            let columns = whose.into_iter().chain(of.iter().copied()).map(ToSqlOutput::Borrowed);
            connection.prepare_cached(KEEP_ATTEMPT)?.execute(params_from_iter(columns))?;
        }
        Ok(())
    }

    /// Whether there was nothing under its key, so that it is written now.
    fn insert(&mut self, key: Key, answer: &[ValueRef<'_>]) -> rusqlite::Result<bool> {
        let columns = [ValueRef::Blob(key.bytes())].into_iter().chain(answer.iter().copied());
        Ok(self.insert.execute(params_from_iter(columns.map(ToSqlOutput::Borrowed)))? == 1)
    }
}

/// The columns of an entry's answer.
pub(super) fn columns<'a>(entry: &'a Entry<'_>) -> Values<'a> {
    let Entry { request, answer, last, status, detail, earlier, .. } = entry;
    let item = Some(answer.id.as_str()).filter(|item| !item.is_empty());
    let attempts = answer.attempts.unwrap_or(earlier.len() as u32 + 1);
    vec![
        text(answer.task.as_ref().map(|task| task.as_str())),
        text(item),
        text(Some(answer.model.as_str())),
        text(Some(request)),
        text(answer.response.as_deref()),
        text(answer.failure.map(Failure::name)),
        whole(status.map(i64::from)),
        text(*detail),
        answer.confidence.map_or(ValueRef::Null, ValueRef::Real),
        whole(tokens(answer.prompt_tokens)),
        whole(tokens(answer.cached_tokens)),
        whole(tokens(answer.cache_write_tokens)),
        whole(tokens(answer.completion_tokens)),
        whole(tokens(answer.reasoning_tokens)),
        whole(answer.cost.map(Usd::picos)),
        whole(answer.ttft.map(micros)),
        whole(answer.latency.map(micros)),
        whole(Some(micros(last.queued))),
        whole(Some(micros(last.slept))),
        whole(Some(i64::from(attempts))),
        text(answer.finish_reason.as_deref()),
        text(answer.model_served.as_deref()),
        text(answer.recorded_at.as_deref()),
    ]
}

/// The columns of the attempts before an entry's last one.
pub(super) fn attempts<'a>(entry: &Entry<'a>) -> Vec<Values<'a>> {
    let columns = |of: &'a Attempt| {
        vec![
            text(Some(of.failure.name())),
            whole(of.status.map(i64::from)),
            text(of.detail.as_deref()),
            whole(Some(micros(of.queued))),
            whole(Some(micros(of.slept))),
            whole(Some(micros(of.service))),
        ]
    };
    entry.earlier.iter().map(columns).collect()
}

fn text(text: Option<&str>) -> ValueRef<'_> {
    text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes()))
}

fn whole(number: Option<i64>) -> ValueRef<'static> {
    number.map_or(ValueRef::Null, ValueRef::Integer)
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
