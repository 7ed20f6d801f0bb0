//! `exact`: the same words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::normal::squad;

/// 1 where answer and target are the same after normalising, else 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Exact {
    /// What is taken away from both before they are compared.
    pub normalize: Normalize,
}

/// What is taken away from texts before they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// Case, punctuation, the articles a, an and the, and white space but for single spaces.
    #[default]
    Squad,
    /// Nothing.
    None,
}

impl Exact {
    pub(super) fn holds(self, answer: &str, target: &str) -> bool {
        self.canonical(answer) == self.canonical(target)
    }

    pub(super) fn canonical(self, answer: &str) -> String {
        match self.normalize {
            Normalize::Squad => squad(answer),
            Normalize::None => answer.to_owned(),
        }
    }
}
