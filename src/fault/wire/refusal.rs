//! The model or a filter declines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;

/// The vendor's way to say that it won't.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {}

impl Refusal {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Fails(Failure::ContentFilter)
    }
}
