//! Questions made of the answers to a task, with the replies to them that were recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crate::data::{
    Answer, AnswerIdx, Cell, CellState, Extracted, Failure, Item, ItemIdx, Matrix, ModelIdx,
    Recorded,
};
use crate::kernel::{ItemId, Key, ModelId, PolicyId, PromptId, TaskId};
use crate::policy::made::{self, Made, Part, Reader, Said, Shows};
use crate::policy::{Context, Policy};
use crate::provider::Message;
use crate::scenario::{Candidate, Task};
use crate::task::extract::Extractor;
use crate::task::prompt::{Prompt, PromptError};
use crate::task::score::Score;

/// Everything that questions about the answers to one task are made of. Empty where no policy asks
/// such.
#[derive(Debug, Default)]
pub struct Asking {
    reader: Option<Reader>,
    extractor: Option<Extractor>,
    candidates: Vec<Candidate>,
    /// By item: instructions and question, as models were told them.
    told: Vec<Vec<Message>>,
    /// By item, model and sample: what it answered, and in which words.
    said: Vec<Vec<Vec<Saying>>>,
    models: Vec<ModelId>,
    words: BTreeMap<PolicyId, Words>,
    replies: BTreeMap<(ItemIdx, ModelId, PromptId), Recorded>,
    /// What questions were found to be recorded under: making one takes longer than keeping it.
    prompts: Mutex<BTreeMap<(ItemIdx, Made), PromptId>>,
    /// By item: answers that only such questions brought, in order of text.
    pub made: Vec<Vec<Answer>>,
}

/// An answer and its words.
type Saying = Option<(AnswerIdx, String)>;

/// How a policy asks about answers, and whose they may be.
#[derive(Debug, Clone)]
struct Words {
    prompt: Prompt,
    again: Prompt,
    models: Vec<ModelId>,
    /// How many samples of each answer.
    samples: u32,
}

/// An item whose question can't be told to a judge.
#[derive(Debug, thiserror::Error)]
#[error("the prompt of task {task} can't be made for item {item}, and a policy asks about it")]
pub struct AskingError {
    task: TaskId,
    item: ItemId,
    #[source]
    source: PromptError,
}

/// What a task's answers are, for whoever asks about them.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    /// The task.
    pub task: &'a Task,
    /// Who answered.
    pub candidates: &'a [Candidate],
    /// What they came to.
    pub matrix: &'a Matrix,
    /// The rows that the cells were made from, in the matrix's order.
    pub rows: &'a [Option<&'a Recorded>],
    /// Rows that reply to questions made of answers.
    pub made: &'a [&'a Recorded],
}

impl Asking {
    /// For these answers and policies.
    ///
    /// # Errors
    /// When a policy asks about answers, and the question can't be made.
    pub fn new(
        answers: Answers<'_>,
        policies: &BTreeMap<PolicyId, Policy>,
    ) -> Result<Self, AskingError> {
        let words = words(policies);
        if words.is_empty() {
            return Ok(Self::default());
        }
        let Answers { task, candidates, matrix, rows, made } = answers;
        let told = |item: &Item| {
            task.messages(item).map_err(|source| AskingError {
                task: task.id.clone(),
                item: item.id.clone(),
                source,
            })
        };
        let places: BTreeMap<&ItemId, ItemIdx> =
            matrix.items().iter().map(|item| &item.id).zip(matrix.item_idxs()).collect();
        let mut replies = BTreeMap::new();
        for row in made {
            let (Some(place), Some(prompt)) = (places.get(&row.id), &row.prompt) else { continue };
            replies.insert((*place, row.model.clone(), prompt.clone()), (*row).clone());
        }
        let mut asking = Self {
            reader: Reader::new().ok(),
            extractor: Some(task.extract.extractor.clone()),
            candidates: candidates.to_vec(),
            told: matrix.items().iter().map(told).collect::<Result<_, _>>()?,
            said: matrix.item_idxs().map(|item| said(matrix, rows, item)).collect(),
            models: matrix.models().to_vec(),
            words,
            replies,
            prompts: Mutex::default(),
            made: vec![Vec::new(); matrix.items().len()],
        };
        asking.gather(matrix, &task.score);
        Ok(asking)
    }

    /// Finds the answers that no model gave.
    fn gather(&mut self, matrix: &Matrix, score: &Score) {
        let mut texts: BTreeMap<ItemIdx, BTreeSet<String>> = BTreeMap::new();
        for ((item, _, prompt), row) in &self.replies {
            if prompt.as_str().starts_with(Part::ANSWER)
                && let Some(text) = self.answer(row, matrix.item(*item))
            {
                texts.entry(*item).or_default().insert(text);
            }
        }
        for (item, texts) in texts {
            let targets = &matrix.item(item).targets;
            for text in texts {
                let known = matrix.answers(item).iter().chain(&self.made[item.0 as usize]);
                let mut all: Vec<&str> = known.map(|answer| answer.text.as_str()).collect();
                all.push(&text);
                let classes = score.classes(&all).of;
                let is_new = classes.split_last().is_some_and(|(own, of)| !of.contains(own));
                if is_new && !targets.is_empty() {
                    let score = score.score(&text, targets);
                    self.made[item.0 as usize].push(Answer { text, score });
                }
            }
        }
    }

    /// What a question is recorded under.
    ///
    /// # Errors
    /// When a template uses a variable that is not there.
    pub fn prompt(
        &self,
        ctx: &Context<'_>,
        (at, item): (ItemIdx, &Item),
        made: &Made,
    ) -> Result<PromptId, PromptError> {
        let key = (at, made.clone());
        if let Some(known) = self.prompts.lock().ok().and_then(|it| it.get(&key).cloned()) {
            return Ok(known);
        }
        let (prompt, _) = self.messages(ctx, (at, item), made)?;
        if let Ok(mut prompts) = self.prompts.lock() {
            prompts.insert(key, prompt.clone());
        }
        Ok(prompt)
    }

    /// What is said to put a question, and what it is recorded under.
    ///
    /// # Errors
    /// When a template uses a variable that is not there.
    pub fn messages(
        &self,
        ctx: &Context<'_>,
        (at, item): (ItemIdx, &Item),
        made: &Made,
    ) -> Result<(PromptId, Vec<Message>), PromptError> {
        let Some((told, words)) = self.told.get(at.0 as usize).zip(self.words.get(&made.policy))
        else {
            return Ok((PromptId::default(), Vec::new()));
        };
        let candidates = self.texts(ctx, (at, item), made)?;
        let (question, before) =
            told.split_last().map_or(("", &[][..]), |(last, rest)| (last.content.as_str(), rest));
        let system = before.first().map(|message| message.content.as_str());
        let prompt = match made.part {
            Part::Again(_) => &words.again,
            _ => &words.prompt,
        };
        let shows = Shows { item, question, system, candidates: &candidates };
        let messages = made::messages(prompt, made.part, shows)?;
        Ok((made::id(made.part, &messages), messages))
    }

    /// The words of what is shown: of an answer that several gave those of one drawn for policy
    /// and item, and of the next where it is shown again; where nobody's are known, the answer.
    fn texts(
        &self,
        ctx: &Context<'_>,
        (at, item): (ItemIdx, &Item),
        made: &Made,
    ) -> Result<Vec<String>, PromptError> {
        let after = match &made.after {
            Some(after) => Some(self.prompt(ctx, (at, item), after)?),
            None => None,
        };
        let words = self.words.get(&made.policy);
        let n_samples = words.map_or(0, |words| words.samples);
        let samples = |model| (0..n_samples).map(move |sample| (model, sample));
        let models = words.iter().flat_map(|words| &words.models);
        let mut voices: Vec<(&ModelId, u32)> = models.flat_map(samples).collect();
        let drawn = |(model, sample): &(&ModelId, u32)| {
            let parts = [ctx.policy.as_str(), ctx.item.id.as_str(), model.as_str()];
            let key = Key::new(ctx.seed, "said", &parts);
            if *sample == 0 { key.bits() } else { key.with(u64::from(*sample)).bits() }
        };
        voices.sort_by_cached_key(drawn);
        let said = |(model, sample): (&ModelId, u32)| -> Saying {
            let Some(prompt) = &after else {
                let place = self.models.binary_search(model).ok()?;
                let samples = self.said.get(at.0 as usize)?.get(place)?;
                return samples.get(sample as usize)?.clone();
            };
            let row = self.replies.get(&(at, model.clone(), prompt.clone()))?;
            let (answer, _) = ctx.place(&self.answer(row, item)?)?;
            Some((answer, row.response.clone()?))
        };
        let mut said: Vec<(AnswerIdx, String)> = voices.into_iter().filter_map(said).collect();
        let mut text = |answer: &AnswerIdx| match said.iter().position(|(of, _)| of == answer) {
            Some(place) => said.remove(place).1,
            None => ctx.at(*answer).map_or(String::new(), |answer| answer.text.clone()),
        };
        Ok(made.shown.iter().map(&mut text).collect())
    }

    /// The reply that was recorded.
    pub fn reply(&self, item: ItemIdx, by: &ModelId, prompt: &PromptId) -> Option<&Recorded> {
        self.replies.get(&(item, by.clone(), prompt.clone()))
    }

    /// What replies of a model to such questions take: the recorded one whose latency is in the
    /// middle, without what it says.
    pub fn usual(&self, by: &ModelId, part: Part) -> Option<Cell> {
        let kind = format!("{}-", part.name());
        let is_such = |(_, model, prompt): &(ItemIdx, ModelId, PromptId)| {
            model == by && prompt.as_str().starts_with(&kind)
        };
        let such = self.replies.iter().filter(|(key, row)| is_such(key) && row.latency.is_some());
        let mut such: Vec<&Recorded> = such.map(|(_, row)| row).collect();
        such.sort_by_key(|row| row.latency);
        let row = such.get(such.len() / 2)?;
        let candidate = self.candidates.iter().find(|one| one.id == *by)?;
        Some(candidate.cell(CellState::NotRun, row))
    }

    /// What a recorded reply came to.
    pub fn cell(&self, ctx: &Context<'_>, item: &Item, made: &Made, row: &Recorded) -> Cell {
        let failed = |failure| match failure {
            Failure::ContentFilter => CellState::Refused,
            failure => CellState::Failed(failure),
        };
        let (state, grade) = match (row.failure, text(row)) {
            (Some(failure), _) => (failed(failure), None),
            (None, Some(text)) => self.state(ctx, item, made, text),
            (None, None) => (CellState::Unparsed, None),
        };
        let candidate = self.candidates.iter().find(|one| one.id == row.model);
        let cell = candidate.map_or(Cell { state, ..Cell::NOT_RUN }, |one| one.cell(state, row));
        let confidence = if made.part.is_answer() { cell.confidence } else { grade };
        Cell { confidence, ..cell }
    }

    /// What a reply says: which answer it prefers or gives, and how good it says that is.
    pub fn state(
        &self,
        ctx: &Context<'_>,
        item: &Item,
        made: &Made,
        text: &str,
    ) -> (CellState, Option<f64>) {
        if made.part.is_answer() {
            let found = self.extractor.as_ref().and_then(|it| it.extract(text, &item.choices));
            let state = match found.and_then(|found| ctx.place(&found)) {
                Some((answer, score)) => CellState::Answered { answer: Some(answer), score },
                None => CellState::Unparsed,
            };
            return (state, None);
        }
        let said = self.reader.as_ref().and_then(|it| it.read(made.part, text, made.shown.len()));
        let (answer, grade) = match said {
            Some(Said::Best(place)) => (made.shown.get(place), None),
            Some(Said::Grade(grade)) => (made.shown.first(), Some(grade)),
            None => (None, None),
        };
        let answered = |answer: &AnswerIdx| {
            let score = ctx.at(*answer).map_or(0.0, |answer| answer.score);
            CellState::Answered { answer: Some(*answer), score }
        };
        (answer.map_or(CellState::Unparsed, answered), grade)
    }

    /// The answer to the item that a row holds.
    fn answer(&self, row: &Recorded, item: &Item) -> Option<String> {
        if row.failure.is_some() {
            return None;
        }
        match (&row.response, &row.answer) {
            (Some(response), _) => self.extractor.as_ref()?.extract(response, &item.choices),
            (None, Extracted::Found(answer)) => Some(answer.clone()),
            _ => None,
        }
    }
}

fn text(row: &Recorded) -> Option<&str> {
    match (&row.response, &row.answer) {
        (Some(response), _) => Some(response),
        (None, Extracted::Found(answer)) => Some(answer),
        _ => None,
    }
}

/// What each model answered to an item, sample by sample, and in which words.
fn said(matrix: &Matrix, rows: &[Option<&Recorded>], item: ItemIdx) -> Vec<Vec<Saying>> {
    let n_samples = matrix.n_samples() as usize;
    let first = item.0 as usize * matrix.models().len() * n_samples;
    let of = |model: ModelIdx, sample: usize| {
        let cell = matrix.cell(item, model, sample as u32);
        let CellState::Answered { answer: Some(answer), .. } = cell.state else { return None };
        let place = first + usize::from(model.0) * n_samples + sample;
        Some((answer, rows.get(place).copied().flatten()?.response.clone()?))
    };
    let samples = |model| (0..n_samples).map(|sample| of(model, sample)).collect();
    matrix.model_idxs().map(samples).collect()
}

/// How every policy that asks about answers does so.
fn words(policies: &BTreeMap<PolicyId, Policy>) -> BTreeMap<PolicyId, Words> {
    let words = |(name, policy): (&PolicyId, &Policy)| {
        let (prompt, again) = match policy {
            Policy::Judge(judge) => (&judge.prompt, &judge.prompt),
            Policy::Fuse(fuse) => (&fuse.prompt, &fuse.again),
            Policy::Cascade(cascade) => (cascade.prompt.as_ref()?, cascade.prompt.as_ref()?),
            _ => return None,
        };
        let mut models = BTreeSet::new();
        models_below(name, policies, &mut models);
        let models = models.into_iter().collect();
        let samples = match policy {
            Policy::Judge(judge) => judge.samples,
            _ => 1,
        };
        let (prompt, again) = (prompt.clone(), again.clone());
        Some((name.clone(), Words { prompt, again, models, samples }))
    };
    policies.iter().filter_map(words).collect()
}

/// The models whose answers a policy may have before it; policies don't go round in circles.
fn models_below(
    name: &PolicyId,
    policies: &BTreeMap<PolicyId, Policy>,
    models: &mut BTreeSet<ModelId>,
) {
    match policies.get(name) {
        Some(Policy::Single(model)) => {
            models.insert(model.clone());
        }
        Some(Policy::BestSingle) => {
            models.extend(policies.values().filter_map(|policy| match policy {
                Policy::Single(model) => Some(model.clone()),
                _ => None,
            }));
        }
        Some(policy) => {
            policy.members().iter().for_each(|member| models_below(member, policies, models));
        }
        None => {}
    }
}
