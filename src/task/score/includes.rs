//! `includes`: a target stands in the answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Classes, right_or_wrong};
use crate::kernel::words::{normal, words};

/// A target stands in the answer, as whole words, after normalising both as `exact` does.
///
/// Differs from the `fuzzy_match` of openai/evals, which takes any run of letters (`hello` in
/// `othello`) and either text in the other: an answer of one letter would be right nearly
/// always. In a vote, answers are one answer when their normalised texts are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Includes {}

impl Includes {
    pub(super) fn score(self, answer: &str, target: &str) -> f64 {
        let (answer, target) = (words(answer), words(target));
        if target.is_empty() {
            return right_or_wrong(answer.is_empty());
        }
        // Joined with spaces around, so that the search is linear and words are whole.
        let within = format!(" {} ", answer.join(" "));
        right_or_wrong(within.contains(&format!(" {} ", target.join(" "))))
    }

    pub(super) fn classes(self, answers: &[&str]) -> Classes {
        Classes::by_key(answers.iter().map(|text| (normal(text), text.trim().to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_counts_where_it_stands_as_whole_words() {
        for (answer, target, score) in [
            // From openai/evals, elsuite/utils_test.py.
            ("", "", 1.0),
            ("x", "", 0.0),
            ("Hello", "Hello", 1.0),
            ("foo\nhello world", "Hello World", 1.0),
            ("oh tello", "hello", 0.0),
            ("who's there?", "whos there", 1.0),
            ("who's there?", "whosthere", 0.0),
            ("an apple a day that the", "apple day that", 1.0),
            // Its one vector that we decide otherwise.
            ("othello", "hello", 0.0),
            // Ours.
            ("It is Paris, of course.", "Paris", 1.0),
            ("Paris", "It is Paris", 0.0),
            ("about 18.5 kg", "18", 0.0),
        ] {
            assert_eq!(Includes {}.score(answer, target), score, "{answer:?} holds {target:?}");
        }
    }
}
