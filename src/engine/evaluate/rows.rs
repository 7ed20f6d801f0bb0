//! The rows of answers and of decisions, for the files that hold them.

use std::collections::BTreeMap;

use super::judge::Judged;
use crate::data::{Failure, Item, ItemIdx, Matrix, Outcome, Recorded, Verdict};
use crate::kernel::{ItemId, PolicyId};
use crate::policy::made::Part;
use crate::report::{AnswerRow, DecisionRow};
use crate::scenario::Task;

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

/// A row per reply to a question made of answers, in order of item, model and question. What it
/// says of answers is its response; an answer of its own is one.
pub(super) fn made<'a>(task: &Task, judged: &Judged<'a>) -> Vec<AnswerRow<'a>> {
    let items: BTreeMap<&ItemId, &Item> =
        judged.matrix.items().iter().map(|item| (&item.id, item)).collect();
    let row = |recorded: &&'a Recorded| {
        let (item, prompt) = (items.get(&recorded.id)?, recorded.prompt.as_ref()?);
        let is_answer = prompt.as_str().starts_with(Part::ANSWER);
        let response = recorded.response.as_deref().filter(|_| is_answer);
        let answer = response.and_then(|it| task.extract.extractor.extract(it, &item.choices));
        let verdict = match (recorded.failure, is_answer && answer.is_none()) {
            (Some(Failure::ContentFilter), _) => "refused",
            (Some(_), _) => "failed",
            (None, true) => "unparsed",
            (None, false) => "answered",
        };
        let of = |answer: &String| task.score.score(answer, &item.targets);
        let score = answer.as_ref().filter(|_| !item.targets.is_empty()).map(of);
        Some(AnswerRow { task: task.id.clone(), recorded, answer, score, verdict })
    };
    let mut rows: Vec<AnswerRow<'a>> = judged.made.iter().filter_map(row).collect();
    let place = |row: &AnswerRow<'_>| {
        let recorded = row.recorded;
        (recorded.id.clone(), recorded.model.clone(), recorded.prompt.clone())
    };
    rows.sort_by_cached_key(place);
    rows
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
