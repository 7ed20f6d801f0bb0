//! What is saved without losing accuracy: `FrugalGPT`'s figure.

use crate::analysis::blend::Priced;

/// The share of the price of `single` that `cost` saves: negative where it costs more. `None` where
/// `single` costs nothing, and for what is not finite.
pub fn saving(single: f64, cost: f64) -> Option<f64> {
    let share = 1.0 - cost / single;
    (single > 0.0 && share.is_finite()).then_some(share)
}

/// The largest share of the price of `single` that one of the `settings` saves which is at least as
/// accurate; `None` where none is.
///
/// A setting chosen on the items that it is measured on looks better than it is: choose on others.
/// Source: L. Chen, M. Zaharia and J. Zou, `FrugalGPT`, arXiv 2305.05176 (2023), section 4. Checked
/// against the summaries in its repository (`tests/golden_routing.rs`).
pub fn saving_at_equal_accuracy(single: Priced, settings: &[Priced]) -> Option<f64> {
    let as_accurate = settings.iter().filter(|it| it.accuracy >= single.accuracy);
    let savings = as_accurate.filter_map(|it| saving(single.cost, it.cost));
    savings.max_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_as_accurate_saves_anything() {
        let priced = |(cost, accuracy): &(f64, f64)| Priced { cost: *cost, accuracy: *accuracy };
        for (settings, wanted) in [
            (&[(1.0, 0.7), (2.0, 0.8), (3.0, 0.9)][..], Some(0.5)),
            (&[(6.0, 0.9)], Some(-0.5)),
            (&[(1.0, 0.7)], None),
            (&[], None),
        ] {
            let settings: Vec<Priced> = settings.iter().map(priced).collect();
            let got = saving_at_equal_accuracy(priced(&(4.0, 0.8)), &settings);
            assert_eq!(got, wanted, "{settings:?}");
        }
        assert_eq!([saving(0.0, 1.0), saving(1.0, f64::NAN)], [None; 2]);
    }
}
