//! The normal quantile behind two-sided intervals.

use statrs::distribution::{ContinuousCDF, Normal};

/// How many standard errors on each side hold the share `level` of a normal law: 1.96 for 0.95.
///
/// `level` lies strictly between 0 and 1; anything else gives NaN, of which the intervals of this
/// module make `None`.
/// Source: the inverse of the normal distribution function, taken in the lower tail, where `1 -
/// level` keeps its digits. Checked against mpmath at 40 digits, to 1e-12 (test below).
pub fn z_two_sided(level: f64) -> f64 {
    if level > 0.0 && level < 1.0 {
        -Normal::standard().inverse_cdf((1.0 - level) / 2.0)
    } else {
        f64::NAN
    }
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
        }
    }

    #[test]
    fn only_levels_within_the_open_unit_interval_have_a_quantile() {
        for level in [-0.1, 0.0, 1.0, 95.0, f64::NAN, f64::INFINITY] {
            assert!(z_two_sided(level).is_nan(), "level {level}");
        }
    }
}
