//! `f1`: the share of words in common.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::normal::squad;

/// The harmonic mean of precision and recall over words, each counted as often as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct F1 {}

impl F1 {
    /// From 0 to 1. Two texts without a word are the same; one without is as wrong as can be.
    pub(super) fn overlap(self, answer: &str, target: &str) -> f64 {
        let (answer, target) = (squad(answer), squad(target));
        let mut left: BTreeMap<&str, u32> = BTreeMap::new();
        let n_target =
            target.split(' ').inspect(|word| *left.entry(word).or_default() += 1).count();
        let (mut n_answer, mut n_common) = (0, 0);
        for word in answer.split(' ') {
            n_answer += 1;
            if let Some(n_left) = left.get_mut(word).filter(|n_left| **n_left > 0) {
                *n_left -= 1;
                n_common += 1;
            }
        }
        2.0 * f64::from(n_common) / (f64::from(n_answer) + n_target as f64)
    }
}
