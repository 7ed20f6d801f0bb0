//! Floor 3: how one request gets its answer. Pure: what was asked and what came is told.

pub mod best_single;
mod cascade;
mod context;
mod needs_answers;
#[cfg(test)]
mod properties;
pub mod single;
mod spent;
#[cfg(test)]
mod testing;
mod vote;

pub use crate::vote::{Fitted, Standing};
pub use cascade::{Accept, Cascade};
pub use context::Context;
pub use needs_answers::{OnlyVerdicts, votes_need_answers};
pub use vote::{Asking, Vote};

use crate::kernel::{ModelId, PolicyId};

/// How one request gets its answer from the candidates.
#[derive(Debug, Clone, PartialEq)]
pub enum Policy {
    /// One model by itself.
    Single(ModelId),
    /// The model that did best on other items.
    BestSingle,
    /// Several answers made one.
    Vote(Vote),
    /// Cheaper stages first.
    Cascade(Cascade),
}

/// Each kind with one sentence.
const KINDS: [(&str, &str); 4] = [
    ("single", "One model by itself; every model is such a policy, under its own name."),
    ("best-single", "The model that did best on other items."),
    ("vote", "Members answer, and a rule makes their answers one."),
    ("cascade", "Stages are asked in turn until one's answer is accepted."),
];

impl Policy {
    /// Every kind's name with a sentence about it.
    pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.into_iter()
    }

    /// The name of its kind.
    pub fn kind(&self) -> &'static str {
        let position = match self {
            Self::Single(_) => 0,
            Self::BestSingle => 1,
            Self::Vote(_) => 2,
            Self::Cascade(_) => 3,
        };
        KINDS[position].0
    }

    /// The members or stages in the order in which they are listed; none for a single model.
    pub fn members(&self) -> &[PolicyId] {
        match self {
            Self::Single(_) | Self::BestSingle => &[],
            Self::Vote(vote) => &vote.members,
            Self::Cascade(cascade) => &cascade.stages,
        }
    }
}
