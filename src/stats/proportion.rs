//! The interval of one share, say of right answers.

use super::z_two_sided;
use crate::kernel::Interval;

/// The Wilson score interval for `hits` successes in `trials`, without continuity correction;
/// `level` is the two-sided confidence (0.95 for 95 %), both ends are shares in [0, 1].
///
/// `None` without trials: an empty cell has no accuracy, and 0.0 would read as "always wrong". Also
/// `None` for more hits than trials and for a `level` that is not strictly between 0 and 1.
/// Source: E. B. Wilson, JASA 22 (1927), 209-212. Checked against statsmodels
/// `proportion_confint(.., method="wilson")` (`tests/golden_stats.rs`) and against the vectors of
/// tensorzero and promptfoo (test below).
pub fn wilson(hits: u64, trials: u64, level: f64) -> Option<Interval> {
    let z = z_two_sided(level);
    if trials == 0 || hits > trials || z.is_nan() {
        return None;
    }
    let n = trials as f64;
    let share = hits as f64 / n;
    let shrink = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / shrink;
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() / shrink;
    // At the two extremes an end is 0 or 1 exactly, where subtraction would leave dust.
    let low = if hits == 0 { 0.0 } else { centre - half };
    let high = if hits == trials { 1.0 } else { centre + half };
    // A tiny `level` has no width left but rounding, and the share must still lie within.
    Some(Interval { low: low.min(share), high: high.max(share) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::prints_as;
    use super::*;

    /// The level at which z is the 1.96 of many implementations.
    const Z_196: f64 = 0.950_004_209_703_559;

    #[test]
    fn published_intervals_are_reproduced() {
        let rows = [
            (22, 49, Z_196, (0.318_526, 0.586_851), 6),
            (1, 1, Z_196, (0.206_543, 1.0), 6),
            (17, 20, 0.95, (0.639_581, 0.947_631), 6),
            (0, 10, 0.95, (0.0, 0.277_533), 6),
            (850, 1000, 0.95, (0.826_531, 0.870_790), 6),
            (17, 20, 0.95, (0.640, 0.948), 3),
            (5, 5, 0.95, (0.566, 1.0), 3),
        ];
        for (hits, trials, level, wanted, digits) in rows {
            let got = wilson(hits, trials, level).expect("an interval");
            assert!(prints_as(got, wanted, digits), "{hits}/{trials}: {got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn what_has_no_interval_has_none() {
        let rows = [(0, 0, 0.95), (2, 1, 0.95), (1, 2, 0.0), (1, 2, 1.0), (1, 2, f64::NAN)];
        for (hits, trials, level) in rows {
            assert_eq!(wilson(hits, trials, level), None, "{hits}/{trials} at {level}");
        }
    }

    proptest! {
        #[test]
        fn the_interval_holds_its_share_and_stays_within_the_unit(
            trials in 1u64..1_000_000, part in 0.0..=1.0f64, level in 1e-6..0.999_999f64,
        ) {
            let hits = (part * trials as f64) as u64;
            let got = wilson(hits, trials, level).expect("an interval");
            prop_assert!(got.contains(hits as f64 / trials as f64), "{:?}", got);
            prop_assert!(0.0 <= got.low && got.high <= 1.0, "{:?}", got);
        }

        #[test]
        fn the_interval_narrows_with_n_and_widens_with_the_level(
            trials in 1u64..10_000, part in 0.0..=1.0f64, times in 2u64..10,
        ) {
            let hits = (part * trials as f64) as u64;
            let width = |times: u64, level| {
                let got = wilson(hits * times, trials * times, level).expect("an interval");
                got.high - got.low
            };
            prop_assert!(width(times, 0.95) < width(1, 0.95));
            prop_assert!(width(1, 0.95) < width(1, 0.99));
        }

        #[test]
        fn wrong_answers_mirror_right_ones(hits in 0u64..200, more in 1u64..200) {
            let right = wilson(hits, hits + more, 0.95).expect("an interval");
            let wrong = wilson(more, hits + more, 0.95).expect("an interval");
            prop_assert!((right.low - (1.0 - wrong.high)).abs() < 1e-12);
            prop_assert!((right.high - (1.0 - wrong.low)).abs() < 1e-12);
        }
    }
}
