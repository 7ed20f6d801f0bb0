//! The reply meets a limit of tokens that nobody asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, N_TOKENS};
use crate::data::Failure;

/// A reply cut behind some tokens, which says so in its finish reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Truncated {
    /// Tokens that come before.
    pub after_tokens: u64,
}

impl Default for Truncated {
    fn default() -> Self {
        Self { after_tokens: N_TOKENS }
    }
}

impl Truncated {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Breaks { after: self.after_tokens, failure: Failure::Truncated }
    }
}
