//! What a model says to a prompt now: recorded or made up, as it is or turned wrong.

use super::ask::{Ask, PromptHash};
use super::book::{self, Answer, Book, Model, ModelNo, PromptNo};
use crate::data::Item;
use crate::kernel::TaskId;
use crate::provider::wrong;

/// A request, as far as its answer depends on it.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) ask: &'a Ask,
    pub(super) hash: PromptHash,
    /// The prompt of the scenario that it is.
    pub(super) prompt: Option<PromptNo>,
    /// How often the model has answered this prompt.
    pub(super) n_answered: u32,
}

/// The answer and its sample. The same for the same model, prompt and sample.
pub(super) fn pick(book: &Book, model: ModelNo, wanted: Wanted<'_>) -> (u32, Answer) {
    let Wanted { ask, n_answered, prompt, .. } = wanted;
    let recorded = prompt.and_then(|prompt| book.answer(model, prompt, n_answered, ask));
    match recorded {
        Some((sample, answer)) => (sample, answer.clone()),
        None => (n_answered, made_up(book, model, wanted)),
    }
}

/// What a synthetic model says, with every option at its default where the model is none. A prompt
/// that no item has gets a text that says so.
fn made_up(book: &Book, model: ModelNo, wanted: Wanted<'_>) -> Answer {
    let Wanted { hash, prompt, n_answered, .. } = wanted;
    let Model { id, synthetic, .. } = &book.models[model];
    let of = |task: &TaskId, item: &Item| {
        let row = synthetic.answer(book.seed, task, id, item, n_answered);
        let answer = book::answer(&row);
        answer.unwrap_or_else(|| Answer {
            text: format!("A made-up reply to prompt {}.", &hash.hex()[..16]),
            latency: row.latency,
            ..Answer::default()
        })
    };
    match prompt {
        Some(prompt) => of(&book.items[prompt].task, &book.items[prompt].item),
        None => of(&TaskId::default(), &nobodys(hash)),
    }
}

fn nobodys(hash: PromptHash) -> Item {
    Item {
        id: hash.hex().into(),
        input: None,
        targets: Vec::new(),
        choices: Vec::new(),
        category: None,
        cluster: None,
        row: std::sync::Arc::default(),
    }
}

/// Turns a right answer wrong; the wrong one is drawn for fault, model, question and sample. What
/// was wrong stays as it is, as does an answer to a prompt that no item has.
pub(super) fn degraded(
    book: &Book,
    model: ModelNo,
    wanted: Wanted<'_>,
    fault: &str,
    (sample, answer): (u32, Answer),
) -> (u32, Answer) {
    let Some(asked) = wanted.prompt.map(|prompt| &book.items[prompt]) else {
        return (sample, answer);
    };
    if !asked.is_right(&answer) {
        return (sample, answer);
    }
    let id = book.models[model].id.as_str();
    let parts = [fault, id, &asked.question, &sample.to_string()];
    let wrong = wrong(&asked.item, &mut book.seed.stream("fault/degraded/answer", &parts));
    // What stands around the answer is kept, so that it is found as the right one was.
    let target = asked.item.targets.iter().find(|target| answer.text.contains(target.as_str()));
    let text = match target.filter(|target| !target.is_empty()) {
        Some(target) => {
            let turned = answer.text.replace(target.as_str(), &wrong);
            let still_right = asked.is_right(&Answer { text: turned.clone(), ..answer.clone() });
            if still_right { wrong } else { turned }
        }
        None => wrong,
    };
    (sample, Answer { text, ..answer })
}
