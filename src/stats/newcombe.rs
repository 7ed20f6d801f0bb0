//! Newcombe's interval of the difference of two policies on the same items.

use super::{PairedCounts, wilson};
use crate::kernel::Interval;

/// Newcombe's square-and-add interval (method 10) of the difference in accuracy, `a` less `b`,
/// within [-1, 1]; `level` is the two-sided confidence.
///
/// It joins the two Wilson intervals with the correlation of the outcomes, which a positive one
/// has corrected for continuity; 0 where one side never varies. `None` without items and for a
/// `level` not strictly between 0 and 1.
/// Source: R. G. Newcombe, Statistics in Medicine 17 (1998), 2635-2650. Checked against the
/// paper's example (test below) and independent code written from it (`tests/golden_intervals.rs`).
pub fn newcombe_paired(counts: PairedCounts, level: f64) -> Option<Interval> {
    let n = counts.n();
    let (right_a, right_b) = (counts.both + counts.only_a, counts.both + counts.only_b);
    let (a, b) = (wilson(right_a, n, level)?, wilson(right_b, n, level)?);
    let (share_a, share_b) = (right_a as f64 / n as f64, right_b as f64 / n as f64);
    let difference = share_a - share_b;
    let phi = corrected_phi(counts);
    let reach = |one: f64, other: f64| {
        (one * one - 2.0 * phi * one * other + other * other).max(0.0).sqrt()
    };
    let low = difference - reach(share_a - a.low, b.high - share_b);
    let high = difference + reach(a.high - share_a, share_b - b.low);
    Some(Interval { low: low.max(-1.0), high: high.min(1.0) })
}

/// The correlation of the two outcomes; a positive one is taken half an item nearer to 0 in each
/// cell, but not below 0.
fn corrected_phi(counts: PairedCounts) -> f64 {
    let [both, only_a, only_b, neither] =
        [counts.both, counts.only_a, counts.only_b, counts.neither].map(|count| count as f64);
    let margins_a = (both + only_a) * (only_b + neither);
    let margins_b = (both + only_b) * (only_a + neither);
    let below = margins_a.sqrt() * margins_b.sqrt();
    if below == 0.0 {
        return 0.0;
    }
    let above = both * neither - only_a * only_b;
    let half_n = counts.n() as f64 / 2.0;
    let corrected = if above > 0.0 { (above - half_n).max(0.0) } else { above };
    corrected / below
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::prints_as;
    use super::*;

    /// In the order of the fields.
    fn counts([both, only_a, only_b, neither]: [u64; 4]) -> PairedCounts {
        PairedCounts { both, only_a, only_b, neither }
    }

    #[test]
    fn published_intervals_are_reproduced() {
        let rows = [
            ([36, 12, 2, 0], (0.0569, 0.3404), 4),
            // By independent arithmetic: a positive correlation, which is corrected, and none.
            ([20, 6, 14, 10], (-0.321_538, 0.015_523), 6),
            ([100, 0, 0, 20], (-0.026_194, 0.026_194), 6),
        ];
        for (table, wanted, digits) in rows {
            let got = newcombe_paired(counts(table), 0.95).expect("an interval");
            assert!(prints_as(got, wanted, digits), "{table:?}: {got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn without_items_or_a_level_there_is_no_interval() {
        assert_eq!(newcombe_paired(PairedCounts::default(), 0.95), None);
        for level in [0.0, 1.0, f64::NAN] {
            assert_eq!(newcombe_paired(counts([1, 2, 3, 4]), level), None, "level {level}");
        }
    }

    #[test]
    fn a_side_that_never_varies_has_no_correlation() {
        for table in [[7, 0, 3, 0], [0, 0, 5, 2], [9, 0, 0, 0]] {
            assert_eq!(corrected_phi(counts(table)), 0.0, "{table:?}");
            assert!(newcombe_paired(counts(table), 0.95).is_some(), "{table:?}");
        }
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_difference_and_mirrors(
            table in prop::array::uniform4(0u64..2000), level in 0.01..0.999f64,
        ) {
            let counts = counts(table);
            prop_assume!(counts.n() > 0);
            let got = newcombe_paired(counts, level).expect("an interval");
            prop_assert!(got.contains(counts.difference().expect("a difference")), "{:?}", got);
            let swapped = PairedCounts { only_a: counts.only_b, only_b: counts.only_a, ..counts };
            let other = newcombe_paired(swapped, level).expect("an interval");
            prop_assert!((got.low + other.high).abs() < 1e-12, "{:?} {:?}", got, other);
            prop_assert!((got.high + other.low).abs() < 1e-12, "{:?} {:?}", got, other);
        }
    }
}
