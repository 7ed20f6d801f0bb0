//! Splits a task's items into folds, so that what is fitted is scored on other items.

use std::collections::BTreeMap;

use rand::Rng;

use crate::data::{Item, ItemIdx};
use crate::kernel::Seed;

/// Folds of a cross-fit.
pub const N_FOLDS: usize = 5;

/// The items of each fold. Items of one cluster, and the same question asked twice, are never
/// apart; folds are as even as that allows. Neither the order of items nor their number decides
/// which fold an item is in alone: it follows from the seed and the item's own words.
pub(super) fn folds(items: &[Item], seed: Seed) -> Vec<Vec<ItemIdx>> {
    let mut groups: BTreeMap<&str, Vec<ItemIdx>> = BTreeMap::new();
    for (position, item) in items.iter().enumerate() {
        groups.entry(item.split_key()).or_default().push(ItemIdx(position as u32));
    }
    let mut shuffled: Vec<(u64, &str, Vec<ItemIdx>)> = groups
        .into_iter()
        .map(|(key, group)| (seed.stream("fold", &[key]).next_u64(), key, group))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ItemId;

    fn item(id: usize, cluster: Option<usize>) -> Item {
        Item {
            id: ItemId::from(id.to_string()),
            input: Some(format!("question {}", id % 90)),
            targets: Vec::new(),
            choices: Vec::new(),
            category: None,
            cluster: cluster.map(|cluster| format!("cluster {cluster}")),
            row: serde_json::Map::new(),
        }
    }

    #[test]
    fn what_belongs_together_stays_together_and_folds_are_even() {
        let repeated: Vec<Item> = (0..100).map(|id| item(id, None)).collect();
        let clustered: Vec<Item> = (0..100).map(|id| item(id, Some(id / 4))).collect();
        for items in [repeated, clustered] {
            let folds = folds(&items, Seed(7));
            let mut home = BTreeMap::new();
            for (fold, members) in folds.iter().enumerate() {
                assert!((18..=22).contains(&members.len()), "{}", members.len());
                for item in members {
                    let key = items[item.0 as usize].split_key();
                    assert_eq!(*home.entry(key).or_insert(fold), fold, "{key}");
                }
            }
        }
    }
}
