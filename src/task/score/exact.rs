//! `exact`: the answer equals a target.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Classes, right_or_wrong};
use crate::kernel::words::normal;

/// Equality of texts after normalising both.
///
/// Differs from lm-eval's `exact_match` with `ignore_case` and `ignore_punctuation` in that it
/// drops articles too, as SQuAD and inspect do. inspect skips an empty target; here an empty
/// answer matches it, because the empty string may be the right answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Exact {
    /// What does not count when two texts are compared.
    pub normalize: Normalize,
}

/// What does not count when two texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// Case, punctuation, the articles a, an, the, and white space, as in SQuAD. A number keeps
    /// its sign and decimal point.
    #[default]
    Squad,
    /// Everything counts.
    None,
}

impl Exact {
    pub(super) fn score(self, answer: &str, target: &str) -> f64 {
        right_or_wrong(self.key(answer) == self.key(target))
    }

    pub(super) fn classes(self, answers: &[&str]) -> Classes {
        let text = |answer: &str| match self.normalize {
            Normalize::Squad => answer.trim().to_owned(),
            Normalize::None => answer.to_owned(),
        };
        Classes::by_key(answers.iter().map(|answer| (self.key(answer), text(answer))).collect())
    }

    fn key(self, text: &str) -> String {
        match self.normalize {
            Normalize::Squad => normal(text),
            Normalize::None => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Exact = Exact { normalize: Normalize::None };

    #[test]
    fn texts_are_equal_apart_from_what_does_not_count() {
        let squad = Exact::default();
        for (exact, answer, target, score) in [
            // From inspect_ai, tests/scorer/test_classification.py.
            (squad, "foo", "foo", 1.0),
            (squad, "foo1", "foo", 0.0),
            (squad, "hello", " hello", 1.0),
            (squad, "hello", "", 0.0),
            (squad, "(3.14)", "3.14", 1.0),
            (squad, "3,000", "3000", 1.0),
            (squad, "$1,000.", "1000", 1.0),
            (squad, "don't", "dont", 1.0),
            (squad, "U.S.", "US", 1.0),
            (squad, "world hello", "hello world", 0.0),
            // Ours.
            (squad, "", "", 1.0),
            (squad, "A", "B", 0.0),
            (squad, "a", "A", 1.0),
            (squad, "-5", "5", 0.0),
            (squad, "31.4", "3.14", 0.0),
            (BARE, "Foo", "foo", 0.0),
            (BARE, "foo", "foo", 1.0),
        ] {
            assert_eq!(exact.score(answer, target), score, "{answer:?} against {target:?}");
        }
    }

    #[test]
    fn a_class_is_called_as_somebody_wrote_it() {
        let classes = Exact::default().classes(&["the U.S.", "B", "US", "u.s.", "", "b"]);
        assert_eq!(classes.texts, ["", "B", "US"]);
        assert_eq!(classes.of, [2, 1, 2, 2, 0, 1]);
        assert_eq!(BARE.classes(&["b", "B", "b"]).of, [1, 0, 1]);
    }
}
