//! Many policies against one baseline: intervals and p-values that hold for all of them at once.

use super::bootstrap::{Draws, Units, bootstrap_means};
use crate::kernel::Interval;

/// Numbers closer than this share of their size are equal: sums in other orders differ by less.
const TIE: f64 = 1e-12;

/// Many differences, compared at once.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxT {
    /// One for each column, in their order.
    pub contrasts: Vec<Contrast>,
    /// How many standard errors on each side make the intervals hold together.
    pub critical: f64,
}

/// One policy against the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The mean difference.
    pub difference: f64,
    /// Its cluster-robust standard error.
    pub standard_error: f64,
    /// The difference and [`MaxT::critical`] standard errors on each side: with the chance `level`
    /// all of these intervals hold their differences.
    pub interval: Interval,
    /// The p-value adjusted for all contrasts, in one step: at most `1 - level` just where the
    /// interval leaves out 0.
    pub p_single_step: f64,
    /// The p-value adjusted step by step, at most the other one: of use where only verdicts are
    /// wanted, for no intervals go with it.
    pub p_step_down: f64,
}

/// Compares the mean of every column of `units` with 0, all at once; each column holds the
/// differences of one policy from the baseline, item by item.
///
/// On every resample the centred differences are divided by their standard errors, and the largest
/// counts; so strongly correlated policies cost little. `level` is the confidence of all intervals
/// together. A column without spread has the interval of its mean alone, and leaves the others as
/// they are; p is 1.0 if its mean is 0. No p-value is below `1 / (1 + resamples)`.
/// `None` with one unit, for a `level` not strictly between 0 and 1, and with fewer than `level /
/// (1 - level)` resamples, which cannot show that much.
/// Source: P. H. Westfall and S. S. Young, Resampling-Based Multiple Testing (1993); step-down as
/// in J. P. Romano and M. Wolf, JASA 100 (2005), 94-108, p-values as in their Statist. Probab.
/// Lett. 113 (2016), 38-40. Checked by hand on given resamples, and by how often it errs on random
/// columns (tests below).
pub fn max_t(units: &Units, level: f64, draws: Draws<'_>) -> Option<MaxT> {
    let standard_errors = units.standard_errors()?;
    let means = bootstrap_means(units, draws);
    let sample = Sample { differences: &units.means(), standard_errors: &standard_errors };
    max_t_of(sample, means.resampled(), level)
}

/// The differences and their standard errors, by column.
#[derive(Debug, Clone, Copy)]
struct Sample<'a> {
    differences: &'a [f64],
    standard_errors: &'a [f64],
}

impl Sample<'_> {
    /// How many standard errors the difference of a column lies from 0.
    fn observed(self, column: usize) -> f64 {
        let difference = self.differences[column].abs();
        if difference == 0.0 || self.has_spread(column) {
            self.distance(column, 0.0)
        } else {
            f64::INFINITY
        }
    }

    /// How many standard errors the difference of a column lies from `mean`.
    fn distance(self, column: usize, mean: f64) -> f64 {
        let distance = (mean - self.differences[column]).abs();
        if self.has_spread(column) { distance / self.standard_errors[column] } else { 0.0 }
    }

    /// Whether a column varies by more than rounding does.
    fn has_spread(self, column: usize) -> bool {
        self.standard_errors[column] > TIE * self.differences[column].abs()
    }
}

/// From the means of each resample.
fn max_t_of<'a>(
    sample: Sample<'_>,
    resampled: impl Iterator<Item = &'a [f64]>,
    level: f64,
) -> Option<MaxT> {
    let n_columns = sample.differences.len();
    let observed: Vec<f64> = (0..n_columns).map(|column| sample.observed(column)).collect();
    // From the most significant on; equal ones in the order of the columns.
    let mut order: Vec<usize> = (0..n_columns).collect();
    order.sort_by(|one, other| observed[*other].total_cmp(&observed[*one]));
    let mut maxima = Vec::new();
    let mut reached_by_later = vec![0usize; order.len()];
    for means in resampled {
        let mut largest: f64 = 0.0;
        for (rank, column) in order.iter().enumerate().rev() {
            largest = largest.max(sample.distance(*column, means[*column]));
            reached_by_later[rank] += usize::from(reaches(largest, observed[*column]));
        }
        maxima.push(largest);
    }
    maxima.sort_unstable_by(f64::total_cmp);
    // A little more than the maximum that it is, so that what reaches that one is within.
    let critical = critical(&maxima, level)? * (1.0 + TIE);
    let p = |reached: usize| (1 + reached) as f64 / (1 + maxima.len()) as f64;
    let contrast = |column: usize| {
        let (difference, standard_error) =
            (sample.differences[column], sample.standard_errors[column]);
        let half = critical * standard_error;
        let reached = maxima.len() - maxima.partition_point(|it| !reaches(*it, observed[column]));
        Contrast {
            difference,
            standard_error,
            interval: Interval { low: difference - half, high: difference + half },
            p_single_step: p(reached),
            p_step_down: p(reached),
        }
    };
    let mut contrasts: Vec<Contrast> = (0..n_columns).map(contrast).collect();
    let mut most: f64 = 0.0;
    for (column, reached) in order.iter().zip(reached_by_later) {
        most = most.max(p(reached));
        contrasts[*column].p_step_down = most;
    }
    Some(MaxT { contrasts, critical })
}

/// Whether a maximum is at least as large, but for rounding, as what was observed.
fn reaches(maximum: f64, observed: f64) -> bool {
    maximum >= observed * (1.0 - TIE)
}

/// The maximum that just so many of the ascending `maxima` exceed that p is at most `1 - level`
/// beyond it.
fn critical(maxima: &[f64], level: f64) -> Option<f64> {
    // A little less, so that 0.95 of 999 + 1 is the 950th and not, by rounding, the 951st.
    let rank = (level * (1 + maxima.len()) as f64 - 1e-9).ceil();
    let inside = level > 0.0 && level < 1.0 && rank >= 1.0;
    inside.then(|| maxima.get(rank as usize - 1).copied()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::Seed;

    fn draws(n_resamples: usize) -> Draws<'static> {
        Draws { seed: Seed(7), purpose: "test", n_resamples }
    }

    fn apart(n: u32) -> Vec<u32> {
        (0..n).collect()
    }

    #[test]
    fn given_resamples_by_hand() {
        let sample = Sample { differences: &[1.0, -0.5, 0.2], standard_errors: &[0.25, 0.25, 0.1] };
        // In standard errors from the differences: (2, 0, 0), (0, 3, 1), (1, 1, 1), (0, 0, 2.5).
        let resampled = [[1.5, -0.5, 0.2], [1.0, 0.25, 0.1], [0.75, -0.25, 0.3], [1.0, -0.5, 0.45]];
        let got = max_t_of(sample, resampled.iter().map(|row| &row[..]), 0.6).expect("contrasts");
        // Maxima 1, 2, 2.5, 3; the third of them leaves (1 + 1) / 5 beyond it.
        assert!((got.critical - 2.5).abs() < 1e-9, "{got:?}");
        // Observed 4, 2, 2: in one step 0, 3 and 3 maxima reach them. Step by step the second is
        // held against maxima of 0, 3, 1, 2.5 and the third against 0, 1, 1, 2.5.
        let wanted = [(0.375, 1.625, 0.2, 0.2), (-1.125, 0.125, 0.8, 0.6), (-0.05, 0.45, 0.8, 0.6)];
        for (got, (low, high, single, down)) in got.contrasts.iter().zip(wanted) {
            let near = (got.interval.low - low).abs().max((got.interval.high - high).abs());
            assert!(near < 1e-9, "{got:?}");
            assert_eq!((got.p_single_step, got.p_step_down), (single, down), "{got:?}");
        }
    }

    #[test]
    fn too_few_resamples_and_no_level_have_no_critical_value() {
        let maxima: Vec<f64> = (1..=19).map(f64::from).collect();
        let rows = [
            (0.95, Some(19.0)),
            (0.9, Some(18.0)),
            (0.96, None),
            (0.5, Some(10.0)),
            (0.0, None),
            (1.0, None),
            (f64::NAN, None),
        ];
        for (level, wanted) in rows {
            assert_eq!(critical(&maxima, level), wanted, "level {level}");
        }
        assert_eq!(critical(&[], 0.5), None);
        let units = Units::new(&[&[1.0, 2.0]], &[0, 0]).expect("units");
        assert_eq!(max_t(&units, 0.95, draws(99)), None, "one unit");
    }

    #[test]
    fn a_column_without_spread_is_certain_and_disturbs_nobody() {
        let varied: Vec<f64> = (0..40).map(|item| f64::from(item % 3) - 0.9).collect();
        let (zeros, ones) = (vec![0.0; 40], vec![0.7; 40]);
        let alone = Units::new(&[&varied], &apart(40)).expect("units");
        let wanted = max_t(&alone, 0.95, draws(199)).expect("contrasts");
        let units = Units::new(&[&varied, &zeros, &ones], &apart(40)).expect("units");
        let got = max_t(&units, 0.95, draws(199)).expect("contrasts");
        assert!((got.critical - wanted.critical).abs() < 1e-9, "{got:?} {wanted:?}");
        let zero = Interval { low: 0.0, high: 0.0 };
        assert_eq!((got.contrasts[1].interval, got.contrasts[1].p_single_step), (zero, 1.0));
        assert!(got.contrasts[2].p_step_down <= 0.01, "{got:?}");
    }

    #[test]
    fn policies_like_each_other_cost_less_than_policies_that_are_not() {
        let noise = |by: u64| -> Vec<f64> {
            (0..400u64).map(|item| ((item * by) % 401) as f64 / 401.0 - 0.5).collect()
        };
        let columns: Vec<Vec<f64>> =
            [3, 7, 11, 19, 23, 31, 43, 59].into_iter().map(noise).collect();
        let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let alike = vec![views[0]; 8];
        let critical = |columns: &[&[f64]]| {
            let units = Units::new(columns, &apart(400)).expect("units");
            max_t(&units, 0.95, draws(1999)).expect("contrasts").critical
        };
        let (different, alike) = (critical(&views), critical(&alike));
        // For eight independent normal ones, the quantile is 2.73; for one it is 1.96.
        assert!((different - 2.73).abs() < 0.17, "{different}");
        assert!((alike - 1.96).abs() < 0.17, "{alike}");
    }

    #[test]
    fn it_errs_about_as_often_as_said() {
        use rand::Rng;
        const STUDIES: u32 = 400;
        let mut rng = Seed(7).stream("studies", &[]);
        let mut noise = || f64::from(rng.next_u32()) / f64::from(u32::MAX) - 0.5;
        let mut n_erring = 0;
        for study in 0..STUDIES {
            // Five policies that share half of what moves them, and none differs.
            let shared: Vec<f64> = (0..60).map(|_| noise()).collect();
            let columns: Vec<Vec<f64>> =
                (0..5).map(|_| shared.iter().map(|it| it + noise()).collect()).collect();
            let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let units = Units::new(&views, &apart(60)).expect("units");
            let purpose = &study.to_string();
            let draws = Draws { seed: Seed(7), purpose, n_resamples: 199 };
            let got = max_t(&units, 0.9, draws).expect("contrasts");
            n_erring += u32::from(got.contrasts.iter().any(|it| it.p_single_step <= 0.1));
        }
        // 40 are expected, give or take four standard errors.
        assert!((16..=64).contains(&n_erring), "{n_erring} of {STUDIES}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_interval_leaves_out_0_just_where_p_is_small(
            rows in prop::collection::vec((-2i8..4, -3i8..3, 0u32..9), 4..60),
        ) {
            let column = |of: fn(&(i8, i8, u32)) -> i8| -> Vec<f64> {
                rows.iter().map(|row| f64::from(of(row))).collect()
            };
            let (a, b) = (column(|row| row.0), column(|row| row.1));
            let clusters: Vec<u32> = rows.iter().map(|row| row.2).collect();
            let units = Units::new(&[&a, &b], &clusters).expect("units");
            let Some(got) = max_t(&units, 0.9, draws(99)) else { return Ok(()) };
            for it in &got.contrasts {
                prop_assert!(it.p_step_down <= it.p_single_step, "{:?}", it);
                if it.standard_error > 0.0 {
                    let leaves_out = !it.interval.contains(0.0);
                    prop_assert_eq!(it.p_single_step <= 0.1 + 1e-12, leaves_out, "{:?}", it);
                }
            }
        }
    }
}
