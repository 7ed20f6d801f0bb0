//! Traffic and outages in virtual time: every policy meets the same requests and the same faults.

mod arrivals;
mod figures;
mod out;
mod probing;
mod queue;
mod record;
mod replay;
mod replies;
mod spells;
mod tape;
#[cfg(test)]
mod tests;
mod witness;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::data::summary::{BandRow, OutageRow, SimulatedRow, TimelineRow};
use crate::data::{CellState, ItemIdx, ModelIdx, Warning};
use crate::fault::{Faults, Spell};
use crate::kernel::{Key, Micros, ModelId, PolicyId, Seed, TaskId};
use crate::policy::episode::{Models, Probes, Tree};
use crate::policy::knowledge::Subject;
use crate::policy::{Fleet, Policy};
use crate::scenario::{Grounds, Plan, Simulation};
use arrivals::Arrivals;
use record::Record;
pub use replay::{Difference, replay};
use replies::Replies;
use spells::SpellRecord;
use tape::Tape;
use world::{Simulated, Stage};

/// What simulations of all tasks came to.
#[derive(Debug, Default)]
pub struct Simulations {
    /// A row per task and policy.
    pub rows: Vec<SimulatedRow>,
    /// A row per task, policy and fault.
    pub outages: Vec<OutageRow>,
    /// A row per task, policy and stretch of time of the first replicate.
    pub timeline: Vec<TimelineRow>,
    /// When faults were there in the first replicate.
    pub bands: Vec<BandRow>,
    /// What a reader must know of them.
    pub doubts: Vec<Warning>,
}

/// Why nothing can be simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The scenario has no traffic.
    #[error(
        "simulate without traffic: say who asks when, for example\n\n    traffic: {{ poisson: {{ rate: 1/s, for: 30d }} }}"
    )]
    NoTraffic,
    /// Every item lacks somebody's answer.
    #[error("simulate task {0}: there is no item on which every model has a cell")]
    NoItem(TaskId),
}

/// Simulates those of `policies` that are `wanted`, but no oracle, on every task.
///
/// A pure function of plan, grounds and seed, on however many threads: replicates share nothing.
///
/// # Errors
/// See [`SimulateError`].
pub fn simulate(
    plan: &Plan,
    policies: &BTreeMap<PolicyId, Policy>,
    wanted: &dyn Fn(&PolicyId) -> bool,
    grounds: &[Grounds<'_>],
) -> Result<Simulations, SimulateError> {
    let simulation = plan.simulation.as_ref().ok_or(SimulateError::NoTraffic)?;
    let mut simulations = Simulations { bands: bands(plan, simulation), ..Simulations::default() };
    for ground in grounds {
        Town::new(plan, policies, simulation, ground)?.visit(wanted, &mut simulations);
    }
    Ok(simulations)
}

/// When the first requests of a replicate come, up to `until`.
pub fn first_arrivals(plan: &Plan, replicate: u32, until: Micros) -> Vec<Micros> {
    let Some(simulation) = &plan.simulation else { return Vec::new() };
    let key = Key::new(seed(plan, replicate), "arrivals", &[]);
    Arrivals::new(simulation, key).take_while(|at| *at < until).collect()
}

/// How long the traffic of a scenario lasts.
pub fn traffic_lasts(simulation: &Simulation) -> Micros {
    arrivals::lasts(simulation)
}

/// The seed of one replicate.
pub fn seed(plan: &Plan, replicate: u32) -> Seed {
    Seed(Key::new(plan.seed, "replicate", &[]).with(u64::from(replicate)).bits())
}

fn bands(plan: &Plan, simulation: &Simulation) -> Vec<BandRow> {
    let seconds = |Micros(micros): Micros| micros as f64 / 1e6;
    let band = |spell: Spell| BandRow {
        fault: spell.fault,
        start_s: seconds(spell.start),
        end_s: seconds(spell.end),
    };
    let spells = plan.faults.spells(seed(plan, 0), arrivals::lasts(simulation));
    spells.into_iter().map(band).collect()
}

/// How many are answered at once, by model, and whose places each model takes: those of the first
/// that it shares them with, or its own.
fn places(simulation: &Simulation, models: &[ModelId]) -> (Vec<Option<u32>>, Vec<usize>) {
    let own = |model: &ModelId| simulation.capacity.get(model).map(|most| most.get());
    let mut capacity: Vec<Option<u32>> = models.iter().map(own).collect();
    let mut places_of: Vec<usize> = (0..models.len()).collect();
    for (sharing, most) in &simulation.shared_capacity {
        let is_in = |at: &usize| sharing.contains(&models[*at]);
        let Some(first) = (0..models.len()).find(is_in) else { continue };
        capacity[first] = Some(most.get());
        (0..models.len()).filter(is_in).for_each(|at| places_of[at] = first);
    }
    (capacity, places_of)
}

/// Everything that the policies of a task share.
struct Town<'a> {
    plan: &'a Plan,
    policies: &'a BTreeMap<PolicyId, Policy>,
    simulation: &'a Simulation,
    ground: &'a Grounds<'a>,
    tape: Tape,
    pool: Vec<ItemIdx>,
    timeouts: Vec<Micros>,
    requests_per_minute: Vec<Option<u64>>,
    capacity: Vec<Option<u32>>,
    places_of: Vec<usize>,
    small: Vec<ItemIdx>,
}

impl<'a> Town<'a> {
    fn new(
        plan: &'a Plan,
        policies: &'a BTreeMap<PolicyId, Policy>,
        simulation: &'a Simulation,
        ground: &'a Grounds<'a>,
    ) -> Result<Self, SimulateError> {
        let matrix = ground.matrix;
        let is_run = |item: &ItemIdx| {
            let state = |model| matrix.cell(*item, model, 0).state;
            matrix.model_idxs().all(|model| state(model) != CellState::NotRun)
        };
        let pool: Vec<ItemIdx> = matrix.item_idxs().filter(is_run).collect();
        if pool.is_empty() || matrix.models().is_empty() {
            return Err(SimulateError::NoItem(ground.task.id.clone()));
        }
        let candidates =
            matrix.models().iter().map(|model| plan.candidates.iter().find(|one| one.id == *model));
        let candidates: Vec<_> = candidates.collect();
        let limits = || candidates.iter().map(|one| one.map(|one| &one.limits));
        let timeout = |limits: &crate::provider::Limits| limits.timeout.0.as_micros() as u64;
        let usual = crate::provider::Limits::default();
        let (capacity, places_of) = places(simulation, matrix.models());
        Ok(Self {
            plan,
            policies,
            simulation,
            ground,
            tape: Tape::new(matrix),
            small: ground.small_questions(),
            pool,
            timeouts: limits().map(|it| Micros(timeout(it.unwrap_or(&usual)))).collect(),
            requests_per_minute: limits()
                .map(|it| it.and_then(|it| it.requests_per_minute).map(std::num::NonZeroU64::get))
                .collect(),
            capacity,
            places_of,
        })
    }

    fn visit(&self, wanted: &dyn Fn(&PolicyId) -> bool, simulations: &mut Simulations) {
        let subject = self.ground.subject(self.plan.seed);
        let (names, n_samples) = (self.ground.matrix.models(), self.ground.matrix.n_samples());
        let models = Models { names, timeouts: &self.timeouts, n_samples };
        let mut slow: BTreeSet<Warning> = BTreeSet::new();
        for name in self.policies.keys().filter(|name| wanted(name)) {
            // Nobody can run what is told who is right, or who was never asked.
            let tree = Tree::new(name, self.policies, models, self.ground.knowledge);
            let Ok(tree) = tree else { continue };
            let stage = self.stage(&tree, &subject, &self.plan.faults);
            let n = self.simulation.options.replicates.get();
            let records: Vec<Record> =
                (0..n).into_par_iter().map(|at| self.replicate(&stage, at)).collect();
            let sum = |of: fn(&Record) -> u64| records.iter().map(of).sum::<u64>();
            let (n, asked) = (sum(|it| it.unheard.0), sum(|it| it.unheard.1));
            let doubt = || Warning::UnheardSimulated(name.to_string(), n, asked);
            simulations.doubts.extend((n > 0).then(doubt));
            slow.extend(self.slow_probes(&tree));
            self.tell(name, &stage, records, simulations);
        }
        simulations.doubts.extend(slow);
        let on = |model: &ModelIdx| Warning::LatencyAssumed(self.name(*model));
        simulations.doubts.extend(self.tape.without_latency.iter().map(on));
    }

    /// Models that take longer over their small question than a probe may.
    fn slow_probes(&self, tree: &Tree) -> BTreeSet<Warning> {
        let small = |model: ModelIdx| self.small[usize::from(model.0)];
        let took = |model| self.tape.take(small(model), model, 0).service;
        self.ground.slow_probes(&Probes::new(tree, &self.fleet()), took)
    }

    fn name(&self, model: ModelIdx) -> String {
        self.ground.matrix.models()[usize::from(model.0)].to_string()
    }

    fn stage<'s>(
        &'s self,
        tree: &'s Tree,
        subject: &'s Subject<'s>,
        faults: &'s Faults,
    ) -> Stage<'s> {
        Stage {
            tree,
            subject,
            tape: &self.tape,
            models: self.ground.matrix.models(),
            pool: &self.pool,
            faults,
            asking: self.ground.asking,
            capacity: &self.capacity,
            places_of: &self.places_of,
            repeats: self.simulation.traffic.repeats().value(),
            small: &self.small,
        }
    }

    fn fleet(&self) -> Fleet {
        let guards: Vec<_> = self.plan.breakers.iter().map(|(_, guard)| guard.clone()).collect();
        Fleet::new(&guards, &self.requests_per_minute)
    }

    fn seed(&self, replicate: u32) -> Seed {
        seed(self.plan, replicate)
    }

    fn arrivals(&self, replicate: u32) -> Arrivals {
        Arrivals::new(self.simulation, Key::new(self.seed(replicate), "arrivals", &[]))
    }

    fn replicate(&self, stage: &Stage<'_>, at: u32) -> Record {
        let seed = self.seed(at);
        let asked = stage.tree.models();
        let spells = stage.faults.spells(seed, arrivals::lasts(self.simulation));
        let with_models = |spell: Spell| {
            let fault = &stage.faults.0[spell.position];
            let is_hit = |model: &&ModelIdx| {
                fault.models.binary_search(&stage.models[usize::from(model.0)]).is_ok()
            };
            let hit: Vec<ModelIdx> = asked.iter().filter(is_hit).copied().collect();
            (!hit.is_empty()).then_some((spell, hit))
        };
        let spells = SpellRecord::new(spells.into_iter().filter_map(with_models).collect());
        let bucket = (at == 0).then_some(self.simulation.options.bucket.0);
        let record = Record::new(spells, bucket);
        let mut simulated = Simulated::new(stage, self.fleet(), seed, record);
        simulated.run(&mut self.arrivals(at), arrivals::lasts(self.simulation));
        let Replies { n_unheard, n_asked, .. } = simulated.replies;
        simulated.witness.unheard = (n_unheard, n_asked);
        simulated.witness
    }

    fn tell(
        &self,
        name: &PolicyId,
        stage: &Stage<'_>,
        mut records: Vec<Record>,
        simulations: &mut Simulations,
    ) {
        let task = &self.ground.task.id;
        let of = figures::Of {
            task,
            policy: name,
            simulation: self.simulation,
            lasts: arrivals::lasts(self.simulation),
            worst_case: stage.tree.worst_case(),
            healthy: self.healthy(stage),
            intervals: self.plan.intervals,
        };
        simulations.rows.push(of.row(&records));
        simulations.outages.extend(of.outages(&records));
        let first = records.first_mut();
        simulations.timeline.extend(first.into_iter().flat_map(|it| it.timeline(task, name)));
    }

    /// The accuracy where nothing goes wrong and everybody has time: every item once.
    fn healthy(&self, stage: &Stage<'_>) -> Option<f64> {
        let none = Faults::default();
        let stage = self.stage(stage.tree, stage.subject, &none);
        let record = Record::new(SpellRecord::new(Vec::new()), None);
        let mut simulated = Simulated::new(&stage, self.fleet(), self.plan.seed, record);
        simulated.ask_each_once();
        record::share(simulated.witness.scores, simulated.witness.n_served)
    }
}
