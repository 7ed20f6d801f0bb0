//! How likely it is that one of two policies is the better one, as a Bayesian says it.

use super::PairedCounts;
use super::mcnemar::fair_tail;

/// The posterior chance that `a` is right more often than `b`, under a uniform prior over the four
/// kinds of item.
///
/// 0.5 without discordant pairs. Items on which both agree tell nothing. It is
/// `1 - I(1/2; only_a + 1, only_b + 1)`, a tail of a fair binomial, so a small chance keeps all
/// its digits. With the votes for the first and the second answer as the two counts, it is also
/// the chance that the first stays ahead, by which Adaptive-Consistency stops sampling.
/// Source: the Dirichlet(1, 1, 1, 1) posterior, whose odds of `a` alone against `b` alone follow a
/// Beta law; as a rule to stop by, P. Aggarwal, A. Madaan, Y. Yang and Mausam, EMNLP 2023. Checked
/// against scipy `betainc` (`tests/golden_intervals.rs`).
pub fn chance_a_is_better(counts: PairedCounts) -> f64 {
    let PairedCounts { only_a, only_b, .. } = counts;
    // The less likely of the two is a lower tail that doesn't reach the middle.
    let tail = fair_tail(only_a.min(only_b), only_a + only_b + 1);
    let less_likely = tail.at + tail.below;
    if only_a < only_b { less_likely } else { 1.0 - less_likely }
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
    fn small_counts_give_their_fractions() {
        // The stops of Adaptive-Consistency at 0.95 are 4 to 0, 6 to 1 and 8 to 2.
        let rows = [
            (0, 0, 0.5),
            (9, 9, 0.5),
            (1, 0, 0.75),
            (4, 0, 0.968_75),
            (3, 0, 0.9375),
            (6, 1, 0.964_843_75),
            (8, 2, 0.967_285_156_25),
            (0, 4, 0.031_25),
            (0, 99, 7.888_609_052_210_118e-31),
        ];
        for (only_a, only_b, wanted) in rows {
            let got = chance_a_is_better(discordant(only_a, only_b));
            assert!(close(got, wanted, 1e-12), "{only_a} to {only_b}: {got} is not {wanted}");
        }
    }

    proptest! {
        #[test]
        fn one_of_the_two_is_better(only_a in 0u64..50_000, only_b in 0u64..50_000) {
            let [one, other] = [discordant(only_a, only_b), discordant(only_b, only_a)]
                .map(chance_a_is_better);
            prop_assert!((one + other - 1.0).abs() < 1e-12, "{} {}", one, other);
            prop_assert_eq!(one >= 0.5, only_a >= only_b);
        }

        #[test]
        fn an_item_more_for_a_speaks_for_a(only_a in 0u64..500, only_b in 0u64..500) {
            let now = chance_a_is_better(discordant(only_a, only_b));
            prop_assert!(chance_a_is_better(discordant(only_a + 1, only_b)) >= now);
            prop_assert!(chance_a_is_better(discordant(only_a, only_b + 1)) <= now);
        }
    }
}
