//! Sums that don't depend on the order of their terms, and beliefs made of them.
//!
//! Adding floating-point numbers in another order gives another last digit, and a fit that starts
//! between two solutions, as one over tied votes does, can make any difference of it. So terms are
//! put on a grid of whole steps and added as whole numbers. The votes of renamed or reordered
//! voters, items and labels then give the same bits, and so does any number of threads.

/// Whole steps of a power of two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    steps_per_unit: f64,
    /// The width of a step: the inverse, and as exact.
    step: f64,
}

impl Grid {
    /// The finest grid on which terms, whose magnitudes sum to `bound` at most, fit an `i64`.
    ///
    /// `bound` is finite. Its own rounding is allowed for, by one bit.
    pub(crate) fn for_sums_to(bound: f64) -> Self {
        let n_bits = bound.max(f64::MIN_POSITIVE).log2().ceil() as i32;
        let exponent = (61 - n_bits).min(1000);
        Self { steps_per_unit: 2f64.powi(exponent), step: 2f64.powi(-exponent) }
    }

    /// The term, in steps. What lies between two steps goes to the one nearer 0.
    pub(crate) fn place(self, term: f64) -> i64 {
        (term * self.steps_per_unit) as i64
    }

    /// The sum of placed terms.
    pub(crate) fn value(self, steps: i64) -> f64 {
        steps as f64 * self.step
    }
}

/// From the logarithms of chances, summed on a grid, to beliefs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogChances {
    pub(crate) grid: Grid,
    terms: Grid,
}

/// The logarithm, on the grid of any [`LogChances`], of a chance that is nil.
pub(crate) const NEVER: i64 = i64::MIN / 4;

impl LogChances {
    /// For items of up to `n_labels`, whose logarithms have magnitudes that sum to `bound` at most.
    pub(crate) fn new(bound: f64, n_labels: usize) -> Self {
        // So coarse that `NEVER` is below every logarithm of a number above 0.
        Self {
            grid: Grid::for_sums_to(bound.max(1024.0)),
            terms: Grid::for_sums_to(n_labels as f64),
        }
    }

    /// The beliefs in labels whose chances have these logarithms, up to a common factor.
    ///
    /// Returns the logarithm of the sum of those chances. There is at least one label.
    pub(crate) fn normalise(self, logs: &[i64], beliefs: &mut [f64]) -> f64 {
        let top = logs.iter().copied().fold(i64::MIN, i64::max);
        let mut total = 0;
        for (belief, log) in std::iter::zip(&mut *beliefs, logs) {
            *belief = self.grid.value(log - top).exp();
            total += self.terms.place(*belief);
        }
        let total = self.terms.value(total);
        for belief in beliefs {
            *belief /= total;
        }
        self.grid.value(top) + total.ln()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn chances_become_beliefs_however_small_they_are() {
        let chances = LogChances::new(1e4, 4);
        for (logs, expected, total) in [
            (&[0.0][..], &[1.0][..], 0.0),
            (&[2f64.ln(), 6f64.ln()], &[0.25, 0.75], 8f64.ln()),
            (&[-5000.0, -5000.0], &[0.5, 0.5], -5000.0 + 2f64.ln()),
            (&[-5000.0, 0.0, -5000.0], &[0.0, 1.0, 0.0], 0.0),
            (&[0.0; 4], &[0.25; 4], 4f64.ln()),
            (&[f64::NEG_INFINITY, -3.0], &[0.0, 1.0], -3.0),
        ] {
            let place = |log: &f64| if log.is_finite() { chances.grid.place(*log) } else { NEVER };
            let placed: Vec<i64> = logs.iter().map(place).collect();
            let mut beliefs = vec![0.0; logs.len()];
            let sum = chances.normalise(&placed, &mut beliefs);
            assert!((sum - total).abs() < 1e-13 * 1e4, "{logs:?}: {sum}");
            for (belief, expected) in std::iter::zip(&beliefs, expected) {
                assert!((belief - expected).abs() < 1e-12, "{logs:?}: {beliefs:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_sum_is_right_and_has_no_order(
            terms in prop::collection::vec(-1e3..1e3, 1..40_usize),
            finest in 1e-9..1.0,
        ) {
            let terms: Vec<f64> = terms.iter().map(|term: &f64| term * finest).collect();
            let bound: f64 = terms.iter().map(|term| term.abs()).sum();
            let grid = Grid::for_sums_to(bound);
            let sum: i64 = terms.iter().map(|term| grid.place(*term)).sum();
            let back: i64 = terms.iter().rev().map(|term| grid.place(*term)).sum();
            let plain: f64 = terms.iter().sum();
            prop_assert_eq!(sum, back);
            prop_assert!((grid.value(sum) - plain).abs() <= 1e-14 * bound, "{} {}", sum, plain);
        }
    }
}
