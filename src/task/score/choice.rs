//! `choice`: the same letter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 1 where answer and target are the same letter, else 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {}

impl Choice {
    pub(super) fn holds(self, answer: &str, target: &str) -> bool {
        self.canonical(answer) == self.canonical(target)
    }

    /// In upper case, without the brackets and dots around it.
    pub(super) fn canonical(self, answer: &str) -> String {
        let bare = answer.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
        if bare.is_empty() { answer.trim().to_uppercase() } else { bare.to_uppercase() }
    }
}
