//! The reply breaks off, and the connection is closed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, N_TOKENS};
use crate::data::Failure;

/// The end of the connection behind some tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CutStream {
    /// Tokens that come before.
    pub after_tokens: u64,
}

impl Default for CutStream {
    fn default() -> Self {
        Self { after_tokens: N_TOKENS }
    }
}

impl CutStream {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Breaks { after: self.after_tokens, failure: Failure::CutStream }
    }
}
