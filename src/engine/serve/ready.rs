//! Bodies that were made before: a reply in one piece is the same for the same question.

use std::collections::BTreeMap;

use hyper::body::Bytes;

use super::book::{ModelNo, PromptNo};
use super::wire::Format;

/// As many bodies are kept; a client that asks in ever new ways makes the rest anew.
const MOST: usize = 100_000;

/// Everything that the body of a recorded answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) model: ModelNo,
    pub(super) prompt: PromptNo,
    pub(super) sample: u32,
    pub(super) format: Format,
    /// Whether the client calls the model as the scenario does, or as its provider does.
    pub(super) by_id: bool,
    pub(super) max_tokens: Option<u64>,
    pub(super) logprobs: bool,
}

/// A body, and how many tokens it has, by which its time is told.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    pub(super) body: Bytes,
    pub(super) n_pieces: usize,
}

/// Bodies that were made before.
#[derive(Debug, Default)]
pub(super) struct Bodies(BTreeMap<Key, Ready>);

impl Bodies {
    /// The body of a question, made where it was not made before.
    pub(super) fn of(&mut self, key: Key, make: impl FnOnce() -> Ready) -> Ready {
        if let Some(ready) = self.0.get(&key) {
            return ready.clone();
        }
        let ready = make();
        if self.0.len() < MOST {
            self.0.insert(key, ready.clone());
        }
        ready
    }
}
