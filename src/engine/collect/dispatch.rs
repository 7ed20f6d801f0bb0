//! Decides what is asked next and what a result means. It reads no clock and sends nothing.

use rand::RngExt;

use super::job::Job;
use super::lane::{Gate, Lane, TRIPS, Wait};
use super::ledger::{Allowance, Ledger};
use crate::data::{Closes, Failure, Handling, Weight};
use crate::kernel::{Micros, Seed, Usd};
use crate::policy::parts::breaker::{Admission, CallResult};
use crate::provider::{Exchange, KeyLimits};

/// Everything that is still to be asked, and the limits that it is asked under.
#[derive(Debug)]
pub(super) struct Dispatcher<'a> {
    lanes: Vec<Lane>,
    keys: Vec<Gate>,
    sizes: &'a dyn Sizes,
    ledger: Ledger,
    seed: Seed,
    turn: usize,
    n_in_flight: usize,
    is_stopped: bool,
    has_no_money: bool,
    closed: Vec<Closed>,
}

/// What a question is expected to take.
pub(super) trait Sizes: std::fmt::Debug {
    /// Tokens sent and received, and dollars where a limit on them is to be held, when a reply has
    /// `received` tokens unless the question limits it.
    fn estimate(&self, at: usize, received: f64) -> (f64, Option<Usd>);
}

/// What is to be done now.
#[derive(Debug)]
pub(super) enum Step {
    /// Send this.
    Send(Job),
    /// Wait for a reply, or until this time.
    Wait(Option<Micros>),
    /// Everything has been asked, or will not be.
    Done,
}

/// A question that is not asked (again), because its model or key is closed.
#[derive(Debug)]
pub(super) struct Closed {
    /// Its position.
    pub(super) at: usize,
    /// Its last attempt; `None` when it was never asked.
    pub(super) job: Option<Job>,
    /// Why.
    pub(super) failure: Failure,
}

impl<'a> Dispatcher<'a> {
    /// For these lanes, whose keys have these limits.
    pub(super) fn new(
        lanes: Vec<Lane>,
        keys: &[&KeyLimits],
        sizes: &'a dyn Sizes,
        limit: Option<Usd>,
        seed: Seed,
    ) -> Self {
        let gate = |limits: &&KeyLimits| {
            Gate::new(
                limits.connections.map(|it| it.get() as usize),
                limits.requests_per_minute.map(|it| it.get()),
                limits.tokens_per_minute.map(|it| it.get()),
            )
        };
        Self {
            lanes,
            keys: keys.iter().map(gate).collect(),
            sizes,
            ledger: Ledger::new(limit),
            seed,
            turn: 0,
            n_in_flight: 0,
            is_stopped: false,
            has_no_money: false,
            closed: Vec::new(),
        }
    }

    /// Nothing more is sent; what is in flight is waited for.
    pub(super) fn stop(&mut self) {
        self.is_stopped = true;
    }

    /// What asking came to so far.
    pub(super) fn spent(&self) -> Usd {
        self.ledger.spent()
    }

    /// Whether it stopped because the next question might have cost more than what is left.
    pub(super) fn has_no_money(&self) -> bool {
        self.has_no_money
    }

    /// Questions that were given up since this was called last.
    pub(super) fn closed(&mut self) -> Vec<Closed> {
        std::mem::take(&mut self.closed)
    }

    /// Questions that will be sent next, about so many.
    pub(super) fn upcoming(&self, n: usize) -> Vec<usize> {
        let open = || self.lanes.iter().filter(|lane| lane.closed.is_none());
        let each = n.div_ceil(open().count().max(1));
        if self.is_stopped {
            Vec::new()
        } else {
            open().flat_map(|lane| lane.upcoming(each)).collect()
        }
    }

    /// What is to be done at `now`. Lanes take turns.
    pub(super) fn next(&mut self, now: Micros) -> Step {
        let mut until: Option<Micros> = None;
        let mut waits_for_reply = false;
        for turn in 0..self.lanes.len() {
            let at = (self.turn + turn) % self.lanes.len();
            match self.try_lane(now, at) {
                Ok(job) => {
                    self.turn = at + 1;
                    return Step::Send(job);
                }
                Err(Wait::Until(time)) => until = Some(until.map_or(time, |it| it.min(time))),
                Err(Wait::ForReply) => waits_for_reply = true,
                Err(Wait::Idle) => {}
            }
        }
        if self.is_stopped {
            until = None;
        }
        match until {
            None if self.n_in_flight == 0 && !waits_for_reply => Step::Done,
            until => Step::Wait(until),
        }
    }

    fn try_lane(&mut self, now: Micros, at: usize) -> Result<Job, Wait> {
        let lane = &mut self.lanes[at];
        if self.is_stopped || lane.closed.is_some() {
            return Err(Wait::Idle);
        }
        let question = lane.next(now, true)?;
        let (tokens, dollars) = self.sizes.estimate(question, lane.expected_tokens());
        if let Some(wait) = lane.held(now, tokens).or_else(|| self.keys[lane.key].held(now, tokens))
        {
            return Err(wait);
        }
        let reserved = match self.ledger.ask(dollars.unwrap_or_default()) {
            Allowance::Granted(reserved) => reserved,
            Allowance::Later if self.n_in_flight > 0 => return Err(Wait::ForReply),
            Allowance::Later | Allowance::Never => {
                (self.is_stopped, self.has_no_money) = (true, true);
                return Err(Wait::Idle);
            }
        };
        let permit = match lane.breaker.admit(now) {
            Admission::Go(permit) => permit,
            Admission::NotBefore(time) => return Err(Wait::Until(time)),
            Admission::Wait => return Err(Wait::ForReply),
        };
        let mut job = lane.take(now, question, at);
        job.send(now);
        (job.permit, job.reserved, job.tokens) = (Some(permit), reserved, tokens);
        lane.gate.sent(now, tokens);
        self.keys[lane.key].sent(now, tokens);
        self.ledger.reserve(reserved);
        self.n_in_flight += 1;
        Ok(job)
    }

    /// Whether what is due on a lane is still to be sent, after a claim was waited for.
    pub(super) fn sends(&self, lane: usize) -> bool {
        !self.is_stopped && self.lanes[lane].closed.is_none()
    }

    /// A job that was to be sent needs not be, because another process asks it or has its answer,
    /// or may not be any more. It comes up again at `again`, if that is given and its lane is open.
    pub(super) fn unsent(&mut self, now: Micros, mut job: Job, again: Option<Micros>) {
        self.came_back(now, &mut job, 0.0, Some(Usd::ZERO), Some(Weight::Ignored));
        let Some(again) = again else { return };
        let lane = &mut self.lanes[job.lane];
        if let Some(failure) = lane.closed {
            self.closed.push(Closed { at: job.at, job: None, failure });
        } else {
            (job.n_attempts, job.began, job.ready) = (0, None, again);
            lane.sleep(job);
        }
    }

    /// What came of a job, with what its reply cost where that is known. The job is handed back
    /// when this was its last attempt; otherwise it sleeps until the next, or is left unasked
    /// because nothing more is sent.
    pub(super) fn finished(
        &mut self,
        now: Micros,
        mut job: Job,
        exchange: &Exchange,
        cost: Option<Usd>,
    ) -> Option<Job> {
        let failure = match &exchange.result {
            Ok(reply) => {
                let received = reply.counts.completion.map_or(0, |it| it.0);
                let took = reply.counts.prompt.map_or(0, |it| it.0) + received;
                let took = if took == 0 { job.tokens } else { took as f64 };
                self.came_back(now, &mut job, took, cost, None);
                let lane = &mut self.lanes[job.lane];
                lane.received = (lane.received.0 + 1, lane.received.1 + received);
                lane.window.went_well();
                lane.budget.deposit();
                lane.n_refused = 0;
                self.hold(now, &job, exchange);
                return Some(job);
            }
            Err(failure) => *failure,
        };
        let Handling { again, weight, closes } = failure.handling();
        // What was cut short on the way may have been billed.
        let is_billed = matches!(failure, Failure::TimedOut | Failure::CutStream | Failure::Reset);
        let cost = cost.or((!is_billed).then_some(Usd::ZERO));
        let took = if is_billed { job.tokens } else { 0.0 };
        self.came_back(now, &mut job, took, cost, Some(weight));
        self.hold(now, &job, exchange);
        let lane = &mut self.lanes[job.lane];
        if matches!(failure, Failure::RateLimited | Failure::TimedOut)
            || matches!(exchange.status, Some(503 | 529))
        {
            lane.window.was_too_much();
        }
        match closes {
            Closes::Nothing if lane.breaker.n_trips() >= TRIPS => {
                self.close(job.lane, Failure::Unavailable);
            }
            Closes::Nothing => {}
            Closes::Model => self.close(job.lane, failure),
            Closes::Key => {
                let key = lane.key;
                let behind: Vec<usize> =
                    (0..self.lanes.len()).filter(|at| self.lanes[*at].key == key).collect();
                behind.into_iter().for_each(|at| self.close(at, failure));
            }
        }
        let is_again = match closes {
            Closes::Nothing => exchange.advice.again.unwrap_or(again),
            _ => false,
        };
        match is_again {
            false => Some(job),
            // It would have been asked again, so it is left for the next run.
            true if self.is_stopped => None,
            true => self.put_to_sleep(now, job, exchange, failure),
        }
    }

    /// Whether the job may be tried again; if so it sleeps, or ends with its lane where that is
    /// closed, and nothing is handed back.
    fn put_to_sleep(
        &mut self,
        now: Micros,
        mut job: Job,
        exchange: &Exchange,
        failure: Failure,
    ) -> Option<Job> {
        let lane = &mut self.lanes[job.lane];
        let limits = &lane.limits;
        let asked = exchange.advice.after.map(|it| Micros(it.as_micros() as u64));
        let wait = asked.unwrap_or_default().max(backoff(self.seed, &job));
        let deadline = limits.deadline.0.as_micros() as u64;
        let ends = job.began.unwrap_or(now) + Micros(deadline);
        let again = now + wait;
        if job.n_attempts >= limits.attempts.get() || again >= ends {
            return Some(job);
        }
        job.failed(now, again, exchange, failure);
        match lane.closed {
            Some(_) => self.closed.push(Closed { at: job.at, job: Some(job), failure }),
            None => lane.sleep(job),
        }
        None
    }

    /// A call is over, whatever it came to.
    fn came_back(
        &mut self,
        now: Micros,
        job: &mut Job,
        took: f64,
        cost: Option<Usd>,
        weight: Option<Weight>,
    ) {
        let lane = &mut self.lanes[job.lane];
        if let Some(permit) = job.permit.take() {
            // How long a call took is the deadline's affair here.
            lane.breaker.record(now, permit, CallResult { failure: weight, took: Micros(0) });
        }
        lane.gate.came_back(now, took - job.tokens);
        self.keys[lane.key].came_back(now, took - job.tokens);
        self.ledger.settle(job.reserved, cost);
        self.n_in_flight -= 1;
    }

    /// A limit that the provider says is used up holds the key; refusals in a row hold the model,
    /// so that a provider that says "later" isn't asked on and on in the meantime.
    fn hold(&mut self, now: Micros, job: &Job, exchange: &Exchange) {
        /// So many refusals in a row are no accident.
        const ROW: u32 = 3;
        let after = |wait: std::time::Duration| now + Micros(wait.as_micros() as u64);
        let lane = &mut self.lanes[job.lane];
        if let Some(hold) = exchange.advice.hold {
            let gate = &mut self.keys[lane.key];
            gate.hold = gate.hold.max(after(hold));
        }
        if exchange.result == Err(Failure::RateLimited) {
            lane.n_refused += 1;
            if lane.n_refused >= ROW {
                let wait = exchange.advice.after.map_or_else(|| now + BASE, after);
                lane.gate.hold = lane.gate.hold.max(wait);
            }
        }
    }

    fn close(&mut self, at: usize, failure: Failure) {
        let lane = &mut self.lanes[at];
        if lane.closed.replace(failure).is_some() {
            return;
        }
        let (asked, fresh) = lane.drain();
        let asked = asked.into_iter().map(|job| {
            let last = job.earlier.last().map(|attempt| attempt.failure);
            let was_asked = last.is_some();
            Closed { at: job.at, job: was_asked.then_some(job), failure: last.unwrap_or(failure) }
        });
        self.closed.extend(asked);
        let fresh = fresh.into_iter().rev();
        self.closed.extend(fresh.map(|at| Closed { at, job: None, failure }));
    }
}

/// The longest first wait before asking again, and the longest of all.
const BASE: Micros = Micros(500_000);
const CAP: Micros = Micros(30_000_000);

/// How long a job waits before it is asked again: anything up to a bound that doubles.
///
/// Source: "full jitter" of the AWS Architecture Blog, "Exponential Backoff And Jitter", 2015.
fn backoff(seed: Seed, job: &Job) -> Micros {
    let doublings = job.n_attempts.saturating_sub(1).min(20);
    let bound = (BASE.0 << doublings).min(CAP.0);
    let (at, attempt) = (job.at.to_string(), job.n_attempts.to_string());
    let share: f64 = seed.stream("backoff", &[&at, &attempt]).random();
    Micros((share * bound as f64) as u64)
}
