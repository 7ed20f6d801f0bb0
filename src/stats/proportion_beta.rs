//! Intervals of one share from quantiles of the Beta law: exact, Jeffreys, uniform prior.

use statrs::function::beta::inv_beta_reg;

use crate::kernel::Interval;

/// The exact (Clopper-Pearson) interval for `hits` successes in `trials`; `level` is the two-sided
/// confidence, both ends are shares in [0, 1].
///
/// It covers at least as often as `level` says, and mostly more often, so it is wider than
/// [`super::wilson`]. `None` without trials, for more hits than trials, and for a `level` that is
/// not strictly between 0 and 1.
/// Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934), 404-413. Checked against
/// statsmodels `proportion_confint(.., method="beta")` to 1e-10 (`tests/golden_intervals.rs`).
pub fn clopper_pearson(hits: u64, trials: u64, level: f64) -> Option<Interval> {
    let tail = tail(hits, trials, level)?;
    let (hit, missed) = (hits as f64, (trials - hits) as f64);
    let low = if hits == 0 { 0.0 } else { beta_quantile(hit, missed + 1.0, tail) };
    let high = if hits == trials { 1.0 } else { 1.0 - beta_quantile(missed, hit + 1.0, tail) };
    Some(Interval { low, high })
}

/// The equal-tailed posterior interval under Jeffreys' prior, Beta(1/2, 1/2).
///
/// Without hits, or without misses, it doesn't hold the share itself: its ends are quantiles also
/// there. `None` as for [`clopper_pearson`], and without trials, where it would be the prior.
/// Source: L. D. Brown, T. T. Cai and A. DasGupta, Statistical Science 16 (2001), 101-133. Checked
/// against statsmodels `proportion_confint(.., method="jeffreys")` to 1e-10
/// (`tests/golden_intervals.rs`).
pub fn jeffreys(hits: u64, trials: u64, level: f64) -> Option<Interval> {
    posterior(hits, trials, level, 0.5)
}

/// The equal-tailed posterior interval under the uniform prior, Beta(1, 1).
///
/// Like [`jeffreys`] it doesn't hold a share of 0 or 1. `None` as there.
/// Source: T. Bayes, Phil. Trans. 53 (1763), 370-418; for small evaluations, S. Bowyer,
/// L. Aitchison and D. R. Ivanova, arXiv 2503.01747 (2025). Checked against scipy `beta.ppf` to
/// 1e-10 (`tests/golden_intervals.rs`).
pub fn bayes_uniform(hits: u64, trials: u64, level: f64) -> Option<Interval> {
    posterior(hits, trials, level, 1.0)
}

/// The interval under the prior Beta(`prior`, `prior`).
fn posterior(hits: u64, trials: u64, level: f64, prior: f64) -> Option<Interval> {
    let tail = tail(hits, trials, level)?;
    let (hit, missed) = (hits as f64 + prior, (trials - hits) as f64 + prior);
    let low = beta_quantile(hit, missed, tail);
    Some(Interval { low, high: 1.0 - beta_quantile(missed, hit, tail) })
}

/// The chance beyond each end; `None` where there is no interval.
fn tail(hits: u64, trials: u64, level: f64) -> Option<f64> {
    let inside = level > 0.0 && level < 1.0;
    (trials > 0 && hits <= trials && inside).then_some((1.0 - level) / 2.0)
}

/// The value with the chance `below`, at most one half, below it under Beta(`a`, `b`).
fn beta_quantile(a: f64, b: f64, below: f64) -> f64 {
    // Beta(a, 1) is a power and Beta(1, b) its mirror image: exact, and no search.
    if b == 1.0 {
        below.powf(1.0 / a)
    } else if a == 1.0 {
        -((-below).ln_1p() / b).exp_m1()
    } else {
        inv_beta_reg(a, b, below)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::{close, prints_as};
    use super::super::wilson;
    use super::*;

    type Method = fn(u64, u64, f64) -> Option<Interval>;

    const METHODS: [(&str, Method); 3] = [
        ("clopper-pearson", clopper_pearson),
        ("jeffreys", jeffreys),
        ("uniform prior", bayes_uniform),
    ];

    #[test]
    fn intervals_match_exact_arithmetic() {
        let rows: [(Method, u64, u64, (f64, f64)); 9] = [
            (clopper_pearson, 0, 10, (0.0, 0.308_497_107_818_8)),
            (clopper_pearson, 7, 10, (0.347_547_149_94, 0.933_260_488_822_3)),
            (clopper_pearson, 8816, 14_037, (0.619_997_354_288_4, 0.636_058_387_430_4)),
            (clopper_pearson, 300_000, 1_000_000, (0.299_101_911_933_6, 0.300_899_246_642_3)),
            (jeffreys, 0, 10, (4.789_043_315_758e-5, 0.217_196_267_509_2)),
            (jeffreys, 7, 10, (0.394_181_681_851_3, 0.907_305_406_061_8)),
            (bayes_uniform, 0, 10, (0.002_298_972_213_814, 0.284_914_152_918_2)),
            (bayes_uniform, 7, 10, (0.390_257_440_427_6, 0.890_736_556_180_9)),
            (bayes_uniform, 300_000, 1_000_000, (0.299_102_611_781_1, 0.300_898_945_936_6)),
        ];
        for (method, hits, trials, wanted) in rows {
            let got = method(hits, trials, 0.95).expect("an interval");
            let same = close(got.low, wanted.0, 1e-10) && close(got.high, wanted.1, 1e-10);
            assert!(same, "{hits}/{trials}: {got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn the_exact_interval_is_the_published_one() {
        let got = clopper_pearson(4, 10, 0.95).expect("an interval");
        assert!(prints_as(got, (0.121_552_258_120, 0.737_621_923_393), 12), "{got:?}");
    }

    #[test]
    fn what_has_no_interval_has_none() {
        let rows = [(0, 0, 0.95), (2, 1, 0.95), (1, 2, 0.0), (1, 2, 1.0), (1, 2, f64::NAN)];
        for (hits, trials, level) in rows {
            for (name, method) in METHODS {
                assert_eq!(method(hits, trials, level), None, "{name} {hits}/{trials} at {level}");
            }
        }
    }

    #[test]
    fn the_extremes_reach_0_and_1_in_the_exact_interval_alone() {
        for (name, method) in METHODS {
            let (none, all) = (method(0, 20, 0.95), method(20, 20, 0.95));
            let (none, all) = (none.expect("an interval"), all.expect("an interval"));
            let is_exact = name == "clopper-pearson";
            assert_eq!((none.low == 0.0, all.high == 1.0), (is_exact, is_exact), "{name}");
        }
    }

    proptest! {
        #[test]
        fn wrong_answers_mirror_right_ones(hits in 0u64..3000, more in 1u64..3000) {
            for (name, method) in METHODS {
                let right = method(hits, hits + more, 0.95).expect("an interval");
                let wrong = method(more, hits + more, 0.95).expect("an interval");
                prop_assert!((right.low - (1.0 - wrong.high)).abs() < 1e-12, "{}", name);
                prop_assert!((right.high - (1.0 - wrong.low)).abs() < 1e-12, "{}", name);
            }
        }

        #[test]
        fn the_exact_interval_holds_the_share_and_is_wider_than_the_bayesian_one(
            trials in 1u64..100_000, part in 0.0..=1.0f64, level in 0.5..0.999f64,
        ) {
            let hits = (part * trials as f64) as u64;
            let exact = clopper_pearson(hits, trials, level).expect("an interval");
            let bayes = bayes_uniform(hits, trials, level).expect("an interval");
            prop_assert!(exact.contains(hits as f64 / trials as f64), "{:?}", exact);
            prop_assert!(exact.low <= bayes.low && bayes.high <= exact.high, "{:?}", bayes);
        }

        #[test]
        fn with_many_trials_all_come_to_wilson(hits in 20_000u64..80_000) {
            let wanted = wilson(hits, 100_000, 0.95).expect("an interval");
            for (name, method) in METHODS {
                let got = method(hits, 100_000, 0.95).expect("an interval");
                prop_assert!((got.low - wanted.low).abs() < 2e-5, "{} {:?}", name, got);
                prop_assert!((got.high - wanted.high).abs() < 2e-5, "{} {:?}", name, got);
            }
        }
    }
}
