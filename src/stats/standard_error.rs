//! The standard error of a mean, under the formulas that evaluations use for it.

use super::clusters::Clusters;

/// How a standard error takes account of clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterFormula {
    /// The root of the sum over clusters of squared sums of residuals, over n.
    Plain,
    /// [`Self::Plain`] times the root of C / (C - 1), for C clusters: what
    /// [`super::clustered_mean`] uses.
    Corrected,
    /// Miller's as written: the variance over n, taken with n - 1, plus the products of the
    /// residuals of different items in one cluster.
    Miller,
}

/// The standard error of the mean of independent `values`: the root of their variance, taken with
/// n - 1, over n.
///
/// `None` for fewer than two values and where one is not finite.
/// Source: E. Miller, arXiv 2411.00640 (2024). Checked against numpy
/// (`tests/golden_intervals.rs`).
pub fn standard_error(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let residuals = residuals(values).filter(|residuals| residuals.len() > 1)?;
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    finite((squares / (n - 1.0) / n).sqrt())
}

/// The standard error of a share, the root of `p (1 - p) / n`; 0 at the extremes, where it should
/// not be used.
///
/// `None` without trials and for more hits than trials. Source: Miller (2024). Checked
/// against numpy (`tests/golden_intervals.rs`).
pub fn bernoulli_standard_error(hits: u64, trials: u64) -> Option<f64> {
    let share = hits as f64 / trials as f64;
    (trials > 0 && hits <= trials).then(|| (share * (1.0 - share) / trials as f64).sqrt())
}

/// The standard error of the mean of `values` that come in clusters; `clusters` holds the cluster
/// of each.
///
/// `None` where the slices differ in length, where a value is not finite, and with a single
/// cluster, whose spread is unknown.
/// Source: K.-Y. Liang and S. L. Zeger, Biometrika 73 (1986), 13-22; `inspect_ai` for the
/// correction; Miller (2024) for the last. Checked against `inspect_ai` and numpy
/// (`tests/golden_intervals.rs`).
pub fn clustered_standard_error(
    values: &[f64],
    clusters: &[u32],
    formula: ClusterFormula,
) -> Option<f64> {
    if values.len() != clusters.len() {
        return None;
    }
    let clusters = Clusters::new(clusters);
    let residuals = residuals(values).filter(|_| clusters.len() > 1)?;
    let sums = clusters.sums(|item| residuals[item]);
    let n = values.len() as f64;
    let between: f64 = sums.iter().map(|sum| sum * sum).sum();
    let variance = match formula {
        ClusterFormula::Plain => between,
        ClusterFormula::Corrected => between * sums.len() as f64 / (sums.len() as f64 - 1.0),
        ClusterFormula::Miller => {
            let within: f64 = residuals.iter().map(|residual| residual * residual).sum();
            within * n / (n - 1.0) + between - within
        }
    };
    finite(variance.sqrt() / n)
}

/// The values less their mean.
fn residuals(values: &[f64]) -> Option<Vec<f64>> {
    let mean = finite(values.iter().sum::<f64>() / values.len() as f64)?;
    Some(values.iter().map(|value| value - mean).collect())
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::close;
    use super::super::clustered_mean;
    use super::*;

    const FORMULAS: [ClusterFormula; 3] =
        [ClusterFormula::Plain, ClusterFormula::Corrected, ClusterFormula::Miller];

    #[test]
    fn one_worked_example_gives_all() {
        // Residuals -1/2, -1/2, 1/2, 1/2; the sums over the clusters are -1 and 1.
        let values = [0.0, 0.0, 1.0, 1.0];
        assert!(standard_error(&values).is_some_and(|it| close(it, (1.0f64 / 12.0).sqrt(), 1e-15)));
        assert_eq!(bernoulli_standard_error(2, 4), Some(0.25));
        let wanted = [2f64.sqrt() / 4.0, 0.5, (4.0f64 / 3.0 + 1.0).sqrt() / 4.0];
        for (formula, wanted) in FORMULAS.into_iter().zip(wanted) {
            let got = clustered_standard_error(&values, &[4, 4, 9, 9], formula);
            assert!(got.is_some_and(|got| close(got, wanted, 1e-15)), "{formula:?}: {got:?}");
        }
    }

    #[test]
    fn what_has_no_spread_to_learn_from_has_no_standard_error() {
        let rows: [(&[f64], &[u32]); 5] = [
            (&[], &[]),
            (&[1.0], &[0]),
            (&[1.0, 2.0], &[0]),
            (&[1.0, 2.0], &[3, 3]),
            (&[1.0, f64::NAN], &[0, 1]),
        ];
        for (values, clusters) in rows {
            for formula in FORMULAS {
                let got = clustered_standard_error(values, clusters, formula);
                assert_eq!(got, None, "{values:?} {clusters:?} {formula:?}");
            }
        }
        assert_eq!((standard_error(&[1.0]), standard_error(&[0.0, f64::INFINITY])), (None, None));
        assert_eq!((bernoulli_standard_error(0, 0), bernoulli_standard_error(3, 2)), (None, None));
    }

    proptest! {
        #[test]
        fn the_corrected_formula_is_that_of_the_clustered_mean(
            rows in prop::collection::vec((-1.0..3.0f64, 0u32..8), 2..60),
        ) {
            let (values, clusters): (Vec<f64>, Vec<u32>) = rows.into_iter().unzip();
            let got = clustered_standard_error(&values, &clusters, ClusterFormula::Corrected);
            let wanted = clustered_mean(&values, &clusters, 0.95).map(|it| it.standard_error);
            prop_assert_eq!(got.is_some(), wanted.is_some());
            if let (Some(got), Some(wanted)) = (got, wanted) {
                prop_assert!((got - wanted).abs() < 1e-12, "{} {}", got, wanted);
            }
        }

        #[test]
        fn alone_in_their_clusters_values_have_the_plain_standard_error(
            values in prop::collection::vec(-10.0..10.0f64, 2..40),
        ) {
            let apart: Vec<u32> = (0..values.len() as u32).collect();
            let wanted = standard_error(&values).expect("a standard error");
            for formula in &FORMULAS[1..] {
                let got = clustered_standard_error(&values, &apart, *formula);
                prop_assert!(got.is_some_and(|got| (got - wanted).abs() < 1e-12), "{:?}", got);
            }
        }
    }
}
