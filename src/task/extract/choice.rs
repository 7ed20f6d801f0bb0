//! `choice`: the letter of one of the item's choices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ExtractError;

/// Takes the letter of a choice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {}

#[derive(Debug, Clone)]
pub(super) struct Finder {}

impl Choice {
    pub(super) fn compile(&self) -> Result<Finder, ExtractError> {
        Ok(Finder {})
    }
}

impl Finder {
    pub(super) fn find(&self, _response: &str, _choices: &[String]) -> Option<String> {
        None
    }
}
