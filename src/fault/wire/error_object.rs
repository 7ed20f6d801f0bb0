//! An error comes with the status of a success.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::data::Failure;
use crate::fault::Trouble;

/// An error object with status 200.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorObject {
    /// What it complains of.
    pub body: Trouble,
}

impl Default for ErrorObject {
    fn default() -> Self {
        Self { body: Trouble::ServerError }
    }
}

impl ErrorObject {
    pub(super) const fn effect(&self) -> Effect {
        Effect::Fails(Failure::Malformed)
    }
}
