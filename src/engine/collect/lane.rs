//! The questions to one model, and what keeps the next of them waiting.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::bucket::Bucket;
use super::budget::RetryBudget;
use super::job::Job;
use super::window::Window;
use crate::data::Failure;
use crate::kernel::Micros;
use crate::policy::parts::breaker::{Breaker, Config, Size};
use crate::provider::Limits;

/// A model's questions and limits.
#[derive(Debug)]
pub(super) struct Lane {
    /// The key that it is asked by.
    pub(super) key: usize,
    pub(super) limits: Limits,
    /// Questions that nobody has asked, the next one last.
    pub(super) fresh: Vec<usize>,
    /// When the next of them came to the front.
    pub(super) front_since: Micros,
    sleeping: BinaryHeap<Reverse<(Micros, usize)>>,
    jobs: BTreeMap<usize, Job>,
    pub(super) window: Window,
    pub(super) gate: Gate,
    pub(super) breaker: Breaker,
    pub(super) budget: RetryBudget,
    /// Refusals for asking too much, since the last answer.
    pub(super) n_refused: u32,
    /// Tokens received for an answer: how many answers, and in all.
    pub(super) received: (u64, u64),
    /// Why nothing more is asked of it.
    pub(super) closed: Option<Failure>,
}

/// What one model, or the models behind one key, may be asked now.
#[derive(Debug, Default)]
pub(super) struct Gate {
    pub(super) most: Option<usize>,
    pub(super) requests: Option<Bucket>,
    pub(super) tokens: Option<Bucket>,
    pub(super) hold: Micros,
    pub(super) n_in_flight: usize,
}

/// What keeps something waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Time.
    Until(Micros),
    /// A call that is in flight.
    ForReply,
    /// There is nothing more to ask.
    Idle,
}

/// A breaker for a collection: it opens when nearly nothing comes back, and tries again after one,
/// two and four seconds.
const BREAKER: Config = Config {
    failure_rate: 0.8,
    window: Size::Calls(20),
    minimum_calls: 10,
    wait: Micros(1_000_000),
    growth: 2,
    permits: 2,
    trial: None,
    ..Config::DEFAULT
};

/// After so many trips in a row a provider is taken to be down.
pub(super) const TRIPS: u32 = 4;

impl Lane {
    /// A lane for these questions, in their order.
    pub(super) fn new(key: usize, limits: Limits, mut questions: Vec<usize>) -> Self {
        questions.reverse();
        Self {
            key,
            window: Window::new(limits.connections.get()),
            gate: Gate::new(
                None,
                limits.requests_per_minute.map(|it| it.get()),
                limits.tokens_per_minute.map(|it| it.get()),
            ),
            limits,
            fresh: questions,
            front_since: Micros(0),
            sleeping: BinaryHeap::new(),
            jobs: BTreeMap::new(),
            breaker: Breaker::new(BREAKER),
            budget: RetryBudget::new(),
            n_refused: 0,
            received: (0, 0),
            closed: None,
        }
    }

    /// The next question that could be sent as far as time goes, without taking it.
    pub(super) fn next(&mut self, now: Micros, takes_fresh: bool) -> Result<usize, Wait> {
        let next = self.sleeping.peek().map(|Reverse((ready, at))| (*ready, *at));
        let mut wait = Wait::Idle;
        if let Some((ready, at)) = next {
            let is_retry = self.jobs.get(&at).is_some_and(|job| job.n_attempts > 0);
            let ready = if is_retry { ready.max(self.budget.ready_at(now)) } else { ready };
            if ready <= now {
                return Ok(at);
            }
            wait = Wait::Until(ready);
        }
        match self.fresh.last() {
            Some(at) if takes_fresh => Ok(*at),
            _ => Err(wait),
        }
    }

    /// What else keeps this lane from sending, if anything does.
    pub(super) fn held(&mut self, now: Micros, tokens: f64) -> Option<Wait> {
        if self.gate.n_in_flight >= self.window.limit(now) {
            return Some(self.window.grows_at(now).map_or(Wait::ForReply, Wait::Until));
        }
        self.gate.held(now, tokens)
    }

    /// Takes a question that [`Lane::next`] named.
    pub(super) fn take(&mut self, now: Micros, at: usize, lane: usize) -> Job {
        if let Some(job) = self.jobs.remove(&at) {
            self.sleeping.pop();
            if job.n_attempts > 0 {
                self.budget.withdraw(now);
            }
            return job;
        }
        self.fresh.pop();
        let since = std::mem::replace(&mut self.front_since, now);
        Job::new(at, lane, since)
    }

    /// The next questions that nobody has asked.
    pub(super) fn upcoming(&self, n: usize) -> impl Iterator<Item = usize> {
        self.fresh.iter().rev().take(n).copied()
    }

    /// Lays a question to sleep until it is ready.
    pub(super) fn sleep(&mut self, job: Job) {
        self.sleeping.push(Reverse((job.ready, job.at)));
        self.jobs.insert(job.at, job);
    }

    /// Takes everything that is still to be asked: questions asked before, and fresh ones.
    pub(super) fn drain(&mut self) -> (Vec<Job>, Vec<usize>) {
        self.sleeping.clear();
        let jobs = std::mem::take(&mut self.jobs).into_values().collect();
        (jobs, std::mem::take(&mut self.fresh))
    }

    /// Tokens that an answer is expected to take, where no limit is given for it.
    pub(super) fn expected_tokens(&self) -> f64 {
        /// Where nothing is known yet.
        const UNKNOWN: f64 = 256.0;
        let (n, sum) = self.received;
        if n == 0 { UNKNOWN } else { sum as f64 / n as f64 }
    }
}

impl Gate {
    /// With these limits.
    pub(super) fn new(most: Option<usize>, requests: Option<u64>, tokens: Option<u64>) -> Self {
        Self {
            most,
            requests: requests.map(Bucket::per_minute),
            tokens: tokens.map(Bucket::per_minute),
            ..Self::default()
        }
    }

    /// What keeps a call of so many tokens waiting.
    pub(super) fn held(&mut self, now: Micros, tokens: f64) -> Option<Wait> {
        if self.most.is_some_and(|most| self.n_in_flight >= most) {
            return Some(Wait::ForReply);
        }
        let hold = (self.hold > now).then_some(self.hold);
        let requests = self.requests.as_mut().and_then(|bucket| bucket.ready_at(now, 1.0));
        let tokens = self.tokens.as_mut().and_then(|bucket| bucket.ready_at(now, tokens));
        hold.max(requests).max(tokens).map(Wait::Until)
    }

    /// A call of so many tokens is sent.
    pub(super) fn sent(&mut self, now: Micros, tokens: f64) {
        self.n_in_flight += 1;
        self.requests.iter_mut().for_each(|bucket| bucket.take(now, 1.0));
        self.tokens.iter_mut().for_each(|bucket| bucket.take(now, tokens));
    }

    /// A call came back, and took so many tokens more than was thought.
    pub(super) fn came_back(&mut self, now: Micros, more: f64) {
        self.n_in_flight -= 1;
        self.tokens.iter_mut().for_each(|bucket| bucket.take(now, more));
    }
}
