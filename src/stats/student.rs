//! Student's t: the interval and the test of a mean whose spread is itself estimated.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// How many standard errors on each side hold the share `level` of a t law: 2.262 for 0.95 and 9
/// degrees of freedom.
///
/// `None` unless `level` lies strictly between 0 and 1 and `freedom` is above 0.
/// Source: Student, Biometrika 6 (1908), 1-25. Checked against scipy `t.ppf` as `inspect_ai`'s
/// tests print it, and against mpmath at 40 digits (test below).
pub(super) fn t_two_sided(level: f64, freedom: f64) -> Option<f64> {
    let inside = level > 0.0 && level < 1.0;
    let law = StudentsT::new(0.0, 1.0, freedom).ok().filter(|_| inside)?;
    Some(-law.inverse_cdf((1.0 - level) / 2.0))
}

/// The chance that a t law with `freedom` degrees of freedom strays at least as far from 0 as `t`.
///
/// `None` unless `freedom` is above 0. Source as above; checked against mpmath (test below).
pub(super) fn p_two_sided(t: f64, freedom: f64) -> Option<f64> {
    let law = StudentsT::new(0.0, 1.0, freedom).ok()?;
    Some((2.0 * law.sf(t.abs())).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    #[test]
    fn quantiles_match_40_digit_arithmetic() {
        let rows = [
            (1.0, 0.95, 12.706_204_736_174_705),
            (2.0, 0.95, 4.302_652_729_749_464),
            (3.0, 0.95, 3.182_446_305_283_709_5),
            (4.0, 0.95, 2.776_445_105_197_794_3),
            (9.0, 0.95, 2.262_157_162_798_205_3),
            (9.0, 0.99, 3.249_835_541_592_126_3),
            (30.0, 0.95, 2.042_272_456_301_238),
            (1000.0, 0.95, 1.962_339_080_826_408_5),
            (12_031.0, 0.95, 1.960_161_183_929_142_4),
            (100_000.0, 0.99, 2.575_878_469_908_375),
        ];
        for (freedom, level, wanted) in rows {
            let got = t_two_sided(level, freedom).expect("a quantile");
            assert!(close(got, wanted, 1e-9), "df {freedom}, {level}: {got} is not {wanted}");
        }
    }

    #[test]
    fn p_values_match_40_digit_arithmetic() {
        let rows = [
            (2.5, 1.0, 0.242_237_883_181_676_8),
            (-2.5, 4.0, 0.066_766_544_811_988_14),
            (1.0, 9.0, 0.343_436_396_137_913_5),
            (5.0, 30.0, 2.329_668_546_700_779_6e-5),
            (3.0, 999.0, 0.002_766_776_460_147_794_3),
            (20.0, 9999.0, 2.765_707_627_575_733_6e-87),
            (0.001, 9999.0, 0.999_202_135_521_047_3),
            (0.0, 9.0, 1.0),
        ];
        for (t, freedom, wanted) in rows {
            let got = p_two_sided(t, freedom).expect("a p-value");
            assert!(close(got, wanted, 1e-9), "t {t}, df {freedom}: {got} is not {wanted}");
        }
    }

    #[test]
    fn without_freedom_or_a_level_inside_there_is_none() {
        for (level, freedom) in [(0.95, 0.0), (0.0, 5.0), (1.0, 5.0), (f64::NAN, 5.0)] {
            assert_eq!(t_two_sided(level, freedom), None, "level {level}, df {freedom}");
        }
        assert_eq!(p_two_sided(2.0, 0.0), None);
    }
}
