//! One policy against another by any metric: item by item, or figure against figure.

use super::estimate::{Scored, difference, mean, served};
use super::gate::Metric;
use super::intervals::{Intervals, Level};
use crate::data::summary::Measures;
use crate::data::{Estimate, Outcome, Verdict};
use crate::kernel::Micros;

/// A figure: by itself, and with its interval where there are items enough for one.
#[derive(Debug, Default)]
pub struct Figure {
    /// Itself; `None` where it is unknown.
    pub point: Option<f64>,
    /// With its interval.
    pub estimate: Option<Estimate>,
}

impl From<Option<Estimate>> for Figure {
    fn from(estimate: Option<Estimate>) -> Self {
        Self { point: estimate.as_ref().map(|it| it.point), estimate }
    }
}

/// The scores of two policies, item by item, where both were served.
pub fn both_served(
    ours: &[Outcome],
    theirs: &[Outcome],
    clusters: &[u32],
) -> Vec<(Scored, Scored)> {
    let judged = |outcomes: &[Outcome], item: usize| outcomes[item].verdict.judged();
    paired(|item| judged(ours, item), |item| judged(theirs, item), clusters)
}

/// The scores of two, over the items on which both have one.
pub fn paired(
    ours: impl Fn(usize) -> Option<f64>,
    theirs: impl Fn(usize) -> Option<f64>,
    clusters: &[u32],
) -> Vec<(Scored, Scored)> {
    let pair = |(item, cluster): (usize, &u32)| {
        let scored = |score| Scored { score, cluster: *cluster };
        Some((scored(ours(item)?), scored(theirs(item)?)))
    };
    clusters.iter().enumerate().filter_map(pair).collect()
}

/// The paired difference of two policies, over the items on which both have the figure.
pub fn contrast(
    metric: Metric,
    ours: &[Outcome],
    theirs: &[Outcome],
    clusters: &[u32],
    intervals: Intervals,
) -> Option<Figure> {
    let scored = |pairs: Vec<(Scored, Scored)>| {
        difference(&"".into(), &pairs, intervals).map(|it| it.difference)
    };
    let of = |score: fn(Verdict) -> f64| {
        let of = move |outcomes: &[Outcome], item: usize| {
            let verdict = outcomes[item].verdict;
            (verdict != Verdict::NotRun).then(|| score(verdict))
        };
        paired(|item| of(ours, item), |item| of(theirs, item), clusters)
    };
    Some(match metric {
        Metric::Accuracy => scored(both_served(ours, theirs, clusters)).into(),
        Metric::AccuracyOfAll => scored(of(|verdict| verdict.score().unwrap_or(0.0))).into(),
        Metric::Availability => {
            scored(of(|it| f64::from(!matches!(it, Verdict::Failed(_))))).into()
        }
        _ => {
            let (ours, theirs) = (values(metric, ours)?, values(metric, theirs)?);
            let both = ours.iter().zip(&theirs);
            let differences: Vec<Option<f64>> = both.map(|(a, b)| Some((*a)? - (*b)?)).collect();
            let Figure { point, estimate } = average(&differences, clusters, intervals);
            let paired = |it: Estimate| Estimate { method: format!("paired {}", it.method), ..it };
            Figure { point, estimate: estimate.map(paired) }
        }
    })
}

/// Dollars per thousand, or milliseconds, of each item that counts; `None` as soon as one that
/// counts is unknown, because a mean of what happens to be known would mislead.
pub fn values(metric: Metric, outcomes: &[Outcome]) -> Option<Vec<Option<f64>>> {
    let value = |outcome: &Outcome| match metric {
        Metric::CostPer1k if !outcome.tells_price() => Some(None),
        Metric::CostPer1k => outcome.cost.map(|cost| Some(cost.dollars() * 1000.0)),
        _ if outcome.verdict.score().is_none() => Some(None),
        _ => outcome.latency.map(Micros::ms).map(Some),
    };
    outcomes.iter().map(value).collect()
}

/// The mean of those that count; `clusters` has the cluster of each.
pub fn average(values: &[Option<f64>], clusters: &[u32], intervals: Intervals) -> Figure {
    let known = values.iter().zip(clusters);
    let known = known.filter_map(|(value, cluster)| Some(((*value)?, *cluster)));
    let (values, clusters): (Vec<f64>, Vec<u32>) = known.unzip();
    let point = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    Figure { point, estimate: mean(&values, &clusters, intervals) }
}

/// The difference of two policies that were not judged on the same items, from their figures alone.
///
/// A share has the square-and-add interval of two independent ones, which is Newcombe's hybrid
/// score interval where both have Wilson's; n is that of the smaller. Of prices and latencies the
/// spread is not in the figures, so these have no interval.
/// Source: R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10. Checked against
/// the paper's example (a) (test below).
pub fn unpaired(metric: Metric, ours: &Measures, theirs: &Measures) -> Figure {
    let (a, b) = (estimate(metric, ours), estimate(metric, theirs));
    if let (Some(a), Some(b)) = (&a, &b)
        && a.level == b.level
    {
        let point = a.point - b.point;
        let reach = |one: f64, other: f64| one.hypot(other);
        return Some(Estimate {
            point,
            low: point - reach(a.point - a.low, b.high - b.point),
            high: point + reach(a.high - a.point, b.point - b.low),
            level: a.level,
            n: a.n.min(b.n),
            method: format!("unpaired square-and-add of {}", a.method),
        })
        .into();
    }
    let point = figure(metric, ours).zip(figure(metric, theirs)).map(|(a, b)| a - b);
    Figure { point, estimate: None }
}

/// A figure as the summary has it.
pub fn figure(metric: Metric, measures: &Measures) -> Option<f64> {
    let latency = measures.latency_ms;
    match metric {
        Metric::CostPer1k => measures.cost_usd.and_then(|cost| cost.per_1k),
        Metric::MeanMs => latency.map(|it| it.mean),
        Metric::P50Ms => latency.map(|it| it.p50),
        Metric::P90Ms => latency.map(|it| it.p90),
        Metric::P95Ms => latency.map(|it| it.p95),
        Metric::P99Ms => latency.map(|it| it.p99),
        _ => estimate(metric, measures).map(|it| it.point),
    }
}

fn estimate(metric: Metric, measures: &Measures) -> Option<Estimate> {
    match metric {
        Metric::Accuracy => measures.accuracy.clone(),
        Metric::AccuracyOfAll => measures.accuracy_of_all.clone(),
        Metric::Availability => {
            // At the level that the other figures have.
            let level = measures.accuracy_of_all.as_ref().map(|it| it.level)?;
            let level = Level::try_from(level).ok()?;
            served(&measures.counts, Intervals { level, ..Intervals::default() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Case, measures};

    #[test]
    fn figures_alone_have_the_interval_of_independent_shares() {
        // Newcombe 1998, table II, example (a), method 10: 56 of 70 less 48 of 80.
        let share = |hits: usize, n: usize| {
            let case = |item: usize| Case {
                verdict: Verdict::Answered { answer: None, score: f64::from(item < hits) },
                cluster: item as u32,
                is_sent: true,
                cost: None,
                latency: None,
                ttft: None,
                tokens: None,
            };
            measures(&(0..n).map(case).collect::<Vec<_>>(), Intervals::default())
        };
        let (ours, theirs) = (share(56, 70), share(48, 80));
        let it = unpaired(Metric::Accuracy, &ours, &theirs).estimate.unwrap();
        let four = |value: f64| (value * 1e4).round() / 1e4;
        assert_eq!((four(it.point), four(it.low), four(it.high)), (0.2, 0.0524, 0.3339));
        assert_eq!((it.n, it.method.as_str()), (70, "unpaired square-and-add of wilson"));
        let price = unpaired(Metric::CostPer1k, &ours, &theirs);
        assert!(price.point.is_none() && price.estimate.is_none(), "unknown is not 0");
    }
}
