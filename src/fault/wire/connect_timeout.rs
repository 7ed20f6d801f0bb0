//! Nobody answers the attempt to connect.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;

/// The connection neither comes about nor is it refused.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectTimeout {}

impl ConnectTimeout {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Waits { until: None }
    }
}
