//! The normal law: the quantiles behind intervals and sample sizes, and the share below a value.

use statrs::distribution::{ContinuousCDF, Normal};

/// How many standard errors on each side hold the share `level` of a normal law: 1.96 for 0.95.
///
/// `level` lies strictly between 0 and 1; anything else gives NaN, of which the intervals of this
/// module make `None`.
/// Source: the inverse of the normal distribution function, taken in the lower tail, where `1 -
/// level` keeps its digits. Checked against mpmath at 40 digits, to 1e-12 (test below).
pub fn z_two_sided(level: f64) -> f64 {
    if level > 0.0 && level < 1.0 { -quantile_at((1.0 - level) / 2.0) } else { f64::NAN }
}

/// How many standard errors above the centre hold the share `confidence` below them: 1.645 for
/// 0.95, 0.842 for 0.8; negative below one half.
///
/// NaN for a `confidence` not strictly between 0 and 1. Source and check as above.
pub(super) fn z_one_sided(confidence: f64) -> f64 {
    if confidence > 0.0 && confidence < 1.0 { -quantile_at(1.0 - confidence) } else { f64::NAN }
}

/// The value with the share `share` of a normal law below it; infinite for shares 0 and 1.
///
/// `share` lies in [0, 1].
pub(super) fn quantile_at(share: f64) -> f64 {
    Normal::standard().inverse_cdf(share)
}

/// The share of a normal law below `z`.
///
/// Checked against mpmath at 40 digits, to 1e-10 (test below).
pub(super) fn share_below(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    #[test]
    fn quantiles_match_40_digit_arithmetic() {
        let rows = [
            (0.5, 0.674_489_750_196_081_7),
            (0.8, 1.281_551_565_544_600_4),
            (0.9, 1.644_853_626_951_472_6),
            (0.95, 1.959_963_984_540_053_8),
            (0.99, 2.575_829_303_548_900_4),
            (0.999, 3.290_526_731_491_894_5),
        ];
        for (level, wanted) in rows {
            let got = z_two_sided(level);
            assert!(close(got, wanted, 1e-12), "level {level}: {got} is not {wanted}");
            let one_sided = z_one_sided((1.0 + level) / 2.0);
            assert!(close(one_sided, wanted, 1e-12), "level {level}: {one_sided}");
        }
        assert!(close(z_one_sided(0.8), 0.841_621_233_572_914_2, 1e-12));
    }

    #[test]
    fn shares_match_40_digit_arithmetic() {
        let rows = [
            (-8.0, 6.220_960_574_271_784e-16),
            (-1.96, 0.024_997_895_148_220_435),
            (-0.5, 0.308_537_538_725_986_9),
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_542_9),
            (3.0, 0.998_650_101_968_369_9),
        ];
        for (z, wanted) in rows {
            let got = share_below(z);
            assert!(close(got, wanted, 1e-10), "below {z}: {got} is not {wanted}");
        }
    }

    #[test]
    fn only_levels_within_the_open_unit_interval_have_a_quantile() {
        for level in [-0.1, 0.0, 1.0, 95.0, f64::NAN, f64::INFINITY] {
            assert!(z_two_sided(level).is_nan(), "level {level}");
            assert!(z_one_sided(level).is_nan(), "confidence {level}");
        }
    }
}
