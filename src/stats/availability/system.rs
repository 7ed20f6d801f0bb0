//! Systems of parts that are up or down: all needed, one needed, k of n, and causes they share.

use super::is_chance;
use crate::stats::poisson_binomial::chances_of_counts;

/// The availability of a system that needs all its parts, which fail independently: the product.
/// 1 without parts.
/// Source: R. E. Barlow and F. Proschan, Statistical Theory of Reliability and Life Testing
/// (1975), ch. 2. Checked by hand (test below).
pub fn series(parts: &[f64]) -> Option<f64> {
    parts.iter().all(|p| is_chance(*p)).then(|| parts.iter().product())
}

/// The availability of a system that needs one of its parts, which fail independently. 0 without
/// parts.
/// Source: as [`series`]. Checked against exact fractions (`tests/golden_availability.rs`).
pub fn parallel(parts: &[f64]) -> Option<f64> {
    parts
        .iter()
        .all(|p| is_chance(*p))
        .then(|| 1.0 - parts.iter().map(|p| 1.0 - p).product::<f64>())
}

/// The availability of a system that needs `k` of its parts, each up with its own chance and
/// independently of the others: the upper tail of the Poisson binomial law.
///
/// 1 for a `k` of 0, 0 for more than there are parts. The order of the parts does not count.
/// Source: as [`series`]. Checked against independent code (`tests/golden_availability.rs`) and
/// [`series`] and [`parallel`] (test below).
pub fn k_of_n(parts: &[f64], k: usize) -> Option<f64> {
    let of_counts = chances_of_counts(parts)?;
    Some(of_counts.iter().skip(k).sum::<f64>().min(1.0))
}

/// The chance that all `n` equal parts are down at once, each being down with chance `p_fail`, of
/// which the share `beta` is one cause that takes all of them down: the beta-factor model.
///
/// `beta q + ((1 - beta) q)^n`, so that for one part it is `q`. A `beta` of 0 is independence. 5 %
/// of shared causes are worth more than any number of further parts. It is made for rare failures:
/// beyond a chance of about one half it falls below independence. `None` without parts.
/// Source: K. N. Fleming, General Atomic GA-A13284 (1974), as in IEC 61508-6 annex D. Checked
/// against independent code (`tests/golden_availability.rs`).
pub fn all_fail(p_fail: f64, n: u32, beta: f64) -> Option<f64> {
    if n == 0 || !is_chance(p_fail) || !is_chance(beta) {
        return None;
    }
    Some(beta * p_fail + ((1.0 - beta) * p_fail).powi(n as i32))
}

/// The chance that two parts are down at once, each being down with its own chance, where the two
/// correlate by `rho`: `q1 q2 + rho sqrt(q1 (1 - q1) q2 (1 - q2))`.
///
/// `None` also where two such chances cannot correlate so far, as the joint chance would be below
/// what Frechet's bounds allow, or above.
/// Source: the covariance of two Bernoulli variables. Checked against independent code
/// (`tests/golden_availability.rs`).
pub fn both_fail([q1, q2]: [f64; 2], rho: f64) -> Option<f64> {
    if !is_chance(q1) || !is_chance(q2) || !(-1.0..=1.0).contains(&rho) {
        return None;
    }
    let both = q1 * q2 + rho * (q1 * (1.0 - q1) * q2 * (1.0 - q2)).sqrt();
    let (least, most) = ((q1 + q2 - 1.0).max(0.0), q1.min(q2));
    let slack = 1e-12 * most;
    (least - slack <= both && both <= most + slack).then(|| both.clamp(least, most))
}

/// How well the second one takes over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Switch {
    /// The chance that a failure of the first is noticed.
    pub detected: f64,
    /// The chance that switching over then works.
    pub works: f64,
}

/// The availability of one that is up with chance `first`, behind which another, up with chance
/// `second_while_down` while the first is down, takes over as well as `switch` says.
///
/// With a perfect switch and independence it is [`parallel`] of the two. Where the two share
/// causes, `second_while_down` is lower than the second's own availability.
/// Source: the coverage factor of W. G. Bouricius, W. C. Carter and P. R. Schneider, Proc. ACM
/// National Conference (1969), 295-309. Checked against independent code
/// (`tests/golden_availability.rs`).
pub fn failover(first: f64, second_while_down: f64, switch: Switch) -> Option<f64> {
    let Switch { detected, works } = switch;
    let chances = [first, second_while_down, detected, works];
    let rescued = (1.0 - first) * detected * works * second_while_down;
    chances.into_iter().all(is_chance).then_some(first + rescued)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PERFECT: Switch = Switch { detected: 1.0, works: 1.0 };

    fn is_close(got: Option<f64>, wanted: f64) -> bool {
        got.is_some_and(|got| (got - wanted).abs() < 1e-15)
    }

    #[test]
    fn small_systems_come_out_as_by_hand() {
        assert!(is_close(series(&[0.9, 0.8]), 0.72));
        assert!(is_close(parallel(&[0.9, 0.8]), 0.98));
        // .9 .8 .7 + .1 .8 .7 + .9 .2 .7 + .9 .8 .3.
        assert!(is_close(k_of_n(&[0.9, 0.8, 0.7], 2), 0.902));
        assert!(is_close(all_fail(0.1, 3, 0.5), 0.05 + 0.000_125));
        assert!(is_close(both_fail([0.1, 0.1], 1.0), 0.1));
        assert!(is_close(failover(0.9, 0.5, Switch { detected: 0.5, works: 0.5 }), 0.9125));
        // Nothing needs nothing, and nothing offers nothing.
        assert_eq!([series(&[]), parallel(&[])], [Some(1.0), Some(0.0)]);
        assert_eq!([k_of_n(&[], 0), k_of_n(&[0.9], 2)], [Some(1.0), Some(0.0)]);
    }

    #[test]
    fn what_is_no_chance_has_no_availability() {
        for bad in [-0.1, 1.1, f64::NAN] {
            assert_eq!([series(&[bad]), parallel(&[bad]), k_of_n(&[bad], 0)], [None; 3], "{bad}");
            assert_eq!([all_fail(bad, 2, 0.5), all_fail(0.5, 2, bad)], [None; 2], "{bad}");
            assert_eq!(both_fail([bad, 0.5], 0.0), None, "{bad}");
            let broken = Switch { detected: bad, works: 1.0 };
            assert_eq!([failover(0.5, 0.5, broken), failover(bad, 0.5, PERFECT)], [None; 2]);
        }
        assert_eq!(all_fail(0.5, 0, 0.5), None);
        // Never down together but down more than half the time each; and perfect correlation of
        // unequal chances.
        assert_eq!(both_fail([0.6, 0.6], -1.0), None);
        assert_eq!(both_fail([0.1, 0.2], 1.0), None);
    }

    proptest! {
        #[test]
        fn one_of_n_is_parallel_and_n_of_n_is_series(
            parts in prop::collection::vec(0.0..=1.0f64, 1..10),
        ) {
            let (one, all) = (k_of_n(&parts, 1).unwrap(), k_of_n(&parts, parts.len()).unwrap());
            prop_assert!((one - parallel(&parts).unwrap()).abs() < 1e-12);
            prop_assert!((all - series(&parts).unwrap()).abs() < 1e-12);
        }

        #[test]
        fn a_perfect_switch_between_two_is_parallel(one in 0.0..=1.0f64, other in 0.0..=1.0f64) {
            let got = failover(one, other, PERFECT).unwrap();
            prop_assert!((got - parallel(&[one, other]).unwrap()).abs() < 1e-12, "{}", got);
        }

        #[test]
        fn shared_causes_only_make_it_worse(q in 0.0..=0.1f64, n in 1u32..6, beta in 0.0..=1.0f64) {
            let apart = all_fail(q, n, 0.0).unwrap();
            let together = all_fail(q, n, beta).unwrap();
            prop_assert!(apart <= together + 1e-12 && together <= q + 1e-12);
        }
    }
}
