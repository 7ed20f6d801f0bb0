//! Whether two policies are right equally often: McNemar's test, exact and with its mid-p value.

use statrs::function::factorial::ln_binomial;

use super::PairedCounts;

/// The two-sided mid-p value of McNemar's test that `a` and `b` are right equally often.
///
/// 1.0 without discordant pairs: nothing speaks against equality. Below 1e-308 it is 0.0.
/// It is `2 P(X < m) + P(X = m)`, where `m` is the smaller discordant count and `X` is binomial
/// over both with chance one half; [`mcnemar_exact_p`] is needlessly conservative.
/// Source: M. W. Fagerland, S. Lydersen and P. Laake, BMC Med. Res. Methodol. 13:91 (2013). Checked
/// against exact integer arithmetic to 1e-9 (test below) and statsmodels (`tests/golden_stats.rs`).
pub fn mcnemar_mid_p(counts: PairedCounts) -> f64 {
    let tail = smaller_tail(counts);
    (tail.at + 2.0 * tail.below).min(1.0)
}

/// The two-sided exact p-value of McNemar's test: the chance, were each discordant pair a fair
/// coin, of a split at least as uneven.
///
/// 1.0 without discordant pairs; below 1e-308 it is 0.0. It is `2 P(X <= m)`, at most 1, in the
/// terms of [`mcnemar_mid_p`]. Its error rate never exceeds the level, and mostly stays well below.
/// Source: Q. McNemar, Psychometrika 12 (1947), 153-157, with the binomial law in place of the
/// normal one. Checked against exact integer arithmetic (test below) and statsmodels
/// (`tests/golden_intervals.rs`).
pub fn mcnemar_exact_p(counts: PairedCounts) -> f64 {
    let tail = smaller_tail(counts);
    (2.0 * (tail.at + tail.below)).min(1.0)
}

/// What a fair coin gives at and below a count.
#[derive(Debug, Clone, Copy)]
pub(super) struct FairTail {
    /// `P(X = at)`.
    pub(super) at: f64,
    /// `P(X < at)`.
    pub(super) below: f64,
}

/// The lower tail of a fair binomial over `trials`, where `at` is at most half of them.
///
/// Every term is positive and follows from the one before it, so that no digits are lost, however
/// small the chances themselves are.
pub(super) fn fair_tail(at: u64, trials: u64) -> FairTail {
    let at_chance = (ln_binomial(trials, at) - trials as f64 * 2f64.ln()).exp();
    let mut term = 1.0;
    let mut sum = 0.0;
    for k in (1..=at).rev() {
        term *= k as f64 / (trials - k + 1) as f64;
        sum += term;
        // The terms shrink ever faster: what is left adds less than rounding does.
        if term < 1e-20 * sum {
            break;
        }
    }
    FairTail { at: at_chance, below: at_chance * sum }
}

fn smaller_tail(counts: PairedCounts) -> FairTail {
    fair_tail(counts.only_a.min(counts.only_b), counts.only_a + counts.only_b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::close;
    use super::*;

    fn discordant(only_a: u64, only_b: u64) -> PairedCounts {
        PairedCounts { only_a, only_b, ..PairedCounts::default() }
    }

    #[test]
    fn mid_p_matches_exact_integer_arithmetic() {
        let rows = [
            (0, 0, 1.0),
            (1, 0, 0.5),
            (0, 5, 0.031_25),
            (7, 7, 1.0),
            (10, 3, 0.057_373_046_875),
            (25, 12, 0.033_552_439_679_624_51),
            (40, 20, 0.009_853_448_195_259_264),
            (530, 311, 3.196_736_105_315_910_6e-14),
            (625, 558, 0.051_471_127_791_530_17),
            (5000, 4800, 0.043_356_948_894_623_34),
            (20_000, 19_000, 4.107_682_449_633_960_6e-7),
            (1000, 300, 2.178_774_034_959_938_3e-88),
            (0, 330, 4.571_949_565_129_1e-100),
            (2496, 742, 4.647_524_374_262_423e-220),
            (900, 0, 1.183_052_186_166_774_7e-271),
            (6000, 2000, 0.0),
        ];
        for (only_a, only_b, wanted) in rows {
            for counts in [discordant(only_a, only_b), discordant(only_b, only_a)] {
                let got = mcnemar_mid_p(counts);
                assert!(close(got, wanted, 1e-9), "{counts:?}: {got:e} is not {wanted:e}");
            }
        }
    }

    #[test]
    fn exact_p_matches_exact_integer_arithmetic() {
        let rows = [
            (0, 0, 1.0),
            (1, 0, 1.0),
            (0, 5, 0.0625),
            (7, 7, 1.0),
            (10, 3, 0.092_285_156_25),
            (25, 12, 0.047_031_027_439_516_04),
            (530, 311, 4.042_331_383_359_195e-14),
            (5000, 4800, 0.044_404_148_799_846_29),
            (1000, 300, 3.354_156_873_220_546e-88),
            (2496, 742, 7.166_920_699_011_804e-220),
        ];
        for (only_a, only_b, wanted) in rows {
            for counts in [discordant(only_a, only_b), discordant(only_b, only_a)] {
                let got = mcnemar_exact_p(counts);
                assert!(close(got, wanted, 1e-9), "{counts:?}: {got:e} is not {wanted:e}");
            }
        }
    }

    proptest! {
        #[test]
        fn both_are_chances_and_the_exact_one_is_the_larger(
            only_a in 0u64..100_000, only_b in 0u64..100_000,
        ) {
            let counts = discordant(only_a, only_b);
            let (mid, exact) = (mcnemar_mid_p(counts), mcnemar_exact_p(counts));
            prop_assert!(0.0 <= mid && mid <= exact && exact <= 1.0, "{} {}", mid, exact);
        }

        #[test]
        fn swapping_the_policies_changes_neither(only_a in 0u64..5000, only_b in 0u64..5000) {
            let (one, other) = (discordant(only_a, only_b), discordant(only_b, only_a));
            prop_assert_eq!(mcnemar_mid_p(one), mcnemar_mid_p(other));
            prop_assert_eq!(mcnemar_exact_p(one), mcnemar_exact_p(other));
        }
    }
}
