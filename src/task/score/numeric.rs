//! `numeric`: the same number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Classes;

/// 1 where answer and target are the same number, else 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Numeric {
    /// How far they may be apart.
    pub tolerance: f64,
    /// How far they may be apart as a share of the larger.
    pub relative: f64,
}

impl Default for Numeric {
    fn default() -> Self {
        Self { tolerance: 0.0, relative: 1e-9 }
    }
}

impl Numeric {
    pub(super) fn holds(self, answer: &str, target: &str) -> bool {
        answer == target
    }

    pub(super) fn classes(self, _answers: &[&str]) -> Classes {
        Classes::default()
    }
}
