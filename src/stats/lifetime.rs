//! How long something lasts: the laws of times to failure and of times to repair.

use statrs::distribution::{ContinuousCDF, Gamma};
use statrs::function::gamma::gamma;

use super::normal::quantile_at;

/// A law of lengths of time, in whatever unit its parameters have. All of them are above 0.
///
/// Source of the formulas: N. L. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate
/// Distributions, vol. 1 (1994), ch. 14, 19 and 21. The tests check means and quantiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lifetime {
    /// Without memory.
    Exponential {
        /// The mean.
        mean: f64,
    },
    /// The logarithm is normal.
    LogNormal {
        /// The median.
        median: f64,
        /// The standard deviation of the logarithm; 0 lasts as long every time.
        sigma: f64,
    },
    /// Failure is the likelier the longer it has lasted (shape above 1), or the less (below 1).
    Weibull {
        /// Lasted by 1 in e.
        scale: f64,
        /// 1 is the exponential law.
        shape: f64,
    },
}

impl Lifetime {
    /// The mean.
    pub fn mean(self) -> f64 {
        match self {
            Self::Exponential { mean } => mean,
            Self::LogNormal { median, sigma } => median * (sigma * sigma / 2.0).exp(),
            Self::Weibull { scale, shape } => scale * gamma(1.0 + 1.0 / shape),
        }
    }

    /// The length that the share `share`, strictly between 0 and 1, of all lengths stays below.
    pub fn quantile(self, share: f64) -> f64 {
        let exceeded = -(-share).ln_1p();
        match self {
            Self::Exponential { mean } => mean * exceeded,
            Self::LogNormal { median, sigma } => median * (sigma * quantile_at(share)).exp(),
            Self::Weibull { scale, shape } => scale * exceeded.powf(1.0 / shape),
        }
    }

    /// What is left of a length that is met at an arbitrary time, for two even draws strictly
    /// between 0 and 1.
    ///
    /// Long ones are met more often: the length is drawn by its length-biased law, and one is as
    /// likely to be met early in it as late (D. R. Cox, Renewal Theory (1962), ch. 5).
    pub fn residual(self, [which, when]: [f64; 2]) -> f64 {
        match self {
            Self::Exponential { .. } => self.quantile(when),
            Self::LogNormal { median, sigma } => {
                let median = median * (sigma * sigma).exp();
                when * Self::LogNormal { median, sigma }.quantile(which)
            }
            Self::Weibull { scale, shape } => {
                // (length / scale)^shape has a gamma law of shape 1 + 1 / shape.
                let powered = Gamma::new(1.0 + 1.0 / shape, 1.0).map(|law| law.inverse_cdf(which));
                when * scale * powered.unwrap_or(1.0).powf(1.0 / shape)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    const LAWS: [Lifetime; 5] = [
        Lifetime::Exponential { mean: 3.0 },
        Lifetime::LogNormal { median: 1.24, sigma: 1.168 },
        Lifetime::LogNormal { median: 2.0, sigma: 0.0 },
        Lifetime::Weibull { scale: 2.0, shape: 1.5 },
        Lifetime::Weibull { scale: 2.0, shape: 0.7 },
    ];

    #[test]
    fn means_and_medians_are_those_of_the_books() {
        let ln_2 = std::f64::consts::LN_2;
        // Gamma(5/3) = 0.902745..., Gamma(1 + 10/7) = 1.265823... (NIST's tables).
        let means = [3.0, 1.24 * (1.168_f64.powi(2) / 2.0).exp(), 2.0, 1.805_490_6, 2.531_646_8];
        let medians =
            [3.0 * ln_2, 1.24, 2.0, 2.0 * ln_2.powf(2.0 / 3.0), 2.0 * ln_2.powf(1.0 / 0.7)];
        for ((law, mean), median) in LAWS.into_iter().zip(means).zip(medians) {
            assert!(close(law.mean(), mean, 1e-6), "{law:?}: {}", law.mean());
            assert!(close(law.quantile(0.5), median, 1e-9), "{law:?}: {}", law.quantile(0.5));
        }
    }

    #[test]
    fn quantiles_average_to_the_mean_and_residuals_to_half_the_second_moment_over_it() {
        let n = 400;
        let even = |at: usize| (at as f64 + 0.5) / n as f64;
        for law in LAWS {
            let lengths: Vec<f64> =
                (0..n * n).map(|at| law.quantile((at as f64 + 0.5) / (n * n) as f64)).collect();
            let mean = lengths.iter().sum::<f64>() / lengths.len() as f64;
            assert!(close(mean, law.mean(), 0.005), "{law:?}: {mean}");
            let squares = lengths.iter().map(|it| it * it).sum::<f64>() / lengths.len() as f64;
            let residuals =
                (0..n).flat_map(|a| (0..n).map(move |b| law.residual([even(a), even(b)])));
            let residual = residuals.sum::<f64>() / (n * n) as f64;
            assert!(close(residual, squares / mean / 2.0, 0.05), "{law:?}: {residual}");
        }
    }
}
