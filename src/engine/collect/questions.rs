//! What is to be asked: every item of every task, of every live candidate, as often as wanted.

use std::borrow::Cow;

use crate::data::{Item, Recorded};
use crate::kernel::{ItemId, TaskId};
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
    /// Every question of a plan, each item asked `n_samples` times.
    ///
    /// # Errors
    /// When a prompt can't be rendered, say because it names a column that an item lacks.
    pub fn new(plan: &'a Plan, n_samples: u32) -> Result<Self, QuestionError> {
        let live: Vec<Live<'_>> = plan.candidates.iter().filter_map(Live::of).collect();
        let mut questions = Self { tasks: Vec::new(), live, list: Vec::new() };
        if questions.live.is_empty() {
            return Ok(questions);
        }
        for (task, at) in plan.tasks.iter().zip(0..) {
            questions.tasks.push((task, messages(task)?));
            for live in 0..questions.live.len() as u32 {
                for item in 0..task.items.len() as u32 {
                    for sample in 0..n_samples {
                        let key = Key::of("");
                        let question = Question { task: at, item, live, sample, key };
                        let key = Key::of(&questions.request_json(&question));
                        questions.list.push(Question { key, ..question });
                    }
                }
            }
        }
        Ok(questions)
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
        let messages = &self.tasks[question.task as usize].1[question.item as usize];
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
        let messages = &self.tasks[question.task as usize].1[question.item as usize];
        messages.iter().map(|message| message.content.chars().count() as u64).sum()
    }

    /// An answer to this question, with who and what was asked filled in.
    pub(super) fn named(&self, question: &Question, answer: Recorded) -> Recorded {
        Recorded {
            task: Some(self.tasks[question.task as usize].0.id.clone()),
            id: self.item(question).id.clone(),
            model: self.live[question.live as usize].candidate.id.clone(),
            sample: question.sample,
            ..answer
        }
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
    task.items.iter().map(messages).collect()
}
