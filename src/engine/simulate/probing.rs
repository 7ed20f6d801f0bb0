//! Probes in virtual time: calls that no request makes.

use std::collections::BTreeMap;

use super::out::Of;
use super::queue::What;
use super::witness::{Called, Witness};
use super::world::Simulated;
use crate::data::ModelIdx;
use crate::fault::Call;
use crate::kernel::Micros;
use crate::policy::Fleet;
use crate::policy::episode::{ProbeAction, ProbeEvent, Probes, Tree};

/// Who is probed, and what was sent.
pub(super) struct Probing {
    probes: Probes,
    actions: Vec<ProbeAction>,
    /// How many of each went out.
    sent: BTreeMap<u16, u64>,
}

impl Probing {
    pub(super) fn new(tree: &Tree, fleet: &Fleet) -> Self {
        Self { probes: Probes::new(tree, fleet), actions: Vec::new(), sent: BTreeMap::new() }
    }
}

/// No request has this number, and what is drawn for it is drawn for probes.
pub(super) const NOBODY: u64 = u64::MAX;

impl<W: Witness> Simulated<'_, W> {
    /// Tells the policy's probes what happened, and does what is to be done.
    pub(super) fn tell_probes(&mut self, event: ProbeEvent) {
        if self.probing.probes.is_empty() {
            return;
        }
        let mut actions = std::mem::take(&mut self.probing.actions);
        self.probing.probes.on_event(self.now, event, &mut self.fleet, &mut actions);
        for action in actions.drain(..) {
            match action {
                ProbeAction::Ask { probe, model, timeout } => self.probe(probe, model, timeout),
                ProbeAction::WakeAt { probe, at } => self.agenda.plan(at, What::Probe { probe }),
            }
        }
        self.probing.actions = actions;
    }

    /// Asks a model its small question, which meets what any call meets.
    fn probe(&mut self, probe: u16, model: ModelIdx, timeout: Micros) {
        let stage = self.stage;
        let item = stage.small[usize::from(model.0)];
        let take = stage.tape.take(item, model, 0);
        // The n-th probe of a model draws what it draws, whatever requests and other probes there
        // are.
        let sent = self.probing.sent.entry(probe).or_default();
        *sent += 1;
        let question = self.key.with(NOBODY).with(*sent);
        let asked = Call {
            model: &stage.models[usize::from(model.0)],
            model_key: self.model_keys[usize::from(model.0)],
            question,
            attempt: 0,
            tokens: take.tokens,
        };
        let fates = stage.faults.fates(self.now, &asked, &mut self.fault_state);
        let swapped = fates.swapped.as_ref();
        let other = swapped.and_then(|(_, swap)| stage.models.binary_search(swap.model).ok());
        let answering =
            other.map_or(take, |other| stage.tape.take(item, ModelIdx(other as u16), 0));
        // Nobody looks how right the answer to a probe is.
        let coming = answering.coming(&fates, || crate::data::AnswerIdx(0));
        let called = Called { now: self.now, n: NOBODY, model, fates: &fates };
        self.witness.probed(&called, probe, &self.fleet);
        self.send(Of::Probe(probe, coming.tokens), model, timeout, &coming);
    }
}
