//! What is to be asked: every item of every task, of every live candidate, as often as wanted.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::data::{Item, Recorded};
use crate::kernel::{ItemId, ModelId, PromptId, TaskId};
use crate::provider::{Chat, Endpoint, Label, Message, Sampling};
use crate::scenario::{Candidate, Plan, Source, Task};
use crate::store::{Key, Timing, request_json};
use crate::task::prompt::PromptError;

/// Every question of a plan: by task, model, item and sample. Prompts are kept once an item, and
/// everything else is made when it is asked, so that many questions need little memory.
#[derive(Debug)]
pub struct Questions<'a> {
    tasks: Vec<(&'a Task, Vec<Vec<Message>>)>,
    live: Vec<Live<'a>>,
    list: Vec<Question>,
    /// Questions made of answers: what each is called, and what is said.
    made: Vec<(PromptId, Vec<Message>)>,
}

/// A question made of answers, for one model.
#[derive(Debug, Clone)]
pub struct MadeQuestion {
    /// The task.
    pub task: TaskId,
    /// The item that the answers are to.
    pub item: ItemId,
    /// Who is asked.
    pub by: ModelId,
    /// What it is recorded under.
    pub prompt: PromptId,
    /// What is said.
    pub messages: Vec<Message>,
}

/// A candidate that is asked over HTTP.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) endpoint: &'a Endpoint,
    pub(super) name: &'a str,
}

/// One question to one model, by where its parts are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    task: u32,
    item: u32,
    pub(super) live: u32,
    sample: u32,
    /// Where it is made of answers: its place among those.
    made: Option<u32>,
    pub(super) key: Key,
}

/// An item whose prompt can't be rendered.
#[derive(Debug, thiserror::Error)]
#[error("the prompt of task {task} can't be made for item {item}")]
pub struct QuestionError {
    task: TaskId,
    item: ItemId,
    #[source]
    source: PromptError,
}

impl<'a> Questions<'a> {
    /// Every question of a plan, each item asked `n_samples` times, or as often as policies vote or
    /// judge with samples of that model.
    ///
    /// # Errors
    /// When a prompt can't be rendered, say because it names a column that an item lacks.
    pub fn new(plan: &'a Plan, n_samples: u32) -> Result<Self, QuestionError> {
        let live: Vec<Live<'_>> = plan.candidates.iter().filter_map(Live::of).collect();
        let mut questions = Self { tasks: Vec::new(), live, list: Vec::new(), made: Vec::new() };
        if questions.live.is_empty() {
            return Ok(questions);
        }
        for (task, at) in plan.tasks.iter().zip(0..) {
            questions.tasks.push((task, messages(task)?));
            for live in 0..questions.live.len() as u32 {
                let candidate = questions.live[live as usize].candidate;
                let n_samples = n_samples.max(plan.samples_of(&candidate.id));
                for item in 0..task.items.len() as u32 {
                    let key = Key::of("");
                    let question =
                        |sample| Question { task: at, item, live, sample, made: None, key };
                    questions.list.extend((0..n_samples).map(question));
                }
            }
        }
        Ok(questions)
    }

    /// Questions made of answers, each asked once. Those to whom nobody is asked over HTTP, and
    /// those about no item of the plan, are left out.
    pub fn made(plan: &'a Plan, wanted: impl IntoIterator<Item = MadeQuestion>) -> Self {
        let live: Vec<Live<'_>> = plan.candidates.iter().filter_map(Live::of).collect();
        let tasks = plan.tasks.iter().map(|task| (task, Vec::new())).collect();
        let mut questions = Self { tasks, live, list: Vec::new(), made: Vec::new() };
        let places = |task: &Task| -> BTreeMap<ItemId, u32> {
            (0..).zip(task.items.iter()).map(|(at, item)| (item.id.clone(), at)).collect()
        };
        let places: Vec<BTreeMap<ItemId, u32>> = plan.tasks.iter().map(places).collect();
        for MadeQuestion { task, item, by, prompt, messages } in wanted {
            let task = plan.tasks.iter().position(|one| one.id == task);
            let live = questions.live.iter().position(|live| live.candidate.id == by);
            let Some((task, live)) = task.zip(live) else { continue };
            let Some(item) = places[task].get(&item).copied() else { continue };
            let made = Some(questions.made.len() as u32);
            questions.made.push((prompt, messages));
            let (task, live, key) = (task as u32, live as u32, Key::of(""));
            questions.list.push(Question { task, item, live, sample: 0, made, key });
        }
        questions
    }

    /// Each question under the key of what it is by now. Who only counts them needs none.
    pub(super) fn with_keys(mut self) -> Self {
        let mut list = std::mem::take(&mut self.list);
        list.par_iter_mut().for_each(|one| one.key = Key::of(&self.request_json(one)));
        Self { list, ..self }
    }

    /// What is said.
    fn messages(&self, question: &Question) -> &[Message] {
        match question.made {
            Some(made) => &self.made[made as usize].1,
            None => &self.tasks[question.task as usize].1[question.item as usize],
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nobody is to be asked.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// For each model that is asked: the length of each of its questions, in characters.
    pub fn sizes(&self) -> impl Iterator<Item = (&'a Candidate, Vec<u64>)> {
        self.live.iter().zip(0..).map(|(live, at)| {
            let own = self.list.iter().filter(|question| question.live == at);
            (live.candidate, own.map(|question| self.characters(question)).collect())
        })
    }

    pub(super) fn list(&self) -> &[Question] {
        &self.list
    }

    pub(super) fn lives(&self) -> &[Live<'a>] {
        &self.live
    }

    /// What is sent.
    pub(super) fn chat<'q>(&'q self, question: &Question, sampling: &'q Sampling) -> Chat<'q> {
        let live = &self.live[question.live as usize];
        let messages = self.messages(question);
        Chat { model: live.name, messages, sampling, stream: live.candidate.stream }
    }

    /// How the model is to choose its words for this question.
    pub(super) fn sampling(&self, question: &Question) -> Cow<'a, Sampling> {
        let sampling = &self.live[question.live as usize].candidate.sampling;
        let Some(seed) = sampling.seed else { return Cow::Borrowed(sampling) };
        let own = Sampling::seed_of_draw(seed, &self.item(question).id, question.sample);
        Cow::Owned(Sampling { seed: Some(own), ..sampling.clone() })
    }

    /// What traces call an attempt at this question.
    pub(super) fn label(&self, question: &Question, attempt: u32, waited: Timing) -> Label<'a> {
        Label {
            task: &self.tasks[question.task as usize].0.id,
            item: &self.item(question).id,
            sample: question.sample,
            attempt,
            queued: waited.queued,
            slept: waited.slept,
        }
    }

    /// The text that a question's key is the digest of.
    pub(super) fn request_json(&self, question: &Question) -> String {
        let endpoint = self.live[question.live as usize].endpoint;
        let sampling = self.sampling(question);
        let chat = self.chat(question, &sampling);
        request_json(endpoint.kind(), &endpoint.access().base_url, chat, question.sample)
    }

    /// The length of what is sent, in characters.
    pub(super) fn characters(&self, question: &Question) -> u64 {
        let messages = self.messages(question).iter();
        messages.map(|message| message.content.chars().count() as u64).sum()
    }

    /// An answer to this question, with who and what was asked filled in.
    pub(super) fn named(&self, question: &Question, answer: Recorded) -> Recorded {
        Recorded {
            task: Some(self.tasks[question.task as usize].0.id.clone()),
            id: self.item(question).id.clone(),
            model: self.live[question.live as usize].candidate.id.clone(),
            sample: question.sample,
            prompt: question.made.map(|made| self.made[made as usize].0.clone()),
            ..answer
        }
    }

    /// Whether a report counts it as failed: no text came, or one that was cut short before its
    /// answer. What replies to a question made of answers need not hold one.
    pub(super) fn is_failed(&self, question: &Question, row: &Recorded) -> bool {
        let extractor = &self.tasks[question.task as usize].0.extract.extractor;
        let has_answer =
            |text: &str| extractor.extract(text, &self.item(question).choices).is_some();
        let is_cut = question.made.is_none() && row.is_cut();
        row.failure.is_some() || is_cut && !row.response.as_deref().is_some_and(has_answer)
    }

    fn item(&self, question: &Question) -> &'a Item {
        &self.tasks[question.task as usize].0.items[question.item as usize]
    }
}

impl<'a> Live<'a> {
    fn of(candidate: &'a Candidate) -> Option<Self> {
        match &candidate.source {
            Source::Live { endpoint, name } => Some(Self { candidate, endpoint, name }),
            _ => None,
        }
    }
}

fn messages(task: &Task) -> Result<Vec<Vec<Message>>, QuestionError> {
    let messages = |item: &Item| {
        task.messages(item).map_err(|source| QuestionError {
            task: task.id.clone(),
            item: item.id.clone(),
            source,
        })
    };
    task.items.par_iter().map(messages).collect()
}
