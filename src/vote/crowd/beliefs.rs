//! How likely each label of each item is to be right.

use crate::vote::crowd::Votes;
use crate::vote::tally::exceeds;

/// The belief in each label, item by item.
#[derive(Debug, Clone, PartialEq)]
pub struct Beliefs {
    /// Where each item's beliefs begin, and the end of the last.
    starts: Vec<usize>,
    values: Vec<f64>,
}

impl Beliefs {
    /// One number for each label of the item. They sum to 1, and are equal where nobody voted.
    /// An item without labels has none.
    pub fn of(&self, item: usize) -> &[f64] {
        &self.values[self.starts[item]..self.starts[item + 1]]
    }

    /// How many items there are.
    pub fn n_items(&self) -> usize {
        self.starts.len() - 1
    }

    /// The labels that share the largest belief, to one part in 10^12: several in a tie, and all
    /// where nobody voted.
    pub fn leaders(&self, item: usize) -> Vec<u16> {
        let of_item = self.of(item);
        let top = of_item.iter().copied().fold(0.0, f64::max);
        let leads = |(belief, _): &(f64, u16)| !exceeds(top, *belief);
        of_item.iter().copied().zip(0..).filter(leads).map(|(_, label)| label).collect()
    }

    /// The same with all belief on the leaders of each item, in equal parts.
    pub fn on_leaders(&self) -> Self {
        let mut values = vec![0.0; self.values.len()];
        for item in 0..self.n_items() {
            let leaders = self.leaders(item);
            for label in &leaders {
                values[self.starts[item] + usize::from(*label)] = 1.0 / leaders.len() as f64;
            }
        }
        Self { starts: self.starts.clone(), values }
    }

    /// One value for each label of each item of `votes`, as `fill` writes them over zeros.
    ///
    /// What nobody voted on isn't asked for: there all labels are as likely.
    pub(crate) fn fill(votes: &Votes, mut fill: impl FnMut(usize, &mut [f64])) -> Self {
        let mut starts = Vec::with_capacity(votes.n_items() + 1);
        let mut values = Vec::new();
        starts.push(0);
        for item in 0..votes.n_items() {
            let start = values.len();
            let n_classes = usize::from(votes.n_classes(item));
            if votes.of(item).is_empty() {
                values.resize(start + n_classes, 1.0 / n_classes as f64);
            } else {
                values.resize(start + n_classes, 0.0);
                fill(item, &mut values[start..]);
            }
            starts.push(values.len());
        }
        Self { starts, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::crowd::Classes;

    #[test]
    fn beliefs_that_differ_by_rounding_alone_share_the_lead() {
        let given = [vec![0.3, 0.1 + 0.2, 0.4], vec![0.3, 0.1 + 0.2, 0.0], vec![], vec![0.0; 4]];
        let classes = Classes::PerItem(vec![3, 3, 0, 4]);
        let of_items = [vec![(0, 0)], vec![(0, 0)], vec![], vec![]];
        let votes = Votes::new(1, classes, &of_items);
        let beliefs = Beliefs::fill(&votes, |item, values| values.copy_from_slice(&given[item]));
        for (item, leaders, shared) in [
            (0, vec![2], vec![0.0, 0.0, 1.0]),
            (1, vec![0, 1], vec![0.5, 0.5, 0.0]),
            (2, vec![], vec![]),
            (3, vec![0, 1, 2, 3], vec![0.25; 4]),
        ] {
            assert_eq!(beliefs.leaders(item), leaders, "item {item}");
            assert_eq!(beliefs.on_leaders().of(item), shared, "item {item}");
        }
        assert_eq!(beliefs.of(3), [0.25; 4], "nobody voted");
    }
}
