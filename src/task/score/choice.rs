//! `choice`: the answer is the letter that a target is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Classes, right_or_wrong};

/// Equality of letters: `C`, `c`, `(C)` and `C.` are one answer.
///
/// Only letters are compared. A target which is the text of a choice, or its number, has to be
/// turned into its letter where the dataset is read; as it stands it matches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {}

impl Choice {
    pub(super) fn score(self, answer: &str, target: &str) -> f64 {
        right_or_wrong(letter(answer).is_some_and(|found| letter(target) == Some(found)))
    }

    /// An answer that is no letter is a class by its text.
    pub(super) fn classes(self, answers: &[&str]) -> Classes {
        let key = |answer: &&str| match letter(answer) {
            Some(found) => found.to_string(),
            None => answer.trim().to_owned(),
        };
        Classes::by_key(answers.iter().map(|answer| (key(answer), key(answer))).collect())
    }
}

/// The letter, in upper case, that a text is apart from punctuation and white space.
fn letter(text: &str) -> Option<char> {
    let bare = text.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    let mut chars = bare.chars();
    let first = chars.next().filter(char::is_ascii_alphabetic)?;
    chars.next().is_none().then(|| first.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_itself_in_any_dress() {
        for (answer, target, score) in [
            ("C", "C", 1.0),
            ("c", "C", 1.0),
            ("(C)", "c", 1.0),
            ("**C.**", "C", 1.0),
            ("C", "D", 0.0),
            ("", "", 0.0),
            ("Paris", "Paris", 0.0),
            ("CD", "C", 0.0),
            ("É", "É", 0.0),
        ] {
            assert_eq!(Choice {}.score(answer, target), score, "{answer:?} against {target:?}");
        }
        assert_eq!(Choice {}.classes(&["(b)", "A", "B", "??"]).texts, ["??", "A", "B"]);
    }
}
