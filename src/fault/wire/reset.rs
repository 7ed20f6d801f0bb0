//! The connection is lost before a byte of the response.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;

/// A TCP reset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {}

impl Reset {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Fails(Failure::Reset)
    }
}
