//! Examples with what doesn't matter taken away, and counted.

use std::collections::{BTreeMap, BTreeSet};

use super::{Categories, Example};
use crate::data::AnswerIdx;

/// The examples that say something, each pattern of them once with how often it occurs, in an order
/// that is that of no list.
pub(super) struct Patterns {
    n_members: usize,
    categories: Vec<String>,
    counted: BTreeMap<Pattern, u32>,
}

/// Who agrees with whom on an item, and who is right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    /// The position of the item's category among [`Patterns::categories`].
    pub(super) category: Option<usize>,
    /// The answers given, by first member.
    pub(super) camps: Vec<Camp>,
}

/// An answer with those who gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Camp {
    pub(super) members: Vec<usize>,
    pub(super) is_right: bool,
}

impl Patterns {
    pub(super) fn of(n_members: usize, examples: &[Example], categories: Categories) -> Self {
        let adjusts = categories == Categories::Adjusted;
        let telling: Vec<(&Example, Vec<Camp>)> = examples
            .iter()
            .map(|example| (example, camps(n_members, example)))
            .filter(|(_, camps)| says_something(camps))
            .collect();
        let named: BTreeSet<&String> = telling
            .iter()
            .filter_map(|(example, _)| example.category.as_ref().filter(|_| adjusts))
            .collect();
        let names: Vec<String> = named.into_iter().cloned().collect();
        let mut counted = BTreeMap::new();
        for (example, camps) in telling {
            let category = example.category.as_ref().and_then(|it| names.binary_search(it).ok());
            *counted.entry(Pattern { category, camps }).or_default() += 1;
        }
        Self { n_members, categories: names, counted }
    }

    /// The categories that have weights of their own, in order of name.
    pub(super) fn categories(&self) -> &[String] {
        &self.categories
    }

    pub(super) fn n_members(&self) -> usize {
        self.n_members
    }

    /// How many weights there are: one for each member, then one for each member in each category.
    pub(super) fn n_weights(&self) -> usize {
        self.n_members * (1 + self.categories.len())
    }

    /// Each pattern with how often it occurs.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Pattern, f64)> {
        self.counted.iter().map(|(pattern, n)| (pattern, f64::from(*n)))
    }
}

fn camps(n_members: usize, example: &Example) -> Vec<Camp> {
    debug_assert_eq!(example.given.len(), n_members, "an entry for each member");
    let mut by_answer: BTreeMap<AnswerIdx, Vec<usize>> = BTreeMap::new();
    for (member, answer) in example.given.iter().enumerate() {
        if let Some(answer) = answer {
            by_answer.entry(*answer).or_default().push(member);
        }
    }
    let camp = |(answer, members)| Camp { members, is_right: example.right.contains(&answer) };
    let mut camps: Vec<Camp> = by_answer.into_iter().map(camp).collect();
    // What answers are called must not matter.
    camps.sort();
    camps
}

/// Whether the weights have to do with how likely a right answer is: some are right, and not all.
fn says_something(camps: &[Camp]) -> bool {
    let n_right = camps.iter().filter(|camp| camp.is_right).count();
    (1..camps.len()).contains(&n_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_that_differ_in_names_alone_are_one_and_those_that_say_nothing_are_none() {
        let example = |given: [u16; 3], right: &[u16], category: &str| Example {
            given: given.iter().map(|it| (*it > 0).then_some(AnswerIdx(*it))).collect(),
            right: right.iter().map(|it| AnswerIdx(*it)).collect(),
            category: (!category.is_empty()).then(|| category.to_owned()),
        };
        let examples = [
            example([1, 2, 1], &[1], "law"),
            example([7, 3, 7], &[7], "law"),
            example([7, 3, 7], &[7, 9], ""),
            // Nobody right, all right, one answer, no answer.
            example([1, 2, 1], &[3], "art"),
            example([1, 2, 1], &[1, 2], "art"),
            example([1, 1, 0], &[1], "art"),
            example([0, 0, 0], &[1], "art"),
        ];
        for (categories, names, counts) in [
            (Categories::Ignored, &[][..], &[3.0][..]),
            (Categories::Adjusted, &["law"], &[1.0, 2.0]),
        ] {
            let patterns = Patterns::of(3, &examples, categories);
            assert_eq!(patterns.categories(), names, "{categories:?}");
            let got: Vec<f64> = patterns.iter().map(|(_, n)| n).collect();
            assert_eq!(got, counts, "{categories:?}");
        }
    }
}
