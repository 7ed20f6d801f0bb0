//! A success with an empty text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;

/// A reply that says nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

impl Empty {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Fails(Failure::Empty)
    }
}
