//! Sends what is to be asked, waits, and hands on what comes, with the real clock.

use std::cell::Cell;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::desk::{Desk, Done, Settled};
use super::dispatch::{Closed, Dispatcher, Step};
use super::job::Job;
use super::progress::Progress;
use super::{Asked, CollectError, Collected};
use crate::data::{PriceList, Recorded};
use crate::kernel::{Micros, Usd};
use crate::provider::{ChatReply, Exchange, Line};
use crate::store::{Attempt, Claim, Timing};

/// What a collection works with.
pub(super) struct Drive<'a, W> {
    pub(super) asked: &'a Asked<'a>,
    /// By lane.
    pub(super) lines: &'a [Line],
    pub(super) desk: Desk<'a>,
    pub(super) progress: Progress,
    pub(super) watch: W,
}

/// How often a question that another process asks is looked for.
const ELSEWHERE: Micros = Micros(250_000);

/// How often the watcher is told, at most and at least.
const TOLD: Duration = Duration::from_millis(100);

/// Replies that are looked at together at most, so that none waits long.
const BATCH: usize = 32;

impl<'a, W: FnMut(&Progress)> Drive<'a, W> {
    /// Asks until there is nothing more to ask, and fills in the rows.
    pub(super) async fn run(
        mut self,
        mut dispatcher: Dispatcher<'_>,
        stop: &Cell<bool>,
        rows: &mut [Option<Recorded>],
        collected: &mut Collected,
    ) -> Result<(), CollectError> {
        let start = Instant::now();
        let now = || Micros(start.elapsed().as_micros() as u64);
        let mut in_flight = FuturesUnordered::new();
        let mut told = start;
        loop {
            if stop.get() {
                dispatcher.stop();
            }
            let (jobs, step) = due(&mut dispatcher, now);
            for job in jobs {
                let job = self.desk.admits(job);
                in_flight.extend(job.map(|job| self.send(job, now())));
            }
            self.desk.claim(self.asked, &dispatcher);
            let closed = dispatcher.closed();
            self.desk.give_up(self.asked, &closed);
            self.close(closed, rows, collected);
            self.desk.keep(now(), in_flight.is_empty());
            let is_done = matches!(step, Step::Done) && self.desk.is_clear();
            if told.elapsed() >= TOLD || is_done {
                (self.watch)(&self.progress);
                told = Instant::now();
            }
            if is_done {
                collected.spent = dispatcher.spent();
                collected.has_no_money = dispatcher.has_no_money();
                return Ok(());
            }
            let until = if let Step::Wait(until) = step { until } else { None };
            let until = until.into_iter().chain(self.desk.keeps_at()).min();
            let until = until.map(|at| start + Duration::from_micros(at.0));
            let tick = told + TOLD;
            let mut replies = Vec::new();
            tokio::select! {
                biased;
                Some(done) = self.desk.next() => match done? {
                    Done::Kept(settled) => self.kept(settled, rows, collected),
                    Done::GivenUp => {}
                    Done::Claimed(claims) => {
                        for told in self.desk.claimed(claims) {
                            let job = self.told(told, &mut dispatcher, now(), rows, collected);
                            in_flight.extend(job.map(|job| self.send(job, now())));
                        }
                    }
                },
                Some(reply) = in_flight.next() => replies.push(reply),
                () = sleep_until(until.map_or(tick, |until| until.min(tick))) => {}
            }
            while replies.len() < BATCH && !replies.is_empty() {
                match in_flight.next().now_or_never() {
                    Some(Some(reply)) => replies.push(reply),
                    _ => break,
                }
            }
            let settled = self.finish(replies, &mut dispatcher, now());
            self.desk.take(now(), settled)?;
        }
    }

    fn send(
        &mut self,
        job: Job,
        now: Micros,
    ) -> impl Future<Output = (Job, Exchange)> + use<'a, W> {
        self.progress.started(job.lane);
        ask(self.asked, &self.lines[job.lane], job, now)
    }

    /// A job that is to be sent, if its claim says so.
    fn told(
        &mut self,
        (job, claim): (Job, Claim),
        dispatcher: &mut Dispatcher<'_>,
        now: Micros,
        rows: &mut [Option<Recorded>],
        collected: &mut Collected,
    ) -> Option<Job> {
        match claim {
            Claim::Ours if dispatcher.sends(job.lane) => return Some(job),
            Claim::Ours => dispatcher.unsent(now, job, Some(now)),
            Claim::Kept(row) => {
                self.progress.found(job.lane);
                self.fill(rows, job.at, *row);
                collected.n_found += self.asked.same[job.at].len() as u64;
                dispatcher.unsent(now, job, None);
            }
            Claim::Elsewhere => dispatcher.unsent(now, job, Some(now + ELSEWHERE)),
        }
        None
    }

    /// What came, as it is to be kept.
    fn finish(
        &mut self,
        replies: Vec<(Job, Exchange)>,
        dispatcher: &mut Dispatcher<'_>,
        now: Micros,
    ) -> Vec<Settled> {
        let mut settled = Vec::with_capacity(replies.len());
        for (job, exchange) in replies {
            let price = self.price(job.at);
            let cost =
                exchange.result.as_ref().ok().and_then(|reply| price?.cost(reply.counts.usage()?));
            let lane = job.lane;
            let Some(job) = dispatcher.finished(now, job, &exchange, cost) else {
                self.progress.failed_once(lane);
                continue;
            };
            let row = Recorded {
                latency: Some(exchange.latency),
                ttft: exchange.ttft,
                attempts: Some(job.n_attempts),
                recorded_at: Some(self::now()),
                ..match exchange.result {
                    Ok(reply) => answered(reply, cost),
                    Err(failure) => Recorded { failure: Some(failure), ..Recorded::default() },
                }
            };
            self.progress.finished(lane, &row);
            let (status, detail) = (exchange.status, exchange.detail);
            let one = self.settle(job.at, row, job.waited, job.earlier);
            settled.push(Settled { status, detail, ..one });
        }
        settled
    }

    /// Rows for questions that are not asked (again), which are left for a later run. Those that
    /// were asked have failed as they did last.
    fn close(
        &mut self,
        closed: Vec<Closed>,
        rows: &mut [Option<Recorded>],
        collected: &mut Collected,
    ) {
        for Closed { at, job, failure } in closed {
            let last = job.as_ref().and_then(|job| job.earlier.last());
            let row = Recorded {
                failure: Some(failure),
                attempts: Some(job.as_ref().map_or(0, |job| job.n_attempts)),
                latency: last.map(|last| last.service),
                recorded_at: Some(now()),
                ..Recorded::default()
            };
            self.progress.closed(self.asked.lane(at), failure);
            collected.n_given_up += self.asked.same[at].len() as u64;
            self.fill(rows, at, row);
        }
    }

    fn settle(&self, at: usize, row: Recorded, waited: Timing, earlier: Vec<Attempt>) -> Settled {
        let question = self.asked.question(at);
        let row = self.asked.questions.named(question, row);
        let request = self.asked.questions.request_json(question);
        let key = question.key;
        Settled { at, key, request, row, waited, status: None, detail: None, earlier }
    }

    /// What is kept now is answered.
    fn kept(
        &mut self,
        settled: Vec<Settled>,
        rows: &mut [Option<Recorded>],
        collected: &mut Collected,
    ) {
        for one in settled {
            let n = self.asked.same[one.at].len() as u64;
            collected.n_asked += n;
            let is_failed = self.asked.questions.is_failed(self.asked.question(one.at), &one.row);
            collected.n_failed += if is_failed { n } else { 0 };
            self.fill(rows, one.at, one.row);
        }
    }

    /// The same row for every question of the same key, named for each.
    fn fill(&self, rows: &mut [Option<Recorded>], at: usize, row: Recorded) {
        let questions = self.asked.questions;
        let named = |row, at: u32| questions.named(&questions.list()[at as usize], row);
        let Some((first, others)) = self.asked.same[at].split_first() else { return };
        for other in others {
            rows[*other as usize] = Some(named(row.clone(), *other));
        }
        rows[*first as usize] = Some(named(row, *first));
    }

    fn price(&self, at: usize) -> Option<&PriceList> {
        let live = self.asked.question(at).live as usize;
        self.asked.questions.lives()[live].candidate.price.as_ref()
    }
}

/// Puts one question, without waiting longer than its deadline allows.
async fn ask(asked: &Asked<'_>, line: &Line, job: Job, now: Micros) -> (Job, Exchange) {
    let question = asked.question(job.at);
    let limits = &asked.questions.lives()[question.live as usize].candidate.limits;
    let spent = now.0.saturating_sub(job.began.unwrap_or(now).0);
    let left = limits.deadline.0.saturating_sub(Duration::from_micros(spent));
    let sampling = asked.questions.sampling(question);
    let chat = asked.questions.chat(question, &sampling);
    let label = asked.questions.label(question, job.n_attempts, job.waited);
    let exchange = line.ask(&chat, limits.timeout.0.min(left), &label).await;
    (job, exchange)
}

/// Everything that may be sent now, and what is to be done after that.
fn due(dispatcher: &mut Dispatcher<'_>, now: impl Fn() -> Micros) -> (Vec<Job>, Step) {
    let mut jobs = Vec::new();
    loop {
        match dispatcher.next(now()) {
            Step::Send(job) => jobs.push(job),
            step => return (jobs, step),
        }
    }
}

fn answered(reply: ChatReply, cost: Option<Usd>) -> Recorded {
    let counts = reply.counts;
    Recorded {
        response: Some(reply.text),
        prompt_tokens: counts.prompt,
        cached_tokens: counts.cached,
        cache_write_tokens: counts.cache_written,
        completion_tokens: counts.completion,
        reasoning_tokens: counts.reasoning,
        cost,
        confidence: reply.confidence.map(crate::kernel::Probability::value),
        finish_reason: reply.finish_reason,
        model_served: reply.model,
        ..Recorded::default()
    }
}

/// The time, as RFC 3339 in UTC.
pub fn now() -> String {
    let now = chrono::Utc::now();
    now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
