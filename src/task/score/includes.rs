//! `includes`: the target stands in the answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::normal::squad;

/// 1 where the target's words stand in the answer, next to each other and in order, else 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Includes {}

impl Includes {
    pub(super) fn holds(self, answer: &str, target: &str) -> bool {
        let (answer, target) = (squad(answer), squad(target));
        format!(" {answer} ").contains(&format!(" {target} "))
    }
}
