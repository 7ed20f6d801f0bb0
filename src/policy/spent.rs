//! What a policy's calls took together.

use crate::data::Outcome;
use crate::kernel::{Micros, Usd};

/// The calls of several outcomes, with cost and latency; unknown as soon as one part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) n_calls: u32,
    pub(crate) n_unsent: u32,
    pub(crate) cost: Option<Usd>,
    pub(crate) latency: Option<Micros>,
}

impl Spent {
    /// All asked at the same time: the slowest decides.
    pub(crate) fn together(asked: &[&Outcome]) -> Self {
        Self { latency: latency(asked, Ord::max), ..Self::in_turn(asked) }
    }

    /// Each asked when the one before it is done.
    pub(crate) fn in_turn(asked: &[&Outcome]) -> Self {
        Self {
            n_calls: asked.iter().map(|outcome| outcome.n_calls).sum(),
            n_unsent: asked.iter().map(|outcome| outcome.n_unsent).sum(),
            cost: asked.iter().map(|outcome| outcome.cost).sum(),
            latency: latency(asked, |a, b| a + b),
        }
    }
}

fn latency(asked: &[&Outcome], join: fn(Micros, Micros) -> Micros) -> Option<Micros> {
    asked
        .iter()
        .map(|outcome| outcome.latency)
        .try_fold(Micros(0), |sum, part| Some(join(sum, part?)))
}
