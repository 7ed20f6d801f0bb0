//! The bootstrap of means, all columns on the same resamples.

use super::binomial::Multinomial;
use super::draws::{Draws, FEW, Generator, gathered_sum, positions};
use super::replicates::{LeftOut, Replicates};
use super::units::Units;
use super::weighted::weighted_sums;

/// The means of all columns on every resample.
#[derive(Debug)]
pub struct Means<'a> {
    units: &'a Units,
    /// By resample, then by column.
    resampled: Vec<f64>,
}

/// Draws as many units as there are, with replacement, again and again, and takes the mean over
/// items of each column.
///
/// Where there are few kinds of units, as with right and wrong, it is drawn how often each comes;
/// else units are drawn one by one. Both have the same law. The mean over items of a resample of
/// clusters is that of the items drawn, whose number differs.
/// Source: B. Efron, Annals of Statistics 7 (1979), 1-26; clusters as units: A. C. Davison and
/// D. V. Hinkley, Bootstrap Methods and their Application (1997), 3.8. Checked against the standard
/// error that the law implies, for each way of drawing (test below).
pub fn bootstrap_means<'a>(units: &'a Units, draws: Draws<'_>) -> Means<'a> {
    let way = Way::of(units);
    Means { units, resampled: draws.in_blocks(|rng, n_drawn| way.means(units, rng, n_drawn)) }
}

impl Means<'_> {
    /// The means of the resamples one after the other, each a slice with one for every column.
    pub fn resampled(&self) -> impl Iterator<Item = &[f64]> {
        self.resampled.chunks_exact(self.units.n_columns())
    }

    /// What `statistic` makes of the means: on the sample, on each resample, and with each unit
    /// left out; say `|means| means[0] - means[1]`.
    ///
    /// `None` without resamples, with one unit, and where the statistic is not finite.
    pub fn replicates(&self, statistic: impl Fn(&[f64]) -> f64) -> Option<Replicates> {
        let left_out = self.units.counts.iter().enumerate().map(|(kind, count)| {
            let value = statistic(&self.units.means_without(kind)?);
            Some(LeftOut { value, n_units: *count as u64 })
        });
        let left_out = left_out.collect::<Option<Vec<_>>>()?;
        let resampled = self.resampled().map(&statistic).collect();
        Replicates::new(statistic(&self.units.means()), resampled, left_out)
    }
}

/// How resamples are drawn.
enum Way {
    /// Unit by unit, for one column over units of one size.
    Gathered {
        /// The sum over each unit.
        values: Vec<f64>,
        /// The number of items in all.
        n_items: f64,
    },
    /// As weights on the kinds.
    Weighted(Weights),
}

/// How often each kind comes.
enum Weights {
    /// It is drawn as it is.
    Counted(Multinomial),
    /// Units are drawn one by one, and counted: the kind of each unit.
    ByUnit(Vec<u32>),
}

impl Way {
    fn of(units: &Units) -> Self {
        if units.counts.len() * FEW <= units.n_units() {
            return Self::Weighted(Weights::Counted(Multinomial::new(&units.counts)));
        }
        if let ([column], Some(n_items)) = (&units.sums[..], units.common_n_items()) {
            let of_kind = |(value, count): (&f64, &usize)| std::iter::repeat_n(*value, *count);
            let values = column.iter().zip(&units.counts).flat_map(of_kind).collect();
            return Self::Gathered { values, n_items };
        }
        let of_kind = |(kind, count): (u32, &usize)| std::iter::repeat_n(kind, *count);
        let kinds = (0..).zip(&units.counts).flat_map(of_kind).collect();
        Self::Weighted(Weights::ByUnit(kinds))
    }

    /// The means of `n_drawn` resamples, by resample and then by column.
    fn means(&self, units: &Units, rng: &mut Generator, n_drawn: usize) -> Vec<f64> {
        match self {
            Self::Gathered { values, n_items } => {
                (0..n_drawn).map(|_| gathered_sum(rng, values) / n_items).collect()
            }
            Self::Weighted(weights) => weights.means(units, rng, n_drawn),
        }
    }
}

impl Weights {
    fn means(&self, units: &Units, rng: &mut Generator, n_drawn: usize) -> Vec<f64> {
        let n_kinds = units.counts.len();
        let mut weights = vec![0.0; n_drawn * n_kinds];
        for row in weights.chunks_exact_mut(n_kinds) {
            self.draw(rng, row);
        }
        let common_n_items = units.common_n_items();
        let mut columns: Vec<&[f64]> = units.sums.iter().map(Vec::as_slice).collect();
        // The number of items drawn is one more sum, where it isn't known beforehand.
        columns.extend(common_n_items.is_none().then_some(&units.sizes[..]));
        let mut sums = weighted_sums(&columns, &weights);
        for row in sums.chunks_exact_mut(columns.len()) {
            let (of_columns, of_sizes) = row.split_at_mut(units.n_columns());
            let n_items = of_sizes.first().copied().or(common_n_items).unwrap_or(f64::NAN);
            of_columns.iter_mut().for_each(|sum| *sum /= n_items);
        }
        let rows = sums.chunks_exact(columns.len());
        rows.flat_map(|row| &row[..units.n_columns()]).copied().collect()
    }

    fn draw(&self, rng: &mut Generator, row: &mut [f64]) {
        match self {
            Self::Counted(multinomial) => multinomial.draw(rng, row),
            Self::ByUnit(kinds) => {
                positions(rng, kinds.len(), kinds.len(), |at| row[kinds[at] as usize] += 1.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::Seed;

    fn draws(n_resamples: usize) -> Draws<'static> {
        Draws { seed: Seed(7), purpose: "test", n_resamples }
    }

    fn apart(n: u32) -> Vec<u32> {
        (0..n).collect()
    }

    /// Scores of which none is like another.
    fn graded(n: u32) -> Vec<f64> {
        (0..n)
            .map(|item| f64::from((item * 7919) % 1013) / 1013.0 + f64::from(item) * 1e-9)
            .collect()
    }

    #[test]
    fn every_way_has_the_standard_error_that_the_law_implies() {
        let right_wrong: Vec<f64> =
            (0..200).map(|item| f64::from(u8::from(item % 5 > 0))).collect();
        let zeros = vec![0.0; 200];
        let grades = graded(200);
        let fours: Vec<u32> = (0..200).map(|item| item / 4).collect();
        let uneven: Vec<u32> = (0..200).map(|item| (item as f64).sqrt() as u32).collect();
        let apart = apart(200);
        let rows = [
            ("counts", vec![&right_wrong], &apart),
            ("gathered", vec![&grades], &apart),
            ("gathered clusters", vec![&grades], &fours),
            ("weights", vec![&grades, &zeros], &apart),
            ("weights with sizes", vec![&grades], &uneven),
        ];
        for (name, columns, clusters) in rows {
            let columns: Vec<&[f64]> = columns.into_iter().map(Vec::as_slice).collect();
            let units = Units::new(&columns, clusters).expect("units");
            let is_counted = matches!(Way::of(&units), Way::Weighted(Weights::Counted(_)));
            assert_eq!(is_counted, name == "counts", "{name}");
            let is_gathered = matches!(Way::of(&units), Way::Gathered { .. });
            assert_eq!(is_gathered, name.starts_with("gathered"), "{name}");
            let replicates = bootstrap_means(&units, draws(4000)).replicates(|means| means[0]);
            let got = replicates.and_then(|it| it.standard_error()).expect("a standard error");
            // Drawn from the sample itself, so without the correction for its size.
            let n = units.n_units() as f64;
            let implied = units.standard_errors().expect("standard errors")[0];
            let wanted = implied * ((n - 1.0) / n).sqrt();
            // Four standard errors of a standard deviation, and what the ratio of means adds.
            let slack = if name == "weights with sizes" { 0.12 } else { 0.045 };
            assert!((got / wanted - 1.0).abs() < slack, "{name}: {got} is not {wanted}");
        }
    }

    #[test]
    fn columns_are_drawn_together() {
        let a = graded(300);
        let b: Vec<f64> = a.iter().map(|score| 2.0 * score + 1.0).collect();
        let units = Units::new(&[&a, &b], &apart(300)).expect("units");
        for means in bootstrap_means(&units, draws(50)).resampled() {
            assert!((means[1] - 2.0 * means[0] - 1.0).abs() < 1e-12, "{means:?}");
        }
    }

    #[test]
    fn gathering_and_weighing_draw_the_same_resamples() {
        let grades = graded(301);
        let zeros = vec![0.0; 301];
        let one = Units::new(&[&grades], &apart(301)).expect("units");
        let two = Units::new(&[&grades, &zeros], &apart(301)).expect("units");
        let (gathered, weighed) =
            (bootstrap_means(&one, draws(70)), bootstrap_means(&two, draws(70)));
        assert_eq!(gathered.resampled().count(), 70);
        for (gathered, weighed) in gathered.resampled().zip(weighed.resampled()) {
            assert!((gathered[0] - weighed[0]).abs() < 1e-12, "{gathered:?} {weighed:?}");
        }
    }

    #[test]
    fn threads_change_nothing() {
        let grades = graded(100);
        let units = Units::new(&[&grades], &apart(100)).expect("units");
        let with = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
            let draw = || bootstrap_means(&units, draws(500)).resampled;
            pool.expect("a pool").install(draw)
        };
        assert_eq!(with(1), with(3));
    }

    #[test]
    fn one_unit_and_no_resamples_give_no_replicates() {
        let units = Units::new(&[&[1.0, 2.0]], &[4, 4]).expect("units");
        assert!(bootstrap_means(&units, draws(10)).replicates(|means| means[0]).is_none());
        let units = Units::new(&[&[1.0, 2.0]], &[4, 5]).expect("units");
        assert!(bootstrap_means(&units, draws(0)).replicates(|means| means[0]).is_none());
        assert!(bootstrap_means(&units, draws(10)).replicates(|_| f64::NAN).is_none());
        assert!(bootstrap_means(&units, draws(10)).replicates(|means| means[0]).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_order_of_the_items_changes_nothing(
            rows in prop::collection::vec((0u8..4, 0u8..3, 0u32..20), 2..40), by in 0usize..40,
        ) {
            let resampled = |rows: &[(u8, u8, u32)]| {
                let a: Vec<f64> = rows.iter().map(|(a, _, _)| f64::from(*a)).collect();
                let b: Vec<f64> = rows.iter().map(|(_, b, _)| f64::from(*b)).collect();
                let clusters: Vec<u32> = rows.iter().map(|(_, _, cluster)| *cluster).collect();
                let units = Units::new(&[&a, &b], &clusters).expect("units");
                bootstrap_means(&units, draws(40)).resampled
            };
            let mut rotated = rows.clone();
            rotated.rotate_left(by % rows.len());
            prop_assert_eq!(resampled(&rows), resampled(&rotated));
        }
    }
}
