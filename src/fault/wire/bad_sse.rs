//! One event of the stream is broken.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, N_TOKENS};
use crate::data::Failure;

/// An event that is no JSON, behind some tokens; the rest follows as if nothing were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BadSse {
    /// Tokens that come before.
    pub after_tokens: u64,
}

impl Default for BadSse {
    fn default() -> Self {
        Self { after_tokens: N_TOKENS }
    }
}

impl BadSse {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Breaks { after: self.after_tokens, failure: Failure::Malformed }
    }
}
