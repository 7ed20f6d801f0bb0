//! How far two models fail on the same items, and how many independent votes that leaves.

use super::PairedCounts;

/// The correlation of the two outcomes, in [-1, 1]; 0 when they are independent.
///
/// `None` where one side is always right or always wrong: what never varies does not correlate.
/// Source: the fourfold coefficient of K. Pearson and G. U. Yule, as "rho" in L. I. Kuncheva and
/// C. J. Whitaker, Machine Learning 51 (2003), 181-207. Checked against `DESlib` 0.3.7
/// (`tests/golden_stats.rs`).
pub fn phi(counts: PairedCounts) -> Option<f64> {
    let Cells { both, only_a, only_b, neither } = Cells::from(counts);
    let margins_a = (both + only_a) * (only_b + neither);
    let margins_b = (both + only_b) * (only_a + neither);
    let below = margins_a.sqrt() * margins_b.sqrt();
    (below > 0.0).then(|| ((both * neither - only_a * only_b) / below).clamp(-1.0, 1.0))
}

/// Yule's Q, in [-1, 1]: the odds of agreeing against those of differing; 0 when independent.
///
/// `None` where both of its products are 0, as when one side is always right. It is 1 as soon as
/// only one side has items to itself, however many: read it beside [`phi`].
/// Source: G. U. Yule, Phil. Trans. R. Soc. A 194 (1900), 257-319, as in Kuncheva and Whitaker
/// (2003). Checked against `DESlib` 0.3.7 (`tests/golden_stats.rs`).
pub fn yules_q(counts: PairedCounts) -> Option<f64> {
    let Cells { both, only_a, only_b, neither } = Cells::from(counts);
    let (alike, unlike) = (both * neither, only_a * only_b);
    (alike + unlike > 0.0).then(|| (alike - unlike) / (alike + unlike))
}

/// How many independent models would vote as reliably as `n_models` whose outcomes correlate by
/// `mean_phi` on average over pairs: `m / (1 + (m - 1) rho)`.
///
/// `None` where the denominator is not above 0, which real correlations of `n_models` cannot bring
/// about. Negative correlations give more votes than models.
/// Source: the design effect of L. Kish, Survey Sampling (1965). Checked against
/// independent code on MMLU-Pro and GSM8K (`tests/golden_stats.rs`).
pub fn effective_votes(n_models: usize, mean_phi: f64) -> Option<f64> {
    let below = 1.0 + n_models.saturating_sub(1) as f64 * mean_phi;
    (below > 0.0).then(|| n_models as f64 / below)
}

/// The counts as numbers that can be multiplied without overflow.
struct Cells {
    both: f64,
    only_a: f64,
    only_b: f64,
    neither: f64,
}

impl From<PairedCounts> for Cells {
    fn from(counts: PairedCounts) -> Self {
        Self {
            both: counts.both as f64,
            only_a: counts.only_a as f64,
            only_b: counts.only_b as f64,
            neither: counts.neither as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// In the order of the fields.
    fn counts([both, only_a, only_b, neither]: [u64; 4]) -> PairedCounts {
        PairedCounts { both, only_a, only_b, neither }
    }

    #[test]
    fn textbook_tables_give_their_coefficients() {
        let rows = [
            // Perfect agreement, perfect opposition, independence.
            ([6, 0, 0, 4], Some(1.0), Some(1.0)),
            ([0, 6, 4, 0], Some(-1.0), Some(-1.0)),
            ([6, 3, 4, 2], Some(0.0), Some(0.0)),
            // (4 * 3 - 1 * 2) / sqrt(5 * 5 * 6 * 4), and (12 - 2) / (12 + 2).
            ([4, 1, 2, 3], Some(10.0 / 600f64.sqrt()), Some(10.0 / 14.0)),
            // One side is included in the other: Q says 1, phi does not.
            ([15, 21, 0, 4], Some(60.0 / (36.0f64 * 4.0 * 15.0 * 25.0).sqrt()), Some(1.0)),
            // A side that never varies, and no items at all.
            ([5, 0, 3, 0], None, None),
            ([0, 0, 0, 9], None, None),
            ([0, 0, 0, 0], None, None),
        ];
        let same = |got: Option<f64>, wanted: Option<f64>| match (got, wanted) {
            (Some(got), Some(wanted)) => (got - wanted).abs() < 1e-15,
            (got, wanted) => got == wanted,
        };
        for (table, wanted_phi, wanted_q) in rows {
            let (got_phi, got_q) = (phi(counts(table)), yules_q(counts(table)));
            assert!(same(got_phi, wanted_phi), "phi of {table:?}: {got_phi:?}");
            assert!(same(got_q, wanted_q), "Q of {table:?}: {got_q:?}");
        }
    }

    #[test]
    fn correlated_models_are_fewer_votes() {
        let rows = [
            (3, 0.0, Some(3.0)),
            (3, 1.0, Some(1.0)),
            (5, 0.25, Some(2.5)),
            (1, 0.7, Some(1.0)),
            (0, 0.7, Some(0.0)),
            (2, -0.5, Some(4.0)),
            (3, -0.5, None),
            (3, -0.9, None),
            (3, f64::NAN, None),
        ];
        for (n_models, mean_phi, wanted) in rows {
            assert_eq!(effective_votes(n_models, mean_phi), wanted, "{n_models} at {mean_phi}");
        }
    }

    proptest! {
        #[test]
        fn coefficients_stay_within_one_and_share_their_sign(
            table in prop::array::uniform4(0u64..1_000_000),
        ) {
            if let (Some(phi), Some(q)) = (phi(counts(table)), yules_q(counts(table))) {
                prop_assert!((-1.0..=1.0).contains(&phi) && (-1.0..=1.0).contains(&q));
                prop_assert!(phi * q >= 0.0, "{} {}", phi, q);
                prop_assert!(phi.abs() <= q.abs() + 1e-12, "{} {}", phi, q);
            }
        }

        #[test]
        fn renaming_the_models_changes_nothing(
            [both, only_a, only_b, neither] in prop::array::uniform4(0u64..1000),
        ) {
            let one = counts([both, only_a, only_b, neither]);
            let other = counts([both, only_b, only_a, neither]);
            prop_assert_eq!(yules_q(one), yules_q(other));
            prop_assert_eq!(phi(one), phi(other));
        }
    }
}
