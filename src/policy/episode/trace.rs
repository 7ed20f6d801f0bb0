//! What happened to requests and what was done about it, in order: enough to do it all again.

use super::{Action, Event, ProbeAction, ProbeEvent, Request};
use crate::kernel::Micros;

/// One thing that was told, with what is to be done about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// To a request.
    Request {
        /// When.
        now: Micros,
        /// Which request, by its number.
        n: u64,
        /// What.
        event: Event,
        /// What was to be done.
        actions: Vec<Action>,
    },
    /// To the policy's probes.
    Probes {
        /// When.
        now: Micros,
        /// What.
        event: ProbeEvent,
        /// What was to be done.
        actions: Vec<ProbeAction>,
    },
}

impl Told {
    /// When.
    pub fn now(&self) -> Micros {
        match self {
            Self::Request { now, .. } | Self::Probes { now, .. } => *now,
        }
    }
}

/// Everything that the requests of one policy, and its probes, were told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// The requests, by number.
    pub requests: Vec<Request>,
    /// In the order in which it was told.
    pub told: Vec<Told>,
}
