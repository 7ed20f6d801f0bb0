//! A success in which nothing was said.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;

/// Everything but a choice.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoChoices {}

impl NoChoices {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Fails(Failure::Malformed)
    }
}
