//! What one replicate came to: counts and sums, and no mean of means.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use super::spells::SpellRecord;
use super::witness::{Called, ProbeEnded, Witness};
use super::world::Ended;
use crate::data::Verdict;
use crate::data::summary::TimelineRow;
use crate::fault::{Effect, Fates};
use crate::kernel::{Micros, PolicyId, TaskId, Usd};
use crate::policy::Fleet;
use crate::policy::episode::Request;

/// The longest latency that is told apart from longer ones: a day.
const LONGEST: u64 = 86_400_000_000;

/// The books of one replicate.
pub(super) struct Record {
    pub(super) n: u64,
    pub(super) n_served: u64,
    pub(super) n_wrong: u64,
    pub(super) scores: f64,
    pub(super) latency: Histogram<u32>,
    pub(super) n_calls: u64,
    pub(super) n_failed_calls: u64,
    /// Requests of which every call has a price: what was never sent when it was recorded has none.
    pub(super) n_priced: u64,
    /// What those cost.
    pub(super) cost: Option<Usd>,
    /// What the calls cost that failed or were called off.
    pub(super) lost: Option<Usd>,
    pub(super) n_trips: u64,
    pub(super) n_probes: u64,
    /// `None` where those of any probe are unknown.
    pub(super) probe_tokens: Option<u64>,
    pub(super) probe_cost: Option<Usd>,
    /// Questions made of answers to which no reply was recorded, of how many.
    pub(super) unheard: (u64, u64),
    pub(super) rungs: BTreeMap<PolicyId, Rung>,
    pub(super) spells: SpellRecord,
    timeline: Option<Timeline>,
}

/// What one rung answered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rung {
    pub(super) n: u64,
    pub(super) n_answered: u64,
    pub(super) scores: f64,
}

/// Rows of equal lengths of time, the last not closed yet.
struct Timeline {
    bucket: Micros,
    rows: Vec<Bucket>,
    latency: Histogram<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    n: u64,
    n_served: u64,
    scores: f64,
    p95: Option<u64>,
    n_open: usize,
}

/// Latencies with so many digits.
fn histogram(digits: u8) -> Histogram<u32> {
    Histogram::new_with_bounds(1, LONGEST, digits).expect("the bounds are in order")
}

impl Record {
    /// `bucket` is the length of a row of the timeline, where one is wanted.
    pub(super) fn new(spells: SpellRecord, bucket: Option<Micros>) -> Self {
        Self {
            n: 0,
            n_served: 0,
            n_wrong: 0,
            scores: 0.0,
            latency: histogram(3),
            n_calls: 0,
            n_failed_calls: 0,
            n_priced: 0,
            cost: Some(Usd::ZERO),
            lost: Some(Usd::ZERO),
            n_trips: 0,
            n_probes: 0,
            probe_tokens: Some(0),
            probe_cost: Some(Usd::ZERO),
            unheard: (0, 0),
            rungs: BTreeMap::new(),
            spells,
            timeline: bucket.map(|bucket| Timeline {
                bucket,
                rows: Vec::new(),
                latency: histogram(2),
            }),
        }
    }

    /// What calls and probes cost, for a thousand requests.
    pub(super) fn cost_per_1k(&self) -> Option<f64> {
        let probes = share(self.probe_cost?.dollars() * 1e3, self.n)?;
        Some(share(self.cost?.dollars() * 1e3, self.n_priced)? + probes)
    }

    fn counts_trips(&mut self, now: Micros, fleet: &Fleet) {
        let n_trips = u64::from(fleet.n_opened());
        if n_trips > self.n_trips {
            self.n_trips = n_trips;
            self.spells.opened(now, fleet);
        }
    }

    /// The rows of the timeline.
    pub(super) fn timeline(&mut self, task: &TaskId, policy: &PolicyId) -> Vec<TimelineRow> {
        let Some(timeline) = &mut self.timeline else { return Vec::new() };
        timeline.close();
        let seconds = timeline.bucket.0 as f64 / 1e6;
        let row = |(at, bucket): (usize, &Bucket)| TimelineRow {
            task: task.clone(),
            policy: policy.clone(),
            start_s: at as f64 * seconds,
            requests: bucket.n,
            served: share(bucket.n_served as f64, bucket.n),
            accuracy: share(bucket.scores, bucket.n_served),
            p95_ms: bucket.p95.map(|micros| micros as f64 / 1e3),
            open_breakers: bucket.n_open as u64,
        };
        timeline.rows.iter().enumerate().map(row).collect()
    }
}

/// A share of some; `None` of none.
pub(super) fn share(part: f64, of: u64) -> Option<f64> {
    (of > 0).then(|| part / of as f64)
}

/// Whether a fault lets nothing usable come of a call.
fn fails(fates: &Fates<'_>) -> bool {
    fates.meets.as_ref().is_some_and(|(_, met)| !matches!(met.effect(), Effect::Slows { .. }))
}

impl Witness for Record {
    fn arrived(&mut self, now: Micros, _: u64, _: &Request) {
        self.spells.arrived(now);
    }

    fn called(&mut self, called: &Called<'_>, fleet: &Fleet) {
        self.n_calls += 1;
        self.counts_trips(called.now, fleet);
        let is_failed = fails(called.fates);
        self.n_failed_calls += u64::from(is_failed);
        self.spells.called(called, is_failed);
    }

    fn probed(&mut self, called: &Called<'_>, probe: u16, fleet: &Fleet) {
        self.n_probes += 1;
        self.counts_trips(called.now, fleet);
        self.spells.probed(called, probe);
    }

    fn probe_ended(&mut self, now: Micros, ended: &ProbeEnded<'_>, fleet: &Fleet) {
        self.probe_tokens = self.probe_tokens.zip(ended.tokens).map(|(sum, one)| sum + one.0);
        self.probe_cost = self.probe_cost.zip(ended.reply.cost).map(|(sum, one)| sum + one);
        self.counts_trips(now, fleet);
        self.spells.probe_ended(ended);
    }

    fn ended(&mut self, now: Micros, n: u64, ended: &Ended<'_>, fleet: &Fleet) {
        let outcome = ended.outcome;
        let judged = outcome.verdict.judged();
        let latency = now.since(ended.arrived).0.clamp(1, LONGEST);
        self.n += 1;
        if ended.is_priced {
            self.n_priced += 1;
            self.cost = self.cost.zip(ended.cost).map(|(sum, one)| sum + one);
            self.lost = self.lost.zip(ended.lost).map(|(sum, one)| sum + one);
        }
        if let Some(score) = judged {
            self.n_served += 1;
            self.scores += score;
            self.n_wrong += u64::from(score < 1.0);
            self.latency.saturating_record(latency);
        }
        let is_answer = matches!(outcome.verdict, Verdict::Answered { .. });
        if let Some(name) = &outcome.rung {
            let rung = match self.rungs.get_mut(name) {
                Some(rung) => rung,
                None => self.rungs.entry(name.clone()).or_default(),
            };
            rung.n += 1;
            rung.n_answered += u64::from(is_answer);
            rung.scores += judged.unwrap_or(0.0);
        }
        self.counts_trips(now, fleet);
        self.spells.ended(now, n, ended, judged);
        if let Some(timeline) = &mut self.timeline {
            timeline.add(now, judged, latency, fleet);
        }
    }
}

impl Timeline {
    fn add(&mut self, now: Micros, judged: Option<f64>, latency: u64, fleet: &Fleet) {
        let at = (now.0 / self.bucket.0) as usize;
        if at >= self.rows.len() {
            self.close();
            self.rows.resize(at + 1, Bucket::default());
        }
        let row = &mut self.rows[at];
        row.n += 1;
        row.n_open = row.n_open.max(fleet.n_open(now));
        if let Some(score) = judged {
            row.n_served += 1;
            row.scores += score;
            self.latency.saturating_record(latency);
        }
    }

    fn close(&mut self) {
        if let Some(last) = self.rows.last_mut().filter(|_| !self.latency.is_empty()) {
            last.p95 = Some(self.latency.value_at_quantile(0.95));
        }
        self.latency.clear();
    }
}
