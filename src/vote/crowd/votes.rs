//! Who answered what, for the rules that learn from the votes alone.

/// Who answered what on every item.
///
/// Voters and labels are positions. A voter votes at most once on an item, and need not vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Votes {
    n_voters: usize,
    classes: Classes,
    /// Where each item's votes begin, and the end of the last.
    starts: Vec<usize>,
    casts: Vec<Cast>,
}

/// What the labels mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Classes {
    /// The same labels on every item, as A to D are: from 0 up to this number.
    Shared(u16),
    /// Each item has labels of its own: from 0 up to the number of that item.
    PerItem(Vec<u16>),
}

/// The vote of one voter on one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cast {
    pub(crate) voter: u16,
    pub(crate) label: u16,
}

impl Votes {
    /// From the pairs of voter and label of each item, in any order.
    ///
    /// # Panics
    ///
    /// Where a voter or a label is out of range, where a voter votes twice on an item, and where
    /// `classes` tells the labels of another number of items.
    pub fn new(n_voters: usize, classes: Classes, of_items: &[Vec<(u16, u16)>]) -> Self {
        if let Classes::PerItem(of_each) = &classes {
            assert_eq!(of_each.len(), of_items.len(), "labels are told for other items");
        }
        let n_votes = of_items.iter().map(Vec::len).sum();
        let mut votes = Self {
            n_voters,
            classes,
            starts: Vec::with_capacity(of_items.len() + 1),
            casts: Vec::with_capacity(n_votes),
        };
        votes.starts.push(0);
        for (item, pairs) in of_items.iter().enumerate() {
            let start = votes.casts.len();
            votes.casts.extend(pairs.iter().map(|&(voter, label)| Cast { voter, label }));
            votes.starts.push(votes.casts.len());
            let n_classes = votes.n_classes(item);
            let of_item = &mut votes.casts[start..];
            of_item.sort_unstable();
            for cast in &*of_item {
                assert!(usize::from(cast.voter) < n_voters, "item {item}: no such voter, {cast:?}");
                assert!(cast.label < n_classes, "item {item}: no such label, {cast:?}");
            }
            let twice = of_item.windows(2).find(|pair| pair[0].voter == pair[1].voter);
            assert_eq!(twice, None, "item {item}: a voter votes twice");
        }
        votes
    }

    /// How many items there are.
    pub fn n_items(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many voters there are, whether they vote or not.
    pub fn n_voters(&self) -> usize {
        self.n_voters
    }

    /// How many votes there are in all.
    pub fn n_votes(&self) -> usize {
        self.casts.len()
    }

    /// How many labels this item has.
    pub fn n_classes(&self, item: usize) -> u16 {
        match &self.classes {
            Classes::Shared(n_classes) => *n_classes,
            Classes::PerItem(of_each) => of_each[item],
        }
    }

    /// What the labels mean.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// How many items each voter voted on.
    pub fn n_by_voter(&self) -> Vec<usize> {
        let mut counts = vec![0; self.n_voters];
        for cast in &self.casts {
            counts[usize::from(cast.voter)] += 1;
        }
        counts
    }

    /// The votes on an item, by voter.
    pub(crate) fn of(&self, item: usize) -> &[Cast] {
        &self.casts[self.starts[item]..self.starts[item + 1]]
    }
}

/// Why a rule cannot learn from these votes: it learns how voters confuse labels, and labels that
/// mean something else on every item tell nothing about that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{rule} needs the same labels on every item")]
pub struct NeedsSharedLabels {
    /// The rule, as a scenario names it.
    pub rule: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_are_kept_by_item_and_sorted_by_voter() {
        let votes = Votes::new(
            4,
            Classes::PerItem(vec![2, 0, 3]),
            &[vec![(3, 1), (0, 0)], vec![], vec![(1, 2)]],
        );
        assert_eq!((votes.n_items(), votes.n_voters(), votes.n_votes()), (3, 4, 3));
        let first = [Cast { voter: 0, label: 0 }, Cast { voter: 3, label: 1 }];
        assert_eq!(votes.of(0), first);
        assert!(votes.of(1).is_empty(), "nobody voted");
        assert_eq!([0, 1, 2].map(|item| votes.n_classes(item)), [2, 0, 3]);
        assert_eq!(votes.n_by_voter(), [1, 1, 0, 1]);
    }

    #[test]
    fn what_cannot_be_a_vote_is_refused() {
        for (name, classes, of_items) in [
            ("a voter out of range", Classes::Shared(2), vec![vec![(2, 0)]]),
            ("a label out of range", Classes::Shared(2), vec![vec![(0, 2)]]),
            (
                "a label that this item lacks",
                Classes::PerItem(vec![3, 1]),
                vec![vec![], vec![(0, 1)]],
            ),
            ("two votes of one voter", Classes::Shared(2), vec![vec![(1, 0), (1, 1)]]),
            ("labels of too few items", Classes::PerItem(vec![2]), vec![vec![], vec![]]),
        ] {
            let made = std::panic::catch_unwind(|| Votes::new(2, classes, &of_items));
            assert!(made.is_err(), "{name}");
        }
    }
}
