//! Who watches a simulation.

use super::world::Ended;
use crate::data::ModelIdx;
use crate::fault::Fates;
use crate::kernel::{Micros, Tokens, Usd};
use crate::policy::Fleet;
use crate::policy::episode::{Action, Event, Reply, Request};

/// A call that begins.
pub(super) struct Called<'a> {
    pub(super) now: Micros,
    /// The request's number, or that of none.
    pub(super) n: u64,
    pub(super) model: ModelIdx,
    pub(super) fates: &'a Fates<'a>,
}

/// A probe that is over.
pub(super) struct ProbeEnded<'a> {
    pub(super) probe: u16,
    /// When it was sent.
    pub(super) sent: Micros,
    pub(super) reply: &'a Reply,
    /// The tokens to be paid for, where they are known.
    pub(super) tokens: Option<Tokens>,
}

/// Watches what happens, in the order in which it does. Requests go by their number.
pub(super) trait Witness {
    /// A request came.
    fn arrived(&mut self, _now: Micros, _n: u64, _request: &Request) {}

    /// A request was told something, and wants this done about it.
    fn told(&mut self, _now: Micros, _n: u64, _event: &Event, _actions: &[Action]) {}

    /// A model was asked, and this is to become of it.
    fn called(&mut self, _called: &Called<'_>, _fleet: &Fleet) {}

    /// A model was probed by that probe, and this is to become of it; no request has the number of
    /// its call.
    fn probed(&mut self, _called: &Called<'_>, _probe: u16, _fleet: &Fleet) {}

    /// A probe is over.
    fn probe_ended(&mut self, _now: Micros, _ended: &ProbeEnded<'_>, _fleet: &Fleet) {}

    /// A call was called off, and this is paid for it.
    fn cancelled(&mut self, _now: Micros, _n: u64, _billed: Option<Usd>) {}

    /// A request is over.
    fn ended(&mut self, _now: Micros, _n: u64, _ended: &Ended<'_>, _fleet: &Fleet) {}
}
