//! Figures with bounds that hold whenever one looks, for runs that stop when enough is known.

use super::contrast::Figure;
use super::gate::{Bound, Gate, Metric};
use super::intervals::Level;
use crate::data::{Estimate, Outcome, Verdict};
use crate::stats;

/// Why a gate has no such bounds, in words; `None` where it has.
///
/// They are of means of what lies between two ends, item by item.
pub fn unbounded(gate: &Gate) -> Option<&'static str> {
    let items = gate.baseline.as_ref().map(|it| it.past.items.is_some());
    match (gate.metric.is_share(), gate.limit.bound, items) {
        (false, ..) => Some("prices and latencies have no upper end"),
        (_, Bound::Point, _) => Some("a figure without its interval is never decided"),
        (.., Some(false)) => Some("a `summary.json` has no items to compare one by one"),
        _ => None,
    }
}

/// The share of one policy, or its difference to another on the same items, with bounds that hold
/// however often one looks. `order` has the items in the order in which they were asked, which was
/// drawn without regard to them. `None` where no item counts.
///
/// Which items count, and how, is as in [`super::contrast()`] and in the tables.
pub fn always_valid(
    metric: Metric,
    ours: &[Outcome],
    theirs: Option<&[Outcome]>,
    order: &[usize],
    level: Level,
) -> Option<Figure> {
    let value = |outcomes: &[Outcome], item: usize| {
        let verdict = outcomes[item].verdict;
        match (metric, theirs) {
            (Metric::Accuracy, None) => verdict.score(),
            (Metric::Accuracy, Some(_)) => verdict.judged(),
            _ if verdict == Verdict::NotRun => None,
            (Metric::AccuracyOfAll, _) => Some(verdict.score().unwrap_or(0.0)),
            _ => Some(f64::from(u8::from(!matches!(verdict, Verdict::Failed(_))))),
        }
    };
    // A difference lies between -1 and 1, and is put on 0 to 1.
    let values: Vec<f64> = match theirs {
        None => order.iter().filter_map(|item| value(ours, *item)).collect(),
        Some(theirs) => {
            let pair = |item: &usize| {
                Some(f64::midpoint(1.0, value(ours, *item)? - value(theirs, *item)?))
            };
            order.iter().filter_map(pair).collect()
        }
    };
    let bounds = stats::always_valid(&values, level.value())?;
    let back = |share: f64| if theirs.is_some() { 2.0 * share - 1.0 } else { share };
    let n = values.len() as u64;
    let method = if theirs.is_some() { "paired always-valid" } else { "always-valid" };
    let estimate = Estimate {
        point: back(values.iter().sum::<f64>() / n as f64),
        low: back(bounds.low),
        high: back(bounds.high),
        level: level.value(),
        n,
        method: method.to_owned(),
    };
    Some(Some(estimate).into())
}
