//! Judges every policy on the same answers, paired: no clock, no call.

mod cross_fit;
mod extractors;
mod folds;
mod gain;
mod judge;
mod tables;
mod warnings;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use folds::N_FOLDS;
pub use judge::JudgeError;

use crate::analysis;
use crate::data::summary::{self, ScenarioRef, Summary, Tool, WarningRow};
use crate::data::{ItemIdx, Matrix, Outcome, Recorded, Verdict, Warning};
use crate::kernel::PolicyId;
use crate::policy::{OnlyVerdicts, Policy, votes_need_answers};
use crate::report::{AnswerRow, DecisionRow};
use crate::scenario::{Plan, Task};
use cross_fit::Field;
use judge::Judged;

/// The baseline that every policy is compared with.
pub const BEST_SINGLE: &str = "best-single";

/// Everything that a run has to say.
#[derive(Debug)]
pub struct Evaluation {
    /// Its figures.
    pub summary: Summary,
    /// A row per cell.
    pub answers: Vec<AnswerRow>,
    /// A row per policy and item.
    pub decisions: Vec<DecisionRow>,
}

/// Why answers can't be judged.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// There is nothing to judge by.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// A vote over recordings without answers.
    #[error(transparent)]
    OnlyVerdicts(#[from] OnlyVerdicts),
}

/// Judges the answers to every task, and every policy on them.
///
/// A pure function of plan and rows: the same two give the same evaluation, in whatever order the
/// rows are, and on however many threads.
///
/// # Errors
/// See [`EvaluateError`].
pub fn evaluate(
    plan: &Plan,
    rows: &[&Recorded],
    mut doubts: Vec<Warning>,
) -> Result<Evaluation, EvaluateError> {
    let policies = all_policies(plan);
    let mut evaluation =
        Evaluation { summary: empty(plan), answers: Vec::new(), decisions: Vec::new() };
    doubts.extend(warnings::of_plan(plan));
    for task in &plan.tasks {
        let rows = judge::rows_of(task, rows);
        let judged = judge::judge(task, &task.extract.extractor, &plan.candidates, &rows)?;
        refuse_votes_without_answers(&policies, &judged.matrix)?;
        let folds = folds::folds(judged.matrix.items(), plan.seed);
        let (matrix, seed) = (&judged.matrix, plan.seed);
        let field = Field { matrix, folds: &folds, seed, policies: &policies };
        let outcomes = outcomes(&field);
        doubts.extend(judged.warnings.iter().cloned());
        fill(&mut evaluation, task, &judged, &policies, &outcomes, &mut doubts);
        evaluation.summary.gains.extend(gain::gains(&field, &outcomes));
        let (contributions, too_many) = gain::contributions(&field, &outcomes);
        evaluation.summary.contributions.extend(contributions);
        doubts.extend(too_many);
        let compared = extractors::compare(task, &plan.candidates, &rows)?;
        evaluation.summary.extractors.extend(compared);
    }
    doubts.sort();
    doubts.dedup();
    evaluation.summary.warnings = doubts.iter().map(warning_row).collect();
    Ok(evaluation)
}

/// The scenario's policies, every model by itself, and the baseline, by name.
fn all_policies(plan: &Plan) -> BTreeMap<PolicyId, Policy> {
    let singles = plan
        .candidates
        .iter()
        .map(|one| (PolicyId::from(one.id.as_str()), Policy::Single(one.id.clone())));
    let best = (PolicyId::from(BEST_SINGLE), Policy::BestSingle);
    singles.chain([best]).chain(plan.policies.iter().cloned()).collect()
}

fn outcomes(field: &Field<'_>) -> BTreeMap<PolicyId, Vec<Outcome>> {
    let names: Vec<&PolicyId> = field.policies.keys().collect();
    names.par_iter().map(|name| ((*name).clone(), field.outcomes(name))).collect()
}

fn fill(
    evaluation: &mut Evaluation,
    task: &Task,
    judged: &Judged<'_>,
    policies: &BTreeMap<PolicyId, Policy>,
    outcomes: &BTreeMap<PolicyId, Vec<Outcome>>,
    doubts: &mut Vec<Warning>,
) {
    let matrix = &judged.matrix;
    let summary = &mut evaluation.summary;
    let models = tables::models(matrix);
    let rows = tables::policies(matrix, policies, outcomes);
    let pairs = analysis::pairs(matrix);
    doubts.extend(warnings::of_task(task, &models, &rows));
    summary.ceiling.extend(analysis::ceiling(matrix, &pairs));
    summary.diversity.extend(analysis::diversity(matrix, &pairs));
    summary.models.extend(models);
    summary.policies.extend(rows);
    summary.categories.extend(tables::categories(matrix, outcomes));
    summary.pairs.extend(pairs);
    evaluation.answers.extend(answer_rows(judged));
    evaluation.decisions.extend(decision_rows(matrix, outcomes));
}

fn answer_rows<'a>(judged: &'a Judged<'_>) -> impl Iterator<Item = AnswerRow> + 'a {
    let matrix = &judged.matrix;
    let cells = matrix.item_idxs().flat_map(move |item| {
        let of_model = move |model| (0..matrix.n_samples()).map(move |k| (item, model, k));
        matrix.model_idxs().flat_map(of_model)
    });
    cells.zip(&judged.rows).filter_map(|((item, model, sample), row)| {
        let verdict = Verdict::from(matrix.cell(item, model, sample).state);
        Some(AnswerRow {
            recorded: Recorded { task: Some(matrix.task().clone()), ..(*row)?.clone() },
            answer: text(matrix, item, verdict),
            score: verdict.score(),
            verdict: verdict.name(),
        })
    })
}

fn decision_rows<'a>(
    matrix: &'a Matrix,
    outcomes: &'a BTreeMap<PolicyId, Vec<Outcome>>,
) -> impl Iterator<Item = DecisionRow> + 'a {
    outcomes.iter().flat_map(move |(policy, outcomes)| {
        matrix.item_idxs().zip(outcomes).map(move |(item, outcome)| DecisionRow {
            task: matrix.task().clone(),
            policy: policy.clone(),
            id: matrix.item(item).id.clone(),
            answer: text(matrix, item, outcome.verdict),
            score: outcome.verdict.score(),
            outcome: outcome.clone(),
        })
    })
}

fn text(matrix: &Matrix, item: ItemIdx, verdict: Verdict) -> Option<String> {
    match verdict {
        Verdict::Answered { answer: Some(answer), .. } => {
            Some(matrix.answers(item)[usize::from(answer.0)].text.clone())
        }
        _ => None,
    }
}

fn refuse_votes_without_answers(
    policies: &BTreeMap<PolicyId, Policy>,
    matrix: &Matrix,
) -> Result<(), OnlyVerdicts> {
    for (name, policy) in policies {
        if !matches!(policy, Policy::Vote(_)) {
            continue;
        }
        for member in policy.members() {
            let Some(model) = matrix.model_idx(&member.as_str().into()) else { continue };
            let cells = matrix.item_idxs().map(|item| matrix.cell(item, model, 0));
            votes_need_answers(name, &member.as_str().into(), cells)?;
        }
    }
    Ok(())
}

fn empty(plan: &Plan) -> Summary {
    Summary {
        schema: summary::SCHEMA,
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        scenario: ScenarioRef { name: plan.name.clone(), sha256: plan.sha256.clone() },
        seed: plan.seed,
        models: Vec::new(),
        policies: Vec::new(),
        categories: Vec::new(),
        pairs: Vec::new(),
        ceiling: Vec::new(),
        diversity: Vec::new(),
        gains: Vec::new(),
        contributions: Vec::new(),
        extractors: Vec::new(),
        warnings: Vec::new(),
    }
}

fn warning_row(warning: &Warning) -> WarningRow {
    WarningRow {
        kind: warning.kind().to_owned(),
        on: warning.on().to_owned(),
        text: warning.to_string(),
    }
}
