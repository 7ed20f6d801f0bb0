//! The name of the host is not known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;

/// The name is not found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dns {}

impl Dns {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Fails(Failure::RefusedConnection)
    }
}
