//! The probes of a policy: a state machine beside its requests, as free of clock and sockets as
//! they are.

use super::{Reply, Tree};
use crate::data::ModelIdx;
use crate::kernel::{Key, Micros};
use crate::policy::Fleet;
use crate::policy::parts::probe::Config;

/// Who is probed: every model behind every breaker that has probes, once.
#[derive(Debug, Clone, Default)]
pub struct Probes {
    targets: Vec<Target>,
    until: Micros,
}

/// One model behind one breaker.
#[derive(Debug, Clone)]
struct Target {
    breaker: usize,
    model: ModelIdx,
    config: Config,
}

/// What happened to the probes of a policy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ProbeEvent {
    /// It is put to use. When each model is asked first is drawn from the key, evenly from the
    /// time between two probes; none is sent from `until` on.
    Began {
        /// What is drawn from.
        key: Key,
        /// When there are no requests any more.
        until: Micros,
    },
    /// The time for a probe has come.
    Due {
        /// Which.
        probe: u16,
    },
    /// A probe is over, within its timeout or because of it.
    Back {
        /// Which.
        probe: u16,
        /// What it came to.
        reply: Reply,
    },
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ProbeAction {
    /// Ask a model a small question.
    Ask {
        /// Under this number.
        probe: u16,
        /// Whom.
        model: ModelIdx,
        /// How long it may take.
        timeout: Micros,
    },
    /// Tell when it is due.
    WakeAt {
        /// Which.
        probe: u16,
        /// When.
        at: Micros,
    },
}

impl Probes {
    /// Of the models that a policy may ask behind the breakers of its fleet.
    pub fn new(tree: &Tree, fleet: &Fleet) -> Self {
        let target = |(breaker, model)| {
            let config = fleet.probe(breaker, model)?;
            Some(Target { breaker, model, config })
        };
        let targets = tree.guarded().into_iter().filter_map(target).collect();
        Self { targets, until: Micros(0) }
    }

    /// Who is probed, and how.
    pub fn targets(&self) -> impl Iterator<Item = (ModelIdx, Config)> {
        self.targets.iter().map(|target| (target.model, target.config))
    }

    /// Whether nobody is probed.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Tells what happened `now`, and adds what is to be done about it to `out`.
    pub fn on_event(
        &mut self,
        now: Micros,
        event: ProbeEvent,
        fleet: &mut Fleet,
        out: &mut Vec<ProbeAction>,
    ) {
        match event {
            ProbeEvent::Began { key, until } => {
                self.until = until;
                for probe in 0..self.targets.len() as u16 {
                    let Target { model, config, .. } = self.targets[usize::from(probe)];
                    let share = key.with(u64::from(model.0)).uniform();
                    let first = Micros((config.every.0 as f64 * share) as u64);
                    self.plan(probe, now + first, out);
                }
            }
            ProbeEvent::Due { probe } => {
                let Target { model, config, .. } = self.targets[usize::from(probe)];
                fleet.probes(model, now);
                out.push(ProbeAction::Ask { probe, model, timeout: config.timeout });
                self.plan(probe, now + config.every, out);
            }
            ProbeEvent::Back { probe, reply } => {
                let Target { breaker, model, .. } = self.targets[usize::from(probe)];
                fleet.probed(now, (breaker, model), (reply.failure(), reply.status));
            }
        }
    }

    fn plan(&self, probe: u16, at: Micros, out: &mut Vec<ProbeAction>) {
        if at < self.until {
            out.push(ProbeAction::WakeAt { probe, at });
        }
    }
}
