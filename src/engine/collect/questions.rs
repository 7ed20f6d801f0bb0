//! What is to be asked: every item of every task, of every live candidate, as often as wanted.

use std::collections::BTreeMap;

use crate::data::{Item, Recorded};
use crate::engine::collect::Reuse;
use crate::kernel::{ItemId, ModelId, TaskId};
use crate::provider::{Access, Chat, Endpoint, Message, Role};
use crate::scenario::{Candidate, Plan, Source, Task};
use crate::store::{Key, Store, StoreError};
use crate::task::prompt::PromptError;

/// One question to one model, with the key that its answer is kept under.
#[derive(Debug, Clone)]
pub struct Question {
    /// The task.
    pub task: TaskId,
    /// The item.
    pub item: ItemId,
    /// The model.
    pub model: ModelId,
    /// The draw, from 0.
    pub sample: u32,
    /// What is sent.
    pub chat: Chat,
    /// What its answer is kept under.
    pub key: Key,
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

/// Every question of a plan: by task, model, item and sample.
///
/// # Errors
/// When a prompt can't be rendered, say because it names a column that an item lacks.
pub fn questions(plan: &Plan, n_samples: u32) -> Result<Vec<Question>, QuestionError> {
    let mut questions = Vec::new();
    for task in &plan.tasks {
        let live = plan.candidates.iter().filter_map(live);
        let live: Vec<(&Candidate, &Endpoint, &str)> = live.collect();
        if live.is_empty() {
            continue;
        }
        let messages = messages(task)?;
        for (candidate, endpoint, name) in live {
            for (item, messages) in task.items.iter().zip(&messages) {
                for sample in 0..n_samples {
                    let mut sampling = candidate.sampling.clone();
                    sampling.seed = sampling.seed.map(|seed| seed + u64::from(sample));
                    let chat =
                        Chat { model: name.to_owned(), messages: messages.clone(), sampling };
                    let url = &endpoint.access().base_url;
                    questions.push(Question {
                        task: task.id.clone(),
                        item: item.id.clone(),
                        model: candidate.id.clone(),
                        sample,
                        key: Key::new(endpoint.kind(), url, &chat, sample),
                        chat,
                    });
                }
            }
        }
    }
    Ok(questions)
}

fn live(candidate: &Candidate) -> Option<(&Candidate, &Endpoint, &str)> {
    match &candidate.source {
        Source::Live { endpoint, name } => Some((candidate, endpoint, name)),
        Source::Recorded => None,
    }
}

fn messages(task: &Task) -> Result<Vec<Vec<Message>>, QuestionError> {
    let messages = |item: &Item| {
        messages_of(task, item).map_err(|source| QuestionError {
            task: task.id.clone(),
            item: item.id.clone(),
            source,
        })
    };
    task.items.iter().map(messages).collect()
}

fn messages_of(task: &Task, item: &Item) -> Result<Vec<Message>, PromptError> {
    let mut messages = Vec::with_capacity(2);
    if let Some(system) = &task.system {
        messages.push(Message { role: Role::System, content: system.prompt.render(item)? });
    }
    messages.push(Message { role: Role::User, content: task.prompt.prompt.render(item)? });
    Ok(messages)
}

/// The answer that the store has, if it may be used.
pub(super) fn stored(
    question: &Question,
    store: &Store,
    reuse: Reuse,
) -> Result<Option<Recorded>, StoreError> {
    if reuse == Reuse::Nothing {
        return Ok(None);
    }
    let found = store.find(question.key)?;
    let usable = found.filter(|row| reuse == Reuse::All || row.failure.is_none());
    Ok(usable.map(|row| question.named(row)))
}

/// The questions to one model, which share its limits.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) endpoint: &'a Endpoint,
    pub(super) access: &'a Access,
    pub(super) connections: usize,
    /// Positions of questions; those with the same key are asked once.
    pub(super) waiting: Vec<Vec<usize>>,
}

/// The missing questions, by model.
pub(super) fn lanes<'a>(
    plan: &'a Plan,
    questions: &[Question],
    missing: &[usize],
) -> Vec<Lane<'a>> {
    let lane = |(candidate, endpoint, _): (&'a Candidate, &'a Endpoint, &str)| {
        let mut places: BTreeMap<Key, usize> = BTreeMap::new();
        let mut waiting: Vec<Vec<usize>> = Vec::new();
        for at in missing.iter().filter(|at| questions[**at].model == candidate.id) {
            let place = *places.entry(questions[*at].key).or_insert_with(|| {
                waiting.push(Vec::new());
                waiting.len() - 1
            });
            waiting[place].push(*at);
        }
        let connections = candidate.limits.connections.get() as usize;
        Lane { candidate, endpoint, access: endpoint.access(), connections, waiting }
    };
    let lanes = plan.candidates.iter().filter_map(live).map(lane);
    lanes.filter(|lane| !lane.waiting.is_empty()).collect()
}

impl Question {
    /// An answer to this question, with who and what was asked filled in.
    pub(super) fn named(&self, answer: Recorded) -> Recorded {
        Recorded {
            task: Some(self.task.clone()),
            id: self.item.clone(),
            model: self.model.clone(),
            sample: self.sample,
            ..answer
        }
    }
}
