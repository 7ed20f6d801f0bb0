//! `text`: the response as it is, or one line of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::line::filled_lines;

/// The response without white space around; it always finds an answer, if an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Text {
    /// Which part of the response.
    pub lines: Lines,
}

/// Which part of a response is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lines {
    /// All of it.
    #[default]
    All,
    /// The first line that is not blank, for models that go on after a short answer.
    First,
    /// The last line that is not blank, for models that think first.
    Last,
}

impl Text {
    pub(super) fn extract(self, response: &str) -> String {
        let part = match self.lines {
            Lines::All => Some(response.trim()),
            Lines::First => filled_lines(response).next(),
            Lines::Last => filled_lines(response).next_back(),
        };
        part.unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_loses_only_the_white_space_around() {
        for (lines, response, answer) in [
            (Lines::All, " Paris \n", "Paris"),
            (Lines::All, "a\n b", "a\n b"),
            (Lines::All, "", ""),
            (Lines::All, "\u{a0}\u{2028}\t", ""),
            (Lines::First, "\n\r\n  Paris\r\nbecause of France", "Paris"),
            (Lines::First, "Paris\u{2028}Lyon", "Paris"),
            (Lines::First, "Paris\rLyon", "Paris"),
            (Lines::First, " \n ", ""),
            (Lines::Last, "Thinking.\nParis\n\n", "Paris"),
        ] {
            assert_eq!(Text { lines }.extract(response), answer, "{lines:?} of {response:?}");
        }
    }
}
