//! A statistic on a sample and on its resamples, and the intervals that are read off them.

use super::super::quantile;
use crate::kernel::Interval;

/// A statistic on the sample itself, on each resample, and with each unit left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicates {
    /// On the sample itself.
    pub estimate: f64,
    /// On the resamples, ascending.
    pub(super) sorted: Vec<f64>,
    pub(super) left_out: Vec<LeftOut>,
}

/// What a statistic is without one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeftOut {
    /// The statistic.
    pub value: f64,
    /// For how many units it is this, each left out alone.
    pub n_units: u64,
}

impl Replicates {
    /// From the three parts; `None` without resamples, without anything left out, and where a
    /// number is not finite.
    pub fn new(estimate: f64, resampled: Vec<f64>, left_out: Vec<LeftOut>) -> Option<Self> {
        let is_finite = estimate.is_finite()
            && resampled.iter().all(|value| value.is_finite())
            && left_out.iter().all(|it| it.value.is_finite());
        if resampled.is_empty() || left_out.is_empty() || !is_finite {
            return None;
        }
        let mut sorted = resampled;
        sorted.sort_unstable_by(f64::total_cmp);
        Some(Self { estimate, sorted, left_out })
    }

    /// The statistic on the resamples, ascending.
    pub fn resampled(&self) -> &[f64] {
        &self.sorted
    }

    /// The percentile interval: what the middle share `level` of the resamples comes to.
    ///
    /// `None` for a `level` not strictly between 0 and 1.
    /// Source: B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), 13.3, with
    /// quantiles of Hyndman and Fan's type 7. Checked against numpy and scipy
    /// (`tests/golden_resampling.rs`).
    pub fn percentile(&self, level: f64) -> Option<Interval> {
        let tail = Some((1.0 - level) / 2.0).filter(|tail| *tail > 0.0 && *tail < 0.5)?;
        self.between(Interval { low: tail, high: 1.0 - tail })
    }

    /// The basic interval: the percentile interval mirrored in the estimate, for the estimate errs
    /// as the resamples err.
    ///
    /// It may leave the range of the statistic. `None` as for [`Self::percentile`].
    /// Source: A. C. Davison and D. V. Hinkley, Bootstrap Methods and their Application (1997),
    /// 5.2. Checked against scipy (`tests/golden_resampling.rs`).
    pub fn basic(&self, level: f64) -> Option<Interval> {
        let Interval { low, high } = self.percentile(level)?;
        let twice = 2.0 * self.estimate;
        Some(Interval { low: twice - high, high: twice - low })
    }

    /// The standard deviation of the statistic over the resamples, taken with one fewer than there
    /// are; `None` for one resample.
    ///
    /// Checked against numpy (`tests/golden_resampling.rs`).
    pub fn standard_error(&self) -> Option<f64> {
        let n = self.sorted.len() as f64;
        let mean = self.sorted.iter().sum::<f64>() / n;
        let squares: f64 = self.sorted.iter().map(|value| (value - mean).powi(2)).sum();
        (n > 1.0).then(|| (squares / (n - 1.0)).sqrt())
    }

    /// The quantiles of the resamples at two shares.
    pub(super) fn between(&self, shares: Interval) -> Option<Interval> {
        let low = quantile(&self.sorted, shares.low)?;
        Some(Interval { low, high: quantile(&self.sorted, shares.high)? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::*;

    const LEFT_OUT: LeftOut = LeftOut { value: 2.0, n_units: 3 };

    #[test]
    fn intervals_of_five_resamples_by_hand() {
        let replicates = Replicates::new(2.5, vec![3.0, 1.0, 2.0, 5.0, 4.0], vec![LEFT_OUT])
            .expect("replicates");
        assert_eq!(replicates.resampled(), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(replicates.percentile(0.5), Some(Interval { low: 2.0, high: 4.0 }));
        assert_eq!(replicates.basic(0.5), Some(Interval { low: 1.0, high: 3.0 }));
        assert!(replicates.standard_error().is_some_and(|it| close(it, 2.5f64.sqrt(), 1e-15)));
        for level in [0.0, 1.0, -0.5, f64::NAN] {
            assert_eq!(replicates.percentile(level), None, "level {level}");
            assert_eq!(replicates.basic(level), None, "level {level}");
        }
    }

    #[test]
    fn what_is_empty_or_no_number_makes_no_replicates() {
        let infinite = LeftOut { value: f64::INFINITY, n_units: 1 };
        let rows = [
            (1.0, vec![], vec![LEFT_OUT]),
            (1.0, vec![1.0], vec![]),
            (f64::NAN, vec![1.0], vec![LEFT_OUT]),
            (1.0, vec![f64::NAN], vec![LEFT_OUT]),
            (1.0, vec![1.0], vec![infinite]),
        ];
        for (estimate, resampled, left_out) in rows {
            let case = format!("{estimate} {resampled:?} {left_out:?}");
            assert_eq!(Replicates::new(estimate, resampled, left_out), None, "{case}");
        }
        let one = Replicates::new(1.0, vec![1.0], vec![LEFT_OUT]).expect("replicates");
        assert_eq!(one.standard_error(), None);
    }
}
