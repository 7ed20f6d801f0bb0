//! What a run folder holds item by item, read back for the reports that show items.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use polars::prelude::{DataFrame, PolarsResult};

use crate::report::ReportError;
use crate::report::columns::{counts, frame, numbers, texts, unsent};

const ITEMS: &str = "items.parquet";
const DECISIONS: &str = "decisions.parquet";
const ANSWERS: &str = "answers.parquet";

/// One task of a run: its items, and what every policy came to on each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cells {
    /// The task.
    pub(super) task: String,
    /// The items, in the dataset's order where the folder holds the questions.
    pub(super) items: Vec<Question>,
    /// Whom `Cell::rung` counts.
    pub(super) rungs: Vec<String>,
    /// Models and policies by name; each has a cell for every item.
    pub(super) columns: BTreeMap<String, Vec<Cell>>,
}

/// One item.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Question {
    /// Its name.
    pub(super) id: String,
    /// What was asked.
    pub(super) input: Option<String>,
    /// Every accepted answer.
    pub(super) targets: Vec<String>,
    /// The options.
    pub(super) choices: Vec<String>,
    /// Its part of the dataset.
    pub(super) category: Option<String>,
    /// The distinct answers to it, in the order in which they were first met.
    pub(super) answers: Vec<String>,
    /// What models said whose answer could not be read, and how calls failed.
    pub(super) notes: BTreeMap<String, String>,
}

/// What one policy came to on one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    /// What it ended in.
    pub(super) ending: Ending,
    /// Which of the item's answers.
    pub(super) answer: Option<u32>,
    /// Whether some call of it was never sent.
    pub(super) unsent: bool,
    /// Dollars.
    pub(super) cost: Option<f64>,
    /// Milliseconds.
    pub(super) latency: Option<f64>,
    /// The member that answered, by its place in `Cells::rungs`.
    pub(super) rung: Option<u32>,
}

/// What an episode ended in, with how right it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Right,
    Partly,
    Wrong,
    Abstained,
    Unparsed,
    Refused,
    Failed,
    NotRun,
}

impl Cells {
    /// Whether there is something to say of an answer that could not be read, or never came.
    fn has_notes(&self) -> bool {
        let mut endings = self.columns.values().flatten().map(|cell| cell.ending);
        endings.any(|it| matches!(it, Ending::Unparsed | Ending::Refused | Ending::Failed))
    }
}

impl Cell {
    pub(super) const NOT_RUN: Self = Self {
        ending: Ending::NotRun,
        answer: None,
        unsent: false,
        cost: None,
        latency: None,
        rung: None,
    };
}

impl Ending {
    /// A letter for it.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Right => 'r',
            Self::Partly => 'p',
            Self::Wrong => 'w',
            Self::Abstained => 'a',
            Self::Unparsed => 'u',
            Self::Refused => 'x',
            Self::Failed => 'f',
            Self::NotRun => '-',
        }
    }

    fn of(verdict: &str, score: Option<f64>) -> Self {
        match (verdict, score) {
            ("answered", Some(1.0)) => Self::Right,
            ("answered", Some(score)) if score > 0.0 => Self::Partly,
            ("answered", _) => Self::Wrong,
            ("abstained", _) => Self::Abstained,
            ("unparsed", _) => Self::Unparsed,
            ("refused", _) => Self::Refused,
            ("failed", _) => Self::Failed,
            _ => Self::NotRun,
        }
    }
}

/// Reads the items and decisions of a run folder, task by task in the order of the file. A folder
/// without decisions has none, and one without questions has the names of its items only.
///
/// # Errors
/// A file that is there and can't be read, or lacks a column.
pub(super) fn read(dir: &Path) -> Result<Vec<Cells>, ReportError> {
    let items = || frame(dir, ITEMS, &["task", "id", "input", "category", "targets", "choices"]);
    let answers = || {
        let notes = ["task", "id", "model", "response", "status", "verdict", "sample", "prompt"];
        frame(dir, ANSWERS, &notes)
    };
    let decisions = || {
        let texts = ["task", "id", "policy", "verdict", "answer", "rung"];
        frame(
            dir,
            DECISIONS,
            &[&texts[..], &["score", "cost_usd", "latency_ms", "unsent"]].concat(),
        )
    };
    let (decisions, items) = rayon::join(decisions, items);
    let Some(decisions) = decisions? else { return Ok(Vec::new()) };
    let items = items?;
    let mut reader = Reader::default();
    let failed = |name: &str| {
        let path = dir.join(name);
        move |source| ReportError::Table { path, source }
    };
    if let Some(items) = &items {
        reader.questions(items).map_err(failed(ITEMS))?;
    }
    reader.decisions(&decisions).map_err(failed(DECISIONS))?;
    // Most tables of answers are long, and hold no note.
    if reader.tasks.iter().any(Cells::has_notes)
        && let Some(answers) = answers()?
    {
        reader.notes(&answers).map_err(failed(ANSWERS))?;
    }
    Ok(reader.tasks)
}

/// The tasks so far, and where each item stands in its task.
#[derive(Default)]
struct Reader<'f> {
    tasks: Vec<Cells>,
    places: BTreeMap<(&'f str, &'f str), usize>,
}

impl<'f> Reader<'f> {
    fn task(&mut self, name: &str) -> &mut Cells {
        let known = self.tasks.iter().position(|known| known.task == name);
        let place = known.unwrap_or_else(|| {
            let (task, columns) = (name.to_owned(), BTreeMap::new());
            self.tasks.push(Cells { task, items: Vec::new(), rungs: Vec::new(), columns });
            self.tasks.len() - 1
        });
        &mut self.tasks[place]
    }

    /// Where an item stands. Rows of a table mostly go through the items in their order, or through
    /// all rows of an item, so that it is nearly always near the last one.
    fn place(&self, task: &str, id: &str, last: usize) -> Option<usize> {
        let items = &self.tasks.iter().find(|known| known.task == task)?.items;
        let is_there = |at: &usize| items.get(*at).is_some_and(|item| item.id == id);
        let near = [last, last + 1, 0].into_iter().find(is_there);
        near.or_else(|| self.places.get(&(task, id)).copied())
    }

    fn questions(&mut self, frame: &'f DataFrame) -> PolarsResult<()> {
        let (tasks, ids) = (texts(frame, "task")?, texts(frame, "id")?);
        let (inputs, categories) = (texts(frame, "input")?, texts(frame, "category")?);
        let (targets, choices) = (texts(frame, "targets")?, texts(frame, "choices")?);
        for row in 0..frame.height() {
            let (Some(task), Some(id)) = (tasks.get(row), ids.get(row)) else { continue };
            let items = &mut self.task(task).items;
            items.push(Question {
                id: id.to_owned(),
                input: inputs.get(row).map(str::to_owned),
                targets: list(targets.get(row)),
                choices: list(choices.get(row)),
                category: categories.get(row).map(str::to_owned),
                ..Question::default()
            });
            let place = items.len() - 1;
            self.places.insert((task, id), place);
        }
        Ok(())
    }

    fn decisions(&mut self, frame: &'f DataFrame) -> PolarsResult<()> {
        let (tasks, ids) = (texts(frame, "task")?, texts(frame, "id")?);
        let (policies, verdicts) = (texts(frame, "policy")?, texts(frame, "verdict")?);
        let (answers, rungs) = (texts(frame, "answer")?, texts(frame, "rung")?);
        let (scores, costs) = (numbers(frame, "score")?, numbers(frame, "cost_usd")?);
        let (latencies, unsent) = (numbers(frame, "latency_ms")?, unsent(frame)?);
        let names: BTreeSet<&str> = rungs.iter().flatten().collect();
        let names: Vec<&str> = names.into_iter().collect();
        let mut last = 0;
        for row in 0..frame.height() {
            let (Some(task), Some(id)) = (tasks.get(row), ids.get(row)) else { continue };
            let Some(policy) = policies.get(row) else { continue };
            let known = self.place(task, id, last);
            let cells = self.task(task);
            let place = known.unwrap_or_else(|| {
                cells.items.push(Question { id: id.to_owned(), ..Question::default() });
                cells.items.len() - 1
            });
            last = place;
            let rung = rungs.get(row).and_then(|rung| names.binary_search(&rung).ok());
            let cell = Cell {
                ending: Ending::of(verdicts.get(row).unwrap_or_default(), scores.get(row)),
                answer: answers.get(row).map(|text| answer_of(&mut cells.items[place], text)),
                unsent: unsent(row) > 0,
                cost: costs.get(row),
                latency: latencies.get(row),
                rung: rung.map(|at| at as u32),
            };
            if !cells.columns.contains_key(policy) {
                let column = Vec::with_capacity(cells.items.len());
                cells.columns.insert(policy.to_owned(), column);
            }
            if let Some(column) = cells.columns.get_mut(policy) {
                column.resize(column.len().max(place + 1), Cell::NOT_RUN);
                column[place] = cell;
            }
            if known.is_none() {
                self.places.insert((task, id), place);
            }
        }
        for cells in &mut self.tasks {
            let n_items = cells.items.len();
            cells.columns.values_mut().for_each(|column| column.resize(n_items, Cell::NOT_RUN));
            cells.rungs = names.iter().map(|name| (*name).to_owned()).collect();
        }
        Ok(())
    }

    /// Only of first samples, which are what policies are judged on.
    fn notes(&mut self, frame: &DataFrame) -> PolarsResult<()> {
        let (tasks, ids) = (texts(frame, "task")?, texts(frame, "id")?);
        let (models, responses) = (texts(frame, "model")?, texts(frame, "response")?);
        let (statuses, verdicts) = (texts(frame, "status")?, texts(frame, "verdict")?);
        let samples = counts(frame, "sample")?;
        // What was said about answers is no note of an answer.
        let prompts = texts(frame, "prompt").ok();
        let is_own = |row: &usize| prompts.and_then(|it| it.get(*row)).is_none();
        let first = |row: &usize| samples.get(*row) == Some(0) && is_own(row);
        let mut last = 0;
        for row in (0..frame.height()).filter(first) {
            let note = match verdicts.get(row) {
                Some("unparsed" | "refused") => responses.get(row),
                Some("failed") => statuses.get(row),
                _ => None,
            };
            let (Some(task), Some(id)) = (tasks.get(row), ids.get(row)) else { continue };
            let place = self.place(task, id, last);
            last = place.unwrap_or(last);
            if let (Some(note), Some(place), Some(model)) = (note, place, models.get(row)) {
                self.task(task).items[place].notes.insert(model.to_owned(), note.to_owned());
            }
        }
        Ok(())
    }
}

fn list(text: Option<&str>) -> Vec<String> {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn answer_of(item: &mut Question, text: &str) -> u32 {
    let known = item.answers.iter().position(|known| known == text);
    known.unwrap_or_else(|| {
        item.answers.push(text.to_owned());
        item.answers.len() - 1
    }) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Item, Outcome, Recorded, Verdict};
    use crate::kernel::{ItemId, Micros, PolicyId, TaskId, Usd};
    use crate::report::{AnswerRow, DecisionRow, ItemRow};
    use crate::report::{write_answers, write_decisions, write_items};

    fn outcome(verdict: Verdict) -> Outcome {
        Outcome {
            verdict,
            rung: Some("mini".into()),
            cost: Usd::from_dollars(0.5),
            latency: Micros::from_ms(3.0),
            ..Outcome::NOT_RUN
        }
    }

    #[test]
    fn a_run_folder_reads_back_item_by_item() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()).unwrap(), []);
        let answered = |score| Verdict::Answered { answer: None, score };
        let task = &TaskId::from("triage");
        let policies = ["mini", "mini", "trio", "trio"].map(PolicyId::from);
        let items = ["2", "1", "2", "3"].map(ItemId::from);
        let answers = [Some("B"), None, Some("A"), Some("")];
        let outcomes = [answered(1.0), Verdict::Unparsed, answered(0.5), answered(0.0)];
        let outcomes = outcomes.map(outcome);
        let rows = (0..4).map(|at| DecisionRow {
            task,
            policy: &policies[at],
            id: &items[at],
            answer: answers[at],
            score: outcomes[at].verdict.score(),
            outcome: &outcomes[at],
        });
        write_decisions(rows, dir.path()).unwrap();
        // Without questions, items come as decisions name them.
        let ids = |cells: &Cells| -> Vec<String> {
            cells.items.iter().map(|item| item.id.clone()).collect()
        };
        assert_eq!(ids(&read(dir.path()).unwrap()[0]), ["2", "1", "3"]);
        let question = |id: &str| {
            let targets = vec!["B".to_owned(), "b".to_owned()];
            Item { input: Some("Which?".into()), targets, ..Item::new(id) }
        };
        let questions = ["1", "2"].map(question);
        write_items(questions.iter().map(|item| ItemRow { task, item }), dir.path()).unwrap();
        let recorded = Recorded {
            id: "1".into(),
            model: "mini".into(),
            response: Some("no idea".into()),
            ..Recorded::default()
        };
        let recorded = &recorded;
        let unread = AnswerRow { task, recorded, answer: None, score: None, verdict: "unparsed" };
        write_answers([unread].into_iter(), dir.path()).unwrap();

        let [cells] = read(dir.path()).unwrap().try_into().unwrap();
        assert_eq!(ids(&cells), ["1", "2", "3"]);
        assert_eq!(cells.items[0].notes["mini"], "no idea");
        assert_eq!(cells.items[1].targets, ["B", "b"]);
        assert_eq!(cells.items[1].answers, ["B", "A"]);
        let letters = |policy: &str| -> String {
            cells.columns[policy].iter().map(|cell| cell.ending.letter()).collect()
        };
        assert_eq!((letters("mini"), letters("trio")), ("ur-".to_owned(), "-pw".to_owned()));
        let cell = cells.columns["trio"][1];
        assert_eq!((cell.answer, cell.cost, cell.latency), (Some(1), Some(0.5), Some(3.0)));
        assert_eq!(cell.rung.map(|rung| cells.rungs[rung as usize].as_str()), Some("mini"));
    }
}
