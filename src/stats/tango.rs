//! Tango's score interval of the difference of two policies on the same items.

use super::root::crossing;
use super::{PairedCounts, z_two_sided};
use crate::kernel::Interval;

/// Tango's score interval of the difference in accuracy, `a` less `b`, within [-1, 1]; `level` is
/// the two-sided confidence.
///
/// It holds every difference that the score test doesn't reject, so it has a width even where no
/// pair is discordant. The one-sided bounds at 95 % are the ends at level 0.9. `None` without items
/// and for a `level` not strictly between 0 and 1.
/// Source: T. Tango, Statistics in Medicine 17 (1998), 891-908. Checked against independent code
/// written from the paper at 40 digits (test below, and `tests/golden_intervals.rs`).
pub fn tango(counts: PairedCounts, level: f64) -> Option<Interval> {
    let z = z_two_sided(level);
    let difference = counts.difference().filter(|_| !z.is_nan())?;
    // The score falls as the difference that is supposed grows.
    let low = crossing(-1.0, difference, |supposed| Score::at(counts, supposed).is_at_most(z));
    let high = crossing(difference, 1.0, |supposed| !Score::at(counts, supposed).is_above(-z));
    Some(Interval { low: low.min(difference), high: high.max(difference) })
}

/// The one-sided lower bound of the difference at `confidence`, 0.95 for 95 %: `a` is not inferior
/// to `b` by more than a margin where it lies above minus that margin.
///
/// It is the lower end of [`tango`] at level `2 confidence - 1`. `None` without items, and for a
/// `confidence` not strictly between 0.5 and 1.
/// Source as there; for non-inferiority, J.-P. Liu, H.-M. Hsueh, E. Hsieh and J. J. Chen,
/// Statistics in Medicine 21 (2002), 231-245. Checked by `tests/golden_intervals.rs`.
pub fn tango_lower(counts: PairedCounts, confidence: f64) -> Option<f64> {
    tango(counts, 2.0 * confidence - 1.0).map(|interval| interval.low)
}

/// The score statistic as a fraction, whose denominator may be 0.
#[derive(Debug, Clone, Copy)]
struct Score {
    above: f64,
    below: f64,
}

impl Score {
    /// Under the supposition that the difference is `supposed`.
    fn at(counts: PairedCounts, supposed: f64) -> Self {
        let [only_a, only_b, n] =
            [counts.only_a, counts.only_b, counts.n()].map(|count| count as f64);
        // The share of `b` alone that is likeliest then: the larger root of a quadratic.
        let linear = (2.0 * n - only_a + only_b) * supposed - only_a - only_b;
        let constant = -only_b * supposed * (1.0 - supposed);
        let root = (linear * linear - 8.0 * n * constant).max(0.0).sqrt();
        // Two forms of the same, each where it subtracts nothing from its like.
        let share_b = if linear <= 0.0 {
            (root - linear) / (4.0 * n)
        } else {
            -2.0 * constant / (root + linear)
        };
        let variance = n * (2.0 * share_b + supposed * (1.0 - supposed));
        Self { above: only_a - only_b - n * supposed, below: variance.max(0.0).sqrt() }
    }

    fn is_at_most(self, z: f64) -> bool {
        self.above <= z * self.below
    }

    fn is_above(self, z: f64) -> bool {
        self.above > z * self.below
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::close;
    use super::*;

    /// In the order of the fields.
    fn counts([both, only_a, only_b, neither]: [u64; 4]) -> PairedCounts {
        PairedCounts { both, only_a, only_b, neither }
    }

    #[test]
    fn intervals_match_40_digit_arithmetic() {
        let rows = [
            ([36, 12, 2, 0], 0.95, (0.061_112_406_186_34, 0.344_708_748_282_1)),
            ([53, 3, 1, 43], 0.95, (-0.028_124_043_142_37, 0.076_047_883_847_87)),
            ([100, 0, 0, 20], 0.95, (-0.031_019_166_418_7, 0.031_019_166_418_7)),
            ([739, 94, 100, 374], 0.9, (-0.022_220_878_988_32, 0.013_004_848_078_87)),
            ([8816, 2496, 742, 1983], 0.99, (0.114_914_837_136_9, 0.135_088_852_436_9)),
            ([0, 3, 0, 9], 0.95, (-0.053_117_508_319_05, 0.532_305_334_933_6)),
        ];
        for (table, level, wanted) in rows {
            let got = tango(counts(table), level).expect("an interval");
            let same = close(got.low, wanted.0, 1e-10) && close(got.high, wanted.1, 1e-10);
            assert!(same, "{table:?} at {level}: {got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn without_items_or_a_level_there_is_no_interval() {
        assert_eq!(tango(PairedCounts::default(), 0.95), None);
        for level in [0.0, 1.0, f64::NAN] {
            assert_eq!(tango(counts([1, 2, 3, 4]), level), None, "level {level}");
        }
        for confidence in [0.5, 1.0, f64::NAN] {
            assert_eq!(tango_lower(counts([1, 2, 3, 4]), confidence), None, "{confidence}");
        }
    }

    #[test]
    fn a_difference_of_one_reaches_the_end() {
        assert_eq!(tango(counts([0, 8, 0, 0]), 0.95).map(|it| it.high), Some(1.0));
        assert_eq!(tango(counts([0, 0, 8, 0]), 0.95).map(|it| it.low), Some(-1.0));
    }

    #[test]
    fn the_lower_bound_is_that_of_the_wider_interval() {
        let counts = counts([739, 94, 100, 374]);
        let wanted = tango(counts, 0.9).map(|it| it.low);
        assert!((tango_lower(counts, 0.95).zip(wanted)).is_some_and(|(a, b)| close(a, b, 1e-12)));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_difference_widens_and_mirrors(
            table in prop::array::uniform4(0u64..2000), level in 0.1..0.99f64,
        ) {
            let counts = counts(table);
            prop_assume!(counts.n() > 0);
            let got = tango(counts, level).expect("an interval");
            prop_assert!(got.contains(counts.difference().expect("a difference")), "{:?}", got);
            prop_assert!(-1.0 <= got.low && got.high <= 1.0, "{:?}", got);
            let wider = tango(counts, 0.995).expect("an interval");
            prop_assert!(wider.low <= got.low && got.high <= wider.high, "{:?}", wider);
            let swapped = PairedCounts { only_a: counts.only_b, only_b: counts.only_a, ..counts };
            let other = tango(swapped, level).expect("an interval");
            prop_assert!((got.low + other.high).abs() < 1e-9, "{:?} {:?}", got, other);
            prop_assert!((got.high + other.low).abs() < 1e-9, "{:?} {:?}", got, other);
        }
    }
}
