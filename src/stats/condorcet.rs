//! How often a majority of independent voters is right.

/// The chance that more than half of independent voters are right, of whom each is right with its
/// own chance in [0, 1].
///
/// Exactly half is no majority, so that an even number does worse than one voter fewer. `None`
/// without voters and where something is no chance. The order of the voters does not count.
/// It is the upper tail of the Poisson binomial law, by convolution: every term is positive, so no
/// digits are lost.
/// Source: Condorcet, Essai sur l'application de l'analyse, 1785; for unequal chances P. J. Boland,
/// The Statistician 38 (1989), 181-189. Checked against numpy by full enumeration and convolution
/// (`tests/golden_votes.rs`) and by hand (test below).
pub fn condorcet(chances: &[f64]) -> Option<f64> {
    let is_chance = |chance: &f64| (0.0..=1.0).contains(chance);
    if chances.is_empty() || !chances.iter().all(is_chance) {
        return None;
    }
    let mut chances = chances.to_vec();
    chances.sort_by(f64::total_cmp);
    // The chance of each number of right voters, from none on.
    let mut of_right = vec![1.0];
    for p in &chances {
        of_right.push(0.0);
        for n_right in (0..of_right.len()).rev() {
            let one_less = n_right.checked_sub(1).map_or(0.0, |less| of_right[less]);
            of_right[n_right] = of_right[n_right] * (1.0 - p) + one_less * p;
        }
    }
    let majority: f64 = of_right[chances.len() / 2 + 1..].iter().sum();
    Some(majority.min(1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::close;
    use super::*;

    #[test]
    fn a_majority_is_right_as_often_as_counting_cases_says() {
        for (chances, expected) in [
            (&[0.7][..], Some(0.7)),
            (&[0.5, 0.5], Some(0.25)),
            // .9 * .8 + .9 * .2 * .6 + .1 * .8 * .6.
            (&[0.9, 0.8, 0.6], Some(0.876)),
            (&[0.6, 0.9, 0.8], Some(0.876)),
            (&[1.0, 1.0, 0.0], Some(1.0)),
            (&[1.0, 0.0], Some(0.0)),
            (&[0.5; 4], Some(0.3125)),
            (&[], None),
            (&[0.5, 1.5], None),
            (&[f64::NAN], None),
        ] {
            let got = condorcet(chances);
            let equal = match (got, expected) {
                (Some(got), Some(expected)) => close(got, expected, 1e-12),
                (got, expected) => got == expected,
            };
            assert!(equal, "{chances:?}: {got:?} is not {expected:?}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_voters_does_not_count(
            (one, other) in prop::collection::vec(0.0..=1.0_f64, 1..12)
                .prop_flat_map(|chances| (Just(chances.clone()), Just(chances).prop_shuffle())),
        ) {
            prop_assert_eq!(condorcet(&one), condorcet(&other));
        }

        #[test]
        fn a_majority_of_an_odd_number_is_wrong_as_often_as_its_mirror_is_right(
            pairs in prop::collection::vec(0.0..=1.0_f64, 0..6), last in 0.0..=1.0_f64,
        ) {
            let chances = [&pairs[..], &pairs, &[last]].concat();
            let mirror: Vec<f64> = chances.iter().map(|p| 1.0 - p).collect();
            let both = condorcet(&chances).zip(condorcet(&mirror)).map(|(p, q)| p + q);
            prop_assert!(both.is_some_and(|sum| (sum - 1.0).abs() < 1e-12), "{:?}", both);
        }
    }
}
