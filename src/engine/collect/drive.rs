//! Sends what is to be asked, waits, and keeps what comes, with the real clock.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::dispatch::{Closed, Dispatcher, Step};
use super::job::Job;
use super::progress::Progress;
use super::{Asked, Collected};
use crate::data::{PriceList, Recorded};
use crate::kernel::{Micros, Usd};
use crate::provider::{ChatReply, Exchange, Line};
use crate::store::{Attempt, Claim, Entry, Key, Store, StoreError, Timing, Which};

/// What a collection works with.
pub(super) struct Drive<'a, W> {
    pub(super) asked: &'a Asked<'a>,
    /// By lane.
    pub(super) lines: &'a [Line],
    pub(super) store: &'a Store,
    pub(super) reuse: Which,
    /// Questions that this process has claimed, ahead of asking them.
    pub(super) ours: BTreeSet<usize>,
    pub(super) progress: Progress,
    pub(super) watch: W,
}

/// How many questions are claimed together.
const AHEAD: usize = 96;

/// How often a question that another process asks is looked for.
const ELSEWHERE: Micros = Micros(250_000);

/// How often the watcher is told, at most and at least.
const TOLD: Duration = Duration::from_millis(100);

/// Replies that are kept together at most, so that none waits long.
const BATCH: usize = 256;

/// A question that is settled.
struct Settled {
    at: usize,
    request: String,
    row: Recorded,
    waited: Timing,
    status: Option<u16>,
    detail: Option<String>,
    earlier: Vec<Attempt>,
}

impl Settled {
    fn entry(&self, key: Key) -> Entry<'_> {
        Entry {
            key,
            request: &self.request,
            answer: &self.row,
            last: self.waited,
            status: self.status,
            detail: self.detail.as_deref(),
            earlier: &self.earlier,
        }
    }
}

impl<W: FnMut(&Progress)> Drive<'_, W> {
    /// Asks until there is nothing more to ask, and fills in the rows.
    pub(super) async fn run(
        mut self,
        mut dispatcher: Dispatcher<'_>,
        stop: &Cell<bool>,
        rows: &mut [Option<Recorded>],
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
        let start = Instant::now();
        let now = || Micros(start.elapsed().as_micros() as u64);
        let mut in_flight = FuturesUnordered::new();
        let mut told = start;
        loop {
            if stop.get() {
                dispatcher.stop();
            }
            let step = loop {
                let (jobs, step) = due(&mut dispatcher, now);
                if jobs.is_empty() {
                    break step;
                }
                for job in self.claimed(jobs, &mut dispatcher, now(), rows, collected)? {
                    self.progress.started(job.lane);
                    in_flight.push(ask(self.asked, &self.lines[job.lane], job, now()));
                }
            };
            self.close(dispatcher.closed(), rows, collected)?;
            if told.elapsed() >= TOLD || matches!(step, Step::Done) {
                (self.watch)(&self.progress);
                told = Instant::now();
            }
            let until = match step {
                Step::Done => {
                    collected.spent = dispatcher.spent();
                    return Ok(());
                }
                Step::Wait(until) => until,
                Step::Send(_) => None,
            };
            let until = until.map(|at| start + Duration::from_micros(at.0));
            let tick = told + TOLD;
            let mut replies = Vec::new();
            tokio::select! {
                biased;
                Some(reply) = in_flight.next() => replies.push(reply),
                () = sleep_until(until.map_or(tick, |until| until.min(tick))) => {}
            }
            while replies.len() < BATCH && !replies.is_empty() {
                match in_flight.next().now_or_never() {
                    Some(Some(reply)) => replies.push(reply),
                    _ => break,
                }
            }
            self.finish(replies, &mut dispatcher, now(), rows, collected)?;
        }
    }

    /// Of jobs that are due, those that nobody else has asked or is asking.
    fn claimed(
        &mut self,
        jobs: Vec<Job>,
        dispatcher: &mut Dispatcher<'_>,
        now: Micros,
        rows: &mut [Option<Recorded>],
        collected: &mut Collected,
    ) -> Result<Vec<Job>, StoreError> {
        let is_new = |job: &&Job| !job.is_ours && !self.ours.contains(&job.at);
        let mut new: Vec<usize> = jobs.iter().filter(is_new).map(|job| job.at).collect();
        if !new.is_empty() {
            new.extend(dispatcher.upcoming(AHEAD).iter().filter(|at| !self.ours.contains(at)));
        }
        let keys: Vec<Key> = new.iter().map(|at| self.asked.question(*at).key).collect();
        let mut claims: BTreeMap<usize, Claim> =
            new.into_iter().zip(self.store.claim(&keys, self.reuse)?).collect();
        self.ours.extend(claims.iter().filter(|(_, it)| **it == Claim::Ours).map(|(at, _)| *at));
        let mut ours = Vec::with_capacity(jobs.len());
        for mut job in jobs {
            match claims.remove(&job.at) {
                Some(Claim::Kept(row)) => {
                    self.progress.found(job.lane);
                    self.fill(rows, job.at, *row);
                    collected.n_found += self.asked.same[job.at].len() as u64;
                    dispatcher.unsent(now, job, None);
                }
                Some(Claim::Elsewhere) => dispatcher.unsent(now, job, Some(now + ELSEWHERE)),
                Some(Claim::Ours) | None => {
                    self.ours.remove(&job.at);
                    job.is_ours = true;
                    ours.push(job);
                }
            }
        }
        Ok(ours)
    }

    /// Keeps what came before anything else is done with it.
    fn finish(
        &mut self,
        replies: Vec<(Job, Exchange)>,
        dispatcher: &mut Dispatcher<'_>,
        now: Micros,
        rows: &mut [Option<Recorded>],
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
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
            settled.push(Settled {
                status,
                detail,
                ..self.settle(job.at, row, job.waited, job.earlier)
            });
        }
        self.keep(settled, rows, collected)
    }

    /// Rows for questions that are not asked (again). Those that were asked are kept as they
    /// failed; the others are left for a later run.
    fn close(
        &mut self,
        closed: Vec<Closed>,
        rows: &mut [Option<Recorded>],
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
        let mut settled = Vec::new();
        for Closed { at, job, failure } in closed {
            let mut row = Recorded { failure: Some(failure), ..Recorded::default() };
            row.attempts = Some(job.as_ref().map_or(0, |job| job.n_attempts));
            row.recorded_at = Some(now());
            self.progress.closed(self.asked.lane(at), failure);
            let last = job.and_then(|mut job| job.earlier.pop().map(|last| (last, job.earlier)));
            let Some((last, earlier)) = last else {
                collected.n_given_up += self.asked.same[at].len() as u64;
                self.fill(rows, at, row);
                continue;
            };
            row.latency = Some(last.service);
            let waited = Timing { queued: last.queued, slept: last.slept };
            let Attempt { status, detail, .. } = last;
            settled.push(Settled { status, detail, ..self.settle(at, row, waited, earlier) });
        }
        self.keep(settled, rows, collected)
    }

    fn settle(&self, at: usize, row: Recorded, waited: Timing, earlier: Vec<Attempt>) -> Settled {
        let question = self.asked.question(at);
        let row = self.asked.questions.named(question, row);
        let request = self.asked.questions.request_json(question);
        Settled { at, request, row, waited, status: None, detail: None, earlier }
    }

    fn keep(
        &mut self,
        settled: Vec<Settled>,
        rows: &mut [Option<Recorded>],
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
        let entries: Vec<Entry<'_>> =
            settled.iter().map(|one| one.entry(self.asked.question(one.at).key)).collect();
        self.store.keep(&entries)?;
        for one in settled {
            let n = self.asked.same[one.at].len() as u64;
            collected.n_asked += n;
            collected.n_failed += if one.row.failure.is_some() { n } else { 0 };
            self.fill(rows, one.at, one.row);
        }
        Ok(())
    }

    /// The same row for every question of the same key, named for each.
    fn fill(&self, rows: &mut [Option<Recorded>], at: usize, row: Recorded) {
        let questions = self.asked.questions;
        for position in &self.asked.same[at] {
            let position = *position as usize;
            let row = questions.named(&questions.list()[position], row.clone());
            rows[position] = Some(row);
        }
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
