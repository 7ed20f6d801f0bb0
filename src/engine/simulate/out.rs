//! Calls that are out: who waits for a place, who comes back, and what is paid.

use super::queue::What;
use super::tape::Coming;
use super::witness::{ProbeEnded, Witness};
use super::world::{Simulated, sum};
use crate::data::{CellState, Failure, ModelIdx};
use crate::kernel::{Micros, Tokens, Usd};
use crate::policy::episode::{CallId, Event, ProbeEvent, Reply};

/// Whose call it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    /// A request's.
    Request(u32, CallId),
    /// Nobody's: a probe, with the tokens of its answer, where they are known.
    Probe(u16, Option<Tokens>),
}

/// A call that is out.
pub(super) struct Out {
    of: Of,
    model: ModelIdx,
    sent: Micros,
    timeout: Micros,
    after: Option<Micros>,
    reply: Reply,
    billed: Option<Usd>,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It needs none.
    None,
    Waiting,
    Taken,
}

impl Out {
    /// Whether it waits for a place.
    pub(super) fn waits(&self) -> bool {
        self.place == Place::Waiting
    }

    /// What it costs where nobody waits for it any more: nothing while it waits for a place.
    pub(super) fn paid(&self) -> Option<Usd> {
        if self.waits() { Some(Usd::ZERO) } else { self.billed }
    }
}

impl<W: Witness> Simulated<'_, W> {
    /// A call goes out; its number.
    pub(super) fn send(
        &mut self,
        of: Of,
        model: ModelIdx,
        timeout: Micros,
        coming: &Coming,
    ) -> u32 {
        let place = if coming.keeps_place { Place::Waiting } else { Place::None };
        let out = Out {
            of,
            model,
            sent: self.now,
            timeout,
            after: coming.after,
            reply: coming.reply,
            billed: coming.billed,
            place,
        };
        let (number, generation) = self.calls.put(out);
        let places = &mut self.places[self.stage.places_of[usize::from(model.0)]];
        if place == Place::None || places.take(number, generation) {
            self.begin(number);
        } else {
            let latest = self.now + timeout;
            self.agenda.plan(latest, What::Expired { call: number, generation });
        }
        number
    }

    /// A call has come back, or has taken too long.
    pub(super) fn over(&mut self, at: u32) {
        let Some(out) = self.calls.take(at) else { return };
        self.leave(&out);
        let in_time = out.after.is_some() && self.now < out.sent + out.timeout;
        let reply = if in_time {
            out.reply
        } else {
            let state = CellState::Failed(Failure::TimedOut);
            Reply { state, cost: out.paid(), confidence: None, retry_after: None, status: None }
        };
        match out.of {
            Of::Request(request, call) => {
                let Some(live) = self.requests.get_mut(request) else { return };
                live.cost = sum(live.cost, reply.cost);
                match reply.state {
                    CellState::Failed(_) | CellState::NotRun => {
                        live.lost = sum(live.lost, reply.cost);
                    }
                    _ => live.answered_by = Some(out.model),
                }
                self.deliver(request, Event::Finished { call, reply });
            }
            Of::Probe(probe, tokens) => {
                let tokens = if out.waits() { Some(Tokens::default()) } else { tokens };
                self.tell_probes(ProbeEvent::Back { probe, reply });
                let ended = ProbeEnded { probe, sent: out.sent, reply: &reply, tokens };
                self.witness.probe_ended(self.now, &ended, &self.fleet);
            }
        }
    }

    /// Gives the place of a call to others.
    pub(super) fn leave(&mut self, out: &Out) {
        if out.place != Place::Taken {
            return;
        }
        let calls = &self.calls;
        let places = &mut self.places[self.stage.places_of[usize::from(out.model.0)]];
        if let Some(next) = places.give_back(|call, generation| calls.is(call, generation)) {
            self.begin(next);
        }
    }

    /// A call is being answered from now on.
    fn begin(&mut self, at: u32) {
        let generation = self.calls.generation(at);
        let Some(out) = self.calls.get_mut(at) else { return };
        if out.place == Place::Waiting {
            out.place = Place::Taken;
        }
        let latest = out.sent + out.timeout;
        let ends = out.after.map_or(latest, |after| (self.now + after).min(latest));
        self.agenda.plan(ends, What::Over { call: at, generation });
    }
}
