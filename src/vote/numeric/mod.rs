//! Rules for answers that are numbers: the values of those who answered become one value.
//!
//! Every rule takes finite values in no particular order and looks at no order. It gives `None`
//! where there is no value, or one that is not finite, and never a number that is not finite.

mod cluster;
mod huber;
mod median;
#[cfg(test)]
mod properties;
mod trimmed_mean;
mod weighted_median;

pub use cluster::{AbsoluteGap, Chain, Cluster, RelativeGap};
pub use huber::{Huber, Tuning};
pub use median::{Median, median};
pub use trimmed_mean::{Trim, TrimmedMean};
pub use weighted_median::{WeightedMedian, weighted_median};

/// The values from the least on; `None` without any, or where one is not finite.
fn ascending(values: &[f64]) -> Option<Vec<f64>> {
    let fit = !values.is_empty() && values.iter().all(|value| value.is_finite());
    fit.then(|| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted
    })
}

/// The middle of at least one value in ascending order, or the mean of the two middles.
fn middle(sorted: &[f64]) -> f64 {
    f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

/// What the tests of these rules share.
#[cfg(test)]
mod samples {
    /// Darwin's differences between crossed and self-fertilised maize, in eighths of an inch, from
    /// R. A. Fisher, The Design of Experiments, 1935.
    pub(super) const DARWIN: [f64; 15] =
        [49., -67., 8., 16., 6., 23., 28., 41., 14., 29., 56., 24., 75., 60., -48.];

    /// Parts per million of copper in wholemeal flour, the data `chem` of R's MASS.
    pub(super) const CHEM: [f64; 24] = [
        2.90, 3.10, 3.40, 3.40, 3.70, 3.70, 2.80, 2.50, 2.40, 2.40, 2.70, 2.20, 5.28, 3.37, 3.03,
        3.03, 28.95, 3.77, 3.40, 2.20, 3.50, 3.60, 3.70, 3.70,
    ];

    /// Four near values and one that is off by a factor.
    pub(super) const OUTLIER: [f64; 5] = [1., 2., 3., 4., 1000.];

    /// Equal to twelve digits, or both `None`.
    pub(super) fn close(got: Option<f64>, wanted: Option<f64>) -> bool {
        match (got, wanted) {
            (Some(got), Some(wanted)) => (got - wanted).abs() <= 1e-12 * wanted.abs(),
            (got, wanted) => got == wanted,
        }
    }
}
