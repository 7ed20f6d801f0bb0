//! Runs that are looked at again and again, and stop when every gate is decided.

use rand::Rng;

use crate::analysis;
use crate::analysis::gate::{Gate, Metric};
use crate::data::Item;
use crate::data::summary::{GateOutcome, GateRow};
use crate::kernel::Seed;
use crate::scenario::Plan;

/// The order in which items are asked where a run may stop: that of a number drawn for each item by
/// itself, so that items which are there later change no order among the others.
pub fn order(items: &[Item], seed: Seed) -> Vec<usize> {
    let key = |item: &Item| seed.stream("order", &[item.id.as_str()]).next_u64();
    let mut order: Vec<(u64, usize)> = items.iter().map(key).zip(0..).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, position)| position).collect()
}

/// Whether all of these gates have passed or failed; not without any.
pub fn are_decided(rows: &[GateRow]) -> bool {
    !rows.is_empty() && rows.iter().all(|row| row.outcome != GateOutcome::Inconclusive)
}

/// The gates of a plan that are never decided before its end, each with the reason.
pub fn undecidable(plan: &Plan) -> Vec<(&str, &'static str)> {
    let why = |gate: &Gate| {
        let by_itself = gate.versus.is_none() && gate.baseline.is_none();
        let is_simulated =
            plan.simulation.is_some() && by_itself && gate.metric == Metric::Availability;
        let mut tasks = plan.tasks.iter().filter(|task| task.id == gate.task);
        let has_clusters = tasks.any(|task| task.items.iter().any(|item| item.cluster.is_some()));
        match (is_simulated, has_clusters) {
            (true, _) => Some("it is of simulated traffic"),
            (_, true) => Some("its items come in clusters"),
            _ => analysis::unbounded(gate),
        }
    };
    let gates = plan.gates.iter().filter_map(|gate| Some((gate.name.as_str(), why(gate)?)));
    let advice = plan.same_advice.iter();
    let advice = advice.map(|gate| (gate.name.as_str(), "a recommendation is made once"));
    gates.chain(advice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_come_later_change_no_order_among_the_others() {
        let items = |n: u32| -> Vec<Item> {
            (0..n).map(|id| Item::new(format!("{id}").as_str())).collect()
        };
        let (few, many) = (order(&items(20), Seed(7)), order(&items(60), Seed(7)));
        let among: Vec<usize> = many.into_iter().filter(|position| *position < 20).collect();
        assert_eq!(few, among);
        assert_ne!(few, (0..20).collect::<Vec<_>>());
        assert_ne!(few, order(&items(20), Seed(8)));
    }
}
