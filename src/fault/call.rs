//! One call, as faults know it, and where their chance comes from.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::kernel::{ModelId, Probability, Seed, Tokens};

/// One attempt to ask one model one question.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The model.
    pub model: &'a ModelId,
    /// Task and item with a slash between them, or the hash of a prompt that no item has.
    pub question: &'a str,
    /// Which attempt it is, from 0.
    pub attempt: u32,
    /// Tokens that it takes as far as that is known before: those sent, and the limit of those
    /// received.
    pub tokens: Tokens,
}

/// Where the chance of one fault comes from: the seed, and the name that the scenario gave it.
#[derive(Debug, Clone, Copy)]
pub struct Chance<'a> {
    /// The scenario's seed.
    pub seed: Seed,
    /// The fault's name.
    pub name: &'a str,
}

impl Chance<'_> {
    /// Whether it hits this call. Drawn for the call, whenever and in whatever order calls come.
    pub(super) fn hits(self, purpose: &str, call: &Call<'_>, share: Probability) -> bool {
        let attempt = call.attempt.to_string();
        let parts = [self.name, call.model.as_str(), call.question, &attempt];
        share.value() >= 1.0
            || share.value() > 0.0 && self.stream(purpose, &parts).random::<f64>() < share.value()
    }

    pub(super) fn stream(self, purpose: &str, parts: &[&str]) -> ChaCha8Rng {
        self.seed.stream(purpose, parts)
    }
}
