//! What a policy is told about the item at hand.

use crate::data::Answer;
use crate::kernel::{ItemId, PolicyId, Seed};

/// The item at hand, and who decides on it.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The policy that decides.
    pub policy: &'a PolicyId,
    /// The item.
    pub item: &'a ItemId,
    /// The scenario's seed.
    pub seed: Seed,
    /// Answers that were possible: the item's choices, else the distinct answers seen on it.
    pub n_classes: u32,
    /// The item's distinct answers, with their scores.
    pub answers: &'a [Answer],
}
