//! What is looked for: the wish itself, and what may be had for which price.

use super::choose::{Among, Goal, Loss, SURE, frontier};
use super::nested::Nest;
use super::search::Found;
use crate::kernel::PolicyId;
use crate::scenario::Wish;

/// So many prices are looked at, at most.
const MOST_STEPS: usize = 10;

/// A dearer combination is looked at for its own price where it gains so much, as a share.
const STEP: f64 = 0.005;

/// Everything that is looked for.
pub(super) struct Goals {
    cost_at_most: Option<f64>,
    pub(super) loss: Option<f64>,
    /// The most accurate single model whatever it costs, on all items.
    pub(super) best: Option<PolicyId>,
    /// What is asked an item, and the limit that stands for it.
    pub(super) steps: Vec<(f64, Option<f64>)>,
}

impl Goals {
    /// Goals before those of the steps.
    pub(super) const N_MAIN: usize = 4;

    pub(super) fn new(nest: &Nest<'_>, wish: &Wish) -> Self {
        let trials = &nest.fits[0].trials;
        let found = &trials.found;
        let singles = found.iter().filter(|it| it.shape.is_single()).chain(&trials.slow);
        let order =
            |a: &&Found, b: &&Found| a.score.total_cmp(&b.score).then(b.cost.total_cmp(&a.cost));
        let best = singles.max_by(order).map(|it| it.shape.name());
        let cost_at_most = wish.cost_per_1k_at_most.map(|dollars| dollars / 1000.0);
        let steps = steps(found, cost_at_most);
        Self { cost_at_most, loss: wish.accuracy_loss_at_most, best, steps }
    }

    pub(super) fn all(&self) -> Vec<(Goal, Among)> {
        let cost_at_most = self.cost_at_most;
        let accurate = Goal { cost_at_most, loss: None };
        let cheap =
            |margin| Goal { cost_at_most, loss: self.loss.map(|at_most| Loss { at_most, margin }) };
        let main = [
            (accurate, Among::Singles),
            (accurate, Among::Combinations),
            (cheap(SURE), Among::All),
            (cheap(0.0), Among::All),
        ];
        let of_step = |(_, cost_at_most): &(f64, Option<f64>)| {
            let goal = Goal { cost_at_most: *cost_at_most, loss: None };
            [(goal, Among::Singles), (goal, Among::Combinations)]
        };
        main.into_iter().chain(self.steps.iter().flat_map(of_step)).collect()
    }
}

/// The prices to look at: of every single model that no other outdoes, and of combinations that
/// gain something over what is cheaper, the dearest among them; the most telling ones where there
/// are many.
///
/// The limit that stands for a price lies halfway to the next one, so that the same model is not
/// within it on some folds and beyond it on others.
fn steps(found: &[Found], cost_at_most: Option<f64>) -> Vec<(f64, Option<f64>)> {
    let is_cheap = |it: &&Found| cost_at_most.is_none_or(|most| it.cost <= most);
    let singles: Vec<Found> = found.iter().filter(|it| it.shape.is_single()).cloned().collect();
    let mut prices: Vec<(f64, f64)> = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for it in frontier(&singles).into_iter().filter(is_cheap) {
        prices.push((it.cost, if last.is_finite() { it.score - last } else { f64::INFINITY }));
        last = it.score;
    }
    last = f64::NEG_INFINITY;
    let all: Vec<&Found> = frontier(found).into_iter().filter(is_cheap).collect();
    for it in &all {
        let gain = it.score - last;
        if gain >= STEP && !it.shape.is_single() {
            prices.push((it.cost, gain));
        }
        if gain >= STEP || it.shape.is_single() {
            last = it.score;
        }
    }
    prices.extend(all.last().map(|best| (best.cost, f64::INFINITY)));
    prices.sort_by(|a, b| b.1.total_cmp(&a.1));
    prices.truncate(MOST_STEPS);
    let mut costs: Vec<f64> = prices.into_iter().map(|it| it.0).collect();
    costs.sort_by(f64::total_cmp);
    costs.dedup_by(|a, b| *a <= *b * (1.0 + 1e-9));
    let limit = |at: usize| match costs.get(at + 1) {
        Some(next) => Some((costs[at] * next).sqrt()),
        None => cost_at_most,
    };
    (0..costs.len()).map(|at| (costs[at], limit(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::recommend::shape::Shape;

    #[test]
    fn every_model_has_its_price_and_so_has_a_combination_that_gains_something() {
        let found = |(name, score, cost): (&str, f64, f64)| {
            let names: Vec<PolicyId> = name.split('+').map(PolicyId::from).collect();
            let shape = match &names[..] {
                [one] => Shape::Single(one.clone()),
                _ => Shape::Vote(names),
            };
            Found { shape, score, cost, gain: 0.0, error: 0.0 }
        };
        let all = [
            ("a", 0.5, 1.0),
            ("b", 0.7, 4.0),
            ("c", 0.6, 9.0),
            ("a+b", 0.701, 5.0),
            ("b+c", 0.72, 16.0),
            ("a+b+c", 0.9, 25.0),
        ]
        .map(found);
        let limits = |most| steps(&all, most);
        assert_eq!(
            limits(None),
            [(1.0, Some(2.0)), (4.0, Some(8.0)), (16.0, Some(20.0)), (25.0, None)]
        );
        assert_eq!(limits(Some(17.0)), [(1.0, Some(2.0)), (4.0, Some(8.0)), (16.0, Some(17.0))]);
    }
}
