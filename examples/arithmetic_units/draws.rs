//! Chance for the dataset: `SplitMix64`, written out because the dataset hangs on its every bit.

/// A stream of draws.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014, with the constants of S. Vigna's public-domain `splitmix64.c`. Checked against the
/// first outputs for seed 1234567 that Rosetta Code lists (`tests/datasets.rs`).
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from `low` to `high`, both included.
    ///
    /// The remainder favours low numbers by less than one part in 2^40, as no span here is above
    /// 2^24.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low) + 1;
        low + i64::try_from(self.bits() % span).expect("spans are below 2^24")
    }

    /// A number of `n_digits` digits that does not end in 0, which would be easier; 2 at least,
    /// so that what is counted stands in the plural.
    pub(crate) fn digits(&mut self, n_digits: u32) -> i64 {
        let low = 10_i64.pow(n_digits - 1);
        let number = self.between(low.max(2), 10 * low - 1);
        if number % 10 == 0 { number + self.between(1, 9) } else { number }
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let choice_idx = self.bits() % choices.len() as u64;
        choices[usize::try_from(choice_idx).expect("it is below a length")]
    }
}
