//! A page for people comes in place of an answer, as from a proxy in front of the provider.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;
use crate::fault::Trouble;

/// A page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Html {
    /// Its status.
    #[schemars(extend("minimum" = 200, "maximum" = 599))]
    pub code: u16,
}

impl Default for Html {
    fn default() -> Self {
        Self { code: 200 }
    }
}

impl Html {
    pub(super) fn effect(&self) -> Effect {
        Effect::Fails(match self.code {
            200..=299 => Failure::Malformed,
            status => Trouble::of_status(status).failure(),
        })
    }
}
