//! From replicates to figures: means over them, with Student's interval.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{Record, share};
use crate::analysis::{self, Intervals};
use crate::data::Estimate;
use crate::data::summary::{LatencyRow, OutageRow, RungRow, SimulatedRow};
use crate::kernel::{Micros, PolicyId, TaskId};
use crate::scenario::Simulation;

/// Whose figures they are, and what they are measured by.
pub(super) struct Of<'a> {
    pub(super) task: &'a TaskId,
    pub(super) policy: &'a PolicyId,
    pub(super) simulation: &'a Simulation,
    /// How long the traffic lasts.
    pub(super) lasts: Micros,
    pub(super) worst_case: Micros,
    pub(super) healthy: Option<f64>,
    pub(super) intervals: Intervals,
}

impl Of<'_> {
    /// The figures of the whole.
    pub(super) fn row(&self, records: &[Record]) -> SimulatedRow {
        let mean = |of: &dyn Fn(&Record) -> Option<f64>| self.mean(records.iter().map(of));
        let of_shares = |of: &dyn Fn(&Record) -> Option<f64>| self.shares(records.iter().map(of));
        let always =
            |of: &dyn Fn(&Record) -> Option<f64>| mean(of).unwrap_or_else(|| self.nothing());
        let has_probes = records.iter().any(|it| it.n_probes > 0);
        let of_probes = |of: &dyn Fn(&Record) -> Option<f64>| mean(of).filter(|_| has_probes);
        let minutes = self.lasts.0 as f64 / 60e6;
        let down = |it: &Record| share((it.n - it.n_served) as f64 * minutes, it.n);
        let promised = 1.0 - self.simulation.options.objective.value();
        let an_hour = self.simulation.downtime_usd_per_hour;
        SimulatedRow {
            task: self.task.clone(),
            policy: self.policy.clone(),
            requests: records.iter().map(|it| it.n).sum(),
            served: of_shares(&|it| share(it.n_served as f64, it.n))
                .unwrap_or_else(|| self.nothing()),
            accuracy: of_shares(&|it| share(it.scores, it.n_served)),
            healthy: self.healthy,
            wrong: of_shares(&|it| share(it.n_wrong as f64, it.n))
                .unwrap_or_else(|| self.nothing()),
            latency_ms: self.latency(records),
            worst_case_ms: self.worst_case.ms(),
            calls_per_request: always(&|it| share(it.n_calls as f64, it.n)),
            cost_per_1k: mean(&Record::cost_per_1k),
            lost_per_1k: mean(&|it| share(it.lost?.dollars() * 1e3, it.n_priced)),
            probes: of_probes(&|it| Some(it.n_probes as f64)),
            probe_tokens: of_probes(&|it| Some(it.probe_tokens? as f64)),
            probe_usd: of_probes(&|it| Some(it.probe_cost?.dollars())),
            failed_calls_per_request: always(&|it| share(it.n_failed_calls as f64, it.n)),
            trips: always(&|it| Some(it.n_trips as f64)),
            minutes_down: always(&down),
            budget_used: match promised > 0.0 {
                true => mean(&|it| Some(down(it)? / (promised * minutes))),
                false => None,
            },
            downtime_usd: an_hour.and_then(|usd| mean(&|it| Some(down(it)? / 60.0 * usd))),
            rungs: rungs(records),
        }
    }

    /// The figures of each fault, by name, but for those that were there too often.
    pub(super) fn outages(&self, records: &[Record]) -> Vec<OutageRow> {
        // What one replicate could not tell of a fault makes no mean.
        let left_out: BTreeSet<usize> =
            records.iter().flat_map(|record| record.spells.left_out.iter().copied()).collect();
        let names: BTreeMap<usize, &str> = records
            .iter()
            .flat_map(|record| &record.spells.rows)
            .filter(|row| !left_out.contains(&row.spell.position))
            .map(|row| (row.spell.position, row.spell.fault.as_str()))
            .collect();
        let n = records.len() as f64;
        let row = |(position, fault): (&usize, &&str)| {
            let of = |record: &Record| -> Vec<super::spells::Watched> {
                let rows = record.spells.rows.iter();
                rows.filter(|row| row.spell.position == *position).cloned().collect()
            };
            let by_replicate: Vec<Vec<_>> = records.iter().map(of).collect();
            let times: usize = by_replicate.iter().map(Vec::len).sum();
            let all = || by_replicate.iter().flatten();
            let minutes: f64 =
                all().map(|it| it.spell.end.since(it.spell.start).0 as f64 / 60e6).sum();
            let mean = |of: &dyn Fn(&[super::spells::Watched]) -> Option<f64>| {
                self.mean(by_replicate.iter().map(|rows| of(rows)))
            };
            let of_shares = |of: &dyn Fn(&[super::spells::Watched]) -> Option<f64>| {
                self.shares(by_replicate.iter().map(|rows| of(rows)))
            };
            let over_times = |of: &dyn Fn(&super::spells::Watched) -> Option<f64>| {
                let method = "student over times of the fault".to_owned();
                self.mean(all().map(of)).map(|mean| Estimate { method, ..mean })
            };
            let seconds = |of: &dyn Fn(&super::spells::Watched) -> Option<Micros>| {
                over_times(&|it| of(it).map(|time| time.0 as f64 / 1e6))
            };
            let n_of = |rows: &[super::spells::Watched]| rows.iter().map(|it| it.n).sum::<u64>();
            let served = |rows: &[super::spells::Watched]| -> u64 {
                rows.iter().map(|it| it.n_served).sum()
            };
            OutageRow {
                task: self.task.clone(),
                policy: self.policy.clone(),
                fault: (*fault).to_owned(),
                times: times as f64 / n,
                minutes: minutes / n,
                served: of_shares(&|rows| share(served(rows) as f64, n_of(rows))),
                accuracy: of_shares(&|rows| {
                    share(rows.iter().map(|it| it.scores).sum(), served(rows))
                }),
                failed_calls_per_request: mean(&|rows| {
                    let failed: u64 = rows.iter().map(|it| it.n_failed_calls).sum();
                    share(failed as f64, n_of(rows))
                }),
                detected: share(
                    all().filter(|it| it.detected.is_some()).count() as f64,
                    times as u64,
                ),
                detected_s: seconds(&|it| it.detected),
                flaps: over_times(&|it| it.detected.map(|_| f64::from(it.flaps))),
                failed_over_s: seconds(&|it| it.failed_over),
                failed_back_s: seconds(&|it| it.failed_back),
            }
        };
        names.iter().map(row).collect()
    }

    fn latency(&self, records: &[Record]) -> Option<LatencyRow> {
        let at = |q: f64| {
            let ms = |it: &Record| {
                let latency = &it.latency;
                (!latency.is_empty()).then(|| latency.value_at_quantile(q) as f64 / 1e3)
            };
            self.mean(records.iter().map(ms))
        };
        let max = records.iter().map(|it| it.latency.max()).max()? as f64 / 1e3;
        Some(LatencyRow { p50: at(0.5)?, p95: at(0.95)?, p99: at(0.99)?, max })
    }

    /// The mean of what is known, with Student's interval; `None` of fewer than two, whose spread
    /// is unknown.
    fn mean(&self, values: impl Iterator<Item = Option<f64>>) -> Option<Estimate> {
        let known: Vec<f64> = values.flatten().collect();
        let each: Vec<u32> = (0..known.len() as u32).collect();
        let mean = analysis::mean(&known, &each, self.intervals)?;
        Some(Estimate { method: "student over replicates".to_owned(), ..mean })
    }

    /// The same of shares, which have ends that Student's interval does not know.
    fn shares(&self, values: impl Iterator<Item = Option<f64>>) -> Option<Estimate> {
        let it = self.mean(values)?;
        Some(Estimate { low: it.low.max(0.0), high: it.high.min(1.0), ..it })
    }

    /// Of no request at all.
    fn nothing(&self) -> Estimate {
        let (point, low, high) = (0.0, 0.0, 0.0);
        Estimate {
            point,
            low,
            high,
            level: self.intervals.level.value(),
            n: 0,
            method: "no request".to_owned(),
        }
    }
}

fn rungs(records: &[Record]) -> BTreeMap<PolicyId, RungRow> {
    let all: u64 = records.iter().map(|it| it.n).sum();
    let mut sums: BTreeMap<PolicyId, super::record::Rung> = BTreeMap::new();
    for (name, rung) in records.iter().flat_map(|it| &it.rungs) {
        let sum = sums.entry(name.clone()).or_default();
        sum.n += rung.n;
        sum.n_answered += rung.n_answered;
        sum.scores += rung.scores;
    }
    let row = |(name, sum): (PolicyId, super::record::Rung)| {
        let accuracy = share(sum.scores, sum.n_answered);
        (name, RungRow { share: sum.n as f64 / all.max(1) as f64, accuracy })
    };
    sums.into_iter().map(row).collect()
}
