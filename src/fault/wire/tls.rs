//! No secure connection comes about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;

/// The handshake fails.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {}

impl Tls {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Fails(Failure::RefusedConnection)
    }
}
