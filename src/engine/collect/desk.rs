//! Has questions claimed before they are asked, and answers kept once they are there: noted at
//! once, so that none is lost, and kept by and by, so that nobody waits for the disk.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use super::dispatch::{Closed, Dispatcher};
use super::job::Job;
use super::scribe::Scribe;
use super::{Asked, CollectError};
use crate::data::Recorded;
use crate::kernel::Micros;
use crate::store::{Attempt, Claim, Entry, Journal, Key, StoreError, Timing, Which};

/// What the scribe has in hand, and what waits for it. It has one claim and one batch of answers
/// in hand at most: what comes meanwhile is done together.
pub(super) struct Desk<'a> {
    scribe: &'a Scribe,
    journal: Journal,
    reuse: Which,
    /// Questions that this process has claimed, ahead of asking them.
    ours: BTreeSet<usize>,
    /// Whether nobody else seems to be asking the same.
    is_alone: bool,
    unclaimed: Vec<Job>,
    is_claiming: bool,
    settled: Vec<Settled>,
    /// Since when the first of them waits.
    since: Micros,
    is_keeping: bool,
    done: FuturesUnordered<LocalBoxFuture<'a, Result<Done, CollectError>>>,
}

/// What the scribe has done.
pub(super) enum Done {
    /// Said of these questions whether they are to be asked from here.
    Claimed(BTreeMap<usize, Claim>),
    /// Kept these.
    Kept(Vec<Settled>),
    /// Given up what was claimed.
    GivenUp,
}

/// A question that is settled.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) at: usize,
    pub(super) key: Key,
    pub(super) request: String,
    pub(super) row: Recorded,
    pub(super) waited: Timing,
    pub(super) status: Option<u16>,
    pub(super) detail: Option<String>,
    pub(super) earlier: Vec<Attempt>,
}

/// How many questions are claimed together.
const AHEAD: usize = 96;

/// Answers that are noted are kept when so many wait, or one has waited for so long. Keys are
/// spread at random over their index, so that a batch of ten writes nearly as much of it as one of
/// hundreds.
const BATCH: usize = 256;
const PATIENCE: Micros = Micros(100_000);

impl<'a> Desk<'a> {
    /// A desk whose answers are noted there first.
    pub(super) fn new(scribe: &'a Scribe, journal: Journal, reuse: Which) -> Self {
        Self {
            scribe,
            journal,
            reuse,
            ours: BTreeSet::new(),
            is_alone: true,
            unclaimed: Vec::new(),
            is_claiming: false,
            settled: Vec::new(),
            since: Micros(0),
            is_keeping: false,
            done: FuturesUnordered::new(),
        }
    }

    /// Whether a job that is due may be sent; otherwise it waits to be claimed.
    pub(super) fn admits(&mut self, mut job: Job) -> Option<Job> {
        job.is_ours |= self.ours.remove(&job.at);
        if job.is_ours {
            return Some(job);
        }
        self.unclaimed.push(job);
        None
    }

    /// Has claimed what waits to be, and some of what comes next.
    pub(super) fn claim(&mut self, asked: &Asked<'_>, dispatcher: &Dispatcher<'_>) {
        let is_short = self.is_alone && self.ours.len() < AHEAD / 2;
        if self.is_claiming || self.unclaimed.is_empty() && !is_short {
            return;
        }
        let mut new: Vec<usize> = self.unclaimed.iter().map(|job| job.at).collect();
        let next = dispatcher.upcoming(AHEAD);
        new.extend(next.into_iter().filter(|at| !self.ours.contains(at)));
        if new.is_empty() {
            return;
        }
        let keys: Vec<Key> = new.iter().map(|at| asked.question(*at).key).collect();
        let reuse = self.reuse;
        let claims = self.scribe.does(move |store| store.claim(&keys, reuse));
        let claimed =
            async move { Ok(Done::Claimed(new.into_iter().zip(claims.await?).collect())) };
        self.done.push(claimed.boxed_local());
        self.is_claiming = true;
    }

    /// What has become of the jobs that waited for a claim.
    pub(super) fn claimed(&mut self, mut claims: BTreeMap<usize, Claim>) -> Vec<(Job, Claim)> {
        self.is_claiming = false;
        self.is_alone = claims.values().all(|claim| *claim == Claim::Ours);
        let jobs = std::mem::take(&mut self.unclaimed);
        let mut settled = Vec::with_capacity(jobs.len());
        for mut job in jobs {
            match claims.remove(&job.at) {
                Some(claim) => {
                    job.is_ours = claim == Claim::Ours;
                    settled.push((job, claim));
                }
                None => self.unclaimed.push(job),
            }
        }
        let ours = claims.into_iter().filter(|(_, claim)| *claim == Claim::Ours);
        self.ours.extend(ours.map(|(at, _)| at));
        settled
    }

    /// Gives up whatever is claimed of questions that are not asked any more, so that others may
    /// ask them. A claim that is in hand comes before that.
    pub(super) fn give_up(&mut self, asked: &Asked<'_>, closed: &[Closed]) {
        if closed.is_empty() {
            return;
        }
        let given_up = closed.iter().map(|one| {
            self.ours.remove(&one.at);
            asked.question(one.at).key
        });
        let keys: Vec<Key> = given_up.collect();
        let released = self.scribe.does(move |store| store.release(&keys));
        self.done.push(async move { released.await.map(|()| Done::GivenUp) }.boxed_local());
    }

    /// Takes what is to be kept. It is safe when this returns.
    pub(super) fn take(&mut self, now: Micros, settled: Vec<Settled>) -> Result<(), StoreError> {
        if settled.is_empty() {
            return Ok(());
        }
        if self.settled.is_empty() {
            self.since = now;
        }
        self.journal.note(settled.iter().map(Settled::entry))?;
        self.settled.extend(settled);
        Ok(())
    }

    /// Has kept what waits to be, if it is time; at once where nothing else is under way.
    pub(super) fn keep(&mut self, now: Micros, is_idle: bool) {
        let is_due = is_idle || self.settled.len() >= BATCH || now >= self.since + PATIENCE;
        if self.is_keeping || self.settled.is_empty() || !is_due {
            return;
        }
        let settled = std::mem::take(&mut self.settled);
        let kept = self.scribe.does(move |store| {
            let entries: Vec<Entry<'_>> = settled.iter().map(Settled::entry).collect();
            store.keep(&entries)?;
            Ok(settled)
        });
        self.done.push(async move { Ok(Done::Kept(kept.await?)) }.boxed_local());
        self.is_keeping = true;
    }

    /// When something is to be kept, if it is not sooner.
    pub(super) fn keeps_at(&self) -> Option<Micros> {
        let waits = !self.is_keeping && !self.settled.is_empty();
        waits.then(|| self.since + PATIENCE)
    }

    /// Whether nothing is in hand and nothing waits.
    pub(super) fn is_clear(&self) -> bool {
        self.done.is_empty() && self.settled.is_empty() && self.unclaimed.is_empty()
    }

    /// What is done next; nothing where nothing is in hand.
    pub(super) async fn next(&mut self) -> Option<Result<Done, CollectError>> {
        let done = self.done.next().await?;
        if let Ok(Done::Kept(_)) = done {
            self.is_keeping = false;
            if self.settled.is_empty()
                && let Err(error) = self.journal.clear()
            {
                return Some(Err(error.into()));
            }
        }
        Some(done)
    }
}

impl Settled {
    fn entry(&self) -> Entry<'_> {
        Entry {
            key: self.key,
            request: &self.request,
            answer: &self.row,
            last: self.waited,
            status: self.status,
            detail: self.detail.as_deref(),
            earlier: &self.earlier,
        }
    }
}
