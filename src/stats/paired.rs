//! Two policies on the same items: how often only one is right, and by how much they differ.

use super::z_two_sided;
use crate::kernel::Interval;

/// Items by which of two policies, `a` and `b`, got them right.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PairedCounts {
    /// Items that both got right.
    pub both: u64,
    /// Items that `a` alone got right.
    pub only_a: u64,
    /// Items that `b` alone got right.
    pub only_b: u64,
    /// Items that neither got right.
    pub neither: u64,
}

impl PairedCounts {
    /// All items.
    pub fn n(self) -> u64 {
        self.both + self.only_a + self.only_b + self.neither
    }

    /// The accuracy of `a` less that of `b`, in [-1, 1]; `None` without items.
    pub fn difference(self) -> Option<f64> {
        (self.n() > 0).then(|| (self.only_a as f64 - self.only_b as f64) / self.n() as f64)
    }
}

/// The Bonett-Price interval of the difference in accuracy, `a` less `b`, clipped to [-1, 1];
/// `level` is the two-sided confidence.
///
/// It is Wald's with one item added to each discordant count, so it has a width even where no pair
/// is discordant, and its centre is drawn towards 0: at levels below about 0.7 it need not hold a
/// difference close to 1. `None` without items and for a `level` not strictly between 0 and 1.
/// Source: D. G. Bonett and R. M. Price, J. Educ. Behav. Stat. 37 (2012), 479-488. Checked against
/// independent code written from the paper (`tests/golden_stats.rs`).
pub fn bonett_price(counts: PairedCounts, level: f64) -> Option<Interval> {
    let z = z_two_sided(level);
    if counts.n() == 0 || z.is_nan() {
        return None;
    }
    let n = counts.n() as f64 + 2.0;
    let share_a = (counts.only_a as f64 + 1.0) / n;
    let share_b = (counts.only_b as f64 + 1.0) / n;
    let centre = share_a - share_b;
    let half = z * ((share_a + share_b - centre * centre) / n).sqrt();
    Some(Interval { low: (centre - half).max(-1.0), high: (centre + half).min(1.0) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::prints_as;
    use super::*;

    fn discordant(only_a: u64, only_b: u64) -> PairedCounts {
        PairedCounts { only_a, only_b, ..PairedCounts::default() }
    }

    #[test]
    fn the_difference_of_nothing_is_unknown() {
        let newcombe = PairedCounts { both: 36, only_a: 12, only_b: 2, neither: 0 };
        for (counts, n, wanted) in [
            (PairedCounts::default(), 0, None),
            (newcombe, 50, Some(0.2)),
            (discordant(0, 4), 4, Some(-1.0)),
        ] {
            assert_eq!((counts.n(), counts.difference()), (n, wanted), "{counts:?}");
            assert_eq!(bonett_price(counts, 0.95).is_some(), wanted.is_some(), "{counts:?}");
        }
        for level in [0.0, 1.0, f64::NAN] {
            assert_eq!(bonett_price(newcombe, level), None, "level {level}");
        }
    }

    #[test]
    fn agreement_throughout_still_leaves_a_width() {
        let counts = PairedCounts { both: 100, neither: 20, ..PairedCounts::default() };
        let got = bonett_price(counts, 0.95).expect("an interval");
        assert!(prints_as(got, (-0.022_720, 0.022_720), 6), "{got:?}");
        let one = bonett_price(discordant(1, 0), 0.95).expect("an interval");
        assert_eq!(one.high, 1.0, "clipped");
    }

    prop_compose! {
        fn some_counts()(both in 0u64..3000, only_a in 0u64..3000, only_b in 0u64..3000,
                         neither in 0u64..3000) -> PairedCounts {
            PairedCounts { both, only_a, only_b, neither }
        }
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_difference_and_narrows_with_n(
            counts in some_counts(), times in 2u64..6,
        ) {
            prop_assume!(counts.n() > 0);
            let PairedCounts { both, only_a, only_b, neither } = counts;
            let more = PairedCounts {
                both: both * times,
                only_a: only_a * times,
                only_b: only_b * times,
                neither: neither * times,
            };
            let few = bonett_price(counts, 0.95).expect("an interval");
            let many = bonett_price(more, 0.95).expect("an interval");
            prop_assert!(few.contains(counts.difference().expect("a difference")), "{:?}", few);
            prop_assert!(many.high - many.low < few.high - few.low, "{:?} {:?}", many, few);
        }

        #[test]
        fn swapping_the_policies_mirrors_everything(counts in some_counts()) {
            prop_assume!(counts.n() > 0);
            let swapped = PairedCounts { only_a: counts.only_b, only_b: counts.only_a, ..counts };
            let (one, other) = (bonett_price(counts, 0.9), bonett_price(swapped, 0.9));
            let mirrored = other.map(|it| Interval { low: -it.high, high: -it.low });
            prop_assert_eq!(one, mirrored);
        }
    }
}
