//! The reply stops in the middle, and the connection stays open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, N_TOKENS};
use crate::kernel::Lasting;

/// Silence behind some tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Stall {
    /// Tokens that come before.
    pub after_tokens: u64,
    /// When the rest comes. Left out: never.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
}

impl Default for Stall {
    fn default() -> Self {
        Self { after_tokens: N_TOKENS, lasts: None }
    }
}

impl Stall {
    pub(super) fn effect(&self) -> Effect {
        let until = self.lasts.map(|Lasting(micros)| micros);
        Effect::Stalls { after: self.after_tokens, until }
    }
}
