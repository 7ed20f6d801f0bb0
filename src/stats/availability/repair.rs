//! What fails and is repaired, again and again: alternating renewals.

use super::is_chance;

/// The share of time that something is up which fails on average `mtbf` after its repair and is
/// repaired on average `mttr` after it failed: `mtbf / (mtbf + mttr)`, whatever the two laws are.
///
/// `mtbf` is the mean time up between two failures, both times in one unit. `None` unless both are
/// finite and not negative, and one of them is above 0.
/// Source: the alternating renewal theorem, R. E. Barlow and F. Proschan, Mathematical Theory of
/// Reliability (1965), ch. 3. Checked by hand (test below).
pub fn steady_state(mtbf: f64, mttr: f64) -> Option<f64> {
    let are_times = [mtbf, mttr].into_iter().all(|time| time.is_finite() && time >= 0.0);
    let cycle = mtbf + mttr;
    (are_times && cycle > 0.0).then(|| mtbf / cycle)
}

/// How much of a `period` something of this availability is down, in the unit of the period.
///
/// `None` for what is no availability and no length of time.
/// Checked against independent code (`tests/golden_availability.rs`).
pub fn downtime(availability: f64, period: f64) -> Option<f64> {
    let is_time = period.is_finite() && period >= 0.0;
    (is_time && is_chance(availability)).then_some((1.0 - availability) * period)
}

/// How long two that fail independently are down together in a `period`, given how long each is
/// down in it: `down1 down2 / period`, all in one unit.
///
/// What is observed beyond this is due to shared causes. `None` unless both lie within a period of
/// some length.
/// Source: the product of two independent chances. Checked by hand (test below).
pub fn overlap([one, other]: [f64; 2], period: f64) -> Option<f64> {
    let is_within = |down: f64| (0.0..=period).contains(&down);
    let is_known = period.is_finite() && period > 0.0 && is_within(one) && is_within(other);
    is_known.then(|| one * other / period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_and_down_times_give_their_share() {
        for (mtbf, mttr, wanted) in [
            (99.0, 1.0, Some(0.99)),
            (1.0, 3.0, Some(0.25)),
            (5.0, 0.0, Some(1.0)),
            (0.0, 5.0, Some(0.0)),
            (0.0, 0.0, None),
            (-1.0, 2.0, None),
            (f64::INFINITY, 1.0, None),
            (f64::NAN, 1.0, None),
        ] {
            assert_eq!(steady_state(mtbf, mttr), wanted, "{mtbf} up, {mttr} down");
        }
    }

    #[test]
    fn downtimes_and_their_overlap_lie_within_the_period() {
        assert_eq!(downtime(0.75, 8.0), Some(2.0));
        assert_eq!([downtime(1.5, 8.0), downtime(0.5, -1.0), downtime(0.5, f64::NAN)], [None; 3]);
        assert_eq!(overlap([2.0, 4.0], 8.0), Some(1.0));
        assert_eq!([overlap([9.0, 1.0], 8.0), overlap([0.0, 0.0], 0.0)], [None; 2]);
    }
}
