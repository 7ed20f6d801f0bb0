//! What holds for every rule over numbers, whatever the numbers are.

use proptest::prelude::*;

use super::{Cluster, Huber, Median, TrimmedMean, weighted_median};

/// Values of one magnitude, with equal ones among them.
fn values() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        (-8_i32..8).prop_map(f64::from),
        -10.0..10.0_f64,
        prop::sample::select(vec![-1000.0, 1000.0]),
    ];
    prop::collection::vec(value, 1..12)
}

fn shuffled() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    values().prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle()))
}

/// What each rule that has no weights makes of the values.
fn estimates(values: &[f64]) -> [Option<f64>; 3] {
    [Median {}.of(values), TrimmedMean::default().of(values), Huber::default().of(values)]
}

proptest! {
    #[test]
    fn the_order_of_ballots_changes_nothing((one, other) in shuffled()) {
        prop_assert_eq!(estimates(&one), estimates(&other));
        let medians = |values: &[f64]| -> Vec<f64> {
            Cluster::default().longest(values).iter().map(|chain| chain.median).collect()
        };
        prop_assert_eq!(medians(&one), medians(&other));
    }

    #[test]
    fn the_order_of_weighted_ballots_changes_nothing(
        (one, other) in prop::collection::vec((-5.0..5.0_f64, 0.0..3.0_f64), 1..9)
            .prop_flat_map(|ballots| (Just(ballots.clone()), Just(ballots).prop_shuffle())),
    ) {
        let [one, other] = [one, other].map(|ballots| {
            let (values, weights): (Vec<f64>, Vec<f64>) = ballots.into_iter().unzip();
            weighted_median(&values, &weights)
        });
        prop_assert!(one.is_some());
        prop_assert_eq!(one, other);
    }

    #[test]
    fn shifting_and_scaling_the_values_shifts_and_scales_what_they_come_to(
        values in values(),
        shift in -1000.0..1000.0_f64,
        scale in prop_oneof![0.001..1000.0_f64, -1000.0..-0.001_f64],
    ) {
        let moved: Vec<f64> = values.iter().map(|value| shift + scale * value).collect();
        // The largest number in play, which is what rounding is measured by.
        let reach = moved.iter().fold(1.0, |reach: f64, value| reach.max(value.abs()));
        for (one, other) in std::iter::zip(estimates(&values), estimates(&moved)) {
            let gap = one.zip(other).map(|(one, other)| (shift + scale * one - other).abs());
            prop_assert!(gap.is_some_and(|gap| gap <= 1e-9 * reach), "{:?} {:?}", one, other);
        }
    }

    #[test]
    fn what_the_values_come_to_lies_among_them(values in values()) {
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
        for estimate in estimates(&values) {
            let inside = |it: f64| (low - 1e-9..=high + 1e-9).contains(&it);
            prop_assert!(estimate.is_some_and(inside), "{:?}", estimate);
        }
    }

    #[test]
    fn equal_weights_make_the_median(values in values(), weight in 0.0..5.0_f64) {
        let weights = vec![weight; values.len()];
        prop_assert_eq!(weighted_median(&values, &weights), Median {}.of(&values));
    }

    #[test]
    fn a_whole_weight_is_as_many_ballots(
        ballots in prop::collection::vec((-5_i32..5, 1_u32..4), 1..7),
    ) {
        let (values, weights): (Vec<f64>, Vec<f64>) =
            ballots.iter().map(|(value, n)| (f64::from(*value), f64::from(*n))).unzip();
        let each: Vec<f64> = ballots
            .iter()
            .flat_map(|(value, n)| std::iter::repeat_n(f64::from(*value), *n as usize))
            .collect();
        prop_assert_eq!(weighted_median(&values, &weights), Median {}.of(&each));
    }
}
