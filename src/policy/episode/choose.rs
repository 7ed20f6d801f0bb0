//! Routers, mixes and balancers: one member of several.

use super::Walk;
use super::tree::{Chooses, Kind};
use crate::data::{ModelIdx, Outcome, Verdict};
use crate::policy::balance::{Choice, weighted};
use crate::policy::failover::is_served;
use crate::policy::{Balance, oracle};

/// What is drawn for a balancer, beside what retries draw.
const PICK: u64 = 1 << 32;

impl Walk<'_, '_> {
    /// The member that is known for the item, or the first or fastest of those that are well.
    pub(super) fn choose(&mut self, node: u16, by: Chooses) {
        let part = &self.world.tree.nodes[usize::from(node)];
        let at = match by {
            Chooses::Item => {
                let item = self.episode.request.item.0 as usize;
                let choices = self.world.subject.knowledge.choices.get(&part.name);
                let choice = choices.and_then(|it| it.get(item)).copied().unwrap_or(0);
                usize::from(choice).min(part.children.len() - 1)
            }
            Chooses::First => self.well(node).first().copied().unwrap_or(0),
            Chooses::Fastest => {
                let model = |at: usize| self.world.tree.first_model(part.children[at]);
                let taken =
                    |at: usize| self.world.fleet.load(model(at).unwrap_or(ModelIdx(0))).expected();
                let well = self.well(node).into_iter();
                well.min_by(|a, b| taken(*a).total_cmp(&taken(*b))).unwrap_or(0)
            }
        };
        self.queue_start(part.children[at]);
    }

    /// The member chosen has ended.
    pub(super) fn chosen_ended(&mut self, node: u16, child: u16) {
        let Some(outcome) = self.state(child).outcome.clone() else { return };
        self.end(node, oracle::chosen(&outcome));
    }

    /// Chooses among those not yet asked whose breakers are closed, or among all not yet asked
    /// where nobody's is.
    pub(super) fn pick(&mut self, node: u16, balance: &Balance) {
        let among = self.well(node);
        let chosen = self.pick_of(node, balance, &among);
        self.state_mut(node).n_tries += 1;
        self.queue_start(self.world.tree.nodes[usize::from(node)].children[chosen]);
    }

    /// Whoever was not asked yet and has no open breaker; where everybody's is open, whoever was
    /// not asked yet.
    fn well(&self, node: u16) -> Vec<usize> {
        let tree = self.world.tree;
        let part = &tree.nodes[usize::from(node)];
        let left = |at: &usize| self.state(part.children[*at]).outcome.is_none();
        let left: Vec<usize> = (0..part.children.len()).filter(left).collect();
        let is_well = |at: &&usize| match tree.nodes[usize::from(part.children[**at])].kind {
            Kind::Ask { model, .. } => part
                .conduct
                .breaker
                .is_none_or(|breaker| self.world.fleet.would_admit(breaker, model, self.now)),
            _ => true,
        };
        let well: Vec<usize> = left.iter().filter(is_well).copied().collect();
        if well.is_empty() { left } else { well }
    }

    fn pick_of(&self, node: u16, balance: &Balance, among: &[usize]) -> usize {
        let tree = self.world.tree;
        let children = &tree.nodes[usize::from(node)].children;
        let model = |at: usize| tree.first_model(children[at]).unwrap_or(ModelIdx(0));
        let load = |at: usize| self.world.fleet.load(model(at));
        let round = u64::from(self.state(node).n_tries);
        let key = self.episode.request.key.with(PICK + u64::from(node)).with(round);
        let least = |cost: &dyn Fn(usize) -> f64| {
            let first = among.iter().copied();
            first.min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(0)
        };
        match &balance.by {
            Choice::Weighted(weights) => {
                let weights: Vec<f64> = among.iter().map(|at| weights[*at]).collect();
                // The same draw as without a load, so that a healthy fleet is what is evaluated.
                let drawn = if round == 0 { self.episode.request.key } else { key };
                among[weighted(&weights, drawn.uniform())]
            }
            Choice::LeastBusy => least(&|at| f64::from(load(at).in_flight)),
            Choice::Latency => least(&|at| load(at).expected()),
            Choice::Ewma => least(&|at| load(at).ewma()),
            Choice::PeakEwma => least(&|at| load(at).peak_cost(self.now)),
            Choice::Usage => least(&|at| load(at).used(self.now)),
            Choice::TwoChoices => {
                let first = key.with(0).below(among.len() as u64) as usize;
                let other = key.with(1).below(among.len().max(2) as u64 - 1) as usize;
                let second = (first + 1 + other) % among.len();
                let [first, second] = [among[first], among[second]];
                if load(second).in_flight < load(first).in_flight { second } else { first }
            }
        }
    }

    /// A member has ended.
    pub(super) fn picked_ended(&mut self, node: u16, balance: &Balance, child: u16) {
        let tree = self.world.tree;
        let part = &tree.nodes[usize::from(node)];
        let Some(outcome) = self.state(child).outcome.clone() else { return };
        let n_tries = u32::from(self.state(node).n_tries);
        let n_left = part.children.iter().filter(|it| self.state(**it).outcome.is_none()).count();
        if !is_served(&outcome) && n_tries < balance.tries && n_left > 0 {
            return self.pick(node, balance);
        }
        let outcome = match outcome.verdict {
            Verdict::Failed(_) => Outcome { rung: None, ..outcome },
            _ => oracle::chosen(&outcome),
        };
        self.end(node, self.with_calls(node, outcome));
    }
}
