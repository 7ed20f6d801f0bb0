//! Who is served how often: as recorded, and in the outages of the scenario.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::nested::{Fit, Nest};
use super::search::Found;
use super::shape::Shape;
use crate::engine::simulate;
use crate::kernel::PolicyId;
use crate::policy::Policy;
use crate::scenario::{Grounds, Plan};

/// So many are taken through the scenario's outages for one choice, from the best on; each takes
/// as long as a simulation.
const MOST_SIMULATED: usize = 40;

/// Replicates of a simulation that only tells who is served.
const MOST_REPLICATES: u32 = 3;

/// The plan, with no more replicates than it takes to tell who is served.
pub(super) fn few_replicates(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    if let Some(simulation) = &mut plan.simulation {
        let most = NonZeroU32::MIN.saturating_add(MOST_REPLICATES - 1);
        simulation.options.replicates = simulation.options.replicates.min(most);
    }
    plan
}

impl Nest<'_> {
    /// Whether the scenario has outages to go through.
    pub(super) fn has_outages(plan: &Plan) -> bool {
        plan.simulation.is_some() && !plan.faults.0.is_empty()
    }

    /// Whether it is served as often as the wish says: on the recorded items of a fit, and, where
    /// the scenario has traffic and faults, under those.
    pub(super) fn is_available(&self, fit: &Fit, found: &Found, tries: &Cell<usize>) -> bool {
        let Some(least) = self.wish.availability_at_least else { return true };
        if self.served_at_most(fit, &found.shape) < least {
            return false;
        }
        let name = found.shape.name();
        let mut policies = self.policies.clone();
        policies.extend(found.shape.policies(&name));
        let outcomes = self.stand.outcomes(&policies, &[(name.clone(), fit.folds, fit.folds)]);
        let served = outcomes.iter().flatten().filter(|it| it.verdict.judged().is_some()).count();
        let n_items = fit.items.len().max(1);
        served as f64 / n_items as f64 >= least && self.outlasts(&name, &policies, least, tries)
    }

    /// A bound: the share of items on which any model that it may ask served.
    fn served_at_most(&self, fit: &Fit, shape: &Shape) -> f64 {
        let mut policies = self.policies.clone();
        let name = shape.name();
        policies.extend(shape.policies(&name));
        let mut models = Vec::new();
        super::routers::models_of(&name, &policies, &mut models);
        let columns: Vec<&super::pool::Column> =
            self.pool.columns.iter().filter(|it| models.contains(&it.name)).collect();
        let is_served = |at: usize| columns.iter().any(|it| it.served[at]);
        let served = fit.items.iter().filter(|item| is_served(item.0 as usize)).count();
        served as f64 / fit.items.len().max(1) as f64
    }

    /// Whether it is served so often in the scenario's outages, over the mean of its replicates.
    ///
    /// What was learned is learned from other folds than each item's, so that the items at hand
    /// have no say. Behind the first of [`MOST_SIMULATED`] nobody is tried.
    fn outlasts(
        &self,
        name: &PolicyId,
        policies: &BTreeMap<PolicyId, Policy>,
        least: f64,
        tries: &Cell<usize>,
    ) -> bool {
        if !Self::has_outages(self.plan) {
            return true;
        }
        tries.set(tries.get() + 1);
        if tries.get() > MOST_SIMULATED {
            return false;
        }
        if let Some(known) = self.simulated.borrow().get(name) {
            return known.is_some_and(|served| served >= least);
        }
        let served = self.simulate(name, policies);
        self.simulated.borrow_mut().insert(name.clone(), served);
        served.is_some_and(|served| served >= least)
    }

    fn simulate(&self, name: &PolicyId, policies: &BTreeMap<PolicyId, Policy>) -> Option<f64> {
        let mut needed = BTreeMap::new();
        gather(name, policies, &mut needed);
        let (n_classes, knowledge) = self.stand.knowledge(&needed);
        let grounds = Grounds {
            task: self.task,
            matrix: &self.stand.matrix,
            n_classes: &n_classes,
            knowledge: &knowledge,
            asking: &self.stand.asking,
        };
        let wanted = |policy: &PolicyId| policy == name;
        let simulated =
            simulate::simulate(&self.few_replicates, &needed, &wanted, &[grounds]).ok()?;
        simulated.rows.first().map(|row| row.served.point)
    }
}

/// A policy with everything that it is made of; models by themselves all, because anybody may be
/// served in another's place.
fn gather(
    name: &PolicyId,
    policies: &BTreeMap<PolicyId, Policy>,
    needed: &mut BTreeMap<PolicyId, Policy>,
) {
    for (model, policy) in policies.iter().filter(|(_, it)| matches!(it, Policy::Single(_))) {
        needed.insert(model.clone(), policy.clone());
    }
    let mut waiting = vec![name.clone()];
    while let Some(name) = waiting.pop() {
        let Some(policy) = policies.get(&name) else { continue };
        waiting.extend(policy.members().iter().filter(|it| !needed.contains_key(*it)).cloned());
        needed.insert(name, policy.clone());
    }
}
