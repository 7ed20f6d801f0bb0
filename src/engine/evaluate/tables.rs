//! The tables of a summary, for one task.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::analysis::{self, Case, Intervals, both_served};
use crate::data::summary::{CategoryRow, Fitting, Measures, ModelRow, PolicyRow, Versus};
use crate::data::{Cell, ItemIdx, Matrix, Outcome};
use crate::engine::evaluate::BEST_SINGLE;
use crate::kernel::PolicyId;
use crate::policy::{Policy, single};

/// How figures are estimated: which items resemble each other, and how intervals are made.
pub(in crate::engine) struct Method {
    /// The cluster of each item.
    pub(in crate::engine) clusters: Vec<u32>,
    pub(in crate::engine) intervals: Intervals,
}

impl Method {
    pub(super) fn new(matrix: &Matrix, intervals: Intervals) -> Self {
        Self { clusters: clusters(matrix), intervals }
    }
}

/// A row per model.
pub(super) fn models(matrix: &Matrix, method: &Method) -> Vec<ModelRow> {
    let row = |model| {
        let cells = matrix.item_idxs().map(|item| matrix.cell(item, model, 0));
        let cases: Vec<Case> =
            cells.zip(&method.clusters).map(|(cell, cluster)| of_cell(cell, *cluster)).collect();
        ModelRow {
            task: matrix.task().clone(),
            model: matrix.models()[usize::from(model.0)].clone(),
            measures: analysis::measures(&cases, method.intervals),
        }
    };
    matrix.model_idxs().map(row).collect()
}

/// A row per policy.
pub(super) fn policies(
    matrix: &Matrix,
    policies: &BTreeMap<PolicyId, Policy>,
    outcomes: &BTreeMap<PolicyId, Vec<Outcome>>,
    method: &Method,
) -> Vec<PolicyRow> {
    let baseline = outcomes.get(BEST_SINGLE);
    let row = |(name, policy): (&PolicyId, &Policy)| {
        let outcomes = &outcomes[name];
        let cases = cases(matrix, policy, outcomes, &method.clusters);
        let measures = analysis::measures(&cases, method.intervals);
        let n_asked = measures.counts.asked as f64;
        let share = |n: usize| (n_asked > 0.0).then(|| n as f64 / n_asked);
        let n_stages = policy.members().len();
        let n_last = outcomes.iter().filter(|it| it.n_stages as usize == n_stages).count();
        PolicyRow {
            task: matrix.task().clone(),
            policy: name.clone(),
            kind: policy.kind().to_owned(),
            members: policy.members().to_vec(),
            calls_per_item: share(outcomes.iter().map(|it| it.n_calls as usize).sum()),
            strong_share: matches!(policy, Policy::Cascade(_)).then(|| share(n_last)).flatten(),
            tied: outcomes.iter().filter(|it| it.tied).count() as u64,
            rungs: rungs(outcomes),
            fitting: Fitting::Nothing,
            in_sample: None,
            flips: None,
            versus: baseline
                .filter(|_| name.as_str() != BEST_SINGLE)
                .and_then(|baseline| versus(outcomes, baseline, method)),
            measures,
        }
    };
    policies.par_iter().map(row).collect()
}

/// A row per policy and category, where the dataset has categories.
pub(super) fn categories(
    matrix: &Matrix,
    outcomes: &BTreeMap<PolicyId, Vec<Outcome>>,
    method: &Method,
) -> Vec<CategoryRow> {
    let mut items: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, item) in matrix.items().iter().enumerate() {
        if let Some(category) = &item.category {
            items.entry(category).or_default().push(at);
        }
    }
    let row = |policy: &PolicyId, outcomes: &[Outcome], category: &str, items: &[usize]| {
        let case = |at: &usize| of_outcome(&outcomes[*at], method.clusters[*at]);
        let cases: Vec<Case> = items.iter().map(case).collect();
        let Measures { counts, accuracy, accuracy_of_all, .. } =
            analysis::measures(&cases, method.intervals);
        CategoryRow {
            task: matrix.task().clone(),
            policy: policy.clone(),
            category: category.to_owned(),
            counts,
            accuracy,
            accuracy_of_all,
        }
    };
    let of_policy = |(policy, outcomes): (&PolicyId, &Vec<Outcome>)| -> Vec<CategoryRow> {
        items.iter().map(|(category, items)| row(policy, outcomes, category, items)).collect()
    };
    outcomes.par_iter().flat_map_iter(of_policy).collect()
}

/// A model by itself has the tokens and first-token times of its cells; a combination has neither.
fn cases(matrix: &Matrix, policy: &Policy, outcomes: &[Outcome], clusters: &[u32]) -> Vec<Case> {
    let model = match policy {
        Policy::Single(model) => matrix.model_idx(model),
        _ => None,
    };
    let case = |((item, outcome), cluster): ((ItemIdx, &Outcome), &u32)| match model {
        Some(model) => of_cell(matrix.cell(item, model, 0), *cluster),
        None => of_outcome(outcome, *cluster),
    };
    matrix.item_idxs().zip(outcomes).zip(clusters).map(case).collect()
}

fn of_cell(cell: &Cell, cluster: u32) -> Case {
    Case {
        ttft: cell.ttft,
        tokens: cell.prompt_tokens.zip(cell.completion_tokens),
        ..of_outcome(&single::outcome(cell, &"".into()), cluster)
    }
}

fn of_outcome(outcome: &Outcome, cluster: u32) -> Case {
    Case {
        verdict: outcome.verdict,
        cluster,
        is_sent: outcome.n_unsent == 0,
        cost: outcome.cost,
        latency: outcome.latency,
        ttft: None,
        tokens: None,
    }
}

fn rungs(outcomes: &[Outcome]) -> BTreeMap<PolicyId, u64> {
    let mut rungs = BTreeMap::new();
    for rung in outcomes.iter().filter_map(|outcome| outcome.rung.as_ref()) {
        *rungs.entry(rung.clone()).or_default() += 1;
    }
    rungs
}

/// The paired difference over the items on which both were served.
fn versus(ours: &[Outcome], baseline: &[Outcome], method: &Method) -> Option<Versus> {
    let pairs = both_served(ours, baseline, &method.clusters);
    analysis::difference(&BEST_SINGLE.into(), &pairs, method.intervals)
}

/// The cluster of each item as a number; an item without one is a cluster by itself.
fn clusters(matrix: &Matrix) -> Vec<u32> {
    let mut numbers: BTreeMap<(Option<&str>, &str), u32> = BTreeMap::new();
    matrix
        .items()
        .iter()
        .map(|item| {
            let key = match &item.cluster {
                Some(cluster) => (Some(cluster.as_str()), ""),
                None => (None, item.id.as_str()),
            };
            let next = numbers.len() as u32;
            *numbers.entry(key).or_insert(next)
        })
        .collect()
}
