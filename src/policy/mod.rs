//! Floor 3: how one request gets its answer. Pure: what was asked and what came is told.

pub mod balance;
pub mod best_single;
mod cascade;
pub mod cascade_route;
mod conduct;
mod context;
pub mod episode;
pub mod failover;
mod fleet;
pub mod fuse;
pub mod hedge;
pub mod judge;
pub mod knowledge;
pub mod made;
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
pub use balance::Balance;
pub use cascade::{Accept, By, Cascade};
pub use cascade_route::CascadeRoute;
pub use conduct::Conduct;
pub use context::Context;
pub use failover::{Failover, Rung, WhenOpen};
pub use fleet::{Fleet, Load};
pub use fuse::Fuse;
pub use hedge::Hedge;
pub use judge::{How, Judge, Otherwise};
pub use mix::Mix;
pub use needs_answers::{OnlyVerdicts, votes_need_answers};
pub use route::Route;
pub use vote::{CallOff, Learned, Vote};

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
    /// Whom to ask next, or whether to stop, settled anew after each answer.
    CascadeRoute(CascadeRoute),
    /// Whoever comes next answers when whoever came before could not.
    Failover(Failover),
    /// A second call when the first takes long.
    Hedge(Hedge),
    /// One of several that could all answer, by how busy or fast they are.
    Balance(Balance),
    /// One member, by what is known of the item.
    Route(Route),
    /// One member, drawn at random.
    Mix(Mix),
    /// The answer that one more model says is best.
    Judge(Judge),
    /// An answer made of several by a model.
    Fuse(Fuse),
    /// Whichever of these is right.
    Oracle(Vec<PolicyId>),
}

/// Each kind with one sentence.
const KINDS: [(&str, &str); 13] = [
    ("single", "One model by itself; every model is such a policy, under its own name."),
    ("best-single", "The model that did best on other items."),
    ("vote", "Members answer, and a rule makes their answers one."),
    ("cascade", "Stages are asked in turn until one's answer is accepted."),
    ("failover", "Whoever comes next answers when whoever came before could not."),
    (
        "hedge",
        "The next member is asked as well when the first takes long; the first to serve wins.",
    ),
    ("balance", "One of several that could all answer, chosen by weight, load or speed."),
    (
        "route",
        "One member answers, chosen by category, length or words of the question, by speed or rank.",
    ),
    ("mix", "One member answers, drawn at random for each item; what a router has to beat."),
    ("judge", "One more model says which of the members' answers is best."),
    ("fuse", "A model, or the members again, answer anew with the members' answers before them."),
    (
        "cascade-route",
        "Members are asked one after another as long as it is worth it, settled anew after each.",
    ),
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
            Self::Failover(_) => 4,
            Self::Hedge(_) => 5,
            Self::Balance(_) => 6,
            Self::Route(_) => 7,
            Self::Mix(_) => 8,
            Self::Judge(_) => 9,
            Self::Fuse(_) => 10,
            Self::CascadeRoute(_) => 11,
            Self::Oracle(_) => 12,
        };
        KINDS[position].0
    }

    /// The members or stages in the order in which they are listed; none for a single model.
    pub fn members(&self) -> &[PolicyId] {
        match self {
            Self::Single(_) | Self::BestSingle => &[],
            Self::Vote(vote) => &vote.members,
            Self::Cascade(cascade) => &cascade.stages,
            Self::CascadeRoute(policy) => &policy.among,
            Self::Failover(ladder) => &ladder.members,
            Self::Hedge(hedge) => &hedge.members,
            Self::Balance(balance) => &balance.among,
            Self::Route(route) => &route.among,
            Self::Mix(mix) => &mix.members,
            Self::Judge(judge) => &judge.members,
            Self::Fuse(fuse) => &fuse.members,
            Self::Oracle(members) => members,
        }
    }

    /// The models that it asks beside its members, about what these answered: once for each
    /// question that there may be.
    pub fn asks_about_answers(&self) -> Vec<ModelId> {
        match self {
            Self::Cascade(Cascade { accept: Accept::Judge(By { by, .. }), stages, .. }) => {
                vec![by.clone(); stages.len().saturating_sub(1)]
            }
            Self::Judge(judge) => vec![judge.by.clone(); judge.most_asked()],
            Self::Fuse(fuse) => (0..fuse.most_asked()).map(|at| fuse.by_of(at)).collect(),
            _ => Vec::new(),
        }
    }

    /// With how many sets of members missing its questions are asked as well, at the most. One
    /// answer alone, or two of them, are asked about whoever is missing.
    pub fn n_without(&self) -> usize {
        let (n, without) = match self {
            Self::Judge(judge) if judge.how == How::Choose => {
                (judge.members.len() * judge.samples as usize, judge.without)
            }
            Self::Fuse(fuse) => (fuse.members.len(), fuse.without),
            _ => return 0,
        };
        // As many as leave out one, two and so on.
        let sets = |out: usize| (0..out).fold(1, |sets, at| sets * (n - at) / (at + 1));
        (1..=(without as usize).min(n)).map(sets).sum()
    }
}
