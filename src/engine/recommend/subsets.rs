//! Every subset of the voters at once: how often its plurality is right, counted in bits.
//!
//! Subsets are walked from each to those with one voter more, so that a subset costs one addition
//! to counters that are there already. Counters are bits too: 256 items are counted by one
//! operation. Source: the carry-save counters of H. S. Warren, Hacker's Delight (2002), ch. 5.

use rayon::prelude::*;

use super::slices::{Block, LANES, MOST_VOTERS, Slices, Word};

/// What the plurality of one subset came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tried {
    /// Items that it has right.
    pub right: u32,
    /// Of those, items that the baseline has right as well.
    pub both: u32,
}

/// The items that each subset of the voters has right by plurality, ties by priority; the position
/// of a subset has bit `v` where voter `v` is in it. Nobody is in the first one, which is never
/// right.
///
/// Exact: the same as the ordinary vote with `ties: priority` over the members as they are listed
/// (`tests` below, and on real answers `tests/recommend_real.rs`).
pub fn subsets(slices: &Slices) -> Vec<Tried> {
    let n_subsets = 1_usize << slices.n_voters;
    // One array a thread, and blocks of a few hundred items, so that all stay in the caches.
    let n_blocks = slices.blocks.len().div_ceil(rayon::current_num_threads()).max(1);
    let of_some = |blocks: &[Block]| {
        let mut tried = vec![Tried::default(); n_subsets];
        for block in blocks {
            Walk::new(block, slices.n_voters, &mut tried).from(0, 0, 0);
        }
        tried
    };
    let add = |mut sum: Vec<Tried>, other: Vec<Tried>| {
        for (sum, other) in sum.iter_mut().zip(other) {
            sum.right += other.right;
            sum.both += other.both;
        }
        sum
    };
    let parts = slices.blocks.par_chunks(n_blocks).map(of_some);
    parts.reduce(|| vec![Tried::default(); n_subsets], add)
}

/// Bits of a counter: up to 16 votes.
const COUNTER: usize = 5;

/// What one answer got from a subset.
#[derive(Debug, Clone, Copy)]
struct Count {
    /// The number of votes, the lowest bit first.
    bits: [Word; COUNTER],
    /// Of a wrong answer: items on which the right one has a supporter before any of its own.
    is_behind: Word,
    /// Of a wrong answer: items on which either of the two has a supporter.
    is_settled: Word,
}

const NOTHING: Word = [0; LANES];
const NO_VOTES: Count = Count { bits: [NOTHING; COUNTER], is_behind: NOTHING, is_settled: NOTHING };

/// One way through all subsets, over the items of one block.
struct Walk<'a> {
    block: &'a Block,
    n_voters: usize,
    tried: &'a mut [Tried],
    /// What each answer has, for the subset at hand and before it for those that it is made from.
    counts: Vec<Vec<Count>>,
}

impl<'a> Walk<'a> {
    fn new(block: &'a Block, n_voters: usize, tried: &'a mut [Tried]) -> Self {
        let counts = vec![vec![NO_VOTES; block.planes.len()]; MOST_VOTERS + 1];
        Self { block, n_voters, tried, counts }
    }

    /// All subsets that are `subset`, of `size` voters, and some of the voters from `next` on.
    fn from(&mut self, subset: usize, size: usize, next: usize) {
        for voter in next..self.n_voters {
            let larger = subset | 1 << voter;
            let won = match size + 1 {
                1 => self.with::<1>(size, voter),
                2..4 => self.with::<2>(size, voter),
                4..8 => self.with::<3>(size, voter),
                8..16 => self.with::<4>(size, voter),
                _ => self.with::<COUNTER>(size, voter),
            };
            let tried = &mut self.tried[larger];
            for (lane, won) in won.into_iter().enumerate() {
                tried.right += won.count_ones();
                tried.both += (won & self.block.baseline[lane]).count_ones();
            }
            self.from(larger, size + 1, voter + 1);
        }
    }

    /// Adds a voter to the subset of that size, whose counts then need so many bits; the items
    /// that the larger subset has right.
    fn with<const BITS: usize>(&mut self, size: usize, voter: usize) -> Word {
        let (smaller, larger) = self.counts.split_at_mut(size + 1);
        let (smaller, larger) = (&smaller[size], &mut larger[0]);
        let planes = &self.block.planes;
        let right = planes[0][voter];
        add::<BITS>(&smaller[0], right, &mut larger[0]);
        let of_right = larger[0].bits;
        let mut won = of_right[..BITS].iter().fold(NOTHING, |any, bit| or(any, *bit));
        for answer in 1..planes.len() {
            let given = planes[answer][voter];
            let (before, after) = (&smaller[answer], &mut larger[answer]);
            add::<BITS>(before, given, after);
            after.is_behind = or(before.is_behind, and_not(right, before.is_settled));
            after.is_settled = or(before.is_settled, or(right, given));
            // From the lowest bit up, the highest one in which they differ decides at last; where
            // none does, whoever had the first supporter.
            let mut is_ahead = after.is_behind;
            for (of_right, of_wrong) in of_right[..BITS].iter().zip(&after.bits) {
                let differ = xor(*of_right, *of_wrong);
                is_ahead = or(and(*of_right, differ), and_not(is_ahead, differ));
            }
            won = and(won, is_ahead);
        }
        won
    }
}

/// One vote more on the items of `given`.
fn add<const BITS: usize>(before: &Count, given: Word, after: &mut Count) {
    let mut carry = given;
    for (before, after) in before.bits[..BITS].iter().zip(&mut after.bits) {
        *after = xor(*before, carry);
        carry = and(*before, carry);
    }
}

fn and(a: Word, b: Word) -> Word {
    std::array::from_fn(|lane| a[lane] & b[lane])
}

fn or(a: Word, b: Word) -> Word {
    std::array::from_fn(|lane| a[lane] | b[lane])
}

fn xor(a: Word, b: Word) -> Word {
    std::array::from_fn(|lane| a[lane] ^ b[lane])
}

/// What is in `a` and not in `b`.
fn and_not(a: Word, b: Word) -> Word {
    std::array::from_fn(|lane| a[lane] & !b[lane])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::{Answer, AnswerIdx, Failure, Item, Outcome, Verdict};
    use crate::engine::recommend::{ABSENT, OneItem};
    use crate::kernel::{PolicyId, Seed};
    use crate::policy::{Context, Learned, Standing, Vote};
    use crate::task::score::Score;
    use crate::vote::{Ties, Voter};

    /// How right the ordinary vote of these members is, ties to whoever is listed first.
    fn ordinary(said: &[u8], right: &[u8], members: &[usize]) -> bool {
        let names: Vec<PolicyId> =
            members.iter().map(|m| format!("m{m}").as_str().into()).collect();
        let standing = Standing::default();
        let voters: Vec<Voter<'_>> = names.iter().map(|name| Voter { name, standing }).collect();
        let outcome = |voter: &usize| {
            let score = f64::from(u8::from(right.contains(&said[*voter])));
            let verdict = match said[*voter] {
                ABSENT => Verdict::Failed(Failure::Reset),
                answer => Verdict::Answered { answer: Some(AnswerIdx(answer.into())), score },
            };
            Outcome { verdict, n_calls: 1, ..Outcome::NOT_RUN }
        };
        let outcomes: Vec<Outcome> = members.iter().map(outcome).collect();
        let answer = |idx: u8| Answer {
            text: idx.to_string(),
            score: f64::from(u8::from(right.contains(&idx))),
        };
        let answers: Vec<Answer> = (0..20).map(answer).collect();
        let ctx = Context {
            policy: &"vote".into(),
            item: &Item::new("i".to_owned()),
            seed: Seed(7),
            n_classes: 20,
            answers: &answers,
            made: &[],
            score: &Score::default(),
        };
        let vote = Vote { ties: Ties::Priority, ..Vote::plurality(names.clone()) };
        let outcomes: Vec<&Outcome> = outcomes.iter().collect();
        vote.decide(&ctx, Learned::Nothing, &voters, &outcomes).verdict.score() == Some(1.0)
    }

    fn members(subset: usize) -> Vec<usize> {
        (0..MOST_VOTERS).filter(|voter| subset >> voter & 1 == 1).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn every_subset_has_right_what_the_ordinary_vote_has_right(
            n_voters in 1_usize..7,
            n_answers in 1_u8..7,
            draws in prop::collection::vec(any::<u8>(), 0..2400),
            two_are_right in any::<bool>(),
        ) {
            let said: Vec<u8> = draws
                .iter()
                .map(|draw| if *draw < 30 { ABSENT } else { draw % n_answers })
                .collect();
            let right: &[u8] = if two_are_right { &[0, 2] } else { &[1] };
            let items: Vec<&[u8]> = said.chunks_exact(n_voters).collect();
            let baseline = |at: usize| draws[at] % 3 == 0;
            let rows = items.iter().enumerate();
            let rows = rows.map(|(at, said)| OneItem { said, right, baseline: baseline(at) });
            let tried = subsets(&Slices::new(n_voters, rows));
            prop_assert_eq!(tried.len(), 1 << n_voters);
            for (subset, tried) in tried.iter().enumerate() {
                let wins = |at: &usize| ordinary(items[*at], right, &members(subset));
                let won: Vec<usize> = (0..items.len()).filter(wins).collect();
                let both = won.iter().filter(|at| baseline(**at)).count();
                let got = (tried.right as usize, tried.both as usize);
                prop_assert_eq!(got, (won.len(), both), "{:?}", members(subset));
            }
        }
    }

    #[test]
    fn sixteen_voters_are_counted_and_ties_go_to_whoever_is_listed_first() {
        // Even voters are right, odd ones agree on something else.
        let said: Vec<u8> = (0..16).map(|voter| voter % 2).collect();
        let item = OneItem { said: &said, right: &[0], baseline: true };
        let tried = subsets(&Slices::new(16, std::iter::once(item)));
        for (subset, got) in tried.iter().enumerate().skip(1) {
            let n_right = (subset & 0x5555).count_ones();
            let n_wrong = (subset & 0xaaaa).count_ones();
            let is_first_right = subset.trailing_zeros() % 2 == 0;
            let wins = n_right > n_wrong || (n_right == n_wrong && is_first_right);
            let wanted = Tried { right: wins.into(), both: wins.into() };
            assert_eq!(*got, wanted, "{subset:b}");
        }
    }
}
