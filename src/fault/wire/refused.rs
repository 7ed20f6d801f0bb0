//! Nobody listens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;

/// The connection is refused.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refused {}

impl Refused {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Fails(Failure::RefusedConnection)
    }
}
