//! `number`: a number in one canonical spelling.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ExtractError, Pick};

/// Takes a number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Number {
    /// Which one, among several that stand at a marker, else among all.
    pub pick: Pick,
}

#[derive(Debug, Clone)]
pub(super) struct Finder {
    pick: Pick,
}

impl Number {
    pub(super) fn compile(&self) -> Result<Finder, ExtractError> {
        Ok(Finder { pick: self.pick })
    }
}

impl Finder {
    pub(super) fn find(&self, _response: &str) -> Option<String> {
        let _ = self.pick;
        None
    }
}
