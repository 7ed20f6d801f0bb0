//! The difference of two shares that were counted on different items.

use super::root::crossing;
use super::{wilson, z_two_sided};
use crate::kernel::Interval;

/// How often something happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// How often it did.
    pub hits: u64,
    /// How often it could have; at least `hits`.
    pub trials: u64,
}

impl Share {
    /// In [0, 1]; `None` without trials and with more hits than trials.
    pub fn value(self) -> Option<f64> {
        let is_known = self.trials > 0 && self.hits <= self.trials;
        is_known.then(|| self.hits as f64 / self.trials as f64)
    }
}

/// The Agresti-Caffo interval of `a` less `b`, clipped to [-1, 1]; `level` is the two-sided
/// confidence.
///
/// Wald's interval after one hit and one miss more on each side. `None` where either share has no
/// value and for a `level` not strictly between 0 and 1.
/// Source: A. Agresti and B. Caffo, The American Statistician 54 (2000), 280-288. Checked against
/// statsmodels `confint_proportions_2indep` (`tests/golden_intervals.rs`).
pub fn agresti_caffo(a: Share, b: Share, level: f64) -> Option<Interval> {
    let z = z_two_sided(level);
    if z.is_nan() {
        return None;
    }
    let adjusted =
        |share: Share| share.value().map(|_| (share.hits as f64 + 1.0, share.trials as f64 + 2.0));
    let ((hits_a, n_a), (hits_b, n_b)) = (adjusted(a)?, adjusted(b)?);
    let (share_a, share_b) = (hits_a / n_a, hits_b / n_b);
    let variance = share_a * (1.0 - share_a) / n_a + share_b * (1.0 - share_b) / n_b;
    let (centre, half) = (share_a - share_b, z * variance.sqrt());
    Some(Interval { low: (centre - half).max(-1.0), high: (centre + half).min(1.0) })
}

/// Newcombe's hybrid score interval of `a` less `b`, within [-1, 1], made of two Wilson intervals.
///
/// `None` as for [`agresti_caffo`].
/// Source: R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10. Checked against
/// the paper's table (test below) and statsmodels (`tests/golden_intervals.rs`).
pub fn newcombe_hybrid(a: Share, b: Share, level: f64) -> Option<Interval> {
    let (share_a, share_b) = (a.value()?, b.value()?);
    let (of_a, of_b) = (wilson(a.hits, a.trials, level)?, wilson(b.hits, b.trials, level)?);
    let difference = share_a - share_b;
    let low = difference - (share_a - of_a.low).hypot(of_b.high - share_b);
    let high = difference + (of_a.high - share_a).hypot(share_b - of_b.low);
    Some(Interval { low: low.max(-1.0), high: high.min(1.0) })
}

/// The Miettinen-Nurminen score interval of `a` less `b`, within [-1, 1].
///
/// It holds every difference that the score test with variance factor N / (N - 1) doesn't reject.
/// `None` as for [`agresti_caffo`].
/// Source: O. Miettinen and M. Nurminen, Statistics in Medicine 4 (1985), 213-226. Checked against
/// the table of Newcombe (1998) and arithmetic at 40 digits (tests below).
pub fn miettinen_nurminen(a: Share, b: Share, level: f64) -> Option<Interval> {
    let z = z_two_sided(level);
    let difference = (a.value()? - b.value()?).clamp(-1.0, 1.0);
    if z.is_nan() {
        return None;
    }
    let n = (a.trials + b.trials) as f64;
    // The score falls as the difference that is supposed grows.
    let score = |supposed: f64| {
        let share_b = likeliest_share_b(a, b, supposed);
        let share_a = share_b + supposed;
        let variance = share_a * (1.0 - share_a) / a.trials as f64
            + share_b * (1.0 - share_b) / b.trials as f64;
        (difference - supposed, (variance * n / (n - 1.0)).max(0.0).sqrt())
    };
    let low = crossing(-1.0, difference, |supposed| {
        let (above, below) = score(supposed);
        above <= z * below
    });
    let high = crossing(difference, 1.0, |supposed| {
        let (above, below) = score(supposed);
        above <= -z * below
    });
    Some(Interval { low: low.min(difference), high: high.max(difference) })
}

/// The share of `b` under which the counts are likeliest, if that of `a` is larger by `supposed`.
///
/// The log-likelihood is concave in it, so its slope changes sign once. The closed form, by an
/// arc cosine, loses half of its digits where that is steep.
fn likeliest_share_b(a: Share, b: Share, supposed: f64) -> f64 {
    let part = |count: u64, share: f64| if count == 0 { 0.0 } else { count as f64 / share };
    let slope = |share: f64| {
        let of_a = part(a.hits, share + supposed) - part(a.trials - a.hits, 1.0 - share - supposed);
        of_a + part(b.hits, share) - part(b.trials - b.hits, 1.0 - share)
    };
    crossing((-supposed).max(0.0), (1.0 - supposed).min(1.0), |share| slope(share) <= 0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::{close, prints_as};
    use super::*;

    type Method = fn(Share, Share, f64) -> Option<Interval>;

    const METHODS: [Method; 3] = [agresti_caffo, newcombe_hybrid, miettinen_nurminen];

    /// Hits and trials of the two sides.
    fn shares([hits_a, trials_a, hits_b, trials_b]: [u64; 4]) -> (Share, Share) {
        (Share { hits: hits_a, trials: trials_a }, Share { hits: hits_b, trials: trials_b })
    }

    #[test]
    fn the_table_of_newcombe_is_reproduced() {
        let rows = [
            ([56, 70, 48, 80], (0.0524, 0.3339), (0.0528, 0.3382)),
            ([9, 10, 3, 10], (0.1705, 0.8090), (0.1700, 0.8406)),
            ([6, 7, 2, 7], (0.0582, 0.8062), (0.0342, 0.8534)),
            ([5, 56, 0, 29], (-0.0381, 0.1926), (-0.0326, 0.1933)),
            ([0, 10, 0, 20], (-0.1611, 0.2775), (-0.1658, 0.2844)),
            ([0, 10, 0, 10], (-0.2775, 0.2775), (-0.2879, 0.2879)),
            ([10, 10, 0, 20], (0.6791, 1.0), (0.7156, 1.0)),
            ([10, 10, 0, 10], (0.6075, 1.0), (0.6636, 1.0)),
        ];
        for (table, hybrid, score) in rows {
            let (a, b) = shares(table);
            let got = newcombe_hybrid(a, b, 0.95).expect("an interval");
            assert!(prints_as(got, hybrid, 4), "hybrid of {table:?}: {got:?}");
            let got = miettinen_nurminen(a, b, 0.95).expect("an interval");
            assert!(prints_as(got, score, 4), "score of {table:?}: {got:?}");
        }
    }

    #[test]
    fn score_intervals_match_40_digit_arithmetic() {
        let rows = [
            ([56, 70, 48, 80], (0.052_829_713_245_84, 0.338_172_940_015_9)),
            ([9, 10, 3, 10], (0.170_025_016_424_4, 0.840_649_543_943_3)),
            ([82, 100, 75, 100], (-0.044_795_722_275_49, 0.184_406_701_341_5)),
            ([410, 500, 390, 500], (-0.009_646_396_829_438, 0.089_676_179_551_76)),
            ([0, 10, 0, 20], (-0.165_760_227_542_2, 0.284_381_339_534_4)),
        ];
        for (table, wanted) in rows {
            let (a, b) = shares(table);
            let got = miettinen_nurminen(a, b, 0.95).expect("an interval");
            let same = close(got.low, wanted.0, 1e-10) && close(got.high, wanted.1, 1e-10);
            assert!(same, "{table:?}: {got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn what_has_no_share_has_no_interval() {
        let rows = [
            ([0, 0, 1, 2], 0.95),
            ([1, 2, 0, 0], 0.95),
            ([3, 2, 1, 2], 0.95),
            ([1, 2, 1, 2], 0.0),
            ([1, 2, 1, 2], 1.0),
            ([1, 2, 1, 2], f64::NAN),
        ];
        for (table, level) in rows {
            let (a, b) = shares(table);
            for (method, f) in METHODS.iter().enumerate() {
                assert_eq!(f(a, b, level), None, "method {method}, {table:?} at {level}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn swapping_the_sides_mirrors_the_interval(
            hits_a in 0u64..200, missed_a in 1u64..200, hits_b in 0u64..200, missed_b in 1u64..200,
        ) {
            let a = Share { hits: hits_a, trials: hits_a + missed_a };
            let b = Share { hits: hits_b, trials: hits_b + missed_b };
            let difference = a.value().zip(b.value()).map(|(a, b)| a - b).expect("shares");
            for method in METHODS {
                let one = method(a, b, 0.95).expect("an interval");
                let other = method(b, a, 0.95).expect("an interval");
                prop_assert!(one.contains(difference), "{:?}", one);
                prop_assert!((one.low + other.high).abs() < 1e-9, "{:?} {:?}", one, other);
                prop_assert!((one.high + other.low).abs() < 1e-9, "{:?} {:?}", one, other);
            }
        }
    }
}
