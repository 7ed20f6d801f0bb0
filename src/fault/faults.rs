//! All faults of a scenario, and what they make of a call.

use std::collections::BTreeMap;

use super::rate_limit::Buckets;
use super::spells::Spells;
use super::{Call, Chance, Fates, Process};
use crate::kernel::{Micros, ModelId, Seed};

/// A fault with its name, and the models that it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Its name.
    pub name: String,
    /// What it is.
    pub process: Process,
    /// In order of name.
    pub models: Vec<ModelId>,
}

/// All faults of a scenario, in the order in which they stand there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults(pub Vec<Fault>);

/// What faults remember: what is left in the buckets of rate limits, and the good and bad times
/// that were made. The latter are the same whenever they are made.
#[derive(Debug, Clone)]
pub struct FaultState {
    each: Vec<(Chance, Memory)>,
    /// The positions of those that are for a model.
    by_model: BTreeMap<ModelId, Vec<usize>>,
}

/// What one fault remembers.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    pub(super) buckets: Buckets,
    pub(super) spells: Spells,
}

/// A time in which a fault makes calls fail, slow or wrong, the end excluded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spell {
    /// When it begins.
    pub start: Micros,
    /// When it ends, or when whoever asked stopped looking.
    pub end: Micros,
    /// The fault's name.
    pub fault: String,
    /// Its position.
    pub position: usize,
}

impl FaultState {
    /// Nothing remembered yet, for the chance of this seed.
    pub fn new(faults: &Faults, seed: Seed) -> Self {
        let memory = |fault: &Fault| (Chance::new(seed, &fault.name), Memory::default());
        let mut by_model: BTreeMap<ModelId, Vec<usize>> = BTreeMap::new();
        for (position, fault) in faults.0.iter().enumerate() {
            for model in &fault.models {
                by_model.entry(model.clone()).or_default().push(position);
            }
        }
        Self { each: faults.0.iter().map(memory).collect(), by_model }
    }
}

impl Faults {
    /// What becomes of a call that is made `now`, in microseconds since the start.
    ///
    /// Faults are tried in their order. The first that has something for the call to meet on the
    /// wire decides, and those behind it don't hear of the call. Others add up. What is drawn is
    /// drawn for (fault, model, question, attempt), so that it depends neither on the order of
    /// calls nor on other faults.
    pub fn fates<'a>(&'a self, now: Micros, call: &Call<'_>, state: &mut FaultState) -> Fates<'a> {
        let mut fates = Fates::default();
        let FaultState { each, by_model } = state;
        for position in by_model.get(call.model).into_iter().flatten() {
            if fates.meets.is_some() {
                break;
            }
            let (fault, (chance, memory)) = (&self.0[*position], &mut each[*position]);
            fates.add(&fault.name, fault.process.fate(now, call, *chance, memory));
        }
        fates
    }

    /// Whether each of these models refuses every connection `now`, whatever is asked: an outage
    /// with that reply and no lower error rate has it. Nobody is refused where there is no model.
    pub fn refuse_all<'m>(
        &self,
        now: Micros,
        models: impl IntoIterator<Item = &'m ModelId>,
    ) -> bool {
        let refuses = |model: &ModelId| {
            let mut own = self.0.iter().filter(|fault| fault.models.binary_search(model).is_ok());
            own.any(|fault| fault.process.refuses_all(now))
        };
        let mut models = models.into_iter().peekable();
        models.peek().is_some() && models.all(refuses)
    }

    /// The bad times of all faults up to `until`, in the order in which they begin. A fault that
    /// is always there has one.
    pub fn spells(&self, seed: Seed, until: Micros) -> Vec<Spell> {
        let mut state = FaultState::new(self, seed);
        let mut spells = Vec::new();
        for (position, fault) in self.0.iter().enumerate() {
            let (chance, memory) = &mut state.each[position];
            let name = &fault.name;
            for (start, end) in fault.process.spells(until, *chance, memory) {
                spells.push(Spell { start, end, fault: name.clone(), position });
            }
        }
        spells.sort();
        spells
    }
}
