//! Answers grouped by what the scorer takes for one answer.

use std::collections::BTreeMap;

/// Answers in classes: those of one class are the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Classes {
    /// One text a class, ascending.
    pub texts: Vec<String>,
    /// For each answer given, the position of its class in `texts`.
    pub of: Vec<usize>,
}

impl Classes {
    /// From each answer's class key and text. A class goes by its shortest text, of these the
    /// least, so that a vote's result reads as somebody wrote it.
    pub(super) fn by_key<K: Ord>(answers: Vec<(K, String)>) -> Self {
        let mut shortest: BTreeMap<&K, &str> = BTreeMap::new();
        for (key, text) in &answers {
            let kept = shortest.entry(key).or_insert(text);
            if (text.chars().count(), text.as_str()) < (kept.chars().count(), *kept) {
                *kept = text;
            }
        }
        let mut order: Vec<(&str, &K)> =
            shortest.into_iter().map(|(key, text)| (text, key)).collect();
        order.sort();
        let positions: BTreeMap<&K, usize> =
            order.iter().enumerate().map(|(idx, (_, key))| (*key, idx)).collect();
        let of = answers.iter().map(|(key, _)| positions[key]).collect();
        Self { texts: order.into_iter().map(|(text, _)| text.to_owned()).collect(), of }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::task::score::{Exact, F1, Includes, Numeric, Score};

    fn scorers() -> Vec<Score> {
        vec![
            Score::Exact(Exact::default()),
            Score::Numeric(Numeric::default()),
            Score::Choice(super::super::Choice::default()),
            Score::F1(F1::default()),
            Score::Includes(Includes::default()),
        ]
    }

    proptest! {
        #[test]
        fn classes_do_not_depend_on_the_order_of_answers(
            mut answers in proptest::collection::vec("[ABab18., -]{0,4}|.{0,6}", 0..12)
        ) {
            for score in scorers() {
                let texts: Vec<&str> = answers.iter().map(String::as_str).collect();
                let forward = score.classes(&texts);
                let backward = score.classes(&texts.iter().rev().copied().collect::<Vec<_>>());
                prop_assert_eq!(&forward.texts, &backward.texts);
                let mirrored: Vec<usize> = backward.of.iter().rev().copied().collect();
                prop_assert_eq!(&forward.of, &mirrored);
                prop_assert!(forward.texts.is_sorted());
            }
            answers.clear();
        }

        #[test]
        fn a_class_scores_as_its_members(
            answers in proptest::collection::vec("[ABab18., -]{0,4}|.{0,6}", 1..8),
            target in "[ABab18., -]{0,4}|.{0,6}"
        ) {
            let targets = [target];
            for score in scorers() {
                let texts: Vec<&str> = answers.iter().map(String::as_str).collect();
                let classes = score.classes(&texts);
                for (text, class) in texts.iter().zip(&classes.of) {
                    let of_class = score.score(&classes.texts[*class], &targets);
                    prop_assert_eq!(score.score(text, &targets), of_class, "{:?} {}", &score, text);
                }
            }
        }
    }
}
