//! Tokens trickle.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::kernel::{Lasting, Micros};

/// A wait before each token behind the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SlowStream {
    /// How much later each comes than it would.
    pub each: Lasting,
}

impl Default for SlowStream {
    fn default() -> Self {
        Self { each: Lasting::millis(500) }
    }
}

impl SlowStream {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Slows { first: Micros(0), each: self.each.0 }
    }
}
