//! `text`: the response itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes the whole response, or its first line, without the white space around it.
///
/// There is always an answer, if only the empty string.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Text {
    /// How much of it.
    pub pick: TextPick,
}

/// How much of a text is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TextPick {
    /// All of it.
    #[default]
    All,
    /// The first line that isn't empty.
    FirstLine,
}

impl Text {
    pub(super) fn find(self, response: &str) -> String {
        let text = response.trim();
        let taken = match self.pick {
            TextPick::All => text,
            TextPick::FirstLine => text.lines().next().unwrap_or_default().trim_end(),
        };
        taken.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_a_text_is_dropped() {
        for (pick, response, answer) in [
            (TextPick::All, " Paris\n", "Paris"),
            (TextPick::All, "Paris \r\nTexas", "Paris \r\nTexas"),
            (TextPick::FirstLine, "\n\n Paris \r\nTexas", "Paris"),
            (TextPick::FirstLine, "Paris", "Paris"),
            (TextPick::FirstLine, " \n ", ""),
            (TextPick::All, "", ""),
        ] {
            assert_eq!(Text { pick }.find(response), answer, "{pick:?} of {response:?}");
        }
    }
}
