//! The vote in which every ballot counts the same.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The answer with the most ballots wins, however few they are: a plurality, as the field's
/// "majority vote" is. Totals are whole numbers, so that a tie is a tie exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Majority {}

impl Majority {
    /// The weight of each of `n_voters`.
    pub fn weights(self, n_voters: usize) -> Vec<f64> {
        vec![1.0; n_voters]
    }
}
