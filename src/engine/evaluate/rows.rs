//! One task's answers and what became of them, row by row, for the files that hold them.

use std::collections::BTreeMap;

use super::judge::Judged;
use crate::data::{Failure, Item, ItemIdx, Matrix, Outcome, Recorded, Verdict};
use crate::kernel::{ItemId, PolicyId};
use crate::policy::made::Part;
use crate::report::{AnswerRow, DecisionRow, ItemRow};
use crate::scenario::Task;

/// The answers to one task, judged, and what every policy made of them.
#[derive(Debug)]
pub(super) struct TaskRows<'a> {
    matrix: Matrix,
    /// In the matrix's order; `None` for cells not run.
    recorded: Vec<Option<&'a Recorded>>,
    /// Replies to questions made of answers, in order of item, model and question.
    made: Vec<Made<'a>>,
    outcomes: BTreeMap<PolicyId, Vec<Outcome>>,
}

/// A reply to a question made of answers. What it says of answers is its response; an answer of
/// its own is one.
#[derive(Debug)]
struct Made<'a> {
    recorded: &'a Recorded,
    answer: Option<String>,
    score: Option<f64>,
    verdict: &'static str,
}

impl<'a> TaskRows<'a> {
    pub(super) fn new(
        task: &Task,
        judged: Judged<'a>,
        outcomes: BTreeMap<PolicyId, Vec<Outcome>>,
    ) -> Self {
        let made = made(task, &judged);
        Self { matrix: judged.matrix, recorded: judged.rows, made, outcomes }
    }

    /// Leaves out policies that this does not hold of.
    pub(super) fn retain(&mut self, keeps: impl Fn(&PolicyId) -> bool) {
        self.outcomes.retain(|policy, _| keeps(policy));
    }

    /// A row per item that was asked.
    pub(super) fn items(&self) -> impl Iterator<Item = ItemRow<'_>> {
        self.matrix.items().iter().map(|item| ItemRow { task: self.matrix.task(), item })
    }

    /// A row per cell that was asked, and per reply to a question made of answers.
    pub(super) fn answers(&self) -> impl Iterator<Item = AnswerRow<'_>> + Clone {
        let matrix = &self.matrix;
        let cells = matrix.item_idxs().flat_map(move |item| {
            let of_model = move |model| (0..matrix.n_samples()).map(move |k| (item, model, k));
            matrix.model_idxs().flat_map(of_model)
        });
        let cells = cells.zip(&self.recorded).filter_map(|((item, model, sample), row)| {
            let verdict = Verdict::from(matrix.cell(item, model, sample).state);
            Some(AnswerRow {
                task: matrix.task(),
                recorded: (*row)?,
                answer: text(matrix, item, verdict),
                score: verdict.score(),
                verdict: verdict.name(),
            })
        });
        cells.chain(self.made.iter().map(|made| AnswerRow {
            task: matrix.task(),
            recorded: made.recorded,
            answer: made.answer.as_deref(),
            score: made.score,
            verdict: made.verdict,
        }))
    }

    /// A row per policy and item.
    pub(super) fn decisions(&self) -> impl Iterator<Item = DecisionRow<'_>> + Clone {
        let matrix = &self.matrix;
        self.outcomes.iter().flat_map(move |(policy, outcomes)| {
            matrix.item_idxs().zip(outcomes).map(move |(item, outcome)| DecisionRow {
                task: matrix.task(),
                policy,
                id: &matrix.item(item).id,
                answer: match &outcome.composed {
                    Some(text) => Some(text),
                    None => text(matrix, item, outcome.verdict),
                },
                score: outcome.verdict.score(),
                outcome,
            })
        })
    }
}

fn made<'a>(task: &Task, judged: &Judged<'a>) -> Vec<Made<'a>> {
    let items: BTreeMap<&ItemId, &Item> =
        judged.matrix.items().iter().map(|item| (&item.id, item)).collect();
    let reply = |recorded: &&'a Recorded| {
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
        Some(Made { recorded, answer, score, verdict })
    };
    let mut replies: Vec<Made<'a>> = judged.made.iter().filter_map(reply).collect();
    let place = |reply: &Made<'a>| {
        let recorded = reply.recorded;
        (recorded.id.clone(), recorded.model.clone(), recorded.prompt.clone())
    };
    replies.sort_by_cached_key(place);
    replies
}

fn text(matrix: &Matrix, item: ItemIdx, verdict: Verdict) -> Option<&str> {
    match verdict {
        Verdict::Answered { answer: Some(answer), .. } => {
            Some(&matrix.answers(item)[usize::from(answer.0)].text)
        }
        _ => None,
    }
}
