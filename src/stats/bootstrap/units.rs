//! What is resampled: items, or clusters of items, with what they add to each mean.

use std::cmp::Ordering;

use super::super::clusters::Clusters;

/// Items or clusters of items, and the sums of some columns of scores over each.
///
/// Units that are equal in everything are one kind, and the kinds have an order of their own, so
/// that the order of the items changes nothing.
#[derive(Debug, Clone)]
pub struct Units {
    /// By column, then by kind.
    pub(super) sums: Vec<Vec<f64>>,
    /// The number of items in a unit, by kind.
    pub(super) sizes: Vec<f64>,
    /// The number of units, by kind.
    pub(super) counts: Vec<usize>,
    /// The sum over all units, by column.
    total_sums: Vec<f64>,
    n_items: f64,
}

impl Units {
    /// From columns that hold a score for each item, and the cluster of each item; what shares a
    /// cluster is drawn together.
    ///
    /// The columns are drawn together, too: put in all that is to be compared. `None` without
    /// columns or items, where a column is not as long as `clusters`, and where a score is not
    /// finite.
    pub fn new(columns: &[&[f64]], clusters: &[u32]) -> Option<Self> {
        let is_whole = |column: &&[f64]| {
            column.len() == clusters.len() && column.iter().all(|score| score.is_finite())
        };
        let fits = !clusters.is_empty() && u32::try_from(clusters.len()).is_ok();
        if columns.is_empty() || !fits || !columns.iter().all(is_whole) {
            return None;
        }
        let n_items = clusters.len() as f64;
        let clusters = Clusters::new(clusters);
        let sizes = clusters.sizes();
        // Adding 0.0 makes one zero of the two.
        let sums: Vec<Vec<f64>> =
            columns.iter().map(|column| clusters.sums(|item| column[item] + 0.0)).collect();
        let compare = |one: &usize, other: &usize| {
            let by_column = sums.iter().map(|column| column[*one].total_cmp(&column[*other]));
            let by_size = sizes[*one].total_cmp(&sizes[*other]);
            std::iter::once(by_size)
                .chain(by_column)
                .find(|it| it.is_ne())
                .unwrap_or(Ordering::Equal)
        };
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_unstable_by(compare);
        let kinds: Vec<&[usize]> =
            order.chunk_by(|one, other| compare(one, other).is_eq()).collect();
        let of_kinds = |by_unit: &Vec<f64>| -> Vec<f64> {
            kinds.iter().map(|kind| by_unit[kind[0]]).collect()
        };
        let counts: Vec<usize> = kinds.iter().map(|kind| kind.len()).collect();
        let sums: Vec<Vec<f64>> = sums.iter().map(of_kinds).collect();
        Some(Self {
            total_sums: sums.iter().map(|column| total(column, &counts)).collect(),
            n_items,
            sizes: of_kinds(&sizes),
            sums,
            counts,
        })
    }

    /// How many units there are: items, or clusters of them.
    pub fn n_units(&self) -> usize {
        self.counts.iter().sum()
    }

    /// How many columns there are.
    pub fn n_columns(&self) -> usize {
        self.sums.len()
    }

    /// The mean over items of each column.
    pub fn means(&self) -> Vec<f64> {
        self.total_sums.iter().map(|sum| sum / self.n_items).collect()
    }

    /// The cluster-robust standard error of each mean, as [`crate::stats::clustered_mean`] has it;
    /// `None` with one unit.
    pub fn standard_errors(&self) -> Option<Vec<f64>> {
        let n_units = self.n_units() as f64;
        let standard_error = |(column, mean): (&Vec<f64>, f64)| {
            let residuals = column.iter().zip(&self.sizes).map(|(sum, size)| sum - mean * size);
            let squares: Vec<f64> = residuals.map(|residual| residual * residual).collect();
            let between = total(&squares, &self.counts);
            (between * n_units / (n_units - 1.0)).sqrt() / self.n_items
        };
        (n_units > 1.0).then(|| self.sums.iter().zip(self.means()).map(standard_error).collect())
    }

    /// The means with one unit of a kind left out; `None` where no item would be left.
    pub(super) fn means_without(&self, kind: usize) -> Option<Vec<f64>> {
        let n_items = self.n_items - self.sizes[kind];
        let mean = |(total, column): (&f64, &Vec<f64>)| (total - column[kind]) / n_items;
        (n_items > 0.0).then(|| self.total_sums.iter().zip(&self.sums).map(mean).collect())
    }

    /// The number of items in every resample, where it is always the same.
    pub(super) fn common_n_items(&self) -> Option<f64> {
        let is_common = self.sizes.iter().all(|size| *size == self.sizes[0]);
        is_common.then_some(self.n_items)
    }
}

/// The sum over all units of what each kind has.
fn total(by_kind: &[f64], counts: &[usize]) -> f64 {
    by_kind.iter().zip(counts).map(|(value, count)| value * *count as f64).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::clustered_mean;
    use super::*;

    #[test]
    fn equal_units_are_one_kind_in_an_order_of_their_own() {
        let (a, b) = ([1.0, 0.0, 1.0, 0.0, -0.0], [0.5, 0.0, 0.5, 0.0, 0.0]);
        let units = Units::new(&[&a, &b], &[0, 1, 2, 3, 4]).expect("units");
        assert_eq!(units.counts, [3, 2]);
        assert_eq!(units.sums, [[0.0, 1.0], [0.0, 0.5]]);
        assert_eq!((units.n_units(), units.n_columns(), units.means()), (5, 2, vec![0.4, 0.2]));
        // Clusters of two and of three, so that the kinds differ in size.
        let units = Units::new(&[&a, &b], &[8, 8, 8, 5, 5]).expect("units");
        assert_eq!((units.sizes.clone(), units.counts.clone()), (vec![2.0, 3.0], vec![1, 1]));
        assert_eq!((units.common_n_items(), units.means()), (None, vec![0.4, 0.2]));
        assert_eq!(units.means_without(0), Some(vec![2.0 / 3.0, 1.0 / 3.0]));
        let one = Units::new(&[&a], &[3; 5]).expect("units");
        assert_eq!((one.means_without(0), one.standard_errors()), (None, None));
    }

    #[test]
    fn what_cannot_be_resampled_makes_no_units() {
        let rows: [(&[&[f64]], &[u32]); 5] = [
            (&[], &[0]),
            (&[&[]], &[]),
            (&[&[1.0, 2.0]], &[0]),
            (&[&[1.0], &[1.0, 2.0]], &[0]),
            (&[&[f64::NAN]], &[0]),
        ];
        for (columns, clusters) in rows {
            assert!(Units::new(columns, clusters).is_none(), "{columns:?} {clusters:?}");
        }
    }

    proptest! {
        #[test]
        fn means_and_standard_errors_are_those_of_the_clustered_mean(
            rows in prop::collection::vec((0u8..4, 0u32..6), 2..60),
        ) {
            let values: Vec<f64> = rows.iter().map(|(value, _)| f64::from(*value)).collect();
            let clusters: Vec<u32> = rows.iter().map(|(_, cluster)| *cluster).collect();
            let units = Units::new(&[&values], &clusters).expect("units");
            let Some(wanted) = clustered_mean(&values, &clusters, 0.95) else { return Ok(()) };
            prop_assert!((units.means()[0] - wanted.point).abs() < 1e-12);
            let standard_error = units.standard_errors().expect("standard errors")[0];
            prop_assert!((standard_error - wanted.standard_error).abs() < 1e-12);
        }
    }
}
