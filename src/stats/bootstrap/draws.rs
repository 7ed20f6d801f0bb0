//! How many resamples to draw, out of which stream, and how positions are drawn.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::kernel::Seed;

/// How many resamples to draw, and out of which stream.
///
/// What is drawn depends on these and on the number of units alone: the same purpose draws the same
/// items again for another statistic, so that all are compared on the same resamples. The number
/// of threads changes nothing.
#[derive(Debug, Clone, Copy)]
pub struct Draws<'a> {
    /// The scenario's seed.
    pub seed: Seed,
    /// What it is drawn for, say "accuracy".
    pub purpose: &'a str,
    /// How many resamples, sign flips or other draws; 10,000 is plenty for an interval.
    pub n_resamples: usize,
}

/// What numbers are drawn from.
///
/// The named streams of the house are `ChaCha8`, which takes longer for a number than the rest of a
/// bootstrap does for an item. So they only seed this one, which is as fixed and as portable.
/// Source: D. Blackman and S. Vigna, ACM Trans. Math. Softw. 47:36 (2021).
pub(in crate::stats) type Generator = Xoshiro256PlusPlus;

/// How many resamples share a stream, and are one piece of work for a thread.
const BLOCK: usize = 32;

/// Where there are this many items for each distinct kind of them, drawing how often each kind
/// comes is quicker than drawing items.
pub(in crate::stats) const FEW: usize = 64;

impl Draws<'_> {
    /// What `block` makes of every block, in order; it is given a generator and how many to draw.
    pub(in crate::stats) fn in_blocks<T: Send>(
        self,
        block: impl Fn(&mut Generator, usize) -> Vec<T> + Sync,
    ) -> Vec<T> {
        let n_blocks = self.n_resamples.div_ceil(BLOCK);
        let blocks: Vec<Vec<T>> = (0..n_blocks)
            .into_par_iter()
            .map(|at| {
                let parts = [self.purpose, &at.to_string()];
                let mut stream = self.seed.stream("resample", &parts);
                let n_drawn = BLOCK.min(self.n_resamples - at * BLOCK);
                block(&mut Generator::from_rng(&mut stream), n_drawn)
            })
            .collect();
        blocks.into_iter().flatten().collect()
    }
}

/// Two positions below `n`, out of the two halves of a random number.
///
/// The high part of a product, as in D. Lemire, ACM Trans. Model. Comput. Simul. 29 (2019), 3,
/// without his rejection: chances differ by at most one part in `2^32 / n`, which a bootstrap
/// cannot see.
#[inline]
fn two_positions(word: u64, n: u64) -> [usize; 2] {
    let at = |half: u64| ((half * n) >> 32) as usize;
    [at(word >> 32), at(word & 0xFFFF_FFFF)]
}

/// Draws `n_drawn` positions below `n` and shows each to `see`.
#[inline]
pub(super) fn positions(rng: &mut Generator, n_drawn: usize, n: usize, mut see: impl FnMut(usize)) {
    let n = n as u64;
    for _ in 0..n_drawn / 2 {
        let [one, other] = two_positions(rng.next_u64(), n);
        see(one);
        see(other);
    }
    if n_drawn % 2 == 1 {
        see(two_positions(rng.next_u64(), n)[0]);
    }
}

/// The sum of as many of `values` as there are, drawn with replacement.
///
/// Four sums side by side, for the processor to work on at once, added up in a fixed order. The
/// positions are those of [`positions`].
pub(super) fn gathered_sum(rng: &mut Generator, values: &[f64]) -> f64 {
    let n = values.len() as u64;
    let mut lanes = [0.0; 4];
    for _ in 0..values.len() / 4 {
        let [a, b] = two_positions(rng.next_u64(), n);
        let [c, d] = two_positions(rng.next_u64(), n);
        lanes[0] += values[a];
        lanes[1] += values[b];
        lanes[2] += values[c];
        lanes[3] += values[d];
    }
    let mut rest = 0.0;
    positions(rng, values.len() % 4, values.len(), |at| rest += values[at]);
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

/// A number in [0, 1), of 53 random bits.
#[inline]
pub(super) fn uniform(rng: &mut Generator) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generator() -> Generator {
        Generator::from_rng(&mut Seed(7).stream("test", &[]))
    }

    #[test]
    fn the_generator_is_the_published_one() {
        // The first outputs of the reference code in C for the state 1, 2, 3, 4.
        let mut state = [0; 32];
        for (word, value) in state.chunks_exact_mut(8).zip(1u64..) {
            word.copy_from_slice(&value.to_le_bytes());
        }
        let mut rng = Generator::from_seed(state);
        for wanted in [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386] {
            assert_eq!(rng.next_u64(), wanted);
        }
    }

    #[test]
    fn the_halves_of_a_number_cover_all_positions() {
        let rows = [
            (0, 10, [0, 0]),
            (u64::MAX, 10, [9, 9]),
            (1 << 63, 10, [5, 0]),
            (1 << 31, 10, [0, 5]),
            (u64::MAX, 1, [0, 0]),
            (u64::MAX, u64::from(u32::MAX), [u32::MAX as usize - 1; 2]),
        ];
        for (word, n, wanted) in rows {
            assert_eq!(two_positions(word, n), wanted, "{word} of {n}");
        }
    }

    #[test]
    fn every_position_comes_about_equally_often() {
        let mut seen = [0u32; 10];
        positions(&mut generator(), 100_000, 10, |at| seen[at] += 1);
        // The chi-square of 9 degrees of freedom exceeds 27.9 once in a thousand.
        let chi: f64 = seen.iter().map(|n| (f64::from(*n) - 1e4).powi(2) / 1e4).sum();
        assert!(chi < 27.9, "{seen:?}");
    }

    #[test]
    fn the_gathered_sum_is_over_the_positions_drawn() {
        for n in [1, 2, 3, 4, 7, 64, 65] {
            let values: Vec<f64> = (0..n).map(|at| (at * at) as f64).collect();
            let mut wanted = 0.0;
            positions(&mut generator(), n, n, |at| wanted += values[at]);
            assert_eq!(gathered_sum(&mut generator(), &values), wanted, "{n} values");
        }
    }

    #[test]
    fn blocks_come_in_order_and_each_has_its_own_stream() {
        let draw = |n_resamples, purpose| {
            let draws = Draws { seed: Seed(7), purpose, n_resamples };
            draws.in_blocks(|rng, n_drawn| (0..n_drawn).map(|_| rng.next_u64()).collect())
        };
        let many: Vec<u64> = draw(3 * BLOCK + 5, "one");
        let few = draw(BLOCK + 1, "one");
        assert_eq!((many.len(), few.len()), (3 * BLOCK + 5, BLOCK + 1));
        assert_eq!(many[..=BLOCK], few[..], "more resamples change none of the first");
        assert_ne!(draw(BLOCK, "other"), many[..BLOCK]);
        let mut distinct = many.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), many.len(), "no block repeats another");
        assert!(draw(0, "one").is_empty());
    }
}
