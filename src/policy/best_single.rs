//! The model that did best on other items: what every ensemble has to beat.

use std::cmp::Reverse;

use crate::data::{Cell, Outcome, Reason};
use crate::kernel::PolicyId;
use crate::policy::{Standing, single};

/// The one with the highest accuracy elsewhere; of equals the cheapest, where an unknown cost
/// comes last; of equals again the name that sorts first. `None` where no accuracy is known.
pub fn choose(standings: &[(PolicyId, Standing)]) -> Option<&PolicyId> {
    let known = standings.iter().filter_map(|(name, standing)| {
        let accuracy = standing.fitted?.accuracy.value();
        Some((accuracy, Reverse((standing.mean_cost.is_none(), standing.mean_cost, name))))
    });
    known
        .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .map(|(_, Reverse((.., name)))| name)
}

/// What a user got from the model that was chosen.
pub fn outcome(cell: &Cell, name: &PolicyId) -> Outcome {
    let mut outcome = single::outcome(cell, name);
    if outcome.reason == Reason::Only {
        outcome.reason = Reason::BestElsewhere;
    }
    outcome
}
