//! Splits a task's items into folds, so that what is fitted is scored on other items.

use std::collections::BTreeMap;

use rand::Rng;
use rayon::prelude::*;

use crate::data::{Item, ItemIdx};
use crate::kernel::Seed;

/// Folds of a cross-fit.
pub const N_FOLDS: usize = 5;

/// The items of each fold. Items of one cluster, and the same question asked twice, are never
/// apart; each group goes to the fold that has fewest items. Neither the order of items nor their
/// number decides which fold an item is in alone: it follows from the seed and the item's words.
pub(super) fn folds(items: &[Item], seed: Seed) -> Vec<Vec<ItemIdx>> {
    let mut shuffled: Vec<(u64, &str, Vec<ItemIdx>)> = groups(items)
        .into_par_iter()
        .map(|group| {
            let keys = group.iter().map(|item| items[item.0 as usize].split_key());
            let key = keys.min().unwrap_or_default();
            (seed.stream("fold", &[key]).next_u64(), key, group)
        })
        .collect();
    shuffled.sort();
    let mut folds: Vec<Vec<ItemIdx>> = vec![Vec::new(); N_FOLDS];
    for (.., group) in shuffled {
        if let Some(smallest) = folds.iter_mut().min_by_key(|fold| fold.len()) {
            smallest.extend(group);
        }
    }
    folds.iter_mut().for_each(|fold| fold.sort());
    folds
}

/// The folds of some items of a matrix as if there were no others, and one fold more with these.
pub(super) fn with_others_apart(
    items: &[Item],
    is_other: &dyn Fn(&Item) -> bool,
    seed: Seed,
) -> Vec<Vec<ItemIdx>> {
    let position = |at: usize| ItemIdx(at as u32);
    let (others, own): (Vec<usize>, Vec<usize>) =
        (0..items.len()).partition(|at| is_other(&items[*at]));
    let own_items: Vec<Item> = own.iter().map(|at| items[*at].clone()).collect();
    let back = |item: &ItemIdx| position(own[item.0 as usize]);
    let mut all: Vec<Vec<ItemIdx>> =
        folds(&own_items, seed).iter().map(|fold| fold.iter().map(back).collect()).collect();
    all.push(others.into_iter().map(position).collect());
    all
}

/// Items that a cluster or the same words tie together, directly or by way of others.
fn groups(items: &[Item]) -> Vec<Vec<ItemIdx>> {
    let mut group_of: Vec<usize> = (0..items.len()).collect();
    let mut first: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    for (position, item) in items.iter().enumerate() {
        let keys = [(true, item.cluster.as_deref()), (false, item.input.as_deref())];
        for (is_cluster, key) in keys {
            let Some(key) = key else { continue };
            let other = *first.entry((is_cluster, key)).or_insert(position);
            let [a, b] = [root(&mut group_of, other), root(&mut group_of, position)];
            group_of[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<ItemIdx>> = BTreeMap::new();
    for position in 0..items.len() {
        let group = root(&mut group_of, position);
        groups.entry(group).or_default().push(ItemIdx(position as u32));
    }
    groups.into_values().collect()
}

/// The first item of a group, found by way of the others; the way is made shorter.
fn root(group_of: &mut [usize], mut at: usize) -> usize {
    while group_of[at] != at {
        group_of[at] = group_of[group_of[at]];
        at = group_of[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: usize, cluster: Option<usize>) -> Item {
        Item {
            input: Some(format!("question {}", id % 98)),
            cluster: cluster.map(|cluster| format!("cluster {cluster}")),
            ..Item::new(id.to_string())
        }
    }

    #[test]
    fn what_belongs_together_stays_together_and_folds_are_even() {
        let repeated: Vec<Item> = (0..100).map(|id| item(id, None)).collect();
        let clustered: Vec<Item> = (0..100).map(|id| item(id, Some(id / 4))).collect();
        // Two questions stand twice, which ties two clusters into one group of eight.
        for (items, sizes) in [(repeated, 18..=22), (clustered, 16..=24)] {
            let folds = folds(&items, Seed(7));
            let mut home = BTreeMap::new();
            for (fold, members) in folds.iter().enumerate() {
                assert!(sizes.contains(&members.len()), "{}", members.len());
                for item in members.iter().map(|item| &items[item.0 as usize]) {
                    for key in
                        [item.cluster.as_deref(), item.input.as_deref()].into_iter().flatten()
                    {
                        assert_eq!(*home.entry(key).or_insert(fold), fold, "{key}");
                    }
                }
            }
        }
    }
}
