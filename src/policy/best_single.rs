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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Probability, Usd};
    use crate::policy::Fitted;

    #[test]
    fn the_most_accurate_is_best_then_the_cheapest_then_the_first_by_name() {
        for (name, rows, best) in [
            ("accuracy", &[("a", 0.7, 1), ("b", 0.8, 9)][..], Some("b")),
            ("cost", &[("a", 0.8, 9), ("b", 0.8, 1)], Some("b")),
            ("an unknown cost comes last", &[("a", 0.8, 0), ("b", 0.8, 9)], Some("b")),
            ("name", &[("b", 0.8, 1), ("a", 0.8, 1)], Some("a")),
            ("name, all costs unknown", &[("b", 0.8, 0), ("a", 0.8, 0)], Some("a")),
            ("an unknown accuracy is no candidate", &[("a", -1.0, 1), ("b", 0.0, 9)], Some("b")),
            ("none known", &[("a", -1.0, 1)], None),
            ("nobody", &[], None),
        ] {
            let standing = |(name, accuracy, cost): &(&str, f64, i64)| {
                let fitted = Probability::try_from(*accuracy).ok();
                let fitted = fitted.map(|accuracy| Fitted { accuracy, n_items: 100 });
                let mean_cost = (*cost > 0).then(|| Usd::from_picos(*cost));
                (PolicyId::from(*name), Standing { fitted, mean_cost })
            };
            let mut standings: Vec<(PolicyId, Standing)> = rows.iter().map(standing).collect();
            assert_eq!(choose(&standings).map(PolicyId::as_str), best, "{name}");
            standings.reverse();
            assert_eq!(choose(&standings).map(PolicyId::as_str), best, "{name}, listed anew");
        }
    }
}
