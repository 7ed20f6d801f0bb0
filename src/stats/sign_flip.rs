//! Whether paired differences centre on 0, by flipping their signs.

use rand::Rng;

use super::bootstrap::{BinomialTables, Chance, Draws, FEW, Generator};

/// The p-values of a sign-flip test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignFlip {
    /// That the sum is as far from 0 by chance, on either side.
    pub p_two_sided: f64,
    /// That it is as large by chance: small where the differences lie above 0.
    pub p_greater: f64,
    /// How the patterns of signs were gone through.
    pub flips: Flips,
}

/// How patterns of signs are gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flips {
    /// All of them.
    Exact {
        /// Two to the number of differences that are not 0.
        n_patterns: u64,
    },
    /// As many as were asked for.
    Drawn {
        /// How many.
        n_patterns: u64,
    },
}

/// With more differences that are not 0 than this, patterns are drawn.
const MOST_EXACT: usize = 20;

/// Sums closer than this share of the largest possible one are equal.
const TIE: f64 = 1e-12;

/// The sign-flip test of the sum of paired `differences`: were the two policies exchangeable, every
/// difference might as well have had the other sign.
///
/// Exact while at most 20 differences are not 0, by going through all patterns of their signs. Else
/// `draws` says how many patterns to draw, and `p = (1 + #) / (1 + B)`, which is never 0 and valid
/// for any B; where few sizes occur, as with right and wrong, it is drawn how many of each size are
/// positive. For items in clusters, give [`super::cluster_sums`]. 1.0 where all differences are 0.
/// `None` without differences, where one is not finite, and where patterns would have to be drawn
/// but none shall be.
/// Source: R. A. Fisher, The Design of Experiments (1935), section 21; for Monte Carlo, B. Phipson
/// and G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 9:39 (2010). Checked against full enumeration and
/// scipy `permutation_test` (`tests/golden_resampling.rs`).
pub fn sign_flip(differences: &[f64], draws: Draws<'_>) -> Option<SignFlip> {
    if differences.is_empty() || !differences.iter().all(|difference| difference.is_finite()) {
        return None;
    }
    let observed: f64 = differences.iter().sum();
    let mut sizes: Vec<f64> =
        differences.iter().map(|difference| difference.abs()).filter(|size| *size > 0.0).collect();
    // In an order of their own, so that the order of the items changes nothing.
    sizes.sort_unstable_by(f64::total_cmp);
    let slack = TIE * sizes.iter().sum::<f64>();
    // What counts as at least as large as these.
    let (large, far) = (observed - slack, observed.abs() - slack);
    if sizes.len() <= MOST_EXACT {
        return Some(exact(&sizes, large, far));
    }
    if draws.n_resamples == 0 {
        return None;
    }
    let sums = drawn_sums(&sizes, draws);
    let p = |is_reached: &dyn Fn(f64) -> bool| {
        let reached = sums.iter().filter(|sum| is_reached(**sum)).count();
        (1 + reached) as f64 / (1 + sums.len()) as f64
    };
    Some(SignFlip {
        p_two_sided: p(&|sum| sum.abs() >= far),
        p_greater: p(&|sum| sum >= large),
        flips: Flips::Drawn { n_patterns: sums.len() as u64 },
    })
}

/// By the sums of the two halves, whose pairs are all patterns.
fn exact(sizes: &[f64], large: f64, far: f64) -> SignFlip {
    let (one, other) = sizes.split_at(sizes.len() / 2);
    let (one, mut other) = (sums_of_all_patterns(one), sums_of_all_patterns(other));
    other.sort_unstable_by(f64::total_cmp);
    let reaching = |least: f64| -> usize {
        one.iter().map(|sum| other.len() - other.partition_point(|it| sum + it < least)).sum()
    };
    let n_patterns = one.len() * other.len();
    let share = |n: usize| n as f64 / n_patterns as f64;
    // Every sum has its opposite among the patterns.
    let p_two_sided = if far <= 0.0 { 1.0 } else { share(2 * reaching(far)) };
    let flips = Flips::Exact { n_patterns: n_patterns as u64 };
    SignFlip { p_two_sided, p_greater: share(reaching(large)), flips }
}

fn sums_of_all_patterns(sizes: &[f64]) -> Vec<f64> {
    sizes.iter().fold(vec![0.0], |sums, size| {
        sums.iter().flat_map(|sum| [sum - size, sum + size]).collect()
    })
}

/// The sums under drawn patterns.
fn drawn_sums(sizes: &[f64], draws: Draws<'_>) -> Vec<f64> {
    let kinds: Vec<(f64, usize)> =
        sizes.chunk_by(|one, other| one == other).map(|kind| (kind[0], kind.len())).collect();
    if kinds.len() * FEW <= sizes.len() {
        let tables = BinomialTables::new(sizes.len());
        let fair = Chance::of(1.0, 1.0);
        return draws.in_blocks(|rng, n_drawn| {
            let mut sum_of = |(size, n): &(f64, usize)| {
                let positive = tables.draw(rng, *n, fair);
                size * (2.0 * positive as f64 - *n as f64)
            };
            (0..n_drawn).map(|_| kinds.iter().map(&mut sum_of).sum()).collect()
        });
    }
    draws.in_blocks(|rng, n_drawn| (0..n_drawn).map(|_| flipped_sum(rng, sizes)).collect())
}

/// The sum of `sizes` with signs out of the bits of random numbers.
fn flipped_sum(rng: &mut Generator, sizes: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    for sizes in sizes.chunks(u64::BITS as usize) {
        let signs = rng.next_u64();
        for (eight, sizes) in sizes.chunks(LANES).enumerate() {
            let signs = signs >> (eight * LANES);
            for (lane, (sum, size)) in lanes.iter_mut().zip(sizes).enumerate() {
                let sign = (signs >> lane) << (u64::BITS - 1);
                *sum += f64::from_bits(size.to_bits() ^ sign);
            }
        }
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::close;
    use super::super::{PairedCounts, mcnemar_exact_p};
    use super::*;
    use crate::kernel::Seed;

    fn draws(n_resamples: usize) -> Draws<'static> {
        Draws { seed: Seed(7), purpose: "test", n_resamples }
    }

    /// Differences of 1 where `a` alone is right, and of -1 where `b` is.
    fn signs(only_a: u64, only_b: u64) -> Vec<f64> {
        let of_b = std::iter::repeat_n(-1.0, only_b as usize);
        std::iter::repeat_n(1.0, only_a as usize).chain(of_b).collect()
    }

    #[test]
    fn small_cases_by_hand() {
        let rows: [(&[f64], f64, f64, u64); 6] = [
            (&[1.0], 1.0, 0.5, 2),
            (&[1.0, 2.0], 0.5, 0.25, 4),
            (&[1.0, 1.0, -1.0], 1.0, 0.5, 8),
            (&[-3.0, -1.0, 0.0], 0.5, 1.0, 4),
            // Tenths, whose sums differ by rounding alone.
            (&[0.1, 0.2, -0.3], 1.0, 0.625, 8),
            (&[0.0, 0.0], 1.0, 1.0, 1),
        ];
        for (differences, p_two_sided, p_greater, n_patterns) in rows {
            let wanted = SignFlip { p_two_sided, p_greater, flips: Flips::Exact { n_patterns } };
            assert_eq!(sign_flip(differences, draws(0)), Some(wanted), "{differences:?}");
        }
    }

    #[test]
    fn what_cannot_be_flipped_has_no_test() {
        let many = [1.0; 21];
        for differences in [&[][..], &[f64::NAN], &[1.0, f64::INFINITY], &many] {
            assert_eq!(sign_flip(differences, draws(0)), None, "{differences:?}");
        }
    }

    #[test]
    fn drawn_patterns_come_near_the_exact_p() {
        // The first are drawn by how many are positive, the second, too few for that, by bits.
        for (only_a, only_b) in [(56, 34), (37, 23)] {
            let wanted =
                mcnemar_exact_p(PairedCounts { only_a, only_b, ..PairedCounts::default() });
            let got = sign_flip(&signs(only_a, only_b), draws(20_000)).expect("a test");
            assert_eq!(got.flips, Flips::Drawn { n_patterns: 20_000 });
            // Four standard errors.
            let slack = 4.0 * (wanted / 20_000.0).sqrt();
            assert!((got.p_two_sided - wanted).abs() < slack, "{got:?} is not {wanted}");
            assert!((got.p_greater - wanted / 2.0).abs() < slack, "{got:?}");
        }
        let got = sign_flip(&[1.0; 200], draws(999)).expect("a test");
        assert_eq!((got.p_two_sided, got.p_greater), (0.001, 0.001), "never 0");
    }

    #[test]
    fn every_bit_is_the_sign_of_one_difference() {
        use rand::SeedableRng;
        let generator = || Generator::from_rng(&mut Seed(7).stream("test", &[]));
        for n in [1usize, 8, 63, 64, 65, 130] {
            let sizes: Vec<f64> = (0..n).map(|at| (at + 1) as f64).collect();
            let mut rng = generator();
            let words: Vec<u64> = (0..n.div_ceil(64)).map(|_| rng.next_u64()).collect();
            let signed = sizes
                .iter()
                .enumerate()
                .map(|(at, size)| if words[at / 64] >> (at % 64) & 1 == 1 { -size } else { *size });
            let wanted: f64 = signed.sum();
            assert_eq!(flipped_sum(&mut generator(), &sizes), wanted, "{n} differences");
        }
    }

    proptest! {
        #[test]
        fn on_right_and_wrong_it_is_the_exact_mcnemar_test(n in 1u64..=20, a in 0u64..=20) {
            let only_a = a % (n + 1);
            let only_b = n - only_a;
            let got = sign_flip(&signs(only_a, only_b), draws(0)).expect("a test");
            let counts = PairedCounts { only_a, only_b, ..PairedCounts::default() };
            let wanted = mcnemar_exact_p(counts);
            prop_assert!(close(got.p_two_sided, wanted, 1e-12), "{:?} {}", got, wanted);
        }

        #[test]
        fn the_order_and_the_unit_of_the_differences_change_nothing(
            differences in prop::collection::vec(-4i8..5, 1..60), by in 0usize..60,
        ) {
            let scaled = |scale: f64| -> Vec<f64> {
                differences.iter().map(|it| f64::from(*it) * scale).collect()
            };
            let mut rotated = scaled(1.0);
            rotated.rotate_left(by % differences.len());
            let wanted = sign_flip(&scaled(1.0), draws(200));
            prop_assert_eq!(sign_flip(&rotated, draws(200)), wanted);
            prop_assert_eq!(sign_flip(&scaled(0.25), draws(200)), wanted);
        }
    }
}
