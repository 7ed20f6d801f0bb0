//! The rows of answers and of decisions, for the files that hold them.

use std::collections::BTreeMap;

use super::judge::Judged;
use crate::data::{ItemIdx, Matrix, Outcome, Verdict};
use crate::kernel::PolicyId;
use crate::report::{AnswerRow, DecisionRow};

/// A row per cell that was asked.
pub(super) fn answers<'a, 'j>(judged: &'j Judged<'a>) -> impl Iterator<Item = AnswerRow<'a>> + 'j {
    let matrix = &judged.matrix;
    let cells = matrix.item_idxs().flat_map(move |item| {
        let of_model = move |model| (0..matrix.n_samples()).map(move |k| (item, model, k));
        matrix.model_idxs().flat_map(of_model)
    });
    cells.zip(&judged.rows).filter_map(|((item, model, sample), row)| {
        let verdict = Verdict::from(matrix.cell(item, model, sample).state);
        Some(AnswerRow {
            task: matrix.task().clone(),
            recorded: (*row)?,
            answer: text(matrix, item, verdict),
            score: verdict.score(),
            verdict: verdict.name(),
        })
    })
}

/// A row per policy and item.
pub(super) fn decisions(
    matrix: &Matrix,
    outcomes: BTreeMap<PolicyId, Vec<Outcome>>,
) -> impl Iterator<Item = DecisionRow> + '_ {
    outcomes.into_iter().flat_map(move |(policy, outcomes)| {
        matrix.item_idxs().zip(outcomes).map(move |(item, outcome)| DecisionRow {
            task: matrix.task().clone(),
            policy: policy.clone(),
            id: matrix.item(item).id.clone(),
            answer: match &outcome.composed {
                Some(text) => Some(text.to_string()),
                None => text(matrix, item, outcome.verdict),
            },
            score: outcome.verdict.score(),
            outcome,
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
