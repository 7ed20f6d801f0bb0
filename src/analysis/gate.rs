//! Gates: a figure held against a limit, with three outcomes.
//!
//! A figure that comes with an interval passes when the whole interval does, fails when none of
//! it does, and is inconclusive in between: non-inferiority where the limit of a difference is
//! below 0, superiority where it is 0 or above (CONSORT's extension for non-inferiority trials,
//! Piaggio and others, JAMA 2012, figure 1).

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::summary::GateOutcome;
use crate::data::{Estimate, Past, PastRun};
use crate::kernel::{PolicyId, TaskId};

/// One condition on one figure of one task.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Its name in the scenario.
    pub name: String,
    /// The line of the scenario on which it stands, from 1.
    pub line: usize,
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub of: PolicyId,
    /// The policy that it is compared with, item by item; `None` for a figure of its own.
    pub versus: Option<PolicyId>,
    /// The earlier run that it is compared with; `None` where it is compared with none.
    pub baseline: Option<Baseline>,
    /// What is measured.
    pub metric: Metric,
    /// What it is held against.
    pub limit: Limit,
}

/// What an earlier run has of the policy of a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The run, as the scenario names it.
    pub run: String,
    /// What it has of the policy.
    pub past: Arc<Past>,
    /// All that it has.
    pub whole: Arc<PastRun>,
}

/// What a gate measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The mean score of what was answered.
    Accuracy,
    /// The mean score of all asked, everything that is no answer counting 0.
    AccuracyOfAll,
    /// The share of all asked that was served.
    Availability,
    /// Dollars per thousand items of which every call was sent.
    #[serde(rename = "cost_per_1k")]
    CostPer1k,
    /// The mean latency of what was answered, in milliseconds.
    MeanMs,
    /// The median latency.
    P50Ms,
    /// The latency that nine of ten stay within.
    P90Ms,
    /// The latency that nineteen of twenty stay within.
    P95Ms,
    /// The latency that ninety-nine of a hundred stay within.
    P99Ms,
}

impl Metric {
    /// Its name in scenarios and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::AccuracyOfAll => "accuracy_of_all",
            Self::Availability => "availability",
            Self::CostPer1k => "cost_per_1k",
            Self::MeanMs => "mean_ms",
            Self::P50Ms => "p50_ms",
            Self::P90Ms => "p90_ms",
            Self::P95Ms => "p95_ms",
            Self::P99Ms => "p99_ms",
        }
    }

    /// Of a percentile, which one, from 0 to 1.
    pub fn percentile(self) -> Option<f64> {
        match self {
            Self::P50Ms => Some(0.5),
            Self::P90Ms => Some(0.9),
            Self::P95Ms => Some(0.95),
            Self::P99Ms => Some(0.99),
            _ => None,
        }
    }

    /// Whether it is from 0 to 1.
    pub fn is_share(self) -> bool {
        matches!(self, Self::Accuracy | Self::AccuracyOfAll | Self::Availability)
    }
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// On which side it has to be.
    pub side: Side,
    /// The limit itself, which is on that side too.
    pub value: f64,
    /// What of the figure is held against it.
    pub bound: Bound,
}

/// On which side of a limit a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// At it or above.
    AtLeast,
    /// At it or below.
    AtMost,
}

impl Side {
    /// The key that says so.
    pub fn name(self) -> &'static str {
        match self {
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
        }
    }
}

/// What of a figure is held against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The lower end of its interval.
    Lower,
    /// The figure as it is.
    Point,
    /// The upper end of its interval.
    Upper,
}

impl Bound {
    /// Its name in scenarios and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Point => "point",
            Self::Upper => "upper",
        }
    }
}

impl Limit {
    /// Whether a figure keeps to it: the figure itself, and with its interval. What nobody knows
    /// is inconclusive.
    ///
    /// By the end of the interval that is nearer to the limit's wrong side there are three
    /// outcomes. By the other end, or by the point, there are two.
    pub fn judge(&self, point: Option<f64>, estimate: Option<&Estimate>) -> GateOutcome {
        let low = estimate.map(|figure| figure.low);
        let high = estimate.map(|figure| figure.high);
        let ends = match (self.bound, self.side) {
            (Bound::Point, _) => point.zip(point),
            (Bound::Lower, Side::AtLeast) => low.zip(high),
            (Bound::Lower, Side::AtMost) => low.zip(low),
            (Bound::Upper, Side::AtMost) => high.zip(low),
            (Bound::Upper, Side::AtLeast) => high.zip(high),
        };
        ends.map_or(GateOutcome::Inconclusive, |(worst, best)| self.judge_ends(worst, best))
    }

    fn judge_ends(&self, worst: f64, best: f64) -> GateOutcome {
        match (self.holds(worst), self.holds(best)) {
            (true, _) => GateOutcome::Passed,
            (false, true) => GateOutcome::Inconclusive,
            (false, false) => GateOutcome::Failed,
        }
    }

    fn holds(&self, value: f64) -> bool {
        match self.side {
            Side::AtLeast => value >= self.value,
            Side::AtMost => value <= self.value,
        }
    }

    /// With how many items the interval would no longer hold the limit, if the figure stayed as
    /// it is: the width of an interval shrinks with the square root of n. `None` where the figure
    /// is the limit, which no number of items decides.
    pub fn needed_n(&self, figure: &Estimate) -> Option<u64> {
        let away = figure.point - self.value;
        let half = if away > 0.0 { figure.point - figure.low } else { figure.high - figure.point };
        let needed = (figure.n as f64 * (half / away).powi(2)).ceil();
        (away != 0.0 && needed.is_finite()).then_some(needed as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(low: f64, point: f64, high: f64) -> Estimate {
        Estimate { point, low, high, level: 0.95, n: 100, method: "student".into() }
    }

    #[test]
    fn a_gate_passes_fails_or_does_not_know() {
        use GateOutcome::{Failed, Inconclusive, Passed};
        let at_least = [
            ((0.5, 0.6, 0.7), [Passed, Passed, Passed]),
            ((0.49, 0.6, 0.7), [Inconclusive, Passed, Passed]),
            ((0.4, 0.45, 0.5), [Inconclusive, Failed, Passed]),
            ((0.4, 0.45, 0.49), [Failed, Failed, Failed]),
        ];
        for ((low, point, high), expected) in at_least {
            for (bound, outcome) in
                [Bound::Lower, Bound::Point, Bound::Upper].into_iter().zip(expected)
            {
                let limit = Limit { side: Side::AtLeast, value: 0.5, bound };
                let it = figure(low, point, high);
                assert_eq!(limit.judge(Some(point), Some(&it)), outcome, "{limit:?}");
                assert_eq!(limit.judge(None, None), Inconclusive);
                let by_itself = limit.judge(Some(point), None);
                assert_eq!(by_itself == Inconclusive, bound != Bound::Point, "no interval");
                // The same in a mirror.
                let bound = match bound {
                    Bound::Lower => Bound::Upper,
                    Bound::Point => Bound::Point,
                    Bound::Upper => Bound::Lower,
                };
                let mirror = Limit { side: Side::AtMost, value: -0.5, bound };
                let it = figure(-high, -point, -low);
                assert_eq!(mirror.judge(Some(-point), Some(&it)), outcome, "{mirror:?}");
            }
        }
    }

    #[test]
    fn so_many_items_would_decide_it() {
        let limit = |value| Limit { side: Side::AtLeast, value, bound: Bound::Lower };
        for (value, needed) in [(0.625, Some(400)), (0.875, Some(400)), (0.75, None)] {
            assert_eq!(limit(value).needed_n(&figure(0.5, 0.75, 1.0)), needed, "{value}");
        }
    }
}
