//! The mean of scores whose items come in groups, with an interval that knows of the groups.

use std::collections::BTreeMap;

use super::student::{p_two_sided, t_two_sided};
use crate::kernel::Interval;

/// A mean with its uncertainty, all but the counts in the unit of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanEstimate {
    /// The mean itself.
    pub point: f64,
    /// Student's interval around it; not clipped to the range of the values.
    pub interval: Interval,
    /// The cluster-robust standard error.
    pub standard_error: f64,
    /// How many values there are.
    pub n: u64,
    /// How many clusters they come in; the degrees of freedom are one fewer.
    pub n_clusters: u64,
}

/// The mean of `values` with a cluster-robust standard error; `clusters` holds the cluster of each
/// value, and `level` is the two-sided confidence of the interval.
///
/// With C clusters and n values the standard error is the root of `C / (C - 1)` times the sum over
/// clusters of the squared sums of residuals, over n. With every value its own cluster it is the
/// plain one, with n - 1. The interval is Student's with C - 1 degrees of freedom. The paired
/// difference of two policies' graded scores is this, on the differences item by item.
/// `None` without values, with one cluster only (its spread is unknown, not 0), where a value is
/// not finite, where the slices differ in length, and for a `level` not strictly between 0 and 1.
/// Source: K.-Y. Liang and S. L. Zeger, Biometrika 73 (1986), 13-22; the correction as `inspect_ai`
/// has it; for evaluations, E. Miller, arXiv 2411.00640 (2024), who leaves it out. Checked against
/// `inspect_ai`'s test vectors (below) and `tests/golden_stats.rs`.
pub fn clustered_mean(values: &[f64], clusters: &[u32], level: f64) -> Option<MeanEstimate> {
    if values.is_empty() || values.len() != clusters.len() {
        return None;
    }
    let n = values.len() as f64;
    let point = values.iter().sum::<f64>() / n;
    let mut residuals: BTreeMap<u32, f64> = BTreeMap::new();
    for (value, cluster) in values.iter().zip(clusters) {
        *residuals.entry(*cluster).or_default() += value - point;
    }
    let freedom = residuals.len() as f64 - 1.0;
    let quantile = t_two_sided(level, freedom)?;
    let squares: f64 = residuals.values().map(|sum| sum * sum).sum();
    let standard_error = (squares * (freedom + 1.0) / freedom).sqrt() / n;
    let half = quantile * standard_error;
    if !half.is_finite() {
        return None;
    }
    Some(MeanEstimate {
        point,
        interval: Interval { low: point - half, high: point + half },
        standard_error,
        n: values.len() as u64,
        n_clusters: residuals.len() as u64,
    })
}

/// The two-sided p-value of Student's t-test that the mean is 0, with one degree of freedom fewer
/// than clusters.
///
/// Without spread it is 1.0 for a mean of 0 and 0.0 for any other. An estimate from fewer than two
/// clusters, which [`clustered_mean`] never gives, proves nothing: 1.0.
/// Source: Student, Biometrika 6 (1908), 1-25. Checked against R `t.test` on his own example (test
/// below).
pub fn p_of_zero_mean(estimate: &MeanEstimate) -> f64 {
    if estimate.n_clusters < 2 || estimate.point == 0.0 {
        return 1.0;
    }
    if estimate.standard_error == 0.0 {
        return 0.0;
    }
    let t = estimate.point / estimate.standard_error;
    p_two_sided(t, estimate.n_clusters as f64 - 1.0).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::{close, prints_as};
    use super::*;

    /// Each value its own cluster.
    fn plain(values: &[f64], level: f64) -> Option<MeanEstimate> {
        let clusters: Vec<u32> = (0..values.len() as u32).collect();
        clustered_mean(values, &clusters, level)
    }

    #[test]
    fn vectors_of_inspect_ai_are_reproduced() {
        let ten: Vec<f64> = (0..10).map(f64::from).collect();
        let twenty: Vec<f64> = (0..20).map(f64::from).collect();
        let apart: Vec<u32> = (0..20).collect();
        let by_four: Vec<u32> = (0..20).map(|i| i % 4).collect();
        let few = [0.0, 0.0, 1.0, 1.0];
        let rows = [
            (&ten[..], &apart[..10], (4.5, 0.957_427), 10),
            (&twenty, &by_four, (9.5, 0.645_497), 4),
            (&few, &apart[..4], (0.5, 0.288_675), 4),
        ];
        for (values, clusters, (point, standard_error), n_clusters) in rows {
            let got = clustered_mean(values, clusters, 0.95).expect("an estimate");
            assert_eq!((got.point, got.n), (point, values.len() as u64), "{got:?}");
            assert_eq!(got.n_clusters, n_clusters, "{got:?}");
            assert!((got.standard_error - standard_error).abs() < 5e-7, "{got:?}");
        }
        // 0.5 -+ 3.182446 * 0.288675, the quantile being that of 3 degrees of freedom.
        let got = plain(&few, 0.95).expect("an estimate");
        assert!(prints_as(got.interval, (-0.418_693, 1.418_693), 6), "{got:?}");
    }

    #[test]
    fn what_has_no_spread_to_learn_from_has_no_estimate() {
        let rows: [(&[f64], &[u32], f64); 7] = [
            (&[], &[], 0.95),
            (&[1.0], &[0], 0.95),
            (&[1.0, 2.0, 3.0], &[4, 4, 4], 0.95),
            (&[1.0, 2.0], &[0], 0.95),
            (&[1.0, f64::NAN], &[0, 1], 0.95),
            (&[1.0, f64::INFINITY], &[0, 1], 0.95),
            (&[1.0, 2.0], &[0, 1], 1.0),
        ];
        for (values, clusters, level) in rows {
            assert_eq!(clustered_mean(values, clusters, level), None, "{values:?} {clusters:?}");
        }
    }

    #[test]
    fn p_of_zero_mean_is_students() {
        // Hours of sleep that one drug gave beyond another, by patient, in Student's paper and R's
        // `sleep`: t = 4.0621 with 9 degrees of freedom, p = 0.002833.
        let sleep = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
        let got = plain(&sleep, 0.95).expect("an estimate");
        assert!(prints_as(got.interval, (0.700_114_2, 2.459_885_8), 7), "{got:?}");
        assert!((p_of_zero_mean(&got) - 0.002_833).abs() < 5e-7, "{}", p_of_zero_mean(&got));
        for (values, wanted) in [([0.0; 3], 1.0), ([0.5; 3], 0.0), ([-1.0, 0.0, 1.0], 1.0)] {
            let got = plain(&values, 0.95).expect("an estimate");
            assert_eq!(p_of_zero_mean(&got), wanted, "{values:?}");
        }
        assert_eq!(p_of_zero_mean(&MeanEstimate { n_clusters: 1, ..got }), 1.0, "one cluster");
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_mean_and_narrows_with_n(
            values in prop::collection::vec(-10.0..10.0f64, 2..40),
        ) {
            let few = plain(&values, 0.95).expect("an estimate");
            let many = plain(&values.repeat(2), 0.95).expect("an estimate");
            prop_assert!(few.interval.contains(few.point));
            prop_assert!(many.standard_error <= few.standard_error);
        }

        #[test]
        fn alone_in_their_clusters_values_have_the_plain_standard_error(
            values in prop::collection::vec(-10.0..10.0f64, 2..40),
        ) {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let got = plain(&values, 0.95).expect("an estimate");
            prop_assert!(close(got.standard_error, (variance / n).sqrt(), 1e-9));
        }

        #[test]
        fn a_p_below_five_percent_is_an_interval_without_zero(
            rows in prop::collection::vec((-1.0..3.0f64, 0u32..8), 2..60),
        ) {
            let (values, clusters): (Vec<f64>, Vec<u32>) = rows.into_iter().unzip();
            if let Some(got) = clustered_mean(&values, &clusters, 0.95) {
                prop_assert_eq!(p_of_zero_mean(&got) < 0.05, !got.interval.contains(0.0));
            }
        }
    }
}
