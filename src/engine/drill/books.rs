//! What the requests of a drill came to.

use std::collections::BTreeMap;

use crate::analysis::{self, Intervals};
use crate::data::summary::{DrilledRow, RungRow};
use crate::data::{Estimate, Outcome, Warning};
use crate::kernel::{Micros, PolicyId, TaskId, Usd};
use crate::policy::episode::Reply;
use crate::provider::Exchange;
use crate::stats;

/// A request that is sent so much after its time is late: the machine has too much to do.
const LATE: Micros = Micros(100_000);

/// Counts and latencies of one drill.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// Requests.
    pub n: u64,
    /// Of these, requests that were sent more than 100 ms after their time.
    pub n_late: u64,
    /// Requests that got anything but a failure.
    pub n_served: u64,
    /// Of these, requests whose answer was not right.
    pub n_wrong: u64,
    /// The sum of the scores.
    pub scores: f64,
    /// Requests that got a success without an answer in it.
    pub n_hollow: u64,
    /// Of requests that were served.
    pub latencies: Vec<Micros>,
    /// To the first text, of requests that were served in pieces.
    pub first_texts: Vec<Micros>,
    /// The longest of all, served or not.
    pub longest: Micros,
    /// Calls made; by a gateway, requests that its providers saw.
    pub n_calls: u64,
    /// Of these, calls that failed.
    pub n_failed_calls: u64,
    /// Of these, calls that were called off.
    pub n_called_off: u64,
    /// How often breakers opened; `None` of a gateway, which keeps that to itself.
    pub n_trips: Option<u64>,
    /// What the calls cost that came back; `None` where any is unknown.
    pub cost: Option<Usd>,
    /// Requests by who answered.
    pub rungs: BTreeMap<PolicyId, (u64, f64)>,
    /// Probes that were sent, the tokens of their answers, and what those cost; `None` where any is
    /// unknown. None of them is among the calls, and their cost is not in that of requests.
    pub n_probes: u64,
    /// The tokens, sent and received.
    pub probe_tokens: Option<u64>,
    /// The dollars.
    pub probe_cost: Option<Usd>,
    /// What was said with the first failure that said anything.
    pub said: Option<String>,
}

/// A request that is over.
pub(super) struct Ended<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) latency: Micros,
    pub(super) cost: Option<Usd>,
}

impl Books {
    /// A request that was to be sent at `due` is sent.
    pub(super) fn sent(&mut self, due: Micros, now: Micros) {
        self.n_late += u64::from(now.since(due) > LATE);
    }

    /// A probe is over.
    pub(super) fn probed(&mut self, exchange: &Exchange, reply: &Reply) {
        let tokens = match &exchange.result {
            Ok(reply) => reply.counts.usage().map(|it| it.sent.0 + it.received.0),
            // A call that failed brought no tokens to pay for.
            Err(_) => Some(0),
        };
        let (before, paid) = match self.n_probes {
            0 => (Some(0), Some(Usd::ZERO)),
            _ => (self.probe_tokens, self.probe_cost),
        };
        self.n_probes += 1;
        self.probe_tokens = before.zip(tokens).map(|(sum, one)| sum + one);
        self.probe_cost = paid.zip(reply.cost).map(|(sum, one)| sum + one);
    }

    /// What everything cost.
    fn all_cost(&self) -> Option<Usd> {
        let probes = if self.n_probes == 0 { Some(Usd::ZERO) } else { self.probe_cost };
        self.cost.zip(probes).map(|(calls, probes)| calls + probes)
    }

    pub(super) fn ended(&mut self, ended: &Ended<'_>) {
        let outcome = ended.outcome;
        let before = if self.n == 0 { Some(Usd::ZERO) } else { self.cost };
        self.cost = before.zip(ended.cost).map(|(sum, one)| sum + one);
        self.n += 1;
        self.longest = self.longest.max(ended.latency);
        if let Some(score) = outcome.verdict.judged() {
            self.n_served += 1;
            self.scores += score;
            self.n_wrong += u64::from(score < 1.0);
            self.latencies.push(ended.latency);
        }
        if let Some(rung) = &outcome.rung {
            let (n, scores) = self.rungs.entry(rung.clone()).or_default();
            *n += 1;
            *scores += outcome.verdict.judged().unwrap_or(0.0);
        }
    }
}

/// What is to be doubted about several drills of one policy or gateway.
pub fn doubt(policy: &PolicyId, drills: &[Books]) -> Option<Warning> {
    let n: u64 = drills.iter().map(|it| it.n).sum();
    let n_late: u64 = drills.iter().map(|it| it.n_late).sum();
    // One in twenty moves the 95th percentile.
    (n_late * 20 > n).then(|| Warning::SentLate(policy.to_string(), n_late, n))
}

/// The figures of several drills of one policy or gateway: means over them, with Student's
/// interval.
pub fn row(
    (task, policy): (&TaskId, &PolicyId),
    drills: &[Books],
    intervals: Intervals,
) -> DrilledRow {
    let mean = |of: &dyn Fn(&Books) -> Option<f64>| -> Option<Estimate> {
        let known: Vec<f64> = drills.iter().filter_map(of).collect();
        let each: Vec<u32> = (0..known.len() as u32).collect();
        let mean = analysis::mean(&known, &each, intervals)?;
        Some(Estimate { method: "student over repetitions".to_owned(), ..mean })
    };
    // Student's interval knows no ends; a share has them.
    let of_shares = |of: &dyn Fn(&Books) -> Option<f64>| {
        let Estimate { low, high, .. } = mean(of)?;
        Some(Estimate { low: low.max(0.0), high: high.min(1.0), ..mean(of)? })
    };
    let share = |part: f64, of: u64| (of > 0).then(|| part / of as f64);
    let latency = |p: f64| move |it: &Books| quantile_ms(&it.latencies, p);
    let first_text = |p: f64| move |it: &Books| quantile_ms(&it.first_texts, p);
    let n: u64 = drills.iter().map(|it| it.n).sum();
    let mut rungs: BTreeMap<PolicyId, (u64, f64)> = BTreeMap::new();
    for (name, (n, scores)) in drills.iter().flat_map(|it| &it.rungs) {
        let sum = rungs.entry(name.clone()).or_default();
        (sum.0, sum.1) = (sum.0 + n, sum.1 + scores);
    }
    let rung = |(name, (of, scores)): (PolicyId, (u64, f64))| {
        (name, RungRow { share: of as f64 / n.max(1) as f64, accuracy: share(scores, of) })
    };
    DrilledRow {
        task: task.clone(),
        policy: policy.clone(),
        requests: n,
        repetitions: drills.len() as u64,
        served: of_shares(&|it| share(it.n_served as f64, it.n)),
        accuracy: of_shares(&|it| share(it.scores, it.n_served)),
        wrong: of_shares(&|it| share(it.n_wrong as f64, it.n)),
        hollow: of_shares(&|it| share(it.n_hollow as f64, it.n)),
        p50_ms: mean(&latency(0.5)),
        p95_ms: mean(&latency(0.95)),
        ttft_p50_ms: mean(&first_text(0.5)),
        ttft_p95_ms: mean(&first_text(0.95)),
        longest_ms: drills.iter().map(|it| it.longest).max().map(Micros::ms),
        calls_per_request: mean(&|it| share(it.n_calls as f64, it.n)),
        failed_calls_per_request: mean(&|it| share(it.n_failed_calls as f64, it.n)),
        trips: mean(&|it| Some(it.n_trips? as f64)),
        cost_per_1k: mean(&|it| share(it.all_cost()?.dollars() * 1e3, it.n)),
        probes: probed(drills, mean(&|it| Some(it.n_probes as f64))),
        probe_tokens: probed(drills, mean(&|it| Some(it.probe_tokens? as f64))),
        probe_usd: probed(drills, mean(&|it| Some(it.probe_cost?.dollars()))),
        rungs: rungs.into_iter().map(rung).collect(),
    }
}

/// A figure of probes, where there were any.
fn probed(drills: &[Books], figure: Option<Estimate>) -> Option<Estimate> {
    figure.filter(|_| drills.iter().any(|it| it.n_probes > 0))
}

fn quantile_ms(latencies: &[Micros], p: f64) -> Option<f64> {
    let mut ms: Vec<f64> = latencies.iter().map(|latency| latency.ms()).collect();
    ms.sort_by(f64::total_cmp);
    stats::quantile(&ms, p)
}
