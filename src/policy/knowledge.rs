//! What the policies of a scenario know of the items of a task, learned from other items.

use std::collections::BTreeMap;

use crate::data::{Answer, Item, ItemIdx};
use crate::kernel::{PolicyId, Seed};
use crate::policy::cascade_route::{Foresight, Known};
use crate::policy::{Context, Learned, Standing};
use crate::stats::words::Near;
use crate::task::score::Score;

/// What was fitted, cross-fitted over items: whatever is known of an item was learned from others.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// The fold of each item.
    pub fold_of: Vec<u8>,
    /// What votes know, by name.
    pub votes: BTreeMap<PolicyId, VoteKnowledge>,
    /// The member that a router, a mix or the best single chooses, by name and then by item.
    pub choices: BTreeMap<PolicyId, Vec<u16>>,
    /// What cascade routing knows, by name.
    pub foreseen: BTreeMap<PolicyId, Foreseen>,
    /// By item: how much others are like it, from 0 to 1, and their positions, the nearest first.
    /// Empty where nobody asks.
    pub similar: Vec<Vec<Near>>,
}

/// What a vote knows.
#[derive(Debug, Clone, Default)]
pub struct VoteKnowledge {
    /// Who votes, by fold: every member once, or once for each of its samples.
    pub voters: Vec<Vec<(PolicyId, Standing)>>,
    /// What the rule learned, by item.
    pub lessons: Vec<Lesson>,
}

/// What cascade routing knows.
#[derive(Debug, Clone, Default)]
pub struct Foreseen {
    /// What answers say about who is right, by fold.
    pub foresights: Vec<Foresight>,
    /// How right each member is expected to be before anybody has answered, by item.
    pub expected: Vec<Vec<f64>>,
}

/// What a rule learned about one item.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Lesson {
    /// Nothing beyond how each member did elsewhere.
    #[default]
    Nothing,
    /// The belief in each of the item's answers.
    Beliefs(Vec<f64>),
    /// How sure each voter is, calibrated.
    Confidences(Vec<Option<f64>>),
}

impl Lesson {
    /// As a vote takes it.
    pub fn learned(&self) -> Learned<'_> {
        match self {
            Self::Nothing => Learned::Nothing,
            Self::Beliefs(beliefs) => Learned::Beliefs(beliefs),
            Self::Confidences(confidences) => Learned::Confidences(confidences),
        }
    }
}

/// What requests are about: the items of one task, and what is known of them.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The items.
    pub items: &'a [Item],
    /// The distinct answers to each.
    pub answers: Vec<Vec<Answer>>,
    /// Further answers to each, which only questions made of answers brought; none where nobody
    /// asks such.
    pub made: Vec<Vec<Answer>>,
    /// How many answers to each were possible.
    pub n_classes: Vec<u32>,
    /// What judges an answer that no model gave.
    pub score: &'a Score,
    /// The scenario's seed.
    pub seed: Seed,
    /// What was fitted.
    pub knowledge: &'a Knowledge,
}

impl Knowledge {
    /// What cascade routing of this name knows of an item.
    pub fn foreseen(&self, policy: &PolicyId, item: ItemIdx) -> Known<'_> {
        let at = item.0 as usize;
        let known = self.foreseen.get(policy)?;
        let fold = usize::from(*self.fold_of.get(at)?);
        Some((known.foresights.get(fold)?, known.expected.get(at)?))
    }
}

impl Subject<'_> {
    /// What a policy is told of an item.
    pub fn context<'a>(&'a self, policy: &'a PolicyId, item: ItemIdx) -> Context<'a> {
        let at = item.0 as usize;
        Context {
            policy,
            item: &self.items[at],
            seed: self.seed,
            n_classes: self.n_classes[at],
            answers: &self.answers[at],
            made: self.made.get(at).map_or(&[], Vec::as_slice),
            score: self.score,
        }
    }
}
