//! How many items a comparison needs, and what it can detect with those it has.

use super::normal::z_one_sided;

/// On how many sides a test looks for a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// On one: whether `a` is better, or not worse by a margin.
    One,
    /// On both: whether `a` and `b` differ.
    Two,
}

/// What a test shall hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// The chance of a verdict where there is no difference, in (0, 1); 0.05 mostly.
    pub alpha: f64,
    /// The chance of a verdict where there is one, in (0, 1); 0.8 mostly.
    pub power: f64,
    /// On how many sides it looks.
    pub sides: Sides,
}

impl Design {
    /// The normal quantiles of alpha and of the power.
    fn quantiles(self) -> Option<(f64, f64)> {
        let beyond = match self.sides {
            Sides::One => self.alpha,
            Sides::Two => self.alpha / 2.0,
        };
        let (z_alpha, z_power) = (z_one_sided(1.0 - beyond), z_one_sided(self.power));
        let inside = self.alpha > 0.0 && self.alpha < 1.0 && !z_power.is_nan();
        inside.then_some((z_alpha, z_power))
    }
}

/// The shares of items that one of two policies alone gets right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discordance {
    /// The share that `a` alone gets right.
    pub only_a: f64,
    /// The share that `b` alone gets right.
    pub only_b: f64,
}

impl Discordance {
    /// The share of both and their difference; `None` where they are no shares.
    fn sum_and_difference(self) -> Option<(f64, f64)> {
        let (sum, difference) = (self.only_a + self.only_b, self.only_a - self.only_b);
        let inside = self.only_a >= 0.0 && self.only_b >= 0.0 && sum <= 1.0;
        inside.then_some((sum, difference))
    }
}

/// How many items McNemar's test needs to see that `a` and `b` differ; to be rounded up.
///
/// `None` where they don't differ, which no number shows, where the shares are negative or sum to
/// more than 1, and for an alpha or a power not strictly between 0 and 1.
/// Source: R. J. Connor, Biometrics 43 (1987), 207-211. Checked against a published example (test
/// below) and independent code (`tests/golden_calibration.rs`).
pub fn connor_items(discordance: Discordance, design: Design) -> Option<f64> {
    let (sum, difference) = discordance.sum_and_difference()?;
    let (z_alpha, z_power) = design.quantiles()?;
    let spread = (sum - difference * difference).max(0.0).sqrt();
    let root = (z_alpha * sum.sqrt() + z_power * spread) / difference.abs();
    (difference != 0.0).then_some(root * root)
}

/// The smallest difference in accuracy that McNemar's test detects over `n_items`, if the share
/// `discordance` of them is discordant: what [`connor_items`] would need `n_items` for.
///
/// About `2.5 sqrt(discordance / n)` on one side at 5 % and 80 %. `None` where it would exceed the
/// discordance itself, so that no difference can be detected, without items, for a discordance
/// outside (0, 1], and for an alpha or a power not strictly between 0 and 1.
/// Source: Connor (1987), solved for the difference. Checked by going there and back (test below).
pub fn smallest_difference(n_items: u64, discordance: f64, design: Design) -> Option<f64> {
    let (z_alpha, z_power) = design.quantiles()?;
    let n = n_items as f64;
    let under_root = n + z_power * z_power - z_alpha * z_alpha;
    if n_items == 0 || !(discordance > 0.0 && discordance <= 1.0) || under_root < 0.0 {
        return None;
    }
    let above = z_alpha * n.sqrt() + z_power * under_root.sqrt();
    let difference = discordance.sqrt() * above / (n + z_power * z_power);
    (difference > 0.0 && difference <= discordance).then_some(difference)
}

/// How scores vary, for [`miller_items`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variation {
    /// The variance over items of the difference of the two expected scores.
    pub between_items: f64,
    /// The mean variance of one answer of `a` to the same item.
    pub within_a: f64,
    /// How many answers `a` gives to each item.
    pub samples_a: u64,
    /// The mean variance of one answer of `b` to the same item.
    pub within_b: f64,
    /// How many answers `b` gives to each item.
    pub samples_b: u64,
}

/// How many items a paired comparison of means needs to see `difference`; to be rounded up.
///
/// `None` for a difference of 0, negative variances, no samples, and for an alpha or a power not
/// strictly between 0 and 1.
/// Source: E. Miller, arXiv 2411.00640 (2024), eq. 9. Checked against its example, 969 items
/// (`tests/golden_calibration.rs`).
pub fn miller_items(variation: Variation, difference: f64, design: Design) -> Option<f64> {
    let (z_alpha, z_power) = design.quantiles()?;
    let Variation { between_items, within_a, samples_a, within_b, samples_b } = variation;
    let is_known = [between_items, within_a, within_b].iter().all(|variance| *variance >= 0.0);
    let variance = between_items + within_a / samples_a as f64 + within_b / samples_b as f64;
    let root = (z_alpha + z_power) / difference;
    let inside = is_known && samples_a > 0 && samples_b > 0 && difference.abs() > 0.0;
    inside.then_some(root * root * variance)
}

/// How many items it takes to show that `a` is not worse than `b` by `margin`; to be rounded up.
///
/// `discordance` is what is expected of them, `margin` the loss in accuracy that is put up with,
/// above 0. The test looks at one side, whatever `design` says: `alpha` is one-sided here. `None`
/// where `a` is expected to lose the margin or more, where no item is expected to be discordant, or
/// all in one way, and as for [`connor_items`].
/// Source: the Wald test of J.-P. Liu, H.-M. Hsueh, E. Hsieh and J. J. Chen, Statistics in Medicine
/// 21 (2002), 231-245. Checked by summing the power of that test over all tables (test below).
pub fn non_inferiority_items(discordance: Discordance, margin: f64, design: Design) -> Option<f64> {
    let (sum, difference) = discordance.sum_and_difference()?;
    let (z_alpha, z_power) = Design { sides: Sides::One, ..design }.quantiles()?;
    let room = difference + margin;
    let root = (z_alpha + z_power) / room;
    let variance = sum - difference * difference;
    let inside = margin > 0.0 && room > 0.0 && variance > 0.0;
    inside.then_some(root * root * variance)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use statrs::distribution::{Binomial, Discrete};

    use super::super::check::close;
    use super::*;

    const USUAL: Design = Design { alpha: 0.05, power: 0.8, sides: Sides::Two };

    #[test]
    fn published_numbers_of_items_are_reproduced() {
        let one_sided = Design { alpha: 0.05, power: 0.9, sides: Sides::One };
        let discordance = Discordance { only_a: 0.05, only_b: 0.45 };
        for design in [USUAL, one_sided] {
            // Both examples of powersandsamplesize.com, after Connor: 23.
            let got = connor_items(discordance, design).expect("a number");
            assert_eq!(got.ceil(), 23.0, "{design:?}");
        }
        let variation = Variation {
            between_items: 1.0 / 9.0,
            within_a: 0.0,
            samples_a: 1,
            within_b: 0.0,
            samples_b: 1,
        };
        assert_eq!(miller_items(variation, 0.03, USUAL).map(f64::ceil), Some(969.0));
    }

    /// The power of the Wald test, summed over all splits of `n` items.
    fn power_of_wald(n: u64, discordance: Discordance, margin: f64) -> f64 {
        let law = |trials, share| Binomial::new(share, trials).expect("a law");
        let (sum, _) = discordance.sum_and_difference().expect("shares");
        let z_alpha = z_one_sided(0.95);
        let power_given = |discordant: u64| {
            let split = law(discordant, discordance.only_a / sum);
            let passes = |only_a: &u64| {
                let difference = (2.0 * *only_a as f64 - discordant as f64) / n as f64;
                let variance = discordant as f64 / n as f64 - difference * difference;
                difference + margin > z_alpha * (variance / n as f64).sqrt()
            };
            (0..=discordant).filter(passes).map(|only_a| split.pmf(only_a)).sum::<f64>()
        };
        let all = law(n, sum);
        let likely = (0..=n).filter(|discordant| all.pmf(*discordant) > 1e-9);
        likely.map(|discordant| all.pmf(discordant) * power_given(discordant)).sum()
    }

    #[test]
    fn the_non_inferiority_test_has_the_power_asked_for() {
        for (only_a, only_b, margin, wanted) in [(0.1, 0.09, 0.03, 734.0), (0.2, 0.2, 0.1, 248.0)] {
            let discordance = Discordance { only_a, only_b };
            let n = non_inferiority_items(discordance, margin, USUAL).expect("a number").ceil();
            assert_eq!(n, wanted, "{discordance:?}");
            let power = power_of_wald(n as u64, discordance, margin);
            assert!((power - 0.8).abs() < 0.01, "{discordance:?}: {power}");
        }
    }

    #[test]
    fn what_cannot_be_shown_needs_no_number() {
        let shares = [(0.1, 0.1), (0.7, 0.6), (-0.1, 0.2), (f64::NAN, 0.1)];
        for (only_a, only_b) in shares {
            let got = connor_items(Discordance { only_a, only_b }, USUAL);
            assert_eq!(got, None, "{only_a} {only_b}");
        }
        let fine = Discordance { only_a: 0.1, only_b: 0.05 };
        for (alpha, power) in [(0.0, 0.8), (1.0, 0.8), (0.05, 1.0), (f64::NAN, 0.8)] {
            let design = Design { alpha, power, sides: Sides::Two };
            assert_eq!(connor_items(fine, design), None, "{design:?}");
            assert_eq!(smallest_difference(100, 0.2, design), None, "{design:?}");
            assert_eq!(non_inferiority_items(fine, 0.02, design), None, "{design:?}");
        }
        for (n_items, discordance) in [(0, 0.2), (4, 0.2), (100, 0.0), (100, 1.1), (10, 0.01)] {
            let got = smallest_difference(n_items, discordance, USUAL);
            assert_eq!(got, None, "{n_items} items, {discordance}");
        }
        let loses = Discordance { only_a: 0.05, only_b: 0.10 };
        for margin in [0.05, 0.02, 0.0, f64::NAN] {
            assert_eq!(non_inferiority_items(loses, margin, USUAL), None, "margin {margin}");
        }
        let variation = Variation {
            between_items: 0.1,
            within_a: 0.1,
            samples_a: 0,
            within_b: 0.1,
            samples_b: 1,
        };
        assert_eq!(miller_items(variation, 0.03, USUAL), None, "no samples");
        let variation = Variation { samples_a: 1, ..variation };
        assert_eq!(miller_items(variation, 0.0, USUAL), None, "no difference");
        assert_eq!(miller_items(Variation { within_a: -0.1, ..variation }, 0.1, USUAL), None);
    }

    #[test]
    fn the_rule_of_thumb_holds() {
        let design = Design { alpha: 0.05, power: 0.8, sides: Sides::One };
        let got = smallest_difference(10_000, 0.25, design).expect("a difference");
        assert!((got - 2.49 * (0.25f64 / 10_000.0).sqrt()).abs() < 1e-4, "{got}");
    }

    proptest! {
        #[test]
        fn the_smallest_difference_needs_just_the_items_there_are(
            n_items in 50u64..100_000, discordance in 0.05..1.0f64, power in 0.5..0.99f64,
        ) {
            let design = Design { power, ..USUAL };
            let Some(difference) = smallest_difference(n_items, discordance, design) else {
                return Ok(());
            };
            let only_a = (discordance + difference) / 2.0;
            let shares = Discordance { only_a, only_b: (discordance - difference).max(0.0) / 2.0 };
            let needed = connor_items(shares, design).expect("a number");
            prop_assert!(close(needed, n_items as f64, 1e-6), "{} {}", needed, n_items);
        }

        #[test]
        fn more_items_detect_less(n_items in 100u64..50_000, discordance in 0.2..1.0f64) {
            let few = smallest_difference(n_items, discordance, USUAL).expect("a difference");
            let many = smallest_difference(2 * n_items, discordance, USUAL).expect("a difference");
            prop_assert!(many < few, "{} {}", many, few);
        }
    }
}
