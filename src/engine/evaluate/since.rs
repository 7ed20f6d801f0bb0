//! What changed since the earlier runs that gates name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Evaluation;
use crate::analysis;
use crate::data::{PastOutcomes, PastRun, Since};
use crate::kernel::TaskId;
use crate::scenario::Plan;

/// Compares an evaluation with each of them, the runs in order of name.
pub(super) fn fill(evaluation: &mut Evaluation<'_>, plan: &Plan) {
    let baselines = plan.gates.iter().filter_map(|gate| gate.baseline.as_ref());
    let runs: BTreeMap<&str, &Arc<PastRun>> =
        baselines.map(|it| (it.run.as_str(), &it.whole)).collect();
    if runs.is_empty() {
        return;
    }
    let mut outcomes: BTreeMap<TaskId, PastOutcomes> = BTreeMap::new();
    for row in evaluation.decisions() {
        let of_task = outcomes.entry(row.task.clone()).or_default();
        let of_policy = of_task.entry(row.policy.clone()).or_default();
        of_policy.insert(row.id.clone(), row.outcome.clone());
    }
    let clusters = evaluation.items().filter_map(|row| {
        Some(((row.task.clone(), row.item.id.clone()), row.item.cluster.clone()?))
    });
    let now =
        PastRun { summary: evaluation.summary.clone(), outcomes, clusters: clusters.collect() };
    let since = |(run, past): (&str, &Arc<PastRun>)| Since {
        run: run.to_owned(),
        changes: analysis::changes(past, &now, plan.intervals),
    };
    evaluation.summary.since = runs.into_iter().map(since).collect();
}
