//! An error comes in the middle of a stream that began as a success.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, N_TOKENS};
use crate::fault::Trouble;

/// An error event behind some tokens, and the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StreamError {
    /// Tokens that come before.
    pub after_tokens: u64,
    /// What it complains of.
    pub body: Trouble,
}

impl Default for StreamError {
    fn default() -> Self {
        Self { after_tokens: N_TOKENS, body: Trouble::Overloaded }
    }
}

impl StreamError {
    pub(super) fn effect(&self) -> Effect {
        Effect::Breaks { after: self.after_tokens, failure: self.body.failure() }
    }
}
