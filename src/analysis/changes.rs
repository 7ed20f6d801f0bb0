//! What changed between two runs, item by item where both have their items.

use std::collections::{BTreeMap, BTreeSet};

use super::contrast::{both_served, contrast, figure, unpaired};
use super::estimate::difference;
use super::gate::Metric;
use super::intervals::Intervals;
use crate::data::summary::{PolicyRow, Versus};
use crate::data::{Change, ChangeRow, Changes, Outcome, Past, PastRun, Side, Verdict};
use crate::kernel::{ItemId, TaskId};
use crate::stats::{Adjustment, adjust};

/// Compares two runs. What clusters items belong to is read off the candidate.
///
/// The p-values of a task's policies are adjusted by Holm's method, because there are many of them.
pub fn changes(base: &PastRun, candidate: &PastRun, intervals: Intervals) -> Changes {
    let compared = |row: &PolicyRow| {
        let was = base.of(&row.task, &row.policy)?;
        let is = candidate.of(&row.task, &row.policy)?;
        Some(change(row, (&was, &is), candidate, intervals))
    };
    let mut policies: Vec<ChangeRow> =
        candidate.summary.policies.iter().filter_map(compared).collect();
    for of_task in policies.chunk_by_mut(|a, b| a.task == b.task) {
        holm(of_task.iter_mut().filter_map(|row| row.paired.as_mut()).collect());
    }
    let sides = |run: &PastRun| -> BTreeSet<Side> {
        let side = |row: &PolicyRow| Side { task: row.task.clone(), policy: row.policy.clone() };
        run.summary.policies.iter().map(side).collect()
    };
    let (before, after) = (sides(base), sides(candidate));
    Changes {
        base: base.summary.scenario.clone(),
        candidate: candidate.summary.scenario.clone(),
        policies,
        only_base: before.difference(&after).cloned().collect(),
        only_candidate: after.difference(&before).cloned().collect(),
    }
}

fn holm(mut rows: Vec<&mut Versus>) {
    let p_values: Vec<f64> = rows.iter().map(|versus| versus.p).collect();
    let adjusted = adjust(&p_values, Adjustment::Holm).unwrap_or_default();
    for (versus, p) in rows.iter_mut().zip(adjusted) {
        versus.p_holm = Some(p);
    }
}

/// Both runs on the items that both asked.
struct Common<'a> {
    ids: Vec<&'a ItemId>,
    before: Vec<Outcome>,
    after: Vec<Outcome>,
    clusters: Vec<u32>,
}

fn change(
    row: &PolicyRow,
    (was, is): (&Past, &Past),
    candidate: &PastRun,
    intervals: Intervals,
) -> ChangeRow {
    let common = common(was, is, &row.task, candidate);
    let of = |metric: Metric| {
        let by_item = common.as_ref().filter(|_| metric.percentile().is_none());
        let difference = match by_item {
            Some(Common { before, after, clusters, .. }) => {
                contrast(metric, after, before, clusters, intervals).and_then(|it| it.estimate)
            }
            None => unpaired(metric, &is.measures, &was.measures).estimate,
        };
        let (base, candidate) = (figure(metric, &was.measures), figure(metric, &is.measures));
        Change { base, candidate, difference }
    };
    let paired = common.as_ref().and_then(|Common { before, after, clusters, .. }| {
        difference(&row.policy, &both_served(after, before, clusters), intervals)
    });
    let [fixed, broken] = common.as_ref().map(flipped).unwrap_or_default();
    ChangeRow {
        task: row.task.clone(),
        policy: row.policy.clone(),
        kind: row.kind.clone(),
        n_common: common.as_ref().map(|common| common.ids.len() as u64),
        served: of(Metric::Availability),
        accuracy: of(Metric::Accuracy),
        paired,
        cost_per_1k: of(Metric::CostPer1k),
        mean_ms: of(Metric::MeanMs),
        p50_ms: of(Metric::P50Ms),
        p95_ms: of(Metric::P95Ms),
        fixed,
        broken,
    }
}

fn common<'a>(was: &Past, is: &'a Past, task: &TaskId, candidate: &PastRun) -> Option<Common<'a>> {
    let (was, is) = (was.items.as_ref()?, is.items.as_ref()?);
    let asked = |outcome: &&Outcome| outcome.verdict != Verdict::NotRun;
    let mut common = Common { ids: vec![], before: vec![], after: vec![], clusters: vec![] };
    let mut numbers: BTreeMap<(Option<&str>, &str), u32> = BTreeMap::new();
    for (id, after) in is.iter().filter(|(_, outcome)| asked(outcome)) {
        let Some(before) = was.get(id).filter(asked) else { continue };
        // An item without a cluster is one by itself.
        let key = match candidate.clusters.get(&(task.clone(), id.clone())) {
            Some(cluster) => (Some(cluster.as_str()), ""),
            None => (None, id.as_str()),
        };
        let next = numbers.len() as u32;
        common.clusters.push(*numbers.entry(key).or_insert(next));
        common.ids.push(id);
        common.before.push(before.clone());
        common.after.push(after.clone());
    }
    Some(common)
}

/// Items that became right, and items that were. "Right" is a score of 1; only items on which both
/// were served.
fn flipped(common: &Common<'_>) -> [Vec<ItemId>; 2] {
    let judged = common.before.iter().zip(&common.after).map(|(before, after)| {
        Some((before.verdict.judged()? == 1.0, after.verdict.judged()? == 1.0))
    });
    let judged: Vec<Option<(bool, bool)>> = judged.collect();
    [(false, true), (true, false)].map(|flip| {
        let rows = common.ids.iter().zip(&judged);
        rows.filter(|(_, it)| **it == Some(flip)).map(|(id, _)| (*id).clone()).collect()
    })
}
