//! What there is to answer with: prompts of the scenario, and what every model said to each.

use std::collections::BTreeMap;

use super::ask::{Ask, PromptHash, Role, Turn};
use crate::data::{Extracted, Failure, Item, Recorded};
use crate::kernel::{ItemId, Micros, ModelId, Seed, TaskId, Tokens};
use crate::provider::{Sampling, Synthetic};
use crate::scenario::{Candidate, Loaded, Plan, Source, Task};
use crate::task::extract::Extractor;
use crate::task::prompt::PromptError;
use crate::task::score::Score;

/// The position of a model among those that are served.
pub(super) type ModelNo = usize;
/// The position of a prompt among those of the scenario.
pub(super) type PromptNo = usize;

/// What one draw of a model said to one prompt. What nobody recorded is `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) prompt_tokens: Option<Tokens>,
    pub(super) cached_tokens: Option<Tokens>,
    pub(super) completion_tokens: Option<Tokens>,
    pub(super) confidence: Option<f64>,
    pub(super) ttft: Option<Micros>,
    pub(super) latency: Option<Micros>,
    /// It met the limit of tokens when it was recorded.
    pub(super) is_cut: bool,
    /// The text is the answer itself, which nobody has to find in it.
    pub(super) is_bare: bool,
    /// What came instead of it.
    pub(super) failure: Option<Failure>,
}

/// A model that is served.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) id: ModelId,
    /// The seed that its first sample is asked with, where the scenario says.
    pub(super) seed: Option<u64>,
    /// How what it was not recorded to say is made up.
    pub(super) synthetic: Synthetic,
    /// By prompt, then by sample.
    answers: BTreeMap<PromptNo, BTreeMap<u32, Answer>>,
}

/// What there is to answer with.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) seed: Seed,
    /// In order of name.
    pub(super) models: Vec<Model>,
    names: BTreeMap<String, ModelNo>,
    prompts: BTreeMap<PromptHash, PromptNo>,
    /// The first item that has each prompt.
    pub(super) items: Vec<Asked>,
}

/// An item that a prompt asks.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) task: TaskId,
    pub(super) item: Item,
    /// Task and item, by which what is drawn for it is keyed.
    pub(super) question: String,
    extractor: Extractor,
    score: Score,
}

/// Why nothing can be served.
#[derive(Debug, thiserror::Error)]
#[error("the prompt of task {task} can't be made for item {item}")]
pub struct BookError {
    task: TaskId,
    item: ItemId,
    #[source]
    source: PromptError,
}

impl Book {
    /// Renders every prompt, and puts every recorded answer to it.
    ///
    /// # Errors
    /// When a prompt can't be rendered.
    pub(super) fn new(loaded: &Loaded) -> Result<Self, BookError> {
        let plan = &loaded.plan;
        let mut book = Self {
            seed: plan.seed,
            models: plan.candidates.iter().map(Model::new).collect(),
            names: names(plan),
            prompts: BTreeMap::new(),
            items: Vec::new(),
        };
        let mut places: BTreeMap<(&TaskId, &ItemId), PromptNo> = BTreeMap::new();
        for task in &plan.tasks {
            for item in task.items.iter() {
                let turns = turns(task, item).map_err(|source| BookError {
                    task: task.id.clone(),
                    item: item.id.clone(),
                    source,
                })?;
                let items = &mut book.items;
                let prompt = *book.prompts.entry(PromptHash::of(&turns)).or_insert_with(|| {
                    items.push(Asked::new(task, item));
                    items.len() - 1
                });
                places.insert((&task.id, &item.id), prompt);
            }
        }
        for row in loaded.recordings.iter().flat_map(|recording| &recording.rows) {
            let Ok(model) = book.models.binary_search_by(|model| model.id.cmp(&row.model)) else {
                continue;
            };
            if let Some(hash) = row.prompt.as_ref().and_then(PromptHash::of_prompt) {
                let place = book.made(plan, row, hash);
                if let Some((prompt, answer)) = place.zip(answer(row)) {
                    let answers = book.models[model].answers.entry(prompt).or_default();
                    answers.insert(row.sample, answer);
                }
                continue;
            }
            let tasks = plan.tasks.iter().map(|task| &task.id);
            let own = tasks.filter(|task| row.task.as_ref().is_none_or(|name| name == *task));
            for prompt in own.filter_map(|task| places.get(&(task, &row.id))) {
                if let Some(answer) = answer(row) {
                    let answers = book.models[model].answers.entry(*prompt).or_default();
                    answers.insert(row.sample, answer);
                }
            }
        }
        Ok(book)
    }

    /// The place of a question made of answers to an item of the plan.
    fn made(&mut self, plan: &Plan, row: &Recorded, hash: PromptHash) -> Option<PromptNo> {
        let of_task = |task: &&Task| row.task.as_ref().is_none_or(|name| *name == task.id);
        let found = plan
            .tasks
            .iter()
            .filter(of_task)
            .find_map(|task| Some((task, task.items.iter().find(|item| item.id == row.id)?)));
        let (task, item) = found?;
        let items = &mut self.items;
        Some(*self.prompts.entry(hash).or_insert_with(|| {
            let own = Asked::new(task, item);
            items.push(Asked { question: format!("{}/{}", own.question, hash.hex()), ..own });
            items.len() - 1
        }))
    }

    /// The model that a client calls so: by its name in the scenario, else as its provider
    /// calls it.
    pub(super) fn model(&self, name: &str) -> Option<ModelNo> {
        self.names.get(name).copied()
    }

    /// The prompt of the scenario that this is.
    pub(super) fn prompt(&self, hash: PromptHash) -> Option<PromptNo> {
        self.prompts.get(&hash).copied()
    }

    /// What a model said to a prompt, by sample; `None` where nothing was recorded.
    ///
    /// The sample is the one whose seed is asked with, else the `nth`, modulo the number of
    /// samples.
    pub(super) fn answer(
        &self,
        model: ModelNo,
        prompt: PromptNo,
        nth: u32,
        ask: &Ask,
    ) -> Option<(u32, &Answer)> {
        let model = &self.models[model];
        let answers = model.answers.get(&prompt)?;
        let item = &self.items[prompt].item.id;
        let is_seeded = |sample: u32| match (ask.seed, model.seed) {
            (Some(asked), Some(first)) => asked == Sampling::seed_of_draw(first, item, sample),
            _ => false,
        };
        let seeded = answers.iter().find(|(sample, _)| is_seeded(**sample));
        let nth = || answers.iter().nth(nth as usize % answers.len());
        seeded.or_else(nth).map(|(sample, answer)| (*sample, answer))
    }

    /// Models of which nothing was recorded.
    pub(super) fn unrecorded(&self) -> impl Iterator<Item = &ModelId> {
        self.models.iter().filter(|model| model.answers.is_empty()).map(|model| &model.id)
    }
}

impl Asked {
    fn new(task: &Task, item: &Item) -> Self {
        Self {
            task: task.id.clone(),
            item: item.clone(),
            question: format!("{}/{}", task.id, item.id),
            extractor: task.extract.extractor.clone(),
            score: task.score.clone(),
        }
    }

    /// Whether an answer is more right than wrong.
    pub(super) fn is_right(&self, answer: &Answer) -> bool {
        let found = if answer.is_bare {
            Some(answer.text.clone())
        } else {
            self.extractor.extract(&answer.text, &self.item.choices)
        };
        found.is_some_and(|found| self.score.score(&found, &self.item.targets) > 0.5)
    }
}

impl Model {
    fn new(candidate: &Candidate) -> Self {
        let seed = candidate.sampling.seed;
        let synthetic = candidate.synthetic.clone().unwrap_or_default();
        Self { id: candidate.id.clone(), seed, synthetic, answers: BTreeMap::new() }
    }
}

/// Every name that a client may call a model by. A name in the scenario wins over a provider's.
fn names(plan: &Plan) -> BTreeMap<String, ModelNo> {
    let mut names = BTreeMap::new();
    for (no, candidate) in plan.candidates.iter().enumerate() {
        let name = match &candidate.source {
            Source::Live { name, .. } => Some(name),
            Source::Recorded => candidate.name.as_ref(),
        };
        if let Some(name) = name {
            names.entry(name.clone()).or_insert(no);
        }
    }
    names.extend(plan.candidates.iter().enumerate().map(|(no, one)| (one.id.to_string(), no)));
    names
}

fn turns(task: &Task, item: &Item) -> Result<Vec<Turn>, PromptError> {
    let mut turns = Vec::with_capacity(2);
    if let Some(system) = &task.system {
        turns.push(Turn { role: Role::System, text: system.prompt.render(item)? });
    }
    turns.push(Turn { role: Role::User, text: task.prompt.prompt.render(item)? });
    Ok(turns)
}

/// What a row says; `None` where it has only a verdict, of which no text can be made.
pub(super) fn answer(row: &Recorded) -> Option<Answer> {
    let text = match (&row.response, &row.answer) {
        (Some(response), _) => response.clone(),
        (None, Extracted::Found(answer)) => answer.clone(),
        _ if row.failure.is_some() => String::new(),
        _ => return None,
    };
    let reason = row.finish_reason.as_deref().map(str::to_ascii_lowercase);
    Some(Answer {
        text,
        prompt_tokens: row.prompt_tokens,
        cached_tokens: row.cached_tokens,
        completion_tokens: row.completion_tokens,
        confidence: row.confidence,
        ttft: row.ttft,
        latency: row.latency,
        is_cut: reason.is_some_and(|it| ["length", "max_tokens"].contains(&it.as_str())),
        is_bare: row.response.is_none(),
        failure: row.failure,
    })
}
