//! What happened to requests and what was done about it, in order: enough to do it all again.

use super::{Action, Event, Request};
use crate::kernel::Micros;

/// One thing that a request was told, with what it wanted done.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// When.
    pub now: Micros,
    /// Which request, by its number.
    pub n: u64,
    /// What.
    pub event: Event,
    /// What was to be done.
    pub actions: Vec<Action>,
}

/// Everything that the requests of one policy were told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// The requests, by number.
    pub requests: Vec<Request>,
    /// In the order in which it was told.
    pub told: Vec<Told>,
}
