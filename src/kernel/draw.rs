//! Chance for millions of calls: a key that small numbers are mixed into, without a generator.

use rand::Rng;

use super::Seed;

/// What a draw is for. Like a stream of [`Seed`] it depends on what it is drawn for alone, and it
/// costs a few nanoseconds.
///
/// Parts are mixed in with the output function of `SplitMix64` (G. L. Steele, D. Lea and C. H.
/// Flood, OOPSLA 2014), whose numbers for the seed 1234567 the test has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Key {
    /// The key for one purpose and one thing.
    pub fn new(seed: Seed, purpose: &str, parts: &[&str]) -> Self {
        Self(seed.stream(purpose, parts).next_u64())
    }

    /// The key for one part more.
    #[must_use]
    pub const fn with(self, part: u64) -> Self {
        let mut bits = self.0.wrapping_add(part.wrapping_add(1).wrapping_mul(STEP));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(bits ^ (bits >> 31))
    }

    /// The key for whatever another key stands for.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        self.with(other.0)
    }

    /// Sixty-four even bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// An even number from 0 to 1, without 1.
    pub const fn uniform(self) -> f64 {
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An even number from 0 to 1, without 0 and 1: what a logarithm can take.
    pub const fn open_uniform(self) -> f64 {
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// An even whole number below `n`, which is not 0. (D. Lemire's multiplication, whose bias is
    /// below `n` / 2^64.)
    pub const fn below(self, n: u64) -> u64 {
        ((self.0 as u128 * n as u128) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_mixed_in_as_splitmix_does() {
        // The first five numbers of the seed 1234567, as implementations of SplitMix64 print them.
        let wanted = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        let drawn: Vec<u64> = (0..5).map(|part| Key(1_234_567).with(part).bits()).collect();
        assert_eq!(drawn, wanted);
    }

    #[test]
    fn draws_are_even_and_those_of_neighbours_independent() {
        let key = Key::new(Seed(3), "test", &[]);
        let n = 100_000_u64;
        let mut of_pair = [[0_u32; 4]; 4];
        for request in 0..n {
            let [first, second] =
                [0, 1].map(|attempt| key.with(request).with(attempt).below(4) as usize);
            of_pair[first][second] += 1;
        }
        // Chi-squared with 15 degrees of freedom is above 37.7 once in a thousand times.
        let expected = n as f64 / 16.0;
        let chi: f64 = of_pair
            .iter()
            .flatten()
            .map(|count| (f64::from(*count) - expected).powi(2) / expected)
            .sum();
        assert!(chi < 37.7, "{chi}: {of_pair:?}");
        assert!((0..n).all(|it| (0.0..1.0).contains(&key.with(it).uniform())));
    }
}
