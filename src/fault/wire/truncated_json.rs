//! The body ends in the middle.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;

/// Half a body, as if it were the whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TruncatedJson {}

impl TruncatedJson {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Fails(Failure::Malformed)
    }
}
