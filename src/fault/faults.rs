//! All faults of a scenario, and what they make of a call.

use super::rate_limit::Buckets;
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

/// What rate limits remember. Everything else that goes wrong depends on time and call alone.
#[derive(Debug, Clone, Default)]
pub struct FaultState(Vec<Buckets>);

impl Faults {
    /// What becomes of a call that is made `now`, in microseconds since the start.
    ///
    /// Faults are tried in their order. The first that has something for the call to meet on the
    /// wire decides, and those behind it don't hear of the call. Others add up. What is drawn is
    /// drawn for (fault, model, question, attempt), so that it depends neither on the order of
    /// calls nor on other faults.
    pub fn fates<'a>(
        &'a self,
        seed: Seed,
        now: Micros,
        call: &Call<'_>,
        state: &mut FaultState,
    ) -> Fates<'a> {
        state.0.resize(self.0.len(), Buckets::default());
        let mut fates = Fates::default();
        for (fault, buckets) in self.0.iter().zip(&mut state.0) {
            if fates.meets.is_some() {
                break;
            }
            if fault.models.binary_search(call.model).is_ok() {
                let chance = Chance { seed, name: &fault.name };
                fates.add(&fault.name, fault.process.fate(now, call, chance, buckets));
            }
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
}
