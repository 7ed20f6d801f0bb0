//! The first token is late; the rest comes at its usual pace.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::kernel::{Lasting, Micros};

/// A wait before the first token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SlowFirstToken {
    /// How much later it comes.
    pub by: Lasting,
}

impl Default for SlowFirstToken {
    fn default() -> Self {
        Self { by: Lasting::seconds(10) }
    }
}

impl SlowFirstToken {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Slows { first: self.by.0, each: Micros(0) }
    }
}
