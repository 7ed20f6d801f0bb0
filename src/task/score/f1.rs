//! `f1`: how many words the answer shares with a target.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Classes;
use crate::kernel::words::{f1, normal, words};

/// The F1 score of the two bags of normalised words: 2 * shared / (words here + words there).
///
/// Source: Rajpurkar et al., SQuAD, 2016 (arXiv:1606.05250), section 6.1. Word order does not
/// count. Two empty texts score 1, one empty text 0. In a vote, answers are one answer when
/// their normalised texts are equal: a graded score is no equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct F1 {}

impl F1 {
    pub(super) fn score(self, answer: &str, target: &str) -> f64 {
        f1(&words(answer), &words(target))
    }

    pub(super) fn classes(self, answers: &[&str]) -> Classes {
        Classes::by_key(answers.iter().map(|text| (normal(text), text.trim().to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_is_twice_the_shared_words_over_all_words() {
        let fox = "The quick brown fox jumps over the lazy dog";
        for (answer, target, score) in [
            // From inspect_ai, tests/scorer/test_classification.py.
            ("foo", "foo", 1.0),
            ("foo1", "foo", 0.0),
            ("Paris", "Paris, Texas", 2.0 / 3.0),
            ("hello", " hello", 1.0),
            ("hello", "", 0.0),
            ("(3.14)", "3.14", 1.0),
            ("The answer is 3.14.", "3.14", 0.5),
            // From lighteval, test_cases/f1_score.json. It keeps articles, so its figures are
            // .6154, .1333, .8 and .8 where dropping them gives these.
            (fox, fox, 1.0),
            ("The quick brown fox", fox, 0.6),
            ("A cat sleeps on the mat", fox, 0.0),
            ("The brown quick fox jumps over the dog lazy", fox, 1.0),
            ("The quick brown fox jumps over the lazy dog and runs fast", fox, 14.0 / 17.0),
            ("The fox jumps over the dog", fox, 8.0 / 11.0),
            // Ours.
            ("a b b", "b b b", 0.8),
            ("", "", 1.0),
        ] {
            let found = F1 {}.score(answer, target);
            assert!((found - score).abs() < 1e-12, "{answer:?} against {target:?}: {found}");
        }
    }
}
