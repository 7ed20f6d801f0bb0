//! How far several raters agree on categories or numbers, beyond what chance would bring about.

use std::collections::BTreeMap;

/// Fleiss' kappa of raters who each put every item into one category; at most 1, and 0 where they
/// agree as often as raters would who draw from all the ratings given.
///
/// `ratings` has one entry per item: the category that each rater gave it, in any order; they need
/// not be the same raters throughout. `None` without items, where an item has other than the first
/// one's number of ratings or fewer than two, and where all ratings are of one category.
/// Source: J. L. Fleiss, Psychol. Bull. 76 (1971), 378-382. Checked against his example (test
/// below) and statsmodels (`tests/golden_diversity.rs`).
pub fn fleiss_kappa(ratings: &[Vec<u32>]) -> Option<f64> {
    let n_raters = ratings.first()?.len();
    if n_raters < 2 || ratings.iter().any(|item| item.len() != n_raters) {
        return None;
    }
    let mut totals: BTreeMap<u32, u128> = BTreeMap::new();
    let mut agreeing = 0_u128;
    for item in ratings {
        for (category, n) in counted(item.iter().copied()) {
            *totals.entry(category).or_default() += u128::from(n);
            agreeing += u128::from(n) * u128::from(n - 1);
        }
    }
    let n_pairs = ratings.len() * n_raters * (n_raters - 1);
    let n_ratings = (ratings.len() * n_raters) as f64;
    let observed = agreeing as f64 / n_pairs as f64;
    let squares: u128 = totals.values().map(|n| n * n).sum();
    let by_chance = squares as f64 / (n_ratings * n_ratings);
    (totals.len() > 1).then(|| (observed - by_chance) / (1.0 - by_chance))
}

/// What the values are that raters gave, and so how far two of them are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Names: equal or not.
    Nominal,
    /// Ranks: as far apart as there are values given between them.
    Ordinal,
    /// Numbers of which differences count.
    Interval,
    /// Numbers from 0 up of which ratios count.
    Ratio,
}

/// Krippendorff's alpha, at most 1: 0 where raters agree as often as if the values given had been
/// dealt out at random.
///
/// `units` has one entry per item: the values that it was given, in any order; a rater who gave
/// none is left out. Items of fewer than two values say nothing, and are passed over. `None` where
/// no item has two, where a value is not finite, below 0 under [`Scale::Ratio`], and where all
/// values are equal. Takes time by the square of the number of distinct values, except for names.
/// Source: K. Krippendorff, Content Analysis (2004), and Computing Krippendorff's
/// Alpha-Reliability (2011), whose example is the test below. Checked against the package
/// `krippendorff` 0.9.0 (`tests/golden_diversity.rs`).
pub fn krippendorff_alpha(units: &[Vec<f64>], scale: Scale) -> Option<f64> {
    let units: Vec<&Vec<f64>> = units.iter().filter(|unit| unit.len() > 1).collect();
    // Without a negative zero, which would be a value apart.
    let mut values: Vec<f64> =
        units.iter().flat_map(|unit| unit.iter()).map(|it| it + 0.0).collect();
    let fits = |value: &f64| value.is_finite() && (scale != Scale::Ratio || *value >= 0.0);
    if !values.iter().all(fits) {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let n_values = values.len() as f64;
    let marginals = Marginals::of(&values, scale);
    let mut disagreements: Vec<f64> = Vec::with_capacity(units.len());
    for unit in &units {
        let of_unit: Vec<(usize, u64)> =
            counted(unit.iter().map(|value| marginals.position(value + 0.0))).collect();
        disagreements.push(marginals.apart(&of_unit) / (unit.len() as f64 - 1.0));
    }
    // Sorted, so that the order of items changes nothing.
    disagreements.sort_by(f64::total_cmp);
    let observed = disagreements.iter().sum::<f64>() / n_values;
    let by_chance = marginals.all_apart() / (n_values * (n_values - 1.0));
    (by_chance > 0.0).then(|| 1.0 - observed / by_chance)
}

/// The distinct values in ascending order, and how often each was given.
struct Marginals {
    scale: Scale,
    values: Vec<f64>,
    n_given: Vec<u64>,
    /// How many values were given that are smaller.
    n_below: Vec<u64>,
}

impl Marginals {
    fn of(sorted: &[f64], scale: Scale) -> Self {
        let mut marginals =
            Self { scale, values: Vec::new(), n_given: Vec::new(), n_below: Vec::new() };
        let mut n_below = 0;
        for same in sorted.chunk_by(|a, b| a == b) {
            marginals.values.push(same[0]);
            marginals.n_given.push(same.len() as u64);
            marginals.n_below.push(n_below);
            n_below += same.len() as u64;
        }
        marginals
    }

    fn position(&self, value: f64) -> usize {
        self.values.partition_point(|known| *known < value)
    }

    /// The sum of squared distances over ordered pairs of what was given, by position and number.
    fn apart(&self, given: &[(usize, u64)]) -> f64 {
        let mut sum = 0.0;
        for (at, (low, n_low)) in given.iter().enumerate() {
            for (high, n_high) in &given[at + 1..] {
                sum += 2.0 * *n_low as f64 * *n_high as f64 * self.squared_distance(*low, *high);
            }
        }
        sum
    }

    fn all_apart(&self) -> f64 {
        if self.scale == Scale::Nominal {
            let n: u64 = self.n_given.iter().sum();
            let squares: u128 = self.n_given.iter().map(|n| u128::from(*n) * u128::from(*n)).sum();
            return (u128::from(n) * u128::from(n) - squares) as f64;
        }
        let given: Vec<(usize, u64)> = self.n_given.iter().copied().enumerate().collect();
        self.apart(&given)
    }

    /// Of two different values by position, the lower one first.
    fn squared_distance(&self, low: usize, high: usize) -> f64 {
        let distance = match self.scale {
            Scale::Nominal => 1.0,
            Scale::Ordinal => {
                let upto_high = self.n_below[high] as f64 + self.n_given[high] as f64 / 2.0;
                let upto_low = self.n_below[low] as f64 + self.n_given[low] as f64 / 2.0;
                upto_high - upto_low
            }
            Scale::Interval => self.values[high] - self.values[low],
            Scale::Ratio => {
                let [low, high] = [self.values[low], self.values[high]];
                (high - low) / (high + low)
            }
        };
        distance * distance
    }
}

/// How often each occurs, in ascending order.
fn counted<T: Ord + Copy>(given: impl Iterator<Item = T>) -> impl Iterator<Item = (T, u64)> {
    let mut counts: BTreeMap<T, u64> = BTreeMap::new();
    given.for_each(|one| *counts.entry(one).or_default() += 1);
    counts.into_iter()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Krippendorff's four observers and twelve units, by unit.
    fn canonical() -> Vec<Vec<f64>> {
        [
            &[1.0, 1.0, 1.0][..],
            &[2.0, 2.0, 3.0, 2.0],
            &[3.0, 3.0, 3.0, 3.0],
            &[3.0, 3.0, 3.0, 3.0],
            &[2.0, 2.0, 2.0, 2.0],
            &[1.0, 2.0, 3.0, 4.0],
            &[4.0, 4.0, 4.0, 4.0],
            &[1.0, 1.0, 2.0, 1.0],
            &[2.0, 2.0, 2.0, 2.0],
            &[5.0, 5.0, 5.0],
            &[1.0, 1.0],
            &[3.0],
        ]
        .map(<[f64]>::to_vec)
        .into()
    }

    #[test]
    fn alpha_is_that_of_krippendorffs_example() {
        for (scale, wanted) in [
            (Scale::Nominal, 0.743),
            (Scale::Ordinal, 0.815),
            (Scale::Interval, 0.849),
            (Scale::Ratio, 0.797),
        ] {
            let got = krippendorff_alpha(&canonical(), scale).expect("an alpha");
            assert!((got - wanted).abs() < 5e-4, "{scale:?}: {got}");
        }
    }

    #[test]
    fn alpha_of_nothing_to_compare_is_unknown() {
        for (name, units, scale, wanted) in [
            ("nothing", vec![], Scale::Nominal, None),
            ("one value a unit", vec![vec![1.0], vec![2.0]], Scale::Nominal, None),
            ("no variety", vec![vec![1.0, 1.0], vec![1.0, 1.0]], Scale::Interval, None),
            ("agreement throughout", vec![vec![1.0, 1.0], vec![2.0; 3]], Scale::Ratio, Some(1.0)),
            ("two zeros", vec![vec![0.0, -0.0], vec![2.0; 2]], Scale::Nominal, Some(1.0)),
            ("no number", vec![vec![1.0, f64::NAN]], Scale::Interval, None),
            ("no ratio", vec![vec![1.0, -1.0]], Scale::Ratio, None),
            // Of four values two pairs differ: observed 1, by chance 8 / 12.
            ("opposition", vec![vec![0.0, 1.0], vec![1.0, 0.0]], Scale::Ratio, Some(-0.5)),
        ] {
            assert_eq!(krippendorff_alpha(&units, scale), wanted, "{name}");
        }
    }

    #[test]
    fn kappa_is_that_of_fleiss_and_unknown_without_variety() {
        // Fourteen raters on ten subjects, in five categories: kappa 0.210.
        let table = [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ];
        let of_row = |row: &[usize; 5]| {
            row.iter().enumerate().flat_map(|(at, n)| vec![at as u32; *n]).collect()
        };
        let ratings: Vec<Vec<u32>> = table.iter().map(of_row).collect();
        let got = fleiss_kappa(&ratings).expect("a kappa");
        assert!((got - 0.2099).abs() < 5e-5, "{got}");
        for (name, ratings, wanted) in [
            ("no items", vec![], None),
            ("one rater", vec![vec![1], vec![2]], None),
            ("a rater missing", vec![vec![1, 1], vec![2]], None),
            ("one category", vec![vec![1, 1], vec![1, 1]], None),
            ("agreement throughout", vec![vec![1, 1], vec![2, 2]], Some(1.0)),
            ("opposition throughout", vec![vec![1, 2], vec![2, 1]], Some(-1.0)),
        ] {
            assert_eq!(fleiss_kappa(&ratings), wanted, "{name}");
        }
    }

    proptest! {
        #[test]
        fn neither_the_order_of_items_nor_that_of_raters_counts(
            ratings in prop::collection::vec(prop::collection::vec(0u32..5, 3), 1..20),
        ) {
            let mut turned: Vec<Vec<u32>> = ratings.clone();
            turned.reverse();
            turned.iter_mut().for_each(|item| item.reverse());
            prop_assert_eq!(fleiss_kappa(&ratings), fleiss_kappa(&turned));
            let [ratings, turned] = [ratings, turned].map(|items| {
                let numbers = |item: &Vec<u32>| item.iter().map(|it| f64::from(*it)).collect();
                items.iter().map(numbers).collect::<Vec<Vec<f64>>>()
            });
            for scale in [Scale::Nominal, Scale::Ordinal, Scale::Interval, Scale::Ratio] {
                let [one, other] = [&ratings, &turned].map(|it| krippendorff_alpha(it, scale));
                prop_assert_eq!(one, other, "{:?}", scale);
            }
        }

        #[test]
        fn of_many_items_alpha_is_kappa(
            ratings in prop::collection::vec(prop::collection::vec(0u32..4, 3), 2..10),
        ) {
            let ratings = vec![ratings; 1000].concat();
            let numbers = |item: &Vec<u32>| item.iter().map(|it| f64::from(*it)).collect();
            let units: Vec<Vec<f64>> = ratings.iter().map(numbers).collect();
            let kappa = fleiss_kappa(&ratings);
            let alpha = krippendorff_alpha(&units, Scale::Nominal);
            prop_assert_eq!(kappa.is_some(), alpha.is_some());
            if let (Some(kappa), Some(alpha)) = (kappa, alpha) {
                prop_assert!((kappa - alpha).abs() < 2e-3, "{} {}", kappa, alpha);
            }
        }
    }
}
