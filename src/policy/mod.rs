//! Floor 3: how one request gets its answer. Pure: what was asked and what came is told.

pub mod best_single;
mod cascade;
mod context;
mod mix;
mod needs_answers;
pub mod oracle;
pub mod parts;
#[cfg(test)]
mod properties;
pub mod route;
pub mod single;
mod spent;
#[cfg(test)]
mod testing;
mod vote;

pub use crate::vote::{Fitted, Standing};
pub use cascade::{Accept, Cascade};
pub use context::Context;
pub use mix::Mix;
pub use needs_answers::{OnlyVerdicts, votes_need_answers};
pub use route::Route;
pub use vote::{Learned, Vote};

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
    /// One member, by what is known of the item.
    Route(Route),
    /// One member, drawn at random.
    Mix(Mix),
    /// Whichever of these is right.
    Oracle(Vec<PolicyId>),
}

/// Each kind with one sentence.
const KINDS: [(&str, &str); 7] = [
    ("single", "One model by itself; every model is such a policy, under its own name."),
    ("best-single", "The model that did best on other items."),
    ("vote", "Members answer, and a rule makes their answers one."),
    ("cascade", "Stages are asked in turn until one's answer is accepted."),
    ("route", "One member answers, chosen by the category or length of the question."),
    ("mix", "One member answers, drawn at random for each item; what a router has to beat."),
    ("oracle", "Whichever member is right, the cheapest of several: a ceiling, not a policy."),
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
            Self::Route(_) => 4,
            Self::Mix(_) => 5,
            Self::Oracle(_) => 6,
        };
        KINDS[position].0
    }

    /// The members or stages in the order in which they are listed; none for a single model.
    pub fn members(&self) -> &[PolicyId] {
        match self {
            Self::Single(_) | Self::BestSingle => &[],
            Self::Vote(vote) => &vote.members,
            Self::Cascade(cascade) => &cascade.stages,
            Self::Route(route) => &route.among,
            Self::Mix(mix) => &mix.members,
            Self::Oracle(members) => members,
        }
    }
}
