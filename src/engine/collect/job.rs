//! One question on its way through its attempts.

use crate::data::Failure;
use crate::kernel::{Micros, Usd};
use crate::policy::parts::breaker::Permit;
use crate::provider::Exchange;
use crate::store::{Attempt, Timing};

/// A question that is to be asked, or is being asked.
#[derive(Debug)]
pub(super) struct Job {
    /// Its position among the distinct questions that are to be asked.
    pub(super) at: usize,
    /// Its model's lane.
    pub(super) lane: usize,
    /// Attempts begun.
    pub(super) n_attempts: u32,
    /// Attempts that failed, in order.
    pub(super) earlier: Vec<Attempt>,
    /// How long the attempt under way has slept and queued before it was sent.
    pub(super) waited: Timing,
    /// Whether this process is the one that asks it.
    pub(super) is_ours: bool,
    /// Since when it could have been sent.
    pub(super) ready: Micros,
    /// When the last attempt ended.
    pub(super) ended: Micros,
    /// When the first attempt was sent.
    pub(super) began: Option<Micros>,
    pub(super) permit: Option<Permit>,
    pub(super) reserved: Usd,
    pub(super) tokens: f64,
}

impl Job {
    /// A question that nobody has asked yet.
    pub(super) fn new(at: usize, lane: usize, ready: Micros) -> Self {
        Self {
            at,
            lane,
            n_attempts: 0,
            earlier: Vec::new(),
            waited: Timing::default(),
            is_ours: false,
            ready,
            ended: ready,
            began: None,
            permit: None,
            reserved: Usd::ZERO,
            tokens: 0.0,
        }
    }

    /// It is sent now.
    pub(super) fn send(&mut self, now: Micros) {
        let since = |from: Micros, to: Micros| Micros(to.0.saturating_sub(from.0));
        let slept = match self.began {
            Some(_) => since(self.ended, self.ready),
            None => Micros(0),
        };
        self.waited = Timing { queued: since(self.ready, now), slept };
        self.began.get_or_insert(now);
        self.n_attempts += 1;
    }

    /// An attempt has failed, and another one may be made at `again`.
    pub(super) fn failed(
        &mut self,
        now: Micros,
        again: Micros,
        exchange: &Exchange,
        failure: Failure,
    ) {
        self.earlier.push(Attempt {
            failure,
            status: exchange.status,
            detail: exchange.detail.clone(),
            queued: self.waited.queued,
            slept: self.waited.slept,
            service: exchange.latency,
        });
        self.ended = now;
        self.ready = again;
    }
}
