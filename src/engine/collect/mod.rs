//! Asks every live candidate every question once, and keeps every answer as it arrives.
//!
//! `dispatch` decides what is asked when, and reads no clock; `drive` sends and waits; `desk` has
//! questions claimed and answers kept, which `scribe` does on a thread of its own.

mod bucket;
mod budget;
mod desk;
mod dispatch;
mod drive;
mod job;
mod lane;
mod ledger;
mod progress;
mod questions;
mod scribe;
#[cfg(test)]
mod tests;
mod window;

use std::cell::Cell;
use std::collections::BTreeMap;

pub use drive::now;
pub use progress::{ModelProgress, Progress};
pub use questions::{MadeQuestion, QuestionError, Questions};
pub use scribe::Scribe;

use crate::data::{Recorded, Usage, Warning};
use crate::kernel::{ModelId, Seed, Usd};
use crate::provider::{Client, ClientError, KeyLimits, Line};
use crate::store::{Key, Store, StoreError, Which};
use desk::Desk;
use dispatch::Dispatcher;
use drive::Drive;
use lane::Lane;

/// How to collect.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What to do with answers that are in the store already.
    pub reuse: Which,
    /// Whether anything may be asked.
    pub network: Network,
    /// Requests in flight per model, in place of what the scenario says.
    pub max_connections: Option<std::num::NonZeroU32>,
    /// What asking may cost at most.
    pub max_cost: Option<Usd>,
    /// Decides how long each retry waits.
    pub seed: Seed,
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
    /// A row per question, in the order of the questions; fewer when interrupted.
    pub rows: Vec<Recorded>,
    /// Questions put to a provider now.
    pub n_asked: u64,
    /// Of those, questions that failed, or whose text was cut short before an answer.
    pub n_failed: u64,
    /// The same of all rows, whenever they were asked.
    pub n_failed_rows: u64,
    /// Questions whose answer was in the store.
    pub n_found: u64,
    /// Questions that were not asked because the run was stopped, or its money was spent.
    pub n_left: u64,
    /// What asking came to in dollars, as far as that is known; what may have been billed and was
    /// not counted is in it as it was set aside.
    pub spent: Usd,
    /// Whether it ended because the next question might have cost more than what was left.
    pub has_no_money: bool,
    /// Questions that were given up unasked, because their model or key is closed.
    pub n_given_up: u64,
}

impl Collected {
    /// What a reader must know where not all was asked.
    pub fn doubt(&self, scenario: &str) -> Option<Warning> {
        let n = self.rows.len() as u64 + self.n_left;
        (self.n_left > 0).then(|| Warning::Incomplete(scenario.to_owned(), self.n_left, n))
    }

    /// What was collected afterwards is added.
    pub fn add(&mut self, more: Self) {
        self.rows.extend(more.rows);
        self.n_asked += more.n_asked;
        self.n_failed += more.n_failed;
        self.n_failed_rows += more.n_failed_rows;
        self.n_found += more.n_found;
        self.n_left += more.n_left;
        self.n_given_up += more.n_given_up;
        self.spent += more.spent;
        self.has_no_money |= more.has_no_money;
    }
}

/// Why nothing could be collected. A failed call is no such reason.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
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
    /// The thread that has the store is gone.
    #[error("keep answers: the store's thread broke off; what was kept is kept")]
    Scribe,
    /// A limit on the cost needs prices.
    #[error("hold `--max-cost` without a price for {models}; give each of them a `price`")]
    NoPrice {
        /// The models without one.
        models: String,
    },
}

/// Collects what is missing, and returns everything.
///
/// `watch` is told how far it is, several times a second. When `stop` becomes true, what is in
/// flight is waited for, and nothing more is asked.
///
/// # Errors
/// See [`CollectError`].
pub async fn collect(
    questions: Questions<'_>,
    scribe: &Scribe,
    options: Options,
    stop: &Cell<bool>,
    watch: impl FnMut(&Progress),
) -> Result<Collected, CollectError> {
    // Meanwhile the scribe opens its store.
    let questions = &questions.with_keys();
    let mut rows = stored(questions, scribe, options.reuse).await?;
    let missing: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].is_none()).collect();
    let n_found = (rows.len() - missing.len()) as u64;
    if options.network == Network::Forbidden && !missing.is_empty() {
        return Err(CollectError::Offline { n: missing.len() });
    }
    let mut collected = Collected { n_found, ..Collected::default() };
    if !missing.is_empty() {
        let asked = Asked::new(questions, &missing, options.max_cost.is_some());
        asked.priced()?;
        // A key that is not set is told before anybody is asked.
        let endpoints = asked.lanes.iter().map(|at| questions.lives()[*at as usize].endpoint);
        let client = Client::of(endpoints.clone())?;
        let lines = endpoints.map(|it| client.line(it)).collect::<Result<Vec<Line>, _>>()?;
        let (lanes, keys) = lanes(&asked, options.max_connections);
        let journal = scribe.does(Store::journal).await?;
        let desk = Desk::new(scribe, journal, options.reuse);
        let dispatcher = Dispatcher::new(lanes, &keys, &asked, options.max_cost, options.seed);
        let progress = Progress::new(&asked);
        let (asked, lines) = (&asked, &lines);
        let drive = Drive { asked, lines, desk, progress, watch };
        drive.run(dispatcher, stop, &mut rows, &mut collected).await?;
    }
    collected.n_left = rows.iter().filter(|row| row.is_none()).count() as u64;
    let known = questions.list().iter().zip(&rows);
    let known = known.filter_map(|(question, row)| Some((question, row.as_ref()?)));
    let failed = known.filter(|(question, row)| questions.is_failed(question, row));
    collected.n_failed_rows = failed.count() as u64;
    #[expect(clippy::filter_map_identity, reason = "rows stay where they are, and may be many")]
    let rows = rows.into_iter().filter_map(|row| row).collect();
    collected.rows = rows;
    Ok(collected)
}

/// The answers that the store has, in the order of the questions.
async fn stored(
    questions: &Questions<'_>,
    scribe: &Scribe,
    reuse: Which,
) -> Result<Vec<Option<Recorded>>, CollectError> {
    let list = questions.list();
    if reuse == Which::Nothing {
        return Ok(vec![None; list.len()]);
    }
    let keys: Vec<Key> = list.iter().map(|question| question.key).collect();
    let mut found = scribe.does(move |store| store.find_all(keys)).await?;
    for (one, row) in list.iter().zip(&mut found) {
        let usable = row.take().filter(|row| reuse.takes(row));
        *row = usable.map(|row| questions.named(one, row));
    }
    Ok(found)
}

/// The distinct questions that are to be asked.
#[derive(Debug)]
struct Asked<'a> {
    questions: &'a Questions<'a>,
    /// Positions of questions; those with the same key are asked once.
    same: Vec<Vec<u32>>,
    /// The models that have a lane, by their position among those that are asked.
    lanes: Vec<u32>,
    /// Whether costs are to be estimated.
    has_limit: bool,
}

impl<'a> Asked<'a> {
    fn new(questions: &'a Questions<'a>, missing: &[usize], has_limit: bool) -> Self {
        let mut places: BTreeMap<Key, usize> = BTreeMap::new();
        let mut same: Vec<Vec<u32>> = Vec::new();
        let mut lanes = Vec::new();
        for at in missing {
            let question = &questions.list()[*at];
            let place = *places.entry(question.key).or_insert_with(|| {
                same.push(Vec::with_capacity(1));
                lanes.push(question.live);
                same.len() - 1
            });
            same[place].push(*at as u32);
        }
        lanes.sort_unstable();
        lanes.dedup();
        Self { questions, same, lanes, has_limit }
    }

    fn question(&self, at: usize) -> &questions::Question {
        &self.questions.list()[self.same[at][0] as usize]
    }

    /// Which lane asks a question.
    fn lane(&self, at: usize) -> usize {
        self.lanes.partition_point(|live| *live < self.question(at).live)
    }

    /// Where costs are limited, every model needs a price.
    fn priced(&self) -> Result<(), CollectError> {
        let lives = self.lanes.iter().map(|live| &self.questions.lives()[*live as usize]);
        let without = lives.filter(|live| live.candidate.price.is_none());
        let models: Vec<&str> = without.map(|live| live.candidate.id.as_str()).collect();
        match models.is_empty() || !self.has_limit {
            true => Ok(()),
            false => Err(CollectError::NoPrice { models: models.join(", ") }),
        }
    }

    fn model(&self, lane: usize) -> &'a ModelId {
        &self.questions.lives()[self.lanes[lane] as usize].candidate.id
    }
}

/// What a token has in characters, in English, roughly.
const CHARACTERS_A_TOKEN: f64 = 4.0;
/// What it is taken to have where money is reckoned or set aside: fewer.
pub const CHARACTERS_A_TOKEN_AT_LEAST: u64 = 3;

impl dispatch::Sizes for Asked<'_> {
    fn estimate(&self, at: usize, received: f64) -> (f64, Option<Usd>) {
        use crate::kernel::Tokens;

        /// What a reply without a limit is taken to have at most, where money is set aside.
        const LONG: f64 = 1024.0;
        let question = self.question(at);
        let candidate = self.questions.lives()[question.live as usize].candidate;
        let characters = self.questions.characters(question) as f64;
        let most = candidate.sampling.max_tokens.map(|most| most as f64);
        let tokens = characters / CHARACTERS_A_TOKEN + most.map_or(received, |it| it.min(received));
        let dollars = || {
            let sent = self.questions.characters(question).div_ceil(CHARACTERS_A_TOKEN_AT_LEAST);
            let sent = Tokens(sent);
            let received = Tokens(most.unwrap_or(LONG.max(2.0 * received)) as u64);
            candidate.price.as_ref()?.cost(Usage { sent, received, ..Usage::default() })
        };
        (tokens, self.has_limit.then(dollars).flatten())
    }
}

/// A lane a model, and what limits the keys that they share.
fn lanes<'a>(
    asked: &Asked<'a>,
    max_connections: Option<std::num::NonZeroU32>,
) -> (Vec<Lane>, Vec<&'a KeyLimits>) {
    let mut names: Vec<(&str, Option<&str>)> = Vec::new();
    let mut keys = Vec::new();
    let mut waiting = vec![Vec::new(); asked.lanes.len()];
    for at in 0..asked.same.len() {
        waiting[asked.lane(at)].push(at);
    }
    let lane = |(live, waiting): (&u32, Vec<usize>)| {
        let live = &asked.questions.lives()[*live as usize];
        let access = live.endpoint.access();
        let name = (access.base_url.as_str(), access.api_key_env.as_deref());
        let key = names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            keys.push(&access.limits);
            names.len() - 1
        });
        if keys[key].is_none() {
            keys[key] = &access.limits;
        }
        let mut limits = live.candidate.limits.clone();
        limits.connections = max_connections.unwrap_or(limits.connections);
        Lane::new(key, limits, waiting)
    };
    let lanes = asked.lanes.iter().zip(waiting).map(lane).collect();
    (lanes, keys)
}
