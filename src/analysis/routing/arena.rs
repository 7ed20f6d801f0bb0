//! One number for accuracy and price: `RouterArena`'s score.

/// How price is weighed against accuracy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arena {
    /// How much price counts beside accuracy.
    pub beta: f64,
    /// The price of 1000 queries that is as good as none, in dollars.
    pub least_cost: f64,
    /// The price of 1000 queries that is as bad as any, in dollars.
    pub most_cost: f64,
}

/// As on the board.
impl Default for Arena {
    fn default() -> Self {
        Self { beta: 0.1, least_cost: 0.0044, most_cost: 200.0 }
    }
}

/// The score of an accuracy in [0, 1] at a price of so many dollars for 1000 queries: the weighted
/// harmonic mean of accuracy and cheapness, `(1 + beta) A C / (beta A + C)`.
///
/// Cheapness is linear in the logarithm of the price, from 1 at `least_cost` to 0 at `most_cost`,
/// and stays there beyond. 0 where accuracy and cheapness are both 0. `None` for what is no
/// accuracy, a price that is not above 0, and options that are no range.
/// Source: Y. Lu et al., `RouterArena`, arXiv 2510.00202 (2025), and its code. Checked against
/// independent code (`tests/golden_routing.rs`).
pub fn arena_score(accuracy: f64, cost_per_1k: f64, arena: Arena) -> Option<f64> {
    let Arena { beta, least_cost, most_cost } = arena;
    let is_range = least_cost > 0.0 && most_cost > least_cost && most_cost.is_finite();
    let is_known = (0.0..=1.0).contains(&accuracy) && cost_per_1k > 0.0 && beta > 0.0;
    if !is_range || !is_known {
        return None;
    }
    let fraction = (most_cost.log2() - cost_per_1k.log2()) / (most_cost.log2() - least_cost.log2());
    let cheapness = fraction.clamp(0.0, 1.0);
    let below = beta * accuracy + cheapness;
    Some(if below == 0.0 { 0.0 } else { (1.0 + beta) * accuracy * cheapness / below })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_lies_between_nothing_and_its_accuracy_made_cheap() {
        let arena = Arena { beta: 1.0, least_cost: 1.0, most_cost: 4.0 };
        for (accuracy, cost, wanted) in [
            // Cheapness 1, one half and 0: the harmonic mean with the accuracy.
            (0.5, 1.0, 2.0 / 3.0),
            (0.5, 2.0, 0.5),
            (0.5, 4.0, 0.0),
            (0.5, 0.1, 2.0 / 3.0),
            (0.5, 100.0, 0.0),
            (0.0, 100.0, 0.0),
        ] {
            let got = arena_score(accuracy, cost, arena).unwrap();
            assert!((got - wanted).abs() < 1e-12, "{accuracy} at {cost}: {got}");
        }
        for (accuracy, cost, arena) in [
            (1.5, 1.0, arena),
            (0.5, 0.0, arena),
            (f64::NAN, 1.0, arena),
            (0.5, 1.0, Arena { beta: 0.0, ..arena }),
            (0.5, 1.0, Arena { most_cost: 1.0, ..arena }),
            (0.5, 1.0, Arena { least_cost: 0.0, ..arena }),
        ] {
            assert_eq!(arena_score(accuracy, cost, arena), None, "{accuracy} at {cost}");
        }
    }
}
