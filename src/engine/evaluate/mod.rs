//! Judges every policy on the same answers, paired: no clock, no call.

mod carried;
mod compare;
mod evaluation;
mod extractors;
mod field;
mod fitted;
mod folds;
mod foresee;
mod gain;
mod gates;
mod given;
mod ground;
mod judge;
mod judging;
mod learn;
mod literature;
mod looks;
mod made;
mod routes;
mod rows;
mod run;
mod served;
mod since;
mod stand;
mod tables;
#[cfg(test)]
mod tests;
mod together;
mod warnings;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

pub use carried::carried_over;
pub use evaluation::Evaluation;
pub use folds::N_FOLDS;
pub use given::Given;
pub use ground::{Ground, grounds};
pub use judge::JudgeError;
pub use looks::{are_decided, order, undecidable};
pub use made::{Wanted, wanted};
pub(super) use run::Folds;
pub(super) use stand::Stand;
pub use warnings::warning_row;

use crate::analysis;
use crate::analysis::gate::Gate;
use crate::data::summary::{GateRow, ScenarioRef, Summary};
use crate::data::{Matrix, Outcome, Recorded, Warning};
use crate::kernel::{ItemId, ModelId, PolicyId, TaskId};
use crate::policy::{OnlyVerdicts, Policy, votes_need_answers};
use crate::scenario::{AskingError, Looks, Plan, Task};
use crate::task::prompt::PromptError;
use crate::vote::Rule;
use field::Field;
use learn::{MOST_LABELS, n_labels};
use rows::TaskRows;
use tables::Method;

/// The baseline that every policy is compared with.
pub const BEST_SINGLE: &str = "best-single";

/// The ceiling that is shown with every report.
pub const ORACLE: &str = "oracle";

/// Why answers can't be judged.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// There is nothing to judge by.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// A vote over recordings without answers.
    #[error(transparent)]
    OnlyVerdicts(#[from] OnlyVerdicts),
    /// An item whose question can't be told to a judge.
    #[error(transparent)]
    Asking(#[from] AskingError),
    /// A template of a policy that asks about answers, which doesn't fit.
    #[error("`{policy}` can't make its prompt for item {item}")]
    Words {
        /// The policy.
        policy: PolicyId,
        /// The item.
        item: ItemId,
        /// Why.
        #[source]
        source: PromptError,
    },
    /// A rule that learns about labels where there are none.
    #[error(
        "`{policy}` learns how members confuse labels, but on task {task} there are {n} different \
         answers, and more than {MOST_LABELS} are no labels; take `one-coin`, `glad` or `wawa`"
    )]
    NoSharedLabels {
        /// The vote.
        policy: PolicyId,
        /// The task.
        task: TaskId,
        /// How many different answers there are.
        n: usize,
    },
}

/// Judges the answers to every task, and every policy on them.
///
/// A pure function of plan and rows: the same two give the same evaluation, in whatever order the
/// rows are, and on however many threads.
///
/// # Errors
/// See [`EvaluateError`].
pub fn evaluate<'a>(
    plan: &Plan,
    rows: &[&'a Recorded],
    doubts: Vec<Warning>,
) -> Result<Evaluation<'a>, EvaluateError> {
    evaluate_with(plan, rows, doubts, None)
}

/// Like [`evaluate`], with what is `given` in place of what the policy would come to here.
///
/// # Errors
/// See [`EvaluateError`].
pub fn evaluate_with<'a>(
    plan: &Plan,
    rows: &[&'a Recorded],
    mut doubts: Vec<Warning>,
    given: Option<&Given>,
) -> Result<Evaluation<'a>, EvaluateError> {
    let policies = all_policies(plan);
    let mut evaluation = Evaluation { summary: empty(plan), tasks: Vec::new() };
    doubts.extend(warnings::of_plan(plan));
    for task in &plan.tasks {
        let rows = judge::rows_of(task, rows);
        let judged = judge::judge(task, &task.extract.extractor, &plan.candidates, &rows)?;
        refuse_votes_without_answers(&policies, &judged.matrix)?;
        let folds = folds::folds(judged.matrix.items(), plan.seed);
        let (matrix, score, seed) = (&judged.matrix, &task.score, plan.seed);
        refuse_labels_that_differ(&policies, matrix)?;
        let asking = judged.asking(task, &plan.candidates, &policies)?;
        let field = Field::new(matrix, score, &folds, seed, &policies, &asking);
        let method = Method::new(matrix, plan.intervals);
        doubts.extend(judged.warnings.iter().filter(|doubt| is_heard(doubt, &policies)).cloned());
        doubts.extend(served::by_others(task, &plan.candidates, &judged.rows));
        let given = given.filter(|given| given.task == task.id);
        let summary = &mut evaluation.summary;
        let outcomes = fill(summary, plan, task, (&field, given), &method, &mut doubts);
        let compared = extractors::compare(task, &plan.candidates, &rows, plan.intervals)?;
        summary.extractors.extend(compared);
        evaluation.tasks.push(TaskRows::new(task, judged, outcomes));
    }
    let rows = &mut evaluation.summary.gates;
    let not_run = |gate: &&Gate| !plan.tasks.iter().any(|task| task.id == gate.task);
    rows.extend(plan.gates.iter().filter(not_run).map(gates::not_run));
    let place = |row: &GateRow| plan.gates.iter().position(|gate| gate.name == row.name);
    rows.sort_by_key(place);
    // Nothing is recommended yet.
    rows.extend(plan.same_advice.iter().map(|gate| gate.judge(None)));
    doubts.sort();
    doubts.dedup();
    evaluation.summary.warnings = doubts.iter().map(warning_row).collect();
    since::fill(&mut evaluation, plan);
    Ok(evaluation)
}

/// Whether there is something to judge by: a target of every item that somebody would be asked,
/// and a target or a verdict of every recorded answer in `rows`.
///
/// # Errors
/// The first answer that can't be judged.
pub fn judgeable(plan: &Plan, rows: &[&Recorded]) -> Result<(), EvaluateError> {
    for task in &plan.tasks {
        judge::live_has_targets(task, &plan.candidates)?;
        let rows = judge::rows_of(task, rows);
        if rows.is_empty() {
            continue;
        }
        judge::judge(task, &task.extract.extractor, &plan.candidates, &rows)?;
    }
    Ok(())
}

/// The scenario's policies, every model by itself, and the baseline, by name.
pub fn all_policies(plan: &Plan) -> BTreeMap<PolicyId, Policy> {
    let singles = plan
        .candidates
        .iter()
        .map(|one| (PolicyId::from(one.id.as_str()), Policy::Single(one.id.clone())));
    let all = plan.candidates.iter().map(|one| PolicyId::from(one.id.as_str())).collect();
    let baselines = [(BEST_SINGLE, Policy::BestSingle), (ORACLE, Policy::Oracle(all))];
    let baselines = baselines.map(|(name, policy)| (PolicyId::from(name), policy));
    singles.chain(baselines).chain(plan.policies.iter().cloned()).collect()
}

fn outcomes(field: &Field<'_>) -> BTreeMap<PolicyId, Vec<Outcome>> {
    let names: Vec<&PolicyId> = field.policies.keys().collect();
    names.par_iter().map(|name| ((*name).clone(), field.outcomes(name))).collect()
}

/// Samples are not unused where some policy votes with them, or has them judged.
fn is_heard(doubt: &Warning, policies: &BTreeMap<PolicyId, Policy>) -> bool {
    let reads_samples = |policy: &Policy| match policy {
        Policy::Vote(vote) => matches!(vote.rule, Rule::BestOf(_)),
        Policy::Judge(judge) => judge.samples > 1,
        _ => false,
    };
    !matches!(doubt, Warning::UnusedSamples(..)) || !policies.values().any(reads_samples)
}

fn fill(
    summary: &mut Summary,
    plan: &Plan,
    task: &Task,
    (field, given): (&Field<'_>, Option<&Given>),
    method: &Method,
    doubts: &mut Vec<Warning>,
) -> BTreeMap<PolicyId, Vec<Outcome>> {
    let matrix = field.matrix;
    let mut outcomes = outcomes(field);
    let (contributions, too_many) = gain::contributions(field, &outcomes, method);
    outcomes.extend(given.map(|given| (given.policy.clone(), given.column(matrix))));
    let pairs = analysis::pairs(matrix);
    let of_policies = || {
        let mut rows = tables::policies(matrix, field.policies, &outcomes, method);
        fitted::fill(field, &outcomes, &mut rows);
        together::fill(&mut rows, &outcomes, method, field.seed);
        (tables::models(matrix, method), rows)
    };
    // Which knows of no policy.
    let diversity = || analysis::diversity(matrix, &pairs);
    let ((models, rows), diversity) = rayon::join(of_policies, diversity);
    doubts.extend(warnings::of_task(task, &models, &rows));
    doubts.extend(warnings::never_sure(field.policies, &outcomes));
    doubts.extend(warnings::few_samples(field.policies, matrix.n_samples()));
    summary.ceiling.extend(analysis::ceiling(matrix, &pairs));
    summary.comparisons.extend(compare::comparisons(&rows, &outcomes, method));
    summary.comparisons.extend(compare::self_ensembles(field, &rows, &outcomes, method));
    summary.availability.extend(compare::availability(&rows, method));
    summary.frontier.extend(compare::frontier(&rows, method));
    summary.routers.extend(literature::rows(field, &rows, &outcomes));
    summary.diversity.extend(diversity);
    summary.samples.extend(analysis::samples(matrix, &method.clusters, method.intervals));
    summary.calibration.extend(analysis::calibration(matrix));
    summary.gains.extend(gain::gains(field, &outcomes));
    let (judging, unheard) = judging::rows(field, method);
    summary.judging.extend(judging);
    doubts.extend(unheard);
    summary.contributions.extend(contributions);
    doubts.extend(too_many);
    let gates = plan.gates.iter().filter(|gate| gate.task == task.id);
    let order = match plan.looks {
        Looks::Once => None,
        Looks::Often => Some(order(matrix.items(), plan.seed)),
    };
    let asked = gates::Asked { items: matrix.items(), order: order.as_deref() };
    summary.gates.extend(gates::rows(gates, &asked, &rows, &outcomes, method));
    summary.models.extend(models);
    summary.policies.extend(rows);
    summary.categories.extend(tables::categories(matrix, &outcomes, method));
    summary.pairs.extend(pairs);
    outcomes
}

fn refuse_votes_without_answers(
    policies: &BTreeMap<PolicyId, Policy>,
    matrix: &Matrix,
) -> Result<(), OnlyVerdicts> {
    let samples = 0..matrix.n_samples();
    for (name, policy) in policies {
        if !matches!(policy, Policy::Vote(_)) && policy.asks_about_answers().is_empty() {
            continue;
        }
        for model in models_of(name, policies) {
            let Some(idx) = matrix.model_idx(&model) else { continue };
            let cells = |item| samples.clone().map(move |sample| matrix.cell(item, idx, sample));
            votes_need_answers(name, &model, matrix.item_idxs().flat_map(cells))?;
        }
    }
    Ok(())
}

/// The models that a policy may take an answer of; policies don't go round in circles.
fn models_of(name: &PolicyId, policies: &BTreeMap<PolicyId, Policy>) -> BTreeSet<ModelId> {
    match policies.get(name) {
        None => BTreeSet::new(),
        Some(Policy::Single(model)) => BTreeSet::from([model.clone()]),
        Some(Policy::BestSingle) => {
            let model = |policy: &Policy| match policy {
                Policy::Single(model) => Some(model.clone()),
                _ => None,
            };
            policies.values().filter_map(model).collect()
        }
        Some(policy) => {
            policy.members().iter().flat_map(|member| models_of(member, policies)).collect()
        }
    }
}

fn refuse_labels_that_differ(
    policies: &BTreeMap<PolicyId, Policy>,
    matrix: &Matrix,
) -> Result<(), EvaluateError> {
    let needs = |policy: &Policy| match policy {
        Policy::Vote(vote) => vote.rule.needs_shared_labels(),
        _ => false,
    };
    let Some((policy, _)) = policies.iter().find(|(_, policy)| needs(policy)) else {
        return Ok(());
    };
    match n_labels(matrix) {
        n if n > MOST_LABELS => Err(EvaluateError::NoSharedLabels {
            policy: policy.clone(),
            task: matrix.task().clone(),
            n,
        }),
        _ => Ok(()),
    }
}

fn empty(plan: &Plan) -> Summary {
    let (name, sha256) = (plan.name.clone(), plan.sha256.clone());
    Summary::empty(ScenarioRef { name, sha256 }, plan.seed)
}
