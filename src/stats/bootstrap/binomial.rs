//! Binomial and multinomial numbers, drawn exactly and fast.

use super::draws::{Generator, uniform};

/// What is looked up to draw a binomial number of up to a given number of trials.
#[derive(Debug)]
pub(in crate::stats) struct BinomialTables {
    ln_factorials: Vec<f64>,
    inverses: Vec<f64>,
}

impl BinomialTables {
    /// For up to `most` trials.
    pub(in crate::stats) fn new(most: usize) -> Self {
        // Compensated, so that the last of a million terms is as exact as the first.
        let (mut sum, mut lost) = (0.0f64, 0.0);
        let ln_factorial = |n: usize| {
            let term = (n.max(1) as f64).ln() - lost;
            let next = sum + term;
            lost = (next - sum) - term;
            sum = next;
            sum
        };
        Self {
            ln_factorials: (0..=most).map(ln_factorial).collect(),
            inverses: (0..=most + 1).map(|n| 1.0 / n as f64).collect(),
        }
    }

    /// How many of `trials` succeed.
    pub(in crate::stats) fn draw(
        &self,
        rng: &mut Generator,
        trials: usize,
        chance: Chance,
    ) -> usize {
        self.invert(trials, chance, uniform(rng))
    }

    /// The number that `share` of the law stands for, counted from the mode outwards: by turns one
    /// further up and one further down.
    ///
    /// That is inversion in another order than the usual one: exact, and quick for any number of
    /// trials, for it goes about as many steps as there are standard deviations in them. Each
    /// chance follows from the one before it.
    fn invert(&self, trials: usize, chance: Chance, share: f64) -> usize {
        if trials == 0 || chance.odds <= 0.0 {
            return 0;
        }
        if chance.odds == f64::INFINITY {
            return trials;
        }
        let mode = (((trials + 1) as f64 * chance.value) as usize).min(trials);
        let ln_ways = self.ln_factorials[trials]
            - self.ln_factorials[mode]
            - self.ln_factorials[trials - mode];
        let ln_chance = mode as f64 * chance.ln + (trials - mode) as f64 * chance.ln_other;
        let at_mode = (ln_ways + ln_chance).exp();
        let mut left = share - at_mode;
        if left < 0.0 {
            return mode;
        }
        let (mut up, mut at_up) = (mode, at_mode);
        let (mut down, mut at_down) = (mode, at_mode);
        loop {
            if up < trials {
                at_up *= (trials - up) as f64 * chance.odds * self.inverses[up + 1];
                up += 1;
                left -= at_up;
                if left < 0.0 {
                    return up;
                }
            }
            if down > 0 {
                at_down *= down as f64 * chance.inverse_odds * self.inverses[trials - down + 1];
                down -= 1;
                left -= at_down;
                if left < 0.0 {
                    return down;
                }
            }
            // Rounding has left the chances a little short of 1.
            if (up == trials || at_up == 0.0) && (down == 0 || at_down == 0.0) {
                return mode;
            }
        }
    }
}

/// The chance of one success, with what is computed from it once.
#[derive(Debug, Clone, Copy)]
pub(in crate::stats) struct Chance {
    value: f64,
    ln: f64,
    ln_other: f64,
    odds: f64,
    inverse_odds: f64,
}

impl Chance {
    /// `hits` against `misses`, which are not both 0.
    pub(in crate::stats) fn of(hits: f64, misses: f64) -> Self {
        let all = hits + misses;
        Self {
            value: hits / all,
            ln: (hits / all).ln(),
            ln_other: (misses / all).ln(),
            odds: hits / misses,
            inverse_odds: misses / hits,
        }
    }
}

/// How often each kind of unit comes, when as many units are drawn as there are.
#[derive(Debug)]
pub(super) struct Multinomial {
    n: usize,
    /// The chance of each kind among itself and those after it.
    chances: Vec<Chance>,
    tables: BinomialTables,
}

impl Multinomial {
    /// From the number of units of each kind, none of which is 0.
    pub(super) fn new(counts: &[usize]) -> Self {
        let n = counts.iter().sum();
        let mut later = n;
        let chances = counts
            .iter()
            .map(|count| {
                later -= count;
                Chance::of(*count as f64, later as f64)
            })
            .collect();
        Self { n, chances, tables: BinomialTables::new(n) }
    }

    /// Fills `drawn` with how often each kind comes: one binomial number after the other.
    pub(super) fn draw(&self, rng: &mut Generator, drawn: &mut [f64]) {
        let mut left = self.n;
        for (drawn, chance) in drawn.iter_mut().zip(&self.chances) {
            let n = self.tables.draw(rng, left, *chance);
            left -= n;
            *drawn = n as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use statrs::distribution::{Binomial, Discrete};

    use super::super::super::check::close;
    use super::*;
    use crate::kernel::Seed;

    #[test]
    fn shares_of_the_unit_interval_are_the_binomial_chances() {
        // The inverse, taken at the middle of each of many equal pieces, must give each number
        // about as many pieces as its chance says: off by one at each end.
        const PIECES: usize = 200_000;
        let rows = [(1, 0.3), (2, 0.5), (7, 0.05), (40, 0.5), (40, 0.97), (1000, 0.25)];
        for (trials, chance) in rows {
            let law = Binomial::new(chance, trials).expect("a law");
            let tables = BinomialTables::new(trials as usize);
            let mut pieces = vec![0usize; trials as usize + 1];
            for piece in 0..PIECES {
                let share = (piece as f64 + 0.5) / PIECES as f64;
                let chance = Chance::of(chance, 1.0 - chance);
                pieces[tables.invert(trials as usize, chance, share)] += 1;
            }
            for (n, pieces) in (0..).zip(pieces) {
                let wanted = law.pmf(n) * PIECES as f64;
                let got = pieces as f64;
                assert!((got - wanted).abs() <= 1.01, "{n} of {trials}: {got}, not {wanted}");
            }
        }
    }

    #[test]
    fn the_extremes_are_certain() {
        let tables = BinomialTables::new(10);
        for share in [0.0, 0.5, 1.0 - f64::EPSILON / 2.0] {
            assert_eq!(tables.invert(10, Chance::of(0.0, 3.0), share), 0);
            assert_eq!(tables.invert(10, Chance::of(3.0, 0.0), share), 10);
            assert_eq!(tables.invert(0, Chance::of(1.0, 1.0), share), 0);
        }
        // A share that the chances don't reach, which only rounding can bring about.
        assert_eq!(tables.invert(10, Chance::of(1.0, 1.0), 1.5), 5);
    }

    #[test]
    fn logarithms_of_factorials_keep_their_digits() {
        let tables = BinomialTables::new(1_000_000);
        // By mpmath at 40 digits.
        let rows =
            [(0, 0.0), (1, 0.0), (20, 42.335_616_460_753_485), (1_000_000, 12_815_518.384_658_169)];
        for (n, wanted) in rows {
            let got = tables.ln_factorials[n];
            assert!(close(got, wanted, 1e-15), "ln {n}!: {got} is not {wanted}");
        }
    }

    #[test]
    fn kinds_are_drawn_as_often_as_they_occur() {
        let counts = [5usize, 60, 1, 34];
        let multinomial = Multinomial::new(&counts);
        let mut rng = Generator::from_rng(&mut Seed(7).stream("test", &[]));
        let (mut sums, mut drawn) = ([0.0; 4], [0.0; 4]);
        for _ in 0..20_000 {
            multinomial.draw(&mut rng, &mut drawn);
            assert_eq!(drawn.iter().sum::<f64>(), 100.0, "{drawn:?}");
            for (sum, drawn) in sums.iter_mut().zip(drawn) {
                *sum += drawn;
            }
        }
        for (sum, count) in sums.iter().zip(counts) {
            // Within four standard errors of the mean.
            let slack = 4.0 * (count as f64 * (1.0 - count as f64 / 100.0) / 20_000.0).sqrt();
            assert!((sum / 20_000.0 - count as f64).abs() < slack, "{sums:?} of {counts:?}");
        }
    }
}
