//! Items that belong together: how large their groups are, and what they sum to.

/// The items in the order of their clusters.
#[derive(Debug)]
pub(super) struct Clusters {
    /// Item by item, those of one cluster side by side.
    order: Vec<usize>,
    /// Where each cluster ends in that order.
    ends: Vec<usize>,
}

impl Clusters {
    /// From the cluster of each item; the clusters come in the order of their numbers.
    pub(super) fn new(clusters: &[u32]) -> Self {
        let mut order: Vec<usize> = (0..clusters.len()).collect();
        order.sort_by_key(|item| clusters[*item]);
        let ends = order
            .chunk_by(|one, other| clusters[*one] == clusters[*other])
            .scan(0, |end, chunk| {
                *end += chunk.len();
                Some(*end)
            })
            .collect();
        Self { order, ends }
    }

    /// How many clusters there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of items in each.
    pub(super) fn sizes(&self) -> Vec<f64> {
        self.each().map(|items| items.len() as f64).collect()
    }

    /// The sum over each of what its items have; `value` gives that by item.
    ///
    /// It is taken from the smallest value on, so that the order of the items doesn't even change
    /// its last digit.
    pub(super) fn sums(&self, value: impl Fn(usize) -> f64) -> Vec<f64> {
        let sum = |items: &[usize]| {
            let mut values: Vec<f64> = items.iter().map(|item| value(*item)).collect();
            values.sort_unstable_by(f64::total_cmp);
            values.into_iter().sum()
        };
        self.each().map(sum).collect()
    }

    fn each(&self) -> impl Iterator<Item = &[usize]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| &self.order[*start..*end])
    }
}

/// The sum of `values` over each cluster, in the order of the clusters' numbers.
///
/// What is flipped or drawn as one is one number: [`super::sign_flip`] takes these. `None` where
/// the slices differ in length.
pub fn cluster_sums(values: &[f64], clusters: &[u32]) -> Option<Vec<f64>> {
    (values.len() == clusters.len()).then(|| Clusters::new(clusters).sums(|item| values[item]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_summed_by_cluster_in_the_order_of_the_numbers() {
        let rows: [(&[f64], &[u32], &[f64]); 3] = [
            (&[1.0, 2.0, 4.0, 8.0], &[7, 3, 7, 5], &[2.0, 8.0, 5.0]),
            (&[1.0, 2.0], &[0, 1], &[1.0, 2.0]),
            (&[], &[], &[]),
        ];
        for (values, clusters, wanted) in rows {
            let got = cluster_sums(values, clusters);
            assert_eq!(got.as_deref(), Some(wanted), "{values:?} {clusters:?}");
        }
        assert_eq!(cluster_sums(&[1.0], &[0, 1]), None, "lengths differ");
        let sums = cluster_sums(&[0.1, 0.2, 0.3, 0.3, 0.2, 0.1], &[0, 0, 0, 1, 1, 1]);
        assert!(sums.is_some_and(|sums| sums[0] == sums[1]), "the order shows");
        let clusters = Clusters::new(&[7, 3, 7, 5]);
        assert_eq!((clusters.len(), clusters.sizes()), (3, vec![1.0, 1.0, 2.0]));
    }
}
