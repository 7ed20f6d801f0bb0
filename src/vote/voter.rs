//! Who votes, and what is known about them.

use crate::kernel::{ItemId, PolicyId, Probability, Seed, Usd};

/// What was found out about a member on other items than the one that is voted on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Standing {
    /// How often it is right; `None` when no other item was judged.
    pub fitted: Option<Fitted>,
    /// What an item costs on average; `None` when that is unknown.
    pub mean_cost: Option<Usd>,
}

/// An accuracy together with what it was made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitted {
    /// The mean score.
    pub accuracy: Probability,
    /// Items that it is the mean of.
    pub n_items: u64,
}

/// Somebody who may vote.
#[derive(Debug, Clone, Copy)]
pub struct Voter<'a> {
    /// The member's name.
    pub name: &'a PolicyId,
    /// How the member did elsewhere.
    pub standing: Standing,
}

/// What a vote on one item is about and who takes part.
#[derive(Debug, Clone, Copy)]
pub struct Election<'a> {
    /// The policy that votes.
    pub policy: &'a PolicyId,
    /// What it votes on.
    pub item: &'a ItemId,
    /// The scenario's seed, for ties broken at random.
    pub seed: Seed,
    /// Answers that were possible: the item's choices, else the distinct answers seen on it.
    pub n_classes: u32,
    /// The members in the order in which they are listed.
    pub voters: &'a [Voter<'a>],
}
