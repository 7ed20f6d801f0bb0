//! Quantiles of a sample, say the 95th percentile of latency.

use statrs::distribution::{Binomial, DiscreteCDF};

use crate::kernel::Interval;

/// The quantile at `p` (0.95 for the 95th percentile) of values in ascending order, in their unit.
///
/// Hyndman and Fan's type 7: linear between the order statistics around `p (n - 1)`, as numpy, R
/// and spreadsheets do it. `statrs` has type 8 (10, not 9.55, at 0.95 of 1..=10) and is not used.
/// `None` without values and for a `p` outside [0, 1]. The values must be sorted and hold no NaN.
/// Source: R. J. Hyndman and Y. Fan, The American Statistician 50 (1996), 361-365. Checked against
/// numpy `percentile` (test below, and on 999 resamples in `tests/golden_stats.rs`).
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    debug_assert!(sorted.is_sorted(), "quantiles are of values in ascending order");
    let inside = (0.0..=1.0).contains(&p);
    let last = sorted.len().checked_sub(1).filter(|_| inside)?;
    let position = p * last as f64;
    let (below, above) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    // Equal neighbours need no line between them, and two infinities have none.
    Some(if below == above { below } else { below + position.fract() * (above - below) })
}

/// The interval of the quantile at `p` of whatever `sorted` was drawn from, whose coverage is at
/// least `level` without any assumption about it: two of the order statistics.
///
/// A value lies below the quantile with probability `p`, so the number of values that do is
/// binomial. `None` where so few values have no such interval: the 99th percentile has an upper end
/// at 95 % from 368 values on. The values must be sorted, and independent.
/// Source: G. J. Hahn and W. Q. Meeker, Statistical Intervals (1991), section 5.2.
pub fn quantile_interval(sorted: &[f64], p: f64, level: f64) -> Option<Interval> {
    debug_assert!(sorted.is_sorted(), "quantiles are of values in ascending order");
    let tail = (1.0 - level) / 2.0;
    let below = Binomial::new(p, sorted.len() as u64).ok()?;
    // The greatest rank that is above the quantile with at most `tail`, both ranks from 1.
    let lower = (0..sorted.len() as u64).take_while(|rank| below.cdf(*rank) <= tail).count();
    let is_beyond = |rank: &u64| below.sf(rank - 1) <= tail;
    let upper = (lower.max(1) as u64..=sorted.len() as u64).find(is_beyond)?;
    Some(Interval { low: sorted[lower.checked_sub(1)?], high: sorted[upper as usize - 1] })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn type_seven_is_what_numpy_gives() {
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        let reducers = [0.0, 0.0, 0.0, 4.0, 6.0, 8.0];
        let rows: [(&[f64], f64, Option<f64>); 13] = [
            (&ten, 0.0, Some(1.0)),
            (&ten, 0.25, Some(3.25)),
            (&ten, 0.5, Some(5.5)),
            (&ten, 0.95, Some(9.55)),
            (&ten, 0.99, Some(9.91)),
            (&ten, 1.0, Some(10.0)),
            (&reducers, 0.5, Some(2.0)),
            (&[7.0], 0.95, Some(7.0)),
            (&[f64::INFINITY; 2], 0.5, Some(f64::INFINITY)),
            (&[], 0.5, None),
            (&ten, -0.01, None),
            (&ten, 95.0, None),
            (&ten, f64::NAN, None),
        ];
        for (sorted, p, wanted) in rows {
            let got = quantile(sorted, p);
            let same = match (got, wanted) {
                (Some(got), Some(wanted)) => got == wanted || (got - wanted).abs() < 1e-12,
                (got, wanted) => got == wanted,
            };
            assert!(same, "{p} of {sorted:?}: {got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn an_interval_is_of_the_ranks_that_binomial_sums_give() {
        // Ranks by exact binomial sums over fractions, made with Python's `math.comb`.
        for (n, p, ranks) in [
            (100, 0.9, Some((84, 96))),
            (200, 0.95, Some((184, 197))),
            (10, 0.5, Some((2, 9))),
            (20, 0.5, Some((6, 15))),
            (400, 0.99, Some((392, 400))),
            (100, 0.99, None),
            (5, 0.5, None),
            (0, 0.5, None),
        ] {
            let values: Vec<f64> = (1..=n).map(f64::from).collect();
            let ends = quantile_interval(&values, p, 0.95).map(|it| (it.low, it.high));
            let ranks = ranks.map(|(low, high)| (f64::from(low), f64::from(high)));
            assert_eq!(ends, ranks, "{p} of {n}");
        }
        let few: Vec<f64> = (1..=367).map(f64::from).collect();
        assert_eq!(quantile_interval(&few, 0.99, 0.95), None);
        let enough: Vec<f64> = (1..=368).map(f64::from).collect();
        assert!(quantile_interval(&enough, 0.99, 0.95).is_some_and(|it| it.high == 368.0));
    }

    proptest! {
        #[test]
        fn a_quantile_lies_among_the_values_and_grows_with_p(
            mut values in prop::collection::vec(-1e6..1e6f64, 1..50), p in 0.0..=1.0f64,
            q in 0.0..=1.0f64,
        ) {
            values.sort_by(f64::total_cmp);
            let at = |p| quantile(&values, p).expect("a quantile");
            let slack = 1e-9;
            prop_assert!(at(0.0) - slack <= at(p) && at(p) <= at(1.0) + slack);
            prop_assert!(at(p.min(q)) <= at(p.max(q)) + slack);
        }
    }
}
