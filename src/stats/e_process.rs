//! A bet on which of two policies is better, whose winnings may be read at any time.

use statrs::function::gamma::ln_gamma;

use super::PairedCounts;

/// A discordant pair: an item that one of two policies alone got right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discordant {
    /// `a` got it right.
    OnlyA,
    /// `b` got it right.
    OnlyB,
}

/// The natural logarithm of what one unit of money has become that was bet on unevenness, item by
/// item, against the odds of a fair coin: `2^n B(b + 1/2, c + 1/2) / B(1/2, 1/2)` for `b` items
/// right by `a` alone, `c` by `b` alone and `n` both together.
///
/// 0 without discordant pairs. If the policies are equally good, it exceeds `1 / alpha` at some
/// time with a chance of at most `alpha`, however often one looks; so a run may stop as soon as it
/// does. It depends on the counts alone, not on the order of the items.
/// Source: J. Ville, Étude critique de la notion de collectif (1939); the mixture of bets by
/// R. Krichevsky and V. Trofimov, IEEE Trans. Inf. Theory 27 (1981), 199-207; reviewed by A.
/// Ramdas, P. Grünwald, V. Vovk and G. Shafer, Statistical Science 38 (2023), 576-601. Checked by
/// exact enumeration: its mean under a fair coin is 1, and it crosses 20 in less than 5 % (test
/// below).
pub fn ln_e_value(counts: PairedCounts) -> f64 {
    let (a, b) = (counts.only_a as f64, counts.only_b as f64);
    if a + b == 0.0 {
        return 0.0;
    }
    let ln_beta = ln_gamma(a + 0.5) + ln_gamma(b + 0.5) - ln_gamma(a + b + 1.0);
    (a + b) * 2f64.ln() + ln_beta - std::f64::consts::PI.ln()
}

/// An always-valid p-value: that the policies are right equally often, whenever one chose to look.
///
/// It is the inverse of the winnings, at most 1. [`EProcess`] has the smallest of all that were
/// seen on the way. Source and check as for [`ln_e_value`].
pub fn always_valid_p(counts: PairedCounts) -> f64 {
    (-ln_e_value(counts)).exp().min(1.0)
}

/// The same bet, followed pair by pair, which remembers the most that it ever had.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EProcess {
    counts: PairedCounts,
    ln_winnings: f64,
    ln_peak: f64,
}

impl EProcess {
    /// Takes in one more discordant pair. The others change nothing.
    pub fn observe(&mut self, pair: Discordant) {
        let seen = (self.counts.only_a + self.counts.only_b) as f64;
        let count = match pair {
            Discordant::OnlyA => &mut self.counts.only_a,
            Discordant::OnlyB => &mut self.counts.only_b,
        };
        self.ln_winnings += (2.0 * (*count as f64 + 0.5) / (seen + 1.0)).ln();
        *count += 1;
        self.ln_peak = self.ln_peak.max(self.ln_winnings);
    }

    /// The logarithm of the winnings now, as [`ln_e_value`] has it.
    pub fn ln_e_value(&self) -> f64 {
        self.ln_winnings
    }

    /// The smallest p-value so far; valid at any time. 1.0 before the first pair.
    pub fn p_value(&self) -> f64 {
        (-self.ln_peak).exp()
    }
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
        // 2^n times (1/2)(3/2).. over n!, by hand.
        let rows =
            [(0, 0, 1.0), (1, 0, 1.0), (1, 1, 0.5), (2, 0, 1.5), (5, 0, 7.875), (3, 1, 0.625)];
        for (only_a, only_b, wanted) in rows {
            for counts in [discordant(only_a, only_b), discordant(only_b, only_a)] {
                let got = ln_e_value(counts).exp();
                assert!(close(got, wanted, 1e-12), "{counts:?}: {got} is not {wanted}");
                let p = always_valid_p(counts);
                assert!(close(p, (1.0 / wanted).min(1.0), 1e-12), "{counts:?}: p {p}");
            }
        }
    }

    /// Chances of each number of items for `a` after `n` fair flips, of those who never had `most`.
    fn survivors(n: u64, ln_most: f64) -> Vec<f64> {
        let mut chances = vec![1.0];
        for flips in 1..=n {
            let mut next = vec![0.0; chances.len() + 1];
            for (only_a, chance) in chances.iter().enumerate() {
                next[only_a] += chance / 2.0;
                next[only_a + 1] += chance / 2.0;
            }
            for (only_a, chance) in (0..).zip(&mut next) {
                if ln_e_value(discordant(only_a, flips - only_a)) >= ln_most {
                    *chance = 0.0;
                }
            }
            chances = next;
        }
        chances
    }

    #[test]
    fn a_fair_coin_wins_nothing_on_average() {
        for n in [1, 2, 7, 60] {
            let chances = survivors(n, f64::INFINITY);
            let mean: f64 = (0..)
                .zip(&chances)
                .map(|(only_a, chance)| chance * ln_e_value(discordant(only_a, n - only_a)).exp())
                .sum();
            assert!(close(mean, 1.0, 1e-9), "after {n}: {mean}");
        }
    }

    #[test]
    fn looking_after_every_pair_errs_no_more_often_than_said() {
        for alpha in [0.2, 0.05, 0.01] {
            let stopped = 1.0 - survivors(400, -f64::ln(alpha)).iter().sum::<f64>();
            assert!(stopped > 0.0 && stopped <= alpha, "alpha {alpha}: {stopped}");
        }
    }

    proptest! {
        #[test]
        fn following_the_pairs_comes_to_the_closed_form(
            pairs in prop::collection::vec(any::<bool>(), 0..300),
        ) {
            let mut process = EProcess::default();
            let mut least: f64 = 1.0;
            for is_a in &pairs {
                process.observe(if *is_a { Discordant::OnlyA } else { Discordant::OnlyB });
                least = least.min((-process.ln_e_value()).exp());
            }
            let only_a = pairs.iter().filter(|is_a| **is_a).count() as u64;
            let wanted = ln_e_value(discordant(only_a, pairs.len() as u64 - only_a));
            prop_assert!((process.ln_e_value() - wanted).abs() < 1e-9);
            prop_assert!((process.p_value() - least).abs() <= 1e-12);
        }
    }
}
