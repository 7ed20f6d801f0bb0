//! Votes counted, plainly and by weight, and how often each voter is of an opinion.

use crate::vote::crowd::exact::Grid;
use crate::vote::crowd::{Beliefs, Votes};

/// The share of each label in the votes on its item: a plain count of votes.
pub fn shares(votes: &Votes) -> Beliefs {
    weighted_shares(votes, &vec![1.0; votes.n_voters()])
}

/// The share of each label in the weight of the votes on its item, where `weights` has one for
/// each voter, from 0 up. Where no vote has any weight, each counts 1.
pub fn weighted_shares(votes: &Votes, weights: &[f64]) -> Beliefs {
    let heaviest = weights.iter().copied().fold(1.0, f64::max);
    let most_votes = (0..votes.n_items()).map(|item| votes.of(item).len()).max();
    let grid = Grid::for_sums_to(most_votes.unwrap_or(0) as f64 * heaviest);
    let placed: Vec<i64> = weights.iter().map(|weight| grid.place(*weight)).collect();
    Beliefs::fill(votes, |item, of_labels| {
        let weight = |voter: u16| placed[usize::from(voter)];
        let casts = votes.of(item);
        let total: i64 = casts.iter().map(|cast| weight(cast.voter)).sum();
        let is_weightless = total == 0;
        let total = if is_weightless { casts.len() as i64 } else { total };
        let mut sums = vec![0; of_labels.len()];
        for cast in casts {
            sums[usize::from(cast.label)] += if is_weightless { 1 } else { weight(cast.voter) };
        }
        for (share, sum) in std::iter::zip(of_labels, sums) {
            *share = sum as f64 / total as f64;
        }
    })
}

/// The mean belief in what each voter voted for; `None` for who never voted.
///
/// With beliefs of 0 and 1 it is the share of the voter's votes that agree with them.
pub fn agreement(votes: &Votes, beliefs: &Beliefs) -> Vec<Option<f64>> {
    let grid = Grid::for_sums_to(votes.n_items() as f64);
    let mut sums = vec![0; votes.n_voters()];
    for item in 0..votes.n_items() {
        let of_labels = beliefs.of(item);
        for cast in votes.of(item) {
            sums[usize::from(cast.voter)] += grid.place(of_labels[usize::from(cast.label)]);
        }
    }
    let mean = |(sum, n)| (n > 0).then(|| grid.value(sum) / n as f64);
    std::iter::zip(sums, votes.n_by_voter()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::crowd::Classes;

    fn votes() -> Votes {
        let of_items = [vec![(0, 0), (1, 1), (2, 1)], vec![(1, 2)], vec![], vec![(0, 1), (2, 0)]];
        Votes::new(4, Classes::Shared(3), &of_items)
    }

    #[test]
    fn shares_are_of_the_weight_that_was_cast() {
        let third = 1.0 / 3.0;
        for (weights, expected) in [
            ([1.0; 4], [[third, 2.0 * third, 0.0], [0.0, 0.0, 1.0], [third; 3], [0.5, 0.5, 0.0]]),
            (
                [0.5, 0.1, 0.4, 9.0],
                [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [third; 3], [4.0 / 9.0, 5.0 / 9.0, 0.0]],
            ),
            // Item 1 has no vote with a weight, nor has the last.
            ([0.0, 1.0, 0.0, 1.0], [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [third; 3], [0.5, 0.5, 0.0]]),
        ] {
            let got = weighted_shares(&votes(), &weights);
            for (item, expected) in expected.iter().enumerate() {
                for (share, expected) in std::iter::zip(got.of(item), expected) {
                    assert!((share - expected).abs() < 1e-15, "{weights:?}, item {item}: {got:?}");
                }
            }
        }
    }

    #[test]
    fn a_voter_agrees_by_the_belief_in_its_votes() {
        let got = agreement(&votes(), &shares(&votes()));
        // Voter 0: a third and a half. Voter 1: two thirds and 1. Voter 2: two thirds and a half.
        let expected = [Some(5.0 / 12.0), Some(5.0 / 6.0), Some(7.0 / 12.0), None];
        for (voter, (got, expected)) in std::iter::zip(got, expected).enumerate() {
            let close = got.zip(expected).map(|(got, expected)| (got - expected).abs() < 1e-15);
            assert_eq!(close, expected.map(|_| true), "voter {voter}: {got:?}");
        }
    }
}
