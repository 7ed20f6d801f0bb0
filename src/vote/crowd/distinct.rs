//! Items with the same votes, taken as one with a weight.

use std::ops::Range;

use rayon::prelude::*;

use crate::vote::crowd::votes::Cast;
use crate::vote::crowd::{Beliefs, Votes};

/// The different sets of votes that items have, each with the number of its items.
///
/// Few voters with few labels vote in few ways, so that most items are like another one. What
/// nobody voted on is in none of the rows.
pub(crate) struct Distinct {
    /// The row of each item that anybody voted on.
    row_of_items: Vec<Option<u32>>,
    weights: Vec<u32>,
    n_classes: Vec<u16>,
    /// Where each row's votes begin, and the end of the last.
    starts: Vec<usize>,
    casts: Vec<Cast>,
}

/// The votes of equal items.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Its position among the rows.
    pub(crate) idx: usize,
    /// Where its votes are among all votes of rows.
    pub(crate) start: usize,
    /// At least one vote, by voter.
    pub(crate) casts: &'a [Cast],
    /// How many items it stands for.
    pub(crate) weight: i64,
    /// How many labels the items have.
    pub(crate) n_classes: usize,
}

/// Labels that are added up at once, where sums run over whole blocks of them.
pub(crate) const LANES: usize = 4;

/// Room for the labels of one row.
pub(crate) struct Scratch {
    /// The logarithms of their chances, on a grid, filled up to whole blocks.
    pub(crate) logs: Vec<i64>,
    /// The beliefs in them.
    pub(crate) beliefs: Vec<f64>,
}

/// Rows that one thread does in one go, at the least.
const CHUNK: usize = 1024;
/// Pieces of work at the most: each has totals of its own.
const MOST_CHUNKS: usize = 64;

impl Distinct {
    pub(crate) fn of(votes: &Votes) -> Self {
        let key = |item: &u32| {
            let item = *item as usize;
            (votes.n_classes(item), votes.of(item))
        };
        let voted_on = |item: &u32| !votes.of(*item as usize).is_empty();
        let mut items: Vec<u32> = (0..votes.n_items() as u32).filter(voted_on).collect();
        items.par_sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        let mut distinct = Self {
            row_of_items: vec![None; votes.n_items()],
            weights: Vec::new(),
            n_classes: Vec::new(),
            starts: vec![0],
            casts: Vec::new(),
        };
        for alike in items.chunk_by(|a, b| key(a) == key(b)) {
            let (n_classes, casts) = key(&alike[0]);
            for item in alike {
                distinct.row_of_items[*item as usize] = Some(distinct.weights.len() as u32);
            }
            distinct.weights.push(alike.len() as u32);
            distinct.n_classes.push(n_classes);
            distinct.casts.extend(casts);
            distinct.starts.push(distinct.casts.len());
        }
        distinct
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.weights.len()
    }

    /// The votes of all rows, one row after the other.
    pub(crate) fn casts(&self) -> &[Cast] {
        &self.casts
    }

    /// The most votes that any row has.
    pub(crate) fn most_votes(&self) -> usize {
        self.starts.windows(2).map(|ends| ends[1] - ends[0]).max().unwrap_or(0)
    }

    /// The most labels that any row has.
    pub(crate) fn most_classes(&self) -> usize {
        self.n_classes.iter().copied().max().map_or(0, usize::from)
    }

    pub(crate) fn row(&self, idx: usize) -> Row<'_> {
        let start = self.starts[idx];
        Row {
            idx,
            start,
            casts: &self.casts[start..self.starts[idx + 1]],
            weight: i64::from(self.weights[idx]),
            n_classes: usize::from(self.n_classes[idx]),
        }
    }

    pub(crate) fn rows(&self, range: Range<usize>) -> impl Iterator<Item = Row<'_>> {
        range.map(|idx| self.row(idx))
    }

    /// What `work` makes of each run of rows, in order, on all threads.
    pub(crate) fn by_chunk<T: Send>(&self, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
        let n_rows = self.n_rows();
        let n_chunks = n_rows.div_ceil(CHUNK).min(MOST_CHUNKS);
        let edge = |chunk: usize| n_rows * chunk / n_chunks.max(1);
        let work_on = |chunk| work(edge(chunk)..edge(chunk + 1));
        // Handing a little work to another thread takes longer than doing it.
        if n_chunks < 2 {
            return (0..n_chunks).map(work_on).collect();
        }
        (0..n_chunks).into_par_iter().map(work_on).collect()
    }

    /// The sums of what `add` adds to `n_totals` totals, row by row.
    ///
    /// Totals are whole numbers, so that neither threads nor order show in them.
    pub(crate) fn total(
        &self,
        n_totals: usize,
        add: impl Fn(Row<'_>, &mut Scratch, &mut [i64]) + Sync,
    ) -> Vec<i64> {
        let of_chunks = self.by_chunk(|range| {
            let mut totals = vec![0; n_totals];
            let mut scratch = self.scratch();
            for row in self.rows(range) {
                add(row, &mut scratch, &mut totals);
            }
            totals
        });
        let mut sums = vec![0; n_totals];
        for totals in of_chunks {
            for (sum, total) in std::iter::zip(&mut sums, totals) {
                *sum += total;
            }
        }
        sums
    }

    /// The beliefs of every item, as `fill` writes them for its row.
    pub(crate) fn beliefs(
        &self,
        votes: &Votes,
        fill: impl Fn(Row<'_>, &mut Scratch, &mut [f64]) + Sync,
    ) -> Beliefs {
        let of_chunks = self.by_chunk(|range| {
            let mut scratch = self.scratch();
            let mut values = Vec::new();
            for row in self.rows(range) {
                let start = values.len();
                values.resize(start + row.n_classes, 0.0);
                fill(row, &mut scratch, &mut values[start..]);
            }
            values
        });
        let values = of_chunks.concat();
        let ends: Vec<usize> = self
            .n_classes
            .iter()
            .scan(0, |end, n_classes| {
                *end += usize::from(*n_classes);
                Some(*end)
            })
            .collect();
        Beliefs::fill(votes, |item, of_item| {
            if let Some(row) = self.row_of_items[item] {
                let end = ends[row as usize];
                of_item.copy_from_slice(&values[end - of_item.len()..end]);
            }
        })
    }

    /// The row of each item; `None` where nobody voted.
    pub(crate) fn row_of_items(&self) -> impl Iterator<Item = Option<usize>> {
        self.row_of_items.iter().map(|row| row.map(|row| row as usize))
    }

    /// Room for the labels of any row.
    pub(crate) fn scratch(&self) -> Scratch {
        let n_classes = self.most_classes();
        Scratch { logs: vec![0; n_classes.next_multiple_of(LANES)], beliefs: vec![0.0; n_classes] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::crowd::Classes;

    #[test]
    fn equal_items_are_one_row_and_nobodys_items_none() {
        let classes = Classes::PerItem(vec![2, 2, 3, 2, 2]);
        let same = || vec![(1, 1), (0, 0)];
        let of_items = [same(), vec![], same(), vec![(0, 0), (1, 1)], vec![(0, 0)]];
        let votes = Votes::new(2, classes, &of_items);
        let distinct = Distinct::of(&votes);
        let rows: Vec<Option<usize>> = distinct.row_of_items().collect();
        assert_eq!(rows, [Some(1), None, Some(2), Some(1), Some(0)]);
        let weights: Vec<i64> = distinct.rows(0..3).map(|row| row.weight).collect();
        assert_eq!(weights, [1, 2, 1]);
        assert_eq!((distinct.n_rows(), distinct.most_votes(), distinct.most_classes()), (3, 2, 3));
        let beliefs = distinct.beliefs(&votes, |row, _, values| values[0] = row.idx as f64);
        let firsts: Vec<f64> = (0..5).map(|item| beliefs.of(item)[0]).collect();
        assert_eq!(firsts, [1.0, 0.5, 2.0, 1.0, 0.0]);
    }

    #[test]
    fn every_row_is_in_one_chunk() {
        // A binary number of 13 voters for each item, so that no two are alike.
        let bits = |item: u16| (0..13).map(|voter| (voter, item >> voter & 1)).collect();
        for n_items in [0, 1, 1023, 1025, 5000] {
            let of_items: Vec<Vec<(u16, u16)>> = (0..n_items).map(bits).collect();
            let votes = Votes::new(13, Classes::Shared(2), &of_items);
            let distinct = Distinct::of(&votes);
            let seen: Vec<usize> = distinct.by_chunk(Range::collect::<Vec<usize>>).concat();
            assert_eq!(seen, (0..usize::from(n_items)).collect::<Vec<usize>>(), "{n_items}");
            let totals = distinct.total(1, |row, _, totals| totals[0] += row.weight);
            assert_eq!(totals, [i64::from(n_items)]);
        }
    }
}
