//! Asks every live candidate every question once, and keeps every answer as it arrives.

mod ask;
mod progress;
mod questions;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::{StreamExt, future, stream};

pub use ask::now;
pub use progress::{ModelProgress, Progress};
pub use questions::{Question, QuestionError, questions};

use crate::data::Recorded;
use crate::provider::{Client, ClientError, Line};
use crate::scenario::Plan;
use crate::store::{Store, StoreError};
use ask::Asker;

/// How to collect.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What to do with answers that are in the store already.
    pub reuse: Reuse,
    /// Whether anything may be asked.
    pub network: Network,
    /// Requests in flight per model, in place of what the scenario says.
    pub max_connections: Option<usize>,
}

/// What to do with answers that are in the store already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Take them, failures too.
    All,
    /// Take answers, and ask again what failed.
    Answers,
    /// Ask everything again, and replace them.
    Nothing,
}

/// Whether anything may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Yes.
    Allowed,
    /// No: an answer that is missing is an error.
    Forbidden,
}

/// What was collected.
#[derive(Debug, Default)]
pub struct Collected {
    /// A row per question, in the order of [`questions`]; fewer when interrupted.
    pub rows: Vec<Recorded>,
    /// Questions put to a provider now.
    pub n_asked: u64,
    /// Of those, questions that failed.
    pub n_failed: u64,
    /// Questions whose answer was in the store.
    pub n_found: u64,
    /// Questions that were not asked because the user stopped the run.
    pub n_left: u64,
}

/// Why nothing could be collected. A failed call is no such reason.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// A prompt can't be rendered.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No client can be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Answers are missing, and asking is forbidden.
    #[error("{n} answers are not in the store, and `--offline` forbids to ask for them")]
    Offline {
        /// How many.
        n: usize,
    },
}

/// Collects what is missing, and returns everything.
///
/// `watch` is told of every change, and of nothing new about once a second. When `stop` becomes
/// true, what is in flight is waited for, and nothing more is asked.
///
/// # Errors
/// See [`CollectError`].
pub async fn collect(
    plan: &Plan,
    questions: &[Question],
    store: &Store,
    options: Options,
    stop: &Cell<bool>,
    watch: impl FnMut(&Progress),
) -> Result<Collected, CollectError> {
    let mut rows: Vec<Option<Recorded>> = Vec::with_capacity(questions.len());
    for question in questions {
        rows.push(questions::stored(question, store, options.reuse)?);
    }
    let missing: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].is_none()).collect();
    let n_found = (rows.len() - missing.len()) as u64;
    if options.network == Network::Forbidden && !missing.is_empty() {
        return Err(CollectError::Offline { n: missing.len() });
    }
    let mut collected = Collected { n_found, ..Collected::default() };
    if !missing.is_empty() {
        let lanes = questions::lanes(plan, questions, &missing);
        let progress = RefCell::new((Progress::new(&lanes, questions), watch));
        let asker = Asker { client: Client::new()?, store, stop, progress: &progress };
        // A key that is not set is told before anybody is asked.
        let lines = lanes.iter().map(|lane| asker.client.line(lane.access));
        let lines = lines.collect::<Result<Vec<Line>, _>>()?;
        let lanes = lanes.iter().zip(&lines).map(|(lane, line)| {
            let limit = options.max_connections.unwrap_or(lane.connections).max(1);
            let asker = &asker;
            async move {
                let waiting = stream::iter(&lane.waiting)
                    .take_while(|_| future::ready(!stop.get()))
                    .map(|same| asker.ask(line, lane, same, &questions[same[0]]));
                waiting.buffer_unordered(limit).collect::<Vec<_>>().await
            }
        });
        let done = asker.ticking(Duration::from_secs(1), future::join_all(lanes)).await;
        for lane in done {
            for answer in lane {
                let (same, row) = answer?;
                collected.n_asked += 1;
                collected.n_failed += u64::from(row.failure.is_some());
                for at in same {
                    rows[*at] = Some(questions[*at].named(row.clone()));
                }
            }
        }
    }
    collected.n_left = rows.iter().filter(|row| row.is_none()).count() as u64;
    collected.rows = rows.into_iter().flatten().collect();
    Ok(collected)
}
