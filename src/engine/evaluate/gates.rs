//! What the gates of a task come to.

use std::collections::{BTreeMap, BTreeSet};

use super::tables::Method;
use crate::analysis::gate::{Baseline, Gate, Metric};
use crate::analysis::{self, Figure};
use crate::data::summary::{GateOutcome, GateRow, PolicyRow, SimulatedRow};
use crate::data::{Estimate, Item, Outcome};
use crate::kernel::{Interval, PolicyId};
use crate::stats;

/// The items of a task.
pub(super) struct Asked<'a> {
    pub(super) items: &'a [Item],
    /// The order in which they were asked, where that may stop when the gates are decided.
    pub(super) order: Option<&'a [usize]>,
}

/// A row per gate.
pub(super) fn rows<'a>(
    gates: impl Iterator<Item = &'a Gate>,
    asked: &Asked<'_>,
    rows: &[PolicyRow],
    outcomes: &BTreeMap<PolicyId, Vec<Outcome>>,
    method: &Method,
) -> Vec<GateRow> {
    let figure = |gate: &Gate| {
        let of = outcomes.get(&gate.of)?;
        let row = rows.iter().find(|row| row.policy == gate.of)?;
        if let Some(figure) = always_valid(gate, outcomes, asked, method) {
            return Some(figure);
        }
        let items = asked.items;
        match (&gate.versus, &gate.baseline) {
            (Some(versus), _) => {
                let (theirs, clusters) = (outcomes.get(versus)?, &method.clusters);
                analysis::contrast(gate.metric, of, theirs, clusters, method.intervals)
            }
            (None, Some(baseline)) => Some(since(gate.metric, baseline, (row, of), items, method)),
            (None, None) => threshold(gate.metric, row, of, method),
        }
    };
    gates.map(|gate| row(gate, figure(gate).unwrap_or_default())).collect()
}

/// The row of a gate whose task was not run.
pub(super) fn not_run(gate: &Gate) -> GateRow {
    row(gate, Figure::default())
}

/// Puts what simulated traffic says in place of what was recorded, in the gates that hold the
/// availability of a policy against a limit.
pub(super) fn simulated(gates: &[Gate], simulated: &[SimulatedRow], rows: &mut [GateRow]) {
    for gate in gates {
        let is_its = |row: &&SimulatedRow| row.policy == gate.of && row.task == gate.task;
        let by_itself = gate.versus.is_none() && gate.metric == Metric::Availability;
        let Some(its) = simulated.iter().find(is_its).filter(|_| by_itself) else { continue };
        if let Some(judged) = rows.iter_mut().find(|row| row.name == gate.name) {
            // More items would decide nothing here.
            *judged = GateRow { needed_n: None, ..row(gate, Some(its.served.clone()).into()) };
        }
    }
}

fn row(gate: &Gate, figure: Figure) -> GateRow {
    let Gate { name, task, of, versus, baseline, metric, limit, .. } = gate.clone();
    let Figure { point, estimate } = figure;
    let outcome = limit.judge(point, estimate.as_ref());
    let is_open = outcome == GateOutcome::Inconclusive;
    GateRow {
        name,
        outcome,
        passed: outcome.passed(),
        observed: point,
        required: limit.value,
        condition: limit.side.name().to_owned(),
        bound: limit.bound.name().to_owned(),
        task,
        of,
        versus,
        baseline: baseline.map(|it| it.run),
        metric: metric.name().to_owned(),
        needed_n: estimate.as_ref().filter(|_| is_open).and_then(|it| limit.needed_n(it)),
        estimate,
    }
}

/// A figure of one policy, over its items.
fn threshold(
    metric: Metric,
    row: &PolicyRow,
    outcomes: &[Outcome],
    method: &Method,
) -> Option<Figure> {
    let (measures, intervals) = (&row.measures, method.intervals);
    Some(match (metric, metric.percentile()) {
        (Metric::Accuracy, _) => measures.accuracy.clone().into(),
        (Metric::AccuracyOfAll, _) => measures.accuracy_of_all.clone().into(),
        (Metric::Availability, _) => analysis::served(&measures.counts, intervals).into(),
        (_, None) => analysis::average(
            &analysis::values(metric, outcomes)?,
            &method.clusters,
            method.intervals,
        ),
        (_, Some(p)) => {
            let mut values: Vec<f64> =
                analysis::values(metric, outcomes)?.into_iter().flatten().collect();
            values.sort_by(f64::total_cmp);
            let (level, n) = (intervals.level.value(), values.len() as u64);
            let point = stats::quantile(&values, p)?;
            let method = "order statistics".to_owned();
            let estimate = stats::quantile_interval(&values, p, level)
                .map(|Interval { low, high }| Estimate { point, low, high, level, n, method });
            Figure { point: Some(point), estimate }
        }
    })
}

/// The figure of a gate that may be looked at again and again; `None` where there is none, or
/// where it is looked at once.
fn always_valid(
    gate: &Gate,
    outcomes: &BTreeMap<PolicyId, Vec<Outcome>>,
    asked: &Asked<'_>,
    method: &Method,
) -> Option<Figure> {
    let order = asked.order?;
    let n_clusters = method.clusters.iter().collect::<BTreeSet<_>>().len();
    if analysis::unbounded(gate).is_some() || n_clusters < asked.items.len() {
        return None;
    }
    let earlier = gate.baseline.as_ref().map(|baseline| then(baseline, asked.items));
    let theirs = match &gate.versus {
        Some(versus) => Some(outcomes.get(versus)?.as_slice()),
        None => earlier.as_deref(),
    };
    let ours = outcomes.get(&gate.of)?;
    analysis::always_valid(gate.metric, ours, theirs, order, method.intervals.level)
}

/// What these items came to in an earlier run.
fn then(baseline: &Baseline, items: &[Item]) -> Vec<Outcome> {
    let was = |item: &Item| baseline.past.items.as_ref()?.get(&item.id).cloned();
    items.iter().map(|item| was(item).unwrap_or(Outcome::NOT_RUN)).collect()
}

/// The difference to an earlier run: over the items that both runs have and served, where the
/// earlier one has its items and the metric a value on each; else figure against figure.
fn since(
    metric: Metric,
    baseline: &Baseline,
    (row, ours): (&PolicyRow, &[Outcome]),
    items: &[Item],
    method: &Method,
) -> Figure {
    let past = &baseline.past;
    let by_item = baseline.past.items.is_some() && metric.percentile().is_none();
    if !by_item {
        return analysis::unpaired(metric, &row.measures, &past.measures);
    }
    let theirs = then(baseline, items);
    analysis::contrast(metric, ours, &theirs, &method.clusters, method.intervals)
        .unwrap_or_default()
}
