//! One call, as faults know it, and where their chance comes from.

use crate::kernel::{Key, ModelId, Probability, Seed, Tokens};

/// One attempt to ask one model one question.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The model.
    pub model: &'a ModelId,
    /// What is drawn for the model; see [`Call::model_key`].
    pub model_key: Key,
    /// What is drawn for the question, or for the request that asks it.
    pub question: Key,
    /// Which attempt it is, from 0.
    pub attempt: u32,
    /// Tokens that it takes as far as that is known before: those sent, and the limit of those
    /// received.
    pub tokens: Tokens,
}

impl Call<'_> {
    /// What faults draw for a model.
    pub fn model_key(seed: Seed, model: &ModelId) -> Key {
        Key::new(seed, "fault/model", &[model.as_str()])
    }

    /// What faults draw for a question: task and item with a slash between them, or the hash of a
    /// prompt that no item has.
    pub fn question(seed: Seed, question: &str) -> Key {
        Key::new(seed, "fault/question", &[question])
    }
}

/// Where the chance of one fault comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chance(Key);

impl Chance {
    /// That of the fault of this name.
    pub(super) fn new(seed: Seed, name: &str) -> Self {
        Self(Key::new(seed, "fault", &[name]))
    }

    /// Whether it hits this call. Drawn for the call, whenever and in whatever order calls come.
    pub(super) fn hits(self, call: &Call<'_>, share: Probability) -> bool {
        let drawn = || {
            let call_key = self.0.with(0).and(call.model_key).and(call.question);
            call_key.with(u64::from(call.attempt)).uniform()
        };
        share.value() >= 1.0 || share.value() > 0.0 && drawn() < share.value()
    }

    /// What its good and bad times are drawn from.
    pub(super) const fn times(self) -> Key {
        self.0.with(1)
    }
}
