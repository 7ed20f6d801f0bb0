//! Whether the answer that leads among the samples so far will lead in the long run.

use statrs::function::beta::beta_reg;

/// The chance that of two answers, seen so often, the first is the more frequent one in truth.
///
/// It is 1 - I(1/2; first + 1, second + 1), the chance that a share with a uniform prior lies above
/// one half; all other answers are left out of it. One half where the two were seen as often.
/// Source: P. Aggarwal et al., Let's Sample Step by Step: Adaptive-Consistency, EMNLP 2023
/// (arXiv:2305.11860), the Beta criterion. Checked against scipy (`tests/golden_votes.rs`) and by
/// whole numbers: it is the chance of at most `first` heads in first + second + 1 throws of a
/// coin (test below).
pub fn chance_of_lead([first, second]: [u64; 2]) -> f64 {
    // The other tail of the mirrored law, so that the digits near 0 are kept.
    beta_reg(second as f64 + 1.0, first as f64 + 1.0, 0.5)
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    #[test]
    fn the_chance_is_that_of_throwing_coins() {
        for (counts, expected) in [
            ([0, 0], 1.0 / 2.0),
            ([1, 0], 3.0 / 4.0),
            ([0, 1], 1.0 / 4.0),
            // 1 + 6 + 15 + 20 + 15 of 64 ways to throw six coins.
            ([4, 1], 57.0 / 64.0),
            ([1, 4], 7.0 / 64.0),
            ([4, 0], 31.0 / 32.0),
            ([0, 40], 0.5_f64.powi(41)),
        ] {
            let got = chance_of_lead(counts);
            assert!(close(got, expected, 1e-12), "{counts:?}: {got} is not {expected}");
        }
    }
}
