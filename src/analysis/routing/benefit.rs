//! What a dollar more buys: `AutoMix`'s incremental benefit.

use crate::analysis::blend::Priced;

/// Accuracy gained per unit of price, and how much more that is than simply switching models.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncrementalBenefit {
    /// Of the large model over the small one.
    pub of_large: f64,
    /// Of the method over the small model.
    pub of_method: f64,
}

impl IncrementalBenefit {
    /// The method's over the large model's, less 1: above 0 where a dollar is better spent on the
    /// method. `None` where the large model gains nothing, so that there is nothing to compare.
    pub fn gain(&self) -> Option<f64> {
        (self.of_large != 0.0).then(|| (self.of_method - self.of_large) / self.of_large)
    }
}

/// What the prices of `method` and of the `large` model buy over the `small` one.
///
/// A method's price includes whatever it asks of everybody, say a verifier on every item. `None`
/// unless both cost more than the small model.
/// Source: P. Aggarwal et al., `AutoMix`, arXiv 2310.12963 (2023), section 4. Checked against
/// independent code (`tests/golden_routing.rs`).
pub fn incremental_benefit(
    small: Priced,
    large: Priced,
    method: Priced,
) -> Option<IncrementalBenefit> {
    let benefit = |of: Priced| {
        let benefit = (of.accuracy - small.accuracy) / (of.cost - small.cost);
        (of.cost > small.cost && benefit.is_finite()).then_some(benefit)
    };
    Some(IncrementalBenefit { of_large: benefit(large)?, of_method: benefit(method)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_costs_more_than_the_small_model_can_gain_by_it() {
        let priced = |cost, accuracy| Priced { cost, accuracy };
        let (small, large) = (priced(1.0, 0.5), priced(5.0, 0.75));
        let got = incremental_benefit(small, large, priced(2.0, 0.625)).unwrap();
        assert_eq!(got, IncrementalBenefit { of_large: 0.0625, of_method: 0.125 });
        assert_eq!(got.gain(), Some(1.0));
        for method in [small, priced(0.5, 0.9), priced(f64::NAN, 0.9), priced(2.0, f64::NAN)] {
            assert_eq!(incremental_benefit(small, large, method), None, "{method:?}");
        }
        let useless = incremental_benefit(small, priced(5.0, 0.5), priced(2.0, 0.6)).unwrap();
        assert_eq!(useless.gain(), None);
    }
}
