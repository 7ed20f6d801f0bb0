//! How far a part of a policy has come with a request.

use std::sync::Arc;

use crate::data::{Failure, Outcome, Verdict};
use crate::kernel::{Micros, Usd};
use crate::policy::made::Made;
use crate::policy::parts::breaker::Permit;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Phase {
    #[default]
    Idle,
    Queued,
    Running,
    Done,
}

#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) phase: Phase,
    pub(super) started: Micros,
    pub(super) deadline: Option<Micros>,
    /// Of a part with children, the position of the next to be started.
    pub(super) next: u16,
    /// Calls made, by a part that asks; rounds, by one that has members.
    pub(super) n_tries: u16,
    /// How often it was begun anew, which tells its calls and timers from those before.
    pub(super) round: u16,
    /// Whether breakers are passed by.
    pub(super) is_forced: bool,
    pub(super) permit: Option<Permit>,
    pub(super) called_at: Option<Micros>,
    pub(super) cost: Option<Usd>,
    pub(super) failure: Option<Failure>,
    pub(super) outcome: Option<Outcome>,
    /// What is asked, by a part that asks about answers.
    pub(super) made: Option<Arc<Made>>,
    /// The members that were asked, in the order in which they were.
    pub(super) order: Vec<u16>,
}

/// More calls or timers than this are not made in one round.
const ROUND: u16 = 4096;

impl State {
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Begins anew, with breakers passed by.
    pub(super) fn force(&mut self) {
        *self = Self { round: self.round + 1, is_forced: true, ..Self::default() };
    }

    /// The number of its n-th call or timer.
    pub(super) fn number(&self, n: u16) -> u16 {
        self.round * ROUND + n
    }
}

/// What stands for whoever was not asked.
pub(super) const UNASKED: Outcome = Outcome {
    verdict: Verdict::Failed(Failure::Cancelled),
    cost: Some(Usd::ZERO),
    latency: Some(Micros(0)),
    ..Outcome::NOT_RUN
};
