//! The most frequent label of many items, counted fast.

use std::num::NonZeroU8;

use rayon::prelude::*;

/// The label of a voter who didn't vote.
pub const ABSENT: u8 = u8::MAX;

/// The label with the most votes on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lead {
    /// The lowest of the labels that have the most votes.
    pub label: u8,
    /// How many labels have as many: more than 1 in a tie.
    pub n_leaders: NonZeroU8,
}

/// The lead of each item, from `labels` with one for each of `n_voters`, item after item, or
/// [`ABSENT`]; `None` where nobody voted.
///
/// It is for whole tables at once, and says where ties are, not who wins them: `leaders` of the
/// [`shares`](crate::vote::shares) of votes are the same labels (test below).
///
/// # Panics
///
/// Where `labels` is no whole number of items.
pub fn plurality(labels: &[u8], n_voters: usize) -> Vec<Option<Lead>> {
    assert!(n_voters > 0 && labels.len().is_multiple_of(n_voters), "a label is of each voter");
    let present = |label: &u8| if *label == ABSENT { 0 } else { *label };
    let highest = labels.iter().map(present).max().unwrap_or(0);
    let n_labels = usize::from(highest) + 1;
    let is_small = n_labels <= 8 && n_voters <= usize::from(u8::MAX);
    let mut leads = vec![None; labels.len() / n_voters];
    let chunks = leads.par_chunks_mut(ITEMS_AT_ONCE);
    chunks.zip(labels.par_chunks(ITEMS_AT_ONCE * n_voters)).for_each(|(leads, labels)| {
        let items = labels.chunks_exact(n_voters);
        if is_small {
            for (lead, of_item) in std::iter::zip(leads, items) {
                *lead = lead_of_few(of_item, n_labels as u32);
            }
        } else {
            let mut counts = vec![0; n_labels];
            for (lead, of_item) in std::iter::zip(leads, items) {
                *lead = lead_of_many(of_item, &mut counts);
            }
        }
    });
    leads
}

/// Items that one thread does in one go.
const ITEMS_AT_ONCE: usize = 1 << 14;

/// With up to 8 labels and 255 votes, whose counts are the bytes of one word.
fn lead_of_few(of_item: &[u8], n_labels: u32) -> Option<Lead> {
    let mut counts = 0_u64;
    for label in of_item {
        // The shift wraps round for who is absent, and shifts nothing.
        counts += u64::from(*label != ABSENT).wrapping_shl(8 * u32::from(*label));
    }
    most((0..n_labels).map(|label| (counts >> (8 * label)) & 0xff))
}

fn lead_of_many(of_item: &[u8], counts: &mut [u64]) -> Option<Lead> {
    counts.fill(0);
    for label in of_item.iter().filter(|label| **label != ABSENT) {
        counts[usize::from(*label)] += 1;
    }
    most(counts.iter().copied())
}

/// The first of the largest counts; `None` where all are 0.
fn most(counts: impl Iterator<Item = u64>) -> Option<Lead> {
    let (mut label, mut n_leaders, mut top) = (0, 0, 0);
    for (count, candidate) in counts.zip(0..) {
        let is_more = count > top;
        label = if is_more { candidate } else { label };
        n_leaders = if is_more { 1 } else { n_leaders + u8::from(count == top) };
        top = top.max(count);
    }
    if top == 0 {
        None
    } else {
        NonZeroU8::new(n_leaders).map(|n_leaders| Lead { label, n_leaders })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vote::{Classes, Votes, shares};

    fn lead(label: u8, n_leaders: u8) -> Option<Lead> {
        NonZeroU8::new(n_leaders).map(|n_leaders| Lead { label, n_leaders })
    }

    #[test]
    fn the_most_frequent_label_leads_and_ties_are_told() {
        for (name, labels, n_voters, expected) in [
            ("nothing", &[][..], 3, &[][..]),
            ("one each", &[2, 0, 1], 3, &[lead(0, 3)]),
            ("two to one", &[1, 0, 1, 3, 3, 2], 3, &[lead(1, 1), lead(3, 1)]),
            ("absent", &[ABSENT, 4, ABSENT, ABSENT], 2, &[lead(4, 1), None]),
            ("the highest label", &[254, ABSENT, 254, 0], 4, &[lead(254, 1)]),
            ("the eighth label", &[7, 7, 0, 1, 7, 0, 0, 7], 8, &[lead(7, 1)]),
        ] {
            assert_eq!(plurality(labels, n_voters), expected, "{name}");
        }
        assert_eq!(plurality(&[1; 300], 300), [lead(1, 1)], "more votes than a byte counts");
    }

    proptest! {
        #[test]
        fn leads_are_those_of_the_shares(
            n_voters in 1_usize..7,
            n_labels in prop::sample::select(vec![2_u8, 4, 8, 9, 30]),
            draws in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let n_items = draws.len() / n_voters;
            let label = |draw: &u8| if *draw < 50 { ABSENT } else { draw % n_labels };
            let labels: Vec<u8> = draws[..n_items * n_voters].iter().map(label).collect();
            let of_items: Vec<Vec<(u16, u16)>> = labels
                .chunks(n_voters)
                .map(|of_item| {
                    let votes = (0..).zip(of_item).filter(|(_, label)| **label != ABSENT);
                    votes.map(|(voter, label)| (voter, u16::from(*label))).collect()
                })
                .collect();
            let votes = Votes::new(n_voters, Classes::Shared(u16::from(n_labels)), &of_items);
            let shares = shares(&votes);
            for (item, lead) in plurality(&labels, n_voters).into_iter().enumerate() {
                let leaders = shares.leaders(item);
                let expected = (!of_items[item].is_empty()).then(|| (leaders[0], leaders.len()));
                let got = lead.map(|it| (u16::from(it.label), usize::from(it.n_leaders.get())));
                prop_assert_eq!(got, expected, "item {}", item);
            }
        }
    }
}
