//! What votes would come to if models failed independently of one another.

use std::collections::BTreeMap;

use super::poisson_binomial::chances_of_counts;

/// The chance that every one of independent models is wrong: the product of `1 - p`.
///
/// `None` without models, and where an accuracy is no chance.
/// Checked against independent code (`tests/golden_diversity.rs`).
pub fn all_wrong_if_independent(accuracies: &[f64]) -> Option<f64> {
    Some(in_order(accuracies)?.iter().map(|p| 1.0 - p).product())
}

/// The chance that more than half of independent models are right, by the exact distribution of
/// how many are. Half of them is no majority.
///
/// `None` without models, and where an accuracy is no chance.
/// Source: the jury theorem of Condorcet, Essai (1785); for jurors of differing competence P. J.
/// Boland, The Statistician 38 (1989), 181-189. Checked against full enumeration and scipy
/// (`tests/golden_diversity.rs`).
pub fn majority_if_independent(accuracies: &[f64]) -> Option<f64> {
    let chances = chances_of_right(accuracies)?;
    Some(chances[accuracies.len() / 2 + 1..].iter().sum::<f64>().min(1.0))
}

/// The chance that the right answer gets more votes than any other, where independent models
/// choose among `n_answers` and those that are wrong take each wrong answer equally often. Of `m`
/// answers that share the top, the right one among them, it is taken one time in `m`.
///
/// With more than two answers a vote may well be right where no majority is, because wrong votes
/// scatter. With two it is [`majority_if_independent`] and half of the even splits.
/// `None` without models, for fewer than two answers, and where an accuracy is no chance.
/// Source: the multinomial vote of C. List and R. E. Goodin, J. Political Philos. 9 (2001),
/// 277-306, here for models of differing accuracy. Checked against full enumeration (test below).
pub fn plurality_if_independent(accuracies: &[f64], n_answers: u32) -> Option<f64> {
    let chances = chances_of_right(accuracies)?;
    if n_answers < 2 {
        return None;
    }
    let of_right = |(n_right, chance): (usize, &f64)| {
        chance * chance_of_top(n_right, accuracies.len() - n_right, n_answers - 1)
    };
    Some(chances.iter().enumerate().map(of_right).sum::<f64>().min(1.0))
}

/// Sorted, so that nothing follows from the order of models; `None` unless all are chances.
fn in_order(accuracies: &[f64]) -> Option<Vec<f64>> {
    let are_chances = accuracies.iter().all(|p| (0.0..=1.0).contains(p));
    let mut sorted = accuracies.to_vec();
    sorted.sort_by(f64::total_cmp);
    (are_chances && !sorted.is_empty()).then_some(sorted)
}

/// The chance of each number of right models, from none to all; `None` without models.
fn chances_of_right(accuracies: &[f64]) -> Option<Vec<f64>> {
    chances_of_counts(accuracies).filter(|_| !accuracies.is_empty())
}

/// The chance that none of `n_others` wrong answers gets more than `n_right` of `n_wrong` votes
/// that fall on them evenly, each way of sharing the top with `m` of them counting `1 / (m + 1)`.
fn chance_of_top(n_right: usize, n_wrong: usize, n_others: u32) -> f64 {
    if n_right == 0 {
        return 0.0;
    }
    if n_right > n_wrong {
        return 1.0;
    }
    // By (votes left, answers that share the top): one wrong answer after another takes its part.
    let mut states = BTreeMap::from([((n_wrong, 0_u32), 1.0)]);
    for n_left in (1..=n_others).rev() {
        let mut next = BTreeMap::new();
        for ((votes, shared), chance) in states {
            for (taken, of_taken) in binomial(votes, n_left).into_iter().enumerate() {
                if taken <= n_right {
                    let state = (votes - taken, shared + u32::from(taken == n_right));
                    *next.entry(state).or_insert(0.0) += chance * of_taken;
                }
            }
        }
        states = next;
    }
    states.iter().map(|((_, shared), chance)| chance / f64::from(shared + 1)).sum()
}

/// The chance of each number of `trials` that hit, where each hits one time in `one_in`.
fn binomial(trials: usize, one_in: u32) -> Vec<f64> {
    let p = 1.0 / f64::from(one_in);
    let mut chances = vec![0.0; trials + 1];
    if one_in == 1 {
        chances[trials] = 1.0;
        return chances;
    }
    chances[0] = (1.0 - p).powi(trials as i32);
    for hits in 1..=trials {
        let ways = (trials - hits + 1) as f64 / hits as f64;
        chances[hits] = chances[hits - 1] * ways * p / (1.0 - p);
    }
    chances
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn juries_are_right_as_often_as_condorcet_says() {
        // Full enumeration with numpy, and scipy for the 101 of them (`votes_passk_power.json`).
        for (accuracies, wanted) in [
            (&[0.6; 3][..], 0.648),
            (&[0.6; 5], 0.68256),
            (&[0.6; 11], 0.753_498_132_48),
            (&[0.9, 0.6, 0.6], 0.792),
            (&[0.9, 0.8, 0.7, 0.6, 0.55], 0.860_72),
            (&[0.51; 101], 0.579_852_365_640_548_4),
            (&[0.7], 0.7),
            (&[0.7, 0.7], 0.49),
        ] {
            let got = majority_if_independent(accuracies).expect("accuracies");
            assert!((got - wanted).abs() < 1e-12, "{accuracies:?}: {got}");
        }
    }

    #[test]
    fn what_is_no_chance_has_no_prediction() {
        for accuracies in [&[][..], &[0.5, 1.5], &[f64::NAN], &[-0.1]] {
            assert_eq!(all_wrong_if_independent(accuracies), None, "{accuracies:?}");
            assert_eq!(majority_if_independent(accuracies), None, "{accuracies:?}");
            assert_eq!(plurality_if_independent(accuracies, 4), None, "{accuracies:?}");
        }
        for n_answers in [0, 1] {
            assert_eq!(plurality_if_independent(&[0.5], n_answers), None, "{n_answers} answers");
        }
        assert_eq!(all_wrong_if_independent(&[0.5, 0.5, 0.75]), Some(0.0625));
        assert_eq!(plurality_if_independent(&[1.0, 0.0, 0.0], 2), Some(0.0));
        assert_eq!(plurality_if_independent(&[0.0; 4], 5), Some(0.0));
    }

    /// Every way of voting, one by one.
    fn enumerated(accuracies: &[f64], n_answers: usize) -> f64 {
        let n_ways = n_answers.pow(accuracies.len() as u32);
        let of_way = |way: usize| {
            let mut votes = vec![0; n_answers];
            let (mut rest, mut chance) = (way, 1.0);
            for p in accuracies {
                let answer = rest % n_answers;
                rest /= n_answers;
                votes[answer] += 1;
                chance *= if answer == 0 { *p } else { (1.0 - p) / (n_answers as f64 - 1.0) };
            }
            let most = votes.iter().copied().max().unwrap_or_default();
            let n_top = votes.iter().filter(|n| **n == most).count();
            if votes[0] == most { chance / n_top as f64 } else { 0.0 }
        };
        (0..n_ways).map(of_way).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_plurality_is_right_as_often_as_full_enumeration_says(
            accuracies in prop::collection::vec(0.0..=1.0f64, 1..7), n_answers in 2usize..5,
        ) {
            let got = plurality_if_independent(&accuracies, n_answers as u32).expect("a chance");
            let wanted = enumerated(&accuracies, n_answers);
            prop_assert!((got - wanted).abs() < 1e-12, "{} is not {}", got, wanted);
        }

        #[test]
        fn the_order_of_models_changes_nothing(
            accuracies in prop::collection::vec(0.0..=1.0f64, 1..12), n_answers in 2u32..6,
        ) {
            let mut reversed = accuracies.clone();
            reversed.reverse();
            for [one, other] in [
                [&accuracies, &reversed].map(|it| plurality_if_independent(it, n_answers)),
                [&accuracies, &reversed].map(|it| majority_if_independent(it)),
                [&accuracies, &reversed].map(|it| all_wrong_if_independent(it)),
            ] {
                prop_assert_eq!(one, other);
            }
        }

        #[test]
        fn a_majority_of_an_odd_number_is_wrong_as_often_as_its_mirror_is_right(
            pairs in prop::collection::vec(0.0..=1.0f64, 0..6), last in 0.0..=1.0f64,
        ) {
            let accuracies = [&pairs[..], &pairs, &[last]].concat();
            let mirror: Vec<f64> = accuracies.iter().map(|p| 1.0 - p).collect();
            let [one, other] = [&accuracies, &mirror].map(|it| majority_if_independent(it));
            let both = one.zip(other).map(|(p, q)| p + q);
            prop_assert!(both.is_some_and(|sum| (sum - 1.0).abs() < 1e-12), "{:?}", both);
        }
    }
}
