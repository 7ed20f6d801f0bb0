//! Each member's share of what a plurality vote has right, by Shapley's rule.

use std::collections::BTreeMap;

use super::contribution::MOST_PLAYERS;
use crate::data::AnswerIdx;

/// A member's ballot on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cast {
    /// Which answer it is for.
    pub answer: AnswerIdx,
    /// Whether that is right.
    pub is_right: bool,
}

/// What several answers that share the top are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tied {
    /// The share of them that is right, as if one were drawn.
    Shared,
    /// Nothing, as where the vote abstains.
    Lost,
}

/// The Shapley value of each member in the game in which some members are worth the share of the
/// items that a plurality of them has right, and nobody is worth nothing.
///
/// The values add up to what all of them have right. A ballot that is missing changes nothing on
/// that item. `items` holds the ballots of an item, in the members' order. `None` without items or
/// members, and for more than [`MOST_PLAYERS`].
///
/// Members with the same answer are interchangeable on an item, so that only how many there are on
/// each answer is gone through, and items that look alike are gone through once.
/// Source: as [`super::shapley`]. Checked against it, on all subsets (test below).
pub fn vote_shares(
    n_members: usize,
    items: impl Iterator<Item = Vec<Option<Cast>>>,
    tied: Tied,
) -> Option<Vec<f64>> {
    if n_members == 0 || n_members > MOST_PLAYERS {
        return None;
    }
    let mut patterns: BTreeMap<Vec<Option<Cast>>, u64> = BTreeMap::new();
    let mut n_items = 0;
    for item in items {
        debug_assert_eq!(item.len(), n_members);
        *patterns.entry(in_order_of_first(item)).or_default() += 1;
        n_items += 1;
    }
    let mut sums = vec![0.0; n_members];
    let mut known: BTreeMap<Vec<Block>, Vec<f64>> = BTreeMap::new();
    for (pattern, n) in &patterns {
        let mut sizes: BTreeMap<Cast, usize> = BTreeMap::new();
        pattern.iter().flatten().for_each(|cast| *sizes.entry(*cast).or_default() += 1);
        let mut blocks: Vec<Block> = sizes.iter().map(|(cast, n)| (cast.is_right, *n)).collect();
        blocks.sort_unstable();
        let shares = known.entry(blocks.clone()).or_insert_with(|| of_blocks(&blocks, tied));
        for (sum, cast) in sums.iter_mut().zip(pattern) {
            let Some(cast) = cast else { continue };
            let block = (cast.is_right, sizes[cast]);
            let at = blocks.iter().position(|it| *it == block).unwrap_or_default();
            *sum += *n as f64 * shares[at];
        }
    }
    (n_items > 0).then(|| sums.into_iter().map(|sum| sum / n_items as f64).collect())
}

/// An answer: whether it is right, and how many members gave it.
type Block = (bool, usize);

/// Answers numbered in the order in which members first gave them, so that items look alike
/// wherever they split the members alike.
fn in_order_of_first(mut item: Vec<Option<Cast>>) -> Vec<Option<Cast>> {
    let mut seen: Vec<AnswerIdx> = Vec::new();
    for cast in item.iter_mut().flatten() {
        let at = seen.iter().position(|answer| *answer == cast.answer).unwrap_or_else(|| {
            seen.push(cast.answer);
            seen.len() - 1
        });
        cast.answer = AnswerIdx(at as u16);
    }
    item
}

/// The Shapley value of a member of each block, of those who voted.
fn of_blocks(blocks: &[Block], tied: Tied) -> Vec<f64> {
    let n_voters: usize = blocks.iter().map(|(_, size)| size).sum();
    let mut shares = vec![0.0; blocks.len()];
    let mut counts = vec![0; blocks.len()];
    loop {
        let ways: f64 = blocks.iter().zip(&counts).map(|((_, n), k)| choose(*n, *k)).product();
        let n_before: usize = counts.iter().sum();
        for at in 0..blocks.len() {
            let size = blocks[at].1;
            let left = size - counts[at];
            if left > 0 {
                let before = worth(blocks, &counts, tied);
                counts[at] += 1;
                let added = worth(blocks, &counts, tied) - before;
                counts[at] -= 1;
                // Of the ways to choose those who came before, the ones without this member; each
                // number of them is equally likely.
                let without = ways * left as f64 / size as f64;
                shares[at] += added * without / (n_voters as f64 * choose(n_voters - 1, n_before));
            }
        }
        // The next vector of counts, as an odometer turns.
        let Some(turned) = (0..blocks.len()).find(|at| counts[*at] < blocks[*at].1) else {
            return shares;
        };
        counts[turned] += 1;
        counts[..turned].fill(0);
    }
}

/// How right so many ballots for each answer are.
fn worth(blocks: &[Block], counts: &[usize], tied: Tied) -> f64 {
    let most = counts.iter().copied().max().unwrap_or_default();
    if most == 0 {
        return 0.0;
    }
    let leaders = || blocks.iter().zip(counts).filter(|(_, count)| **count == most);
    let n_right = leaders().filter(|((is_right, _), _)| *is_right).count();
    match (leaders().count(), tied) {
        (1, _) | (_, Tied::Shared) => n_right as f64 / leaders().count() as f64,
        _ => 0.0,
    }
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k).map(|at| (n - at) as f64 / (at + 1) as f64).product()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::shapley;

    /// A letter a member: `A` is right, `B` to `E` wrong, `-` none.
    fn item(letters: &str) -> Vec<Option<Cast>> {
        let cast = |letter: char| {
            let answer = AnswerIdx((letter as u32 - 'A' as u32) as u16);
            Cast { answer, is_right: letter == 'A' }
        };
        letters.chars().map(|letter| (letter != '-').then(|| cast(letter))).collect()
    }

    fn shares(items: &[&str], tied: Tied) -> Option<Vec<f64>> {
        let n_members = items.first().map_or(0, |letters| letters.len());
        vote_shares(n_members, items.iter().map(|letters| item(letters)), tied)
    }

    #[test]
    fn small_votes_are_shared_out_as_by_hand() {
        for (letters, tied, wanted) in [
            ("A", Tied::Shared, &[1.0][..]),
            ("B", Tied::Shared, &[0.0]),
            // Either is all there is.
            ("AA", Tied::Shared, &[0.5, 0.5]),
            ("A-", Tied::Shared, &[1.0, 0.0]),
            // First the right one adds 1 and the other takes one half of it, or all of it; second
            // it adds one half, or nothing.
            ("AB", Tied::Shared, &[0.75, -0.25]),
            ("AB", Tied::Lost, &[0.5, -0.5]),
            // Two outvote one: in two orders of six it is first and worth 1, in one half it is not
            // last and so on.
            ("ABB", Tied::Shared, &[0.5, -0.25, -0.25]),
        ] {
            let got = shares(&[letters], tied).unwrap();
            let is_close = got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 1e-12);
            assert!(is_close, "{letters}, {tied:?}: {got:?}");
        }
        // Over items it is the mean.
        let got = shares(&["AA", "AB"], Tied::Shared).unwrap();
        assert!((got[0] - 0.625).abs() < 1e-12 && (got[1] - 0.125).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn without_items_or_members_and_with_too_many_there_are_no_shares() {
        assert_eq!(shares(&[], Tied::Shared), None);
        assert_eq!(vote_shares(2, std::iter::empty(), Tied::Shared), None);
        assert_eq!(shares(&["AAAAAAAAAAAAA"], Tied::Shared), None);
        assert!(shares(&["AAAAAAAAAAAA"], Tied::Shared).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn shares_are_those_of_all_subsets(
            items in prop::collection::vec("[A-D-]{5}", 1..12), lost in prop::bool::ANY,
        ) {
            let tied = if lost { Tied::Lost } else { Tied::Shared };
            // Straight from the letters, subset by subset.
            let value = |members: &[usize]| {
                let right = |letters: &String| {
                    let votes = |answer| {
                        let of = |it: &&usize| letters.chars().nth(**it) == Some(answer);
                        members.iter().filter(of).count()
                    };
                    let all = "ABCD".chars().map(votes).collect::<Vec<_>>();
                    let most = all.iter().copied().max().unwrap();
                    let n_leaders = all.iter().filter(|n| **n == most).count();
                    let is_right = most > 0 && all[0] == most && (n_leaders == 1 || !lost);
                    if is_right { 1.0 / n_leaders as f64 } else { 0.0 }
                };
                items.iter().map(right).sum::<f64>() / items.len() as f64
            };
            let wanted = shapley(5, value).unwrap();
            let letters: Vec<&str> = items.iter().map(String::as_str).collect();
            let got = shares(&letters, tied).unwrap();
            for (got, wanted) in got.iter().zip(&wanted) {
                prop_assert!((got - wanted).abs() < 1e-12, "{} is not {}", got, wanted);
            }
        }
    }
}
