//! From what came back to the answer matrix: every response read, every answer judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::data::{
    Answer, AnswerIdx, Cell, CellState, Extracted, Failure, Item, Matrix, Recorded, Warning,
};
use crate::kernel::{ItemId, ModelId, PolicyId};
use crate::policy::Policy;
use crate::scenario::{Answers, Asking, AskingError, Candidate, Items, Source, Task};
use crate::task::extract::Extractor;

/// A recording that can't be judged.
#[derive(Debug, thiserror::Error)]
#[error("judge item {item} of task {task}: it has no target, and {model} no recorded verdict")]
pub struct JudgeError {
    task: String,
    item: ItemId,
    model: ModelId,
}

/// Whether answers of those who would be asked can be judged: every item needs a target.
pub(super) fn live_has_targets(task: &Task, candidates: &[Candidate]) -> Result<(), JudgeError> {
    let live = candidates.iter().find(|one| matches!(one.source, Source::Live { .. }));
    let untold = task.items.iter().find(|item| item.targets.is_empty());
    live.zip(untold).map_or(Ok(()), |(candidate, item)| {
        let (task, item, model) = (task.id.to_string(), item.id.clone(), candidate.id.clone());
        Err(JudgeError { task, item, model })
    })
}

/// A task's answers, judged.
pub(super) struct Judged<'a> {
    pub(super) matrix: Matrix,
    /// The rows that the cells were made from, in the matrix's order; `None` for cells not run.
    pub(super) rows: Vec<Option<&'a Recorded>>,
    /// Rows that reply to questions made of answers.
    pub(super) made: Vec<&'a Recorded>,
    pub(super) warnings: Vec<Warning>,
}

impl Judged<'_> {
    /// What questions about these answers are made of.
    pub(super) fn asking(
        &self,
        task: &Task,
        candidates: &[Candidate],
        policies: &BTreeMap<PolicyId, Policy>,
    ) -> Result<Asking, AskingError> {
        let Self { matrix, rows, made, .. } = self;
        Asking::new(Answers { task, candidates, matrix, rows, made }, policies)
    }
}

/// Puts the rows of one task into a matrix. Of two rows for one cell the later one counts.
pub(super) fn judge<'a>(
    task: &Task,
    extractor: &Extractor,
    candidates: &[Candidate],
    rows: &[&'a Recorded],
) -> Result<Judged<'a>, JudgeError> {
    let models: Vec<ModelId> = candidates.iter().map(|one| one.id.clone()).collect();
    let (made, rows): (Vec<&Recorded>, Vec<&Recorded>) =
        rows.iter().copied().partition(|row| row.prompt.is_some());
    let Found { rows: found, n_samples, mut warnings } = find(task, &models, &rows);
    let has_all = |place: &usize| found[*place].iter().step_by(n_samples).all(Option::is_some);
    let kept: Vec<usize> = (0..task.items.len())
        .filter(|place| task.judged_on == Items::All || has_all(place))
        .collect();
    let judged: Vec<OneItem> = kept
        .par_iter()
        .map(|place| one_item(task, extractor, candidates, &task.items[*place], &found[*place]))
        .collect::<Result<_, _>>()?;
    warnings.extend(disagreements(&models, n_samples, &judged));
    let items: Arc<[Item]> = match kept.len() == task.items.len() {
        true => Arc::clone(&task.items),
        false => kept.iter().map(|place| task.items[*place].clone()).collect(),
    };
    // Of the size that they come to, because there may be very many.
    let n = kept.len() * models.len() * n_samples;
    let (mut rows, mut cells) = (Vec::with_capacity(n), Vec::with_capacity(n));
    let mut answers = Vec::with_capacity(kept.len());
    for (place, one) in kept.iter().zip(judged) {
        rows.extend(&found[*place]);
        cells.extend(one.cells);
        answers.push(one.answers);
    }
    let matrix = Matrix::new(task.id.clone(), items, models, n_samples as u32, answers, cells);
    Ok(Judged { matrix, rows, made, warnings })
}

/// The rows of a task by item, then by model and sample.
struct Found<'a> {
    rows: Vec<Vec<Option<&'a Recorded>>>,
    n_samples: usize,
    warnings: Vec<Warning>,
}

fn find<'a>(task: &Task, models: &[ModelId], rows: &[&'a Recorded]) -> Found<'a> {
    let places: BTreeMap<&ItemId, usize> =
        task.items.iter().enumerate().map(|(place, item)| (&item.id, place)).collect();
    let mut of_models: BTreeMap<&ModelId, u32> = BTreeMap::new();
    let mut placed = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(place) = places.get(&row.id) else { continue };
        let Ok(model) = models.binary_search(&row.model) else { continue };
        let most = of_models.entry(&models[model]).or_insert(1);
        *most = (*most).max(row.sample + 1);
        placed.push((*place, model, *row));
    }
    let n_samples = of_models.values().copied().max().unwrap_or(1) as usize;
    let mut found = vec![vec![None; models.len() * n_samples]; task.items.len()];
    for (place, model, row) in placed {
        found[place][model * n_samples + row.sample as usize] = Some(row);
    }
    let many = of_models.into_iter().filter(|(_, n)| *n > 1);
    let warnings = many.map(|(model, n)| Warning::UnusedSamples(model.to_string(), n)).collect();
    Found { rows: found, n_samples, warnings }
}

struct OneItem {
    answers: Vec<Answer>,
    cells: Vec<Cell>,
    /// Per cell: whether the scorer agrees with the recorded verdict, where there are both.
    agrees: Vec<Option<bool>>,
}

fn one_item(
    task: &Task,
    extractor: &Extractor,
    candidates: &[Candidate],
    item: &Item,
    rows: &[Option<&Recorded>],
) -> Result<OneItem, JudgeError> {
    let n_samples = rows.len() / candidates.len().max(1);
    let read: Vec<Read> = rows.iter().map(|row| read(*row, extractor, item)).collect();
    let texts: Vec<&str> = read.iter().filter_map(Read::answer).collect();
    let classes = task.score.classes(&texts);
    let mut of = classes.of.iter();
    let class_of: Vec<Option<usize>> =
        read.iter().map(|read| read.answer().and_then(|_| of.next().copied())).collect();
    let recorded: Vec<Option<f64>> = rows.iter().map(|row| verdict((*row)?)).collect();
    let score = |(class, text): (usize, &String)| {
        if !item.targets.is_empty() {
            return task.score.score(text, &item.targets);
        }
        let verdicts: Vec<f64> = class_of
            .iter()
            .zip(&recorded)
            .filter(|(of, _)| **of == Some(class))
            .filter_map(|(_, verdict)| *verdict)
            .collect();
        verdicts.iter().sum::<f64>() / verdicts.len().max(1) as f64
    };
    let answers: Vec<Answer> = classes
        .texts
        .iter()
        .enumerate()
        .map(|(class, text)| Answer { text: text.clone(), score: score((class, text)) })
        .collect();
    let mut cells = Vec::with_capacity(rows.len());
    let mut agrees = Vec::with_capacity(rows.len());
    for (at, read) in read.iter().enumerate() {
        let state = match (read, class_of[at]) {
            (Read::Is(state), _) => *state,
            (_, Some(class)) if !item.targets.is_empty() => {
                let answer = Some(AnswerIdx(class as u16));
                CellState::Answered { answer, score: answers[class].score }
            }
            (_, class) => {
                let answer = class.map(|class| AnswerIdx(class as u16));
                let score = recorded[at].ok_or_else(|| JudgeError {
                    task: task.id.to_string(),
                    item: item.id.clone(),
                    model: candidates[at / n_samples].id.clone(),
                })?;
                CellState::Answered { answer, score }
            }
        };
        agrees.push(match (state, recorded[at]) {
            (CellState::Answered { score, .. }, Some(recorded)) if !item.targets.is_empty() => {
                Some((score - recorded).abs() < 1e-9)
            }
            _ => None,
        });
        let candidate = &candidates[at / n_samples];
        cells.push(rows[at].map_or(Cell::NOT_RUN, |row| candidate.cell(state, row)));
    }
    Ok(OneItem { answers, cells, agrees })
}

/// What a row says before it is judged.
enum Read {
    Is(CellState),
    Answer(String),
    Verdict,
}

impl Read {
    fn answer(&self) -> Option<&str> {
        match self {
            Self::Answer(text) => Some(text),
            _ => None,
        }
    }
}

fn read(row: Option<&Recorded>, extractor: &Extractor, item: &Item) -> Read {
    let Some(row) = row else { return Read::Is(CellState::NotRun) };
    match row.failure {
        Some(Failure::ContentFilter) => return Read::Is(CellState::Refused),
        Some(failure) => return Read::Is(CellState::Failed(failure)),
        None => {}
    }
    match (&row.response, &row.answer) {
        (Some(response), _) => match extractor.extract(response, &item.choices) {
            Some(answer) => Read::Answer(answer),
            None if row.is_cut() => Read::Is(CellState::Failed(Failure::Truncated)),
            None => Read::Is(CellState::Unparsed),
        },
        (None, Extracted::Found(answer)) => Read::Answer(answer.clone()),
        (None, Extracted::Nothing) => Read::Is(CellState::Unparsed),
        (None, Extracted::NotRecorded) => Read::Verdict,
    }
}

/// The verdict that was recorded: the score, else whether it is right.
fn verdict(row: &Recorded) -> Option<f64> {
    row.score.or(row.correct.map(|correct| f64::from(u8::from(correct))))
}

fn disagreements(models: &[ModelId], n_samples: usize, judged: &[OneItem]) -> Vec<Warning> {
    let of_model = |(at, model): (usize, &ModelId)| {
        let cells = at * n_samples..(at + 1) * n_samples;
        let compared =
            || judged.iter().flat_map(|one| &one.agrees[cells.clone()]).filter_map(|one| *one);
        let n_different = compared().filter(|agrees| !agrees).count() as u64;
        (n_different > 0).then(|| {
            Warning::VerdictsDiffer(model.to_string(), n_different, compared().count() as u64)
        })
    };
    models.iter().enumerate().filter_map(of_model).collect()
}

/// The rows that belong to a task: those that name it, and those that name none and are about its
/// items.
pub(super) fn rows_of<'a>(task: &Task, rows: &[&'a Recorded]) -> Vec<&'a Recorded> {
    let ids: BTreeSet<&ItemId> = task.items.iter().map(|item| &item.id).collect();
    let belongs = |row: &&&Recorded| match &row.task {
        Some(name) => *name == task.id && ids.contains(&row.id),
        None => ids.contains(&row.id),
    };
    rows.iter().filter(belongs).copied().collect()
}
