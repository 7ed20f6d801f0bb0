//! The request is read, and nothing comes back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::kernel::Lasting;

/// Silence before the first byte of the response.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hang {
    /// When the connection is closed. Left out: when the client goes away.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
}

impl Hang {
    pub(super) fn effect(&self) -> Effect {
        Effect::Waits { until: self.lasts.map(|Lasting(micros)| micros) }
    }
}
