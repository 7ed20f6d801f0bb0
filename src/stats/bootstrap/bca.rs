//! The bootstrap interval that is corrected for bias and for a changing spread.

use super::super::normal::{quantile_at, share_below};
use super::replicates::Replicates;
use crate::kernel::Interval;

/// A bias-corrected and accelerated interval, or the percentile interval in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bca {
    /// The interval.
    pub interval: Interval,
    /// How it came about.
    pub kind: BcaKind,
}

/// How an interval came about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BcaKind {
    /// Corrected.
    Corrected {
        /// The normal quantile of the share of resamples below the estimate, ties counting half.
        bias: f64,
        /// A sixth of the skewness of the jackknife.
        acceleration: f64,
        /// The shares of resamples between which the interval lies.
        shares: Interval,
    },
    /// The percentile interval, for want of a correction.
    Percentile(Fallback),
}

/// Why an interval could not be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// The statistic is the same whichever unit is left out.
    NoVariation,
    /// All resamples lie on one side of the estimate.
    OneSided,
    /// The acceleration is so large that the correction turns back.
    TooSkewed,
}

/// Values closer than this share of their size are ties: sums in other orders differ by less.
const TIE: f64 = 1e-12;

impl Replicates {
    /// The BCa interval; `level` is the two-sided confidence.
    ///
    /// `None` for a `level` not strictly between 0 and 1. Where it cannot be corrected, it is the
    /// percentile interval and its kind says why.
    /// Source: B. Efron, JASA 82 (1987), 171-185; the acceleration by leaving out each unit in
    /// turn. Checked against scipy `bootstrap` on given indices (`tests/golden_resampling.rs`).
    pub fn bca(&self, level: f64) -> Option<Bca> {
        let percentile = self.percentile(level)?;
        let corrected = self.correction().and_then(|(bias, acceleration)| {
            let shares = Interval {
                low: corrected_share(bias, acceleration, (1.0 - level) / 2.0)?,
                high: corrected_share(bias, acceleration, (1.0 + level) / 2.0)?,
            };
            Ok((bias, acceleration, shares))
        });
        match corrected {
            Ok((bias, acceleration, shares)) => {
                let kind = BcaKind::Corrected { bias, acceleration, shares };
                Some(Bca { interval: self.between(shares)?, kind })
            }
            Err(why) => Some(Bca { interval: percentile, kind: BcaKind::Percentile(why) }),
        }
    }

    /// Bias and acceleration.
    fn correction(&self) -> Result<(f64, f64), Fallback> {
        let acceleration = self.acceleration().ok_or(Fallback::NoVariation)?;
        let bias = quantile_at(self.share_below_estimate());
        if bias.is_finite() { Ok((bias, acceleration)) } else { Err(Fallback::OneSided) }
    }

    /// Ties count half.
    fn share_below_estimate(&self) -> f64 {
        let (first, last) = (self.sorted[0], self.sorted[self.sorted.len() - 1]);
        let slack = TIE * self.estimate.abs().max(last - first);
        let below = self.sorted.partition_point(|value| *value < self.estimate - slack);
        let up_to = self.sorted.partition_point(|value| *value <= self.estimate + slack);
        (below + up_to) as f64 / 2.0 / self.sorted.len() as f64
    }

    /// `None` where nothing varies.
    fn acceleration(&self) -> Option<f64> {
        let sum = |part: &dyn Fn(f64) -> f64| -> f64 {
            self.left_out.iter().map(|it| it.n_units as f64 * part(it.value)).sum()
        };
        let mean = sum(&|value| value) / sum(&|_| 1.0);
        let largest = self.left_out.iter().map(|it| (mean - it.value).abs()).fold(0.0, f64::max);
        if largest <= TIE * mean.abs() {
            return None;
        }
        // In units of the largest, so that no power runs out of range.
        let power = |exponent: i32| sum(&|value| ((mean - value) / largest).powi(exponent));
        Some(power(3) / (6.0 * power(2).powf(1.5)))
    }
}

/// Where the quantile at `share` is to be found.
fn corrected_share(bias: f64, acceleration: f64, share: f64) -> Result<f64, Fallback> {
    let shifted = bias + quantile_at(share);
    let stretch = 1.0 - acceleration * shifted;
    if stretch > 0.0 { Ok(share_below(bias + shifted / stretch)) } else { Err(Fallback::TooSkewed) }
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::replicates::LeftOut;
    use super::*;

    fn replicates(estimate: f64, resampled: &[f64], left_out: &[f64]) -> Replicates {
        let left_out = left_out.iter().map(|value| LeftOut { value: *value, n_units: 1 }).collect();
        Replicates::new(estimate, resampled.to_vec(), left_out).expect("replicates")
    }

    fn corrected(it: &Replicates, level: f64) -> (f64, f64, Interval) {
        match it.bca(level).expect("an interval").kind {
            BcaKind::Corrected { bias, acceleration, shares } => (bias, acceleration, shares),
            BcaKind::Percentile(why) => panic!("{why:?}"),
        }
    }

    #[test]
    fn without_bias_and_skewness_nothing_is_corrected() {
        let it = replicates(3.0, &[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 4.0]);
        let (bias, acceleration, shares) = corrected(&it, 0.5);
        assert_eq!((bias, acceleration), (0.0, 0.0));
        assert!(close(shares.low, 0.25, 1e-12) && close(shares.high, 0.75, 1e-12), "{shares:?}");
        let got = it.bca(0.5).expect("an interval").interval;
        let wanted = it.percentile(0.5).expect("an interval");
        assert!(close(got.low, wanted.low, 1e-9) && close(got.high, wanted.high, 1e-9), "{got:?}");
    }

    #[test]
    fn ties_count_half_and_jackknife_units_as_many_as_they_are() {
        // Two of five below and one tie that only rounding hides: exactly the middle.
        let it = replicates(0.3, &[0.1, 0.2, 0.1 + 0.2, 0.4, 0.5], &[1.0, 2.0]);
        assert_eq!(it.share_below_estimate(), 0.5);
        // Skewness of 0, 0, 0, 1: the residuals from their mean are 1/4 thrice and -3/4.
        let left_out = vec![LeftOut { value: 0.0, n_units: 3 }, LeftOut { value: 1.0, n_units: 1 }];
        let it = Replicates::new(0.0, vec![-1.0, 1.0], left_out).expect("replicates");
        let wanted = (3.0 / 64.0 - 27.0 / 64.0) / (6.0 * (3.0f64 / 16.0 + 9.0 / 16.0).powf(1.5));
        assert!(it.acceleration().is_some_and(|got| close(got, wanted, 1e-12)), "{wanted}");
    }

    #[test]
    fn what_cannot_be_corrected_says_so() {
        let rows = [
            (replicates(2.0, &[1.0, 2.0, 3.0], &[5.0, 5.0, 5.0]), Fallback::NoVariation),
            (replicates(0.0, &[1.0, 2.0, 3.0], &[4.0, 5.0]), Fallback::OneSided),
            (replicates(4.0, &[1.0, 2.0, 3.0], &[4.0, 5.0]), Fallback::OneSided),
            // One unit decides all: an acceleration of about 1/6, and a bias of 2.
            (replicates(2.5, &far_above(2.5), &one_decides()), Fallback::TooSkewed),
        ];
        for (it, why) in rows {
            let got = it.bca(0.9999).expect("an interval");
            assert_eq!(got.kind, BcaKind::Percentile(why));
            assert_eq!(Some(got.interval), it.percentile(0.9999), "{why:?}");
        }
        let fine = replicates(2.0, &[1.0, 2.0, 3.0], &[4.0, 5.0]);
        for level in [0.0, 1.0, f64::NAN] {
            assert_eq!(fine.bca(level), None, "level {level}");
        }
    }

    /// All but one of a hundred below.
    fn far_above(estimate: f64) -> Vec<f64> {
        (0..100).map(|at| if at == 0 { estimate + 1.0 } else { estimate - f64::from(at) }).collect()
    }

    fn one_decides() -> Vec<f64> {
        (0..100).map(|at| if at == 0 { -1.0 } else { 0.0 }).collect()
    }
}
