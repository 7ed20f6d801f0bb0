//! What the gates of a task come to.

use std::collections::BTreeMap;

use super::tables::{self, Method};
use crate::analysis::gate::{Gate, Metric};
use crate::analysis::{self, Scored};
use crate::data::summary::{GateOutcome, GateRow, PolicyRow, SimulatedRow};
use crate::data::{Estimate, Outcome, Verdict};
use crate::kernel::{Interval, Micros, PolicyId};
use crate::stats;

/// A row per gate.
pub(super) fn rows<'a>(
    gates: impl Iterator<Item = &'a Gate>,
    rows: &[PolicyRow],
    outcomes: &BTreeMap<PolicyId, Vec<Outcome>>,
    method: &Method,
) -> Vec<GateRow> {
    let figure = |gate: &Gate| {
        let of = outcomes.get(&gate.of)?;
        match &gate.versus {
            Some(versus) => difference(gate.metric, of, outcomes.get(versus)?, method),
            None => {
                let row = rows.iter().find(|row| row.policy == gate.of)?;
                threshold(gate.metric, row, of, method)
            }
        }
    };
    gates.map(|gate| row(gate, figure(gate).unwrap_or_default())).collect()
}

/// A figure: by itself, and with its interval where there are items enough for one.
#[derive(Default)]
struct Figure {
    point: Option<f64>,
    estimate: Option<Estimate>,
}

impl From<Option<Estimate>> for Figure {
    fn from(estimate: Option<Estimate>) -> Self {
        Self { point: estimate.as_ref().map(|it| it.point), estimate }
    }
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
    let Gate { name, task, of, versus, metric, limit } = gate.clone();
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
        (_, None) => mean(&values(metric, outcomes)?, method),
        (_, Some(p)) => {
            let mut values: Vec<f64> = values(metric, outcomes)?.into_iter().flatten().collect();
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

/// The paired difference of two policies, over the items on which both have the figure.
fn difference(
    metric: Metric,
    ours: &[Outcome],
    theirs: &[Outcome],
    method: &Method,
) -> Option<Figure> {
    let scored = |pairs: Vec<(Scored, Scored)>| {
        analysis::difference(&"".into(), &pairs, method.intervals).map(|it| it.difference)
    };
    let of = |score: fn(Verdict) -> f64| {
        let of = move |outcomes: &[Outcome], item: usize| {
            let verdict = outcomes[item].verdict;
            (verdict != Verdict::NotRun).then(|| score(verdict))
        };
        tables::paired(|item| of(ours, item), |item| of(theirs, item), &method.clusters)
    };
    Some(match metric {
        Metric::Accuracy => scored(tables::both_served(ours, theirs, &method.clusters)).into(),
        Metric::AccuracyOfAll => scored(of(|verdict| verdict.score().unwrap_or(0.0))).into(),
        Metric::Availability => {
            scored(of(|it| f64::from(!matches!(it, Verdict::Failed(_))))).into()
        }
        _ => {
            let (ours, theirs) = (values(metric, ours)?, values(metric, theirs)?);
            let both = ours.iter().zip(&theirs);
            let differences: Vec<Option<f64>> = both.map(|(a, b)| Some((*a)? - (*b)?)).collect();
            let Figure { point, estimate } = mean(&differences, method);
            let paired = |it: Estimate| Estimate { method: format!("paired {}", it.method), ..it };
            Figure { point, estimate: estimate.map(paired) }
        }
    })
}

/// Dollars per thousand, or milliseconds, of each item that counts; `None` as soon as one that
/// counts is unknown, because a mean of what happens to be known would mislead.
fn values(metric: Metric, outcomes: &[Outcome]) -> Option<Vec<Option<f64>>> {
    let value = |outcome: &Outcome| match metric {
        Metric::CostPer1k if outcome.verdict == Verdict::NotRun => Some(None),
        Metric::CostPer1k => outcome.cost.map(|cost| Some(cost.dollars() * 1000.0)),
        _ if outcome.verdict.score().is_none() => Some(None),
        _ => outcome.latency.map(Micros::ms).map(Some),
    };
    outcomes.iter().map(value).collect()
}

/// The mean of those that count.
fn mean(values: &[Option<f64>], method: &Method) -> Figure {
    let known = values.iter().zip(&method.clusters);
    let known = known.filter_map(|(value, cluster)| Some(((*value)?, *cluster)));
    let (values, clusters): (Vec<f64>, Vec<u32>) = known.unzip();
    let point = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    Figure { point, estimate: analysis::mean(&values, &clusters, method.intervals) }
}
