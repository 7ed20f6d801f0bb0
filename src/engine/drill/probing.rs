//! Probes over real sockets: calls that no request makes.

use super::load::{Begin, Desk, Due, Of};
use super::reply::judged;
use crate::data::ModelIdx;
use crate::kernel::{Key, Micros};
use crate::policy::episode::{ProbeAction, ProbeEvent, Told};
use crate::provider::Exchange;

impl Desk<'_> {
    /// From now on models are probed, for as long as requests come.
    pub(super) fn begin_probes(&mut self, now: Micros) {
        let key = Key::new(self.load.seed, "drill/probes", &[]);
        self.tell_probes(now, ProbeEvent::Began { key, until: self.load.lasts });
    }

    pub(super) fn tell_probes(&mut self, now: Micros, event: ProbeEvent) {
        if self.probes.is_empty() {
            return;
        }
        let mut actions = Vec::new();
        self.probes.on_event(now, event, &mut self.fleet, &mut actions);
        for action in &actions {
            match *action {
                ProbeAction::Ask { probe, model, timeout } => {
                    let (of, item) = (Of::Probe(probe), self.ring.small[usize::from(model.0)]);
                    let (sample, made) = (0, None);
                    self.begin.push(Begin { of, model, item, sample, timeout, made });
                }
                ProbeAction::WakeAt { probe, at } => self.plan(at, Due::Probe(probe)),
            }
        }
        self.trace.told.push(Told::Probes { now, event, actions });
    }

    pub(super) fn probe_came_back(
        &mut self,
        now: Micros,
        (probe, model): (u16, ModelIdx),
        exchange: &Exchange,
    ) {
        let at = usize::from(model.0);
        let reply =
            judged(self.ring, self.ring.small[at], (self.ring.candidates[at], None), exchange);
        self.books.probed(exchange, &reply);
        self.tell_probes(now, ProbeEvent::Back { probe, reply });
    }
}
