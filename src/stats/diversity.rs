//! How differently models fail on the same items: two of them, and all of them together.

use super::PairedCounts;

/// The share of items that exactly one of two models got right, in [0, 1]; `None` without items.
///
/// Source: D. B. Skalak (1996), as "Dis" in L. I. Kuncheva and C. J. Whitaker, Machine Learning 51
/// (2003), 181-207. Checked against `DESlib` 0.3.7 (`tests/golden_diversity.rs`).
pub fn disagreement(counts: PairedCounts) -> Option<f64> {
    let n = counts.n();
    (n > 0).then(|| (counts.only_a + counts.only_b) as f64 / n as f64)
}

/// The share of items that both of two models got wrong, in [0, 1]; `None` without items.
///
/// Source: G. Giacinto and F. Roli (2001), as "DF" in Kuncheva and Whitaker (2003). Checked
/// against `DESlib` 0.3.7 (`tests/golden_diversity.rs`).
pub fn double_fault(counts: PairedCounts) -> Option<f64> {
    let n = counts.n();
    (n > 0).then(|| counts.neither as f64 / n as f64)
}

/// Cohen's kappa of two models' being right, in [-1, 1]: how far they agree beyond what models of
/// these accuracies would by chance; 0 when they are independent.
///
/// `None` without items, and where both are always right or both always wrong. It reaches 1 only
/// where the accuracies are equal, as does [`super::phi`].
/// Source: J. Cohen, Educ. Psychol. Meas. 20 (1960), 37-46. Checked against scikit-learn 1.9.1
/// (`tests/golden_diversity.rs`).
pub fn kappa(counts: PairedCounts) -> Option<f64> {
    let [both, only_a, only_b, neither] =
        [counts.both, counts.only_a, counts.only_b, counts.neither].map(|n| n as f64);
    let below = (both + only_a) * (only_a + neither) + (both + only_b) * (only_b + neither);
    (below > 0.0).then(|| 2.0 * (both * neither - only_a * only_b) / below)
}

/// Of a table of items and models, right or wrong: how many items so many of the models got right.
///
/// All measures follow from these counts. They are made of sums of whole numbers, so that neither
/// the order of items nor that of models can change them, and are `None` without items. Those that
/// say how models differ are also `None` for fewer than two models. Sources are given as in
/// Kuncheva and Whitaker (2003); all are checked against independent code
/// (`tests/golden_diversity.rs`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightCounts {
    /// Items by the number of models that are right, from none of them to all.
    n_items: Vec<u64>,
}

impl RightCounts {
    /// Counts items, given how many of `n_models` are right on each.
    ///
    /// # Panics
    /// When more are right than there are.
    pub fn of(n_models: usize, n_right: impl IntoIterator<Item = usize>) -> Self {
        let mut n_items = vec![0; n_models + 1];
        n_right.into_iter().for_each(|n_right| n_items[n_right] += 1);
        Self { n_items }
    }

    /// How many items there are.
    pub fn n(&self) -> u64 {
        self.n_items.iter().sum()
    }

    /// The share of items that some model got right: what no choice among them could exceed.
    pub fn any_right(&self) -> Option<f64> {
        self.share(|n_right, _| n_right > 0)
    }

    /// The share of items that every model got right.
    pub fn all_right(&self) -> Option<f64> {
        self.share(|n_right, n_models| n_right == n_models)
    }

    /// The share of items that no model got right.
    pub fn all_wrong(&self) -> Option<f64> {
        self.share(|n_right, _| n_right == 0)
    }

    /// The share of items that more than half of the models got right. A plurality vote can be
    /// right more often, because wrong votes scatter.
    pub fn majority_right(&self) -> Option<f64> {
        self.share(|n_right, n_models| 2 * n_right > n_models)
    }

    /// The entropy measure E, in [0, 1]: 0 where all models are right or wrong together, and 1
    /// where each item splits them as evenly as can be.
    ///
    /// Source: P. Cunningham and J. Carney (2000), in the form without a logarithm.
    pub fn entropy(&self) -> Option<f64> {
        let fewer = self.sum(|n_right, n_wrong| n_right.min(n_wrong));
        self.of_several(fewer, self.n() as f64 * (self.n_models() / 2) as f64)
    }

    /// The Kohavi-Wolpert variance KW, in [0, 1/4]: how unsure it is, on an item, whether a model
    /// picked at random is right. It is `(L - 1) / 2L` of the mean [`disagreement`] of L models.
    ///
    /// Source: R. Kohavi and D. Wolpert (1996).
    pub fn kohavi_wolpert(&self) -> Option<f64> {
        self.of_several(self.splits(), self.n() as f64 * (self.n_models() as f64).powi(2))
    }

    /// The interrater kappa of being right, at most 1: 0 where models are independent and equally
    /// good, below 0 where they complement each other. `None` where all is right or all wrong.
    ///
    /// It is Fleiss' kappa with the categories "right" and "wrong".
    /// Source: J. L. Fleiss, Statistical Methods for Rates and Proportions (1981).
    pub fn interrater_kappa(&self) -> Option<f64> {
        let right = self.sum(|n_right, _| n_right);
        let cells = self.n() as f64 * self.n_models() as f64;
        let below = (self.n_models() as f64 - 1.0) * right * (cells - right);
        self.of_several(self.splits() * cells, below).map(|it| 1.0 - it)
    }

    /// The difficulty measure theta, in [0, 1/4]: the variance over items of the share of models
    /// that are right. The lower, the more diverse.
    ///
    /// Source: L. K. Hansen and P. Salamon (1990).
    pub fn difficulty(&self) -> Option<f64> {
        let (n, n_models) = (self.n() as f64, self.n_models() as f64);
        let right = self.sum(|n_right, _| n_right);
        let squares = self.sum(|n_right, _| n_right * n_right);
        self.of_several(n * squares - right * right, (n * n_models).powi(2))
    }

    /// Generalised diversity GD, in [0, 1]: 1 less the chance that a second model fails where a
    /// first one does, both picked at random. `None` where no model ever fails.
    ///
    /// Source: D. Partridge and W. Krzanowski, Inf. Softw. Technol. 39 (1997), 707-717.
    pub fn generalised_diversity(&self) -> Option<f64> {
        let failures = self.sum(|_, n_wrong| n_wrong);
        let pairs = self.sum(|_, n_wrong| n_wrong * n_wrong.saturating_sub(1));
        self.of_several(pairs, (self.n_models() as f64 - 1.0) * failures).map(|it| 1.0 - it)
    }

    /// Coincident failure diversity CFD, in [0, 1]: 1 where only one model fails at a time, and 0
    /// where all fail together. `None` where no model ever fails; the source calls that 0.
    ///
    /// Source: D. Partridge and W. Krzanowski, Inf. Softw. Technol. 39 (1997), 707-717.
    pub fn coincident_failure_diversity(&self) -> Option<f64> {
        let saved = self.sum(|n_right, n_wrong| if n_wrong > 0 { n_right } else { 0 });
        let failed = self.sum(|_, n_wrong| u128::from(n_wrong > 0));
        self.of_several(saved, (self.n_models() as f64 - 1.0) * failed)
    }

    fn n_models(&self) -> usize {
        self.n_items.len() - 1
    }

    /// Pairs of a model that is right and one that is wrong, on the same item.
    fn splits(&self) -> f64 {
        self.sum(|n_right, n_wrong| n_right * n_wrong)
    }

    /// The sum over items of what follows from how many models are right and wrong.
    fn sum(&self, value: impl Fn(u128, u128) -> u128) -> f64 {
        let of_items = |(n_right, n_items): (usize, &u64)| {
            u128::from(*n_items) * value(n_right as u128, (self.n_models() - n_right) as u128)
        };
        self.n_items.iter().enumerate().map(of_items).sum::<u128>() as f64
    }

    fn share(&self, counts: impl Fn(usize, usize) -> bool) -> Option<f64> {
        let counted = |n_right: &usize| counts(*n_right, self.n_models());
        let n: u64 =
            (0..=self.n_models()).filter(counted).map(|n_right| self.n_items[n_right]).sum();
        (self.n() > 0).then(|| n as f64 / self.n() as f64)
    }

    fn of_several(&self, above: f64, below: f64) -> Option<f64> {
        (self.n_models() > 1 && below > 0.0).then(|| above / below)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::phi;

    /// In the order of the fields.
    fn counts([both, only_a, only_b, neither]: [u64; 4]) -> PairedCounts {
        PairedCounts { both, only_a, only_b, neither }
    }

    fn same(got: Option<f64>, wanted: Option<f64>) -> bool {
        match (got, wanted) {
            (Some(got), Some(wanted)) => (got - wanted).abs() < 1e-12,
            (got, wanted) => got == wanted,
        }
    }

    #[test]
    fn pairs_differ_as_textbook_tables_say() {
        for (table, wanted) in [
            ([6, 0, 0, 4], [Some(0.0), Some(0.4), Some(1.0)]),
            ([0, 5, 5, 0], [Some(1.0), Some(0.0), Some(-1.0)]),
            ([6, 3, 4, 2], [Some(7.0 / 15.0), Some(2.0 / 15.0), Some(0.0)]),
            // The two examiners in scikit-learn's documentation and in most textbooks.
            ([20, 5, 10, 15], [Some(0.3), Some(0.3), Some(0.4)]),
            // Nobody ever fails, everybody always does, and no items at all.
            ([9, 0, 0, 0], [Some(0.0), Some(0.0), None]),
            ([0, 0, 0, 9], [Some(0.0), Some(1.0), None]),
            ([0, 9, 0, 0], [Some(1.0), Some(0.0), Some(0.0)]),
            ([0, 0, 0, 0], [None, None, None]),
        ] {
            let table = counts(table);
            let got = [disagreement(table), double_fault(table), kappa(table)];
            let all_same = std::iter::zip(got, wanted).all(|(got, wanted)| same(got, wanted));
            assert!(all_same, "{table:?}: {got:?}");
        }
    }

    /// E, KW, kappa, theta, GD and CFD.
    fn measures(counts: &RightCounts) -> [Option<f64>; 6] {
        [
            counts.entropy(),
            counts.kohavi_wolpert(),
            counts.interrater_kappa(),
            counts.difficulty(),
            counts.generalised_diversity(),
            counts.coincident_failure_diversity(),
        ]
    }

    #[test]
    fn the_extremes_are_those_of_the_definitions() {
        let none = [None; 6];
        for (name, n_models, n_right, wanted) in [
            // All fail together, on half of the items.
            (
                "together",
                4,
                &[4, 0, 4, 0][..],
                [Some(0.0), Some(0.0), Some(1.0), Some(0.25), Some(0.0), Some(0.0)],
            ),
            // One fails at a time: kappa is as low as it can be, -1 / (L - 1).
            (
                "one at a time",
                4,
                &[3, 3, 3, 3],
                [Some(0.5), Some(0.1875), Some(-1.0 / 3.0), Some(0.0), Some(1.0), Some(1.0)],
            ),
            // Each item splits them in halves.
            (
                "halves",
                4,
                &[2, 2],
                [
                    Some(1.0),
                    Some(0.25),
                    Some(-1.0 / 3.0),
                    Some(0.0),
                    Some(2.0 / 3.0),
                    Some(2.0 / 3.0),
                ],
            ),
            ("never a failure", 3, &[3], [Some(0.0), Some(0.0), None, Some(0.0), None, None]),
            ("no items", 3, &[], none),
            ("one model", 1, &[0, 1], none),
            ("no models", 0, &[0], none),
        ] {
            let got = measures(&RightCounts::of(n_models, n_right.iter().copied()));
            let all_same = std::iter::zip(got, wanted).all(|(got, wanted)| same(got, wanted));
            assert!(all_same, "{name}: {got:?}");
        }
    }

    #[test]
    fn shares_of_items_that_some_or_all_or_most_have_right() {
        let five = RightCounts::of(5, [0, 1, 2, 3, 4, 5, 5, 5]);
        let [any, all, none, most] =
            [five.any_right(), five.all_right(), five.all_wrong(), five.majority_right()];
        assert_eq!(
            [any, all, none, most],
            [Some(7.0 / 8.0), Some(3.0 / 8.0), Some(1.0 / 8.0), Some(5.0 / 8.0)]
        );
        let half = RightCounts::of(4, [2]);
        assert_eq!((half.majority_right(), half.n()), (Some(0.0), 1), "half is no majority");
        assert_eq!(RightCounts::of(4, []).any_right(), None);
    }

    prop_compose! {
        /// A table of up to 30 items and two to six models.
        fn tables()(n_models in 2usize..7)(
            rows in prop::collection::vec(prop::collection::vec(any::<bool>(), n_models), 1..30),
        ) -> Vec<Vec<bool>> {
            rows
        }
    }

    fn right_counts(table: &[Vec<bool>]) -> RightCounts {
        let n_right = table.iter().map(|row| row.iter().filter(|right| **right).count());
        RightCounts::of(table[0].len(), n_right)
    }

    proptest! {
        #[test]
        fn the_variance_of_all_is_the_mean_disagreement_of_pairs(table in tables()) {
            let n_models = table[0].len();
            let mut disagreements = Vec::new();
            for a in 0..n_models {
                for b in a + 1..n_models {
                    let mut pair = PairedCounts::default();
                    for row in &table {
                        match (row[a], row[b]) {
                            (true, true) => pair.both += 1,
                            (true, false) => pair.only_a += 1,
                            (false, true) => pair.only_b += 1,
                            (false, false) => pair.neither += 1,
                        }
                    }
                    disagreements.extend(disagreement(pair));
                }
            }
            let mean = disagreements.iter().sum::<f64>() / disagreements.len() as f64;
            let wanted = mean * (n_models as f64 - 1.0) / (2.0 * n_models as f64);
            prop_assert!(same(right_counts(&table).kohavi_wolpert(), Some(wanted)));
        }

        #[test]
        fn measures_stay_within_their_bounds(table in tables()) {
            let [entropy, kw, kappa, theta, gd, cfd] = measures(&right_counts(&table));
            let bounds = [
                (entropy, 0.0, 1.0), (kw, 0.0, 0.25), (kappa, -1.0, 1.0),
                (theta, 0.0, 0.25), (gd, 0.0, 1.0), (cfd, 0.0, 1.0),
            ];
            for (measure, low, high) in bounds {
                let within = |it: f64| (low - 1e-12..=high + 1e-12).contains(&it);
                prop_assert!(measure.is_none_or(within), "{:?}", measure);
            }
        }

        #[test]
        fn kappa_is_no_farther_from_zero_than_phi(
            table in prop::array::uniform4(0u64..1000),
        ) {
            if let (Some(kappa), Some(phi)) = (kappa(counts(table)), phi(counts(table))) {
                prop_assert!(kappa * phi >= 0.0 && kappa.abs() <= phi.abs() + 1e-12);
            }
        }
    }
}
