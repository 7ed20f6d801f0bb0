//! What voters said on many items, a bit for each item, voter and answer.

/// Whoever gave no answer, and so doesn't vote.
pub const ABSENT: u8 = u8::MAX;

/// More voters than this have more subsets than anybody waits for.
pub const MOST_VOTERS: usize = 16;

/// Items in one word.
pub(super) const LANES: usize = 4;

/// 256 items, a bit each. Arrays of this length fill the registers of today's processors.
pub(super) type Word = [u64; LANES];

/// Answers of voters to items, ready to be counted many items at once.
///
/// Voters are in the order of their priority: of answers with equally many votes the one wins whose
/// first supporter stands first, as `ties: priority` has it.
#[derive(Debug, Clone)]
pub struct Slices {
    pub(super) n_voters: usize,
    pub(super) blocks: Vec<Block>,
}

/// Up to 256 items that are alike in how many answers they got.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// Whoever gave each answer, voter by voter: the right one first, then the wrong ones.
    pub(super) planes: Vec<Vec<Word>>,
    /// The items on which the baseline is right.
    pub(super) baseline: Word,
}

/// One item: what each voter said, and whether the baseline has it right.
#[derive(Debug, Clone, Copy)]
pub struct OneItem<'a> {
    /// An answer of each voter as a small number, or [`ABSENT`].
    pub said: &'a [u8],
    /// The answers that are right; mostly one, and none where nobody gave it.
    pub right: &'a [u8],
    /// Whether the baseline is right.
    pub baseline: bool,
}

impl Slices {
    /// Puts items into bits. An item with several right answers stands once for each, because at
    /// most one of them wins.
    ///
    /// # Panics
    /// For more than [`MOST_VOTERS`], and where an item has not one answer for each voter.
    pub fn new<'a>(n_voters: usize, items: impl Iterator<Item = OneItem<'a>>) -> Self {
        assert!(n_voters <= MOST_VOTERS, "{n_voters} voters have too many subsets");
        let mut rows: Vec<(Vec<u8>, bool)> = Vec::new();
        for item in items {
            assert_eq!(item.said.len(), n_voters, "an answer is of each voter");
            for right in item.right.iter().filter(|right| item.said.contains(right)) {
                rows.push((numbered(item.said, *right), item.baseline));
            }
        }
        // Alike ones together, so that a block counts no more answers than its items have.
        let n_answers = |row: &[u8]| row.iter().filter(|it| **it != ABSENT).max().copied();
        rows.sort_by_key(|(row, _)| n_answers(row));
        let block = |rows: &[(Vec<u8>, bool)]| {
            let n_planes = rows.iter().filter_map(|(row, _)| n_answers(row)).max();
            let n_planes = n_planes.map_or(1, |most| usize::from(most) + 1);
            let mut planes = vec![vec![[0; LANES]; n_voters]; n_planes];
            let mut baseline = [0; LANES];
            for (at, (row, is_right)) in rows.iter().enumerate() {
                let (lane, bit) = (at / 64, at % 64);
                baseline[lane] |= u64::from(*is_right) << bit;
                for (voter, answer) in row.iter().enumerate().filter(|it| *it.1 != ABSENT) {
                    planes[usize::from(*answer)][voter][lane] |= 1 << bit;
                }
            }
            Block { planes, baseline }
        };
        Self { n_voters, blocks: rows.chunks(64 * LANES).map(block).collect() }
    }
}

/// The answers numbered anew: the right one 0, the others from 1 on as they come.
fn numbered(said: &[u8], right: u8) -> Vec<u8> {
    let mut wrong: Vec<u8> = Vec::new();
    let number = |answer: &u8| match *answer {
        ABSENT => ABSENT,
        answer if answer == right => 0,
        answer => {
            let known = wrong.iter().position(|other| *other == answer).unwrap_or_else(|| {
                wrong.push(answer);
                wrong.len() - 1
            });
            known as u8 + 1
        }
    };
    said.iter().map(number).collect()
}
