//! Pairs and clusters as the golden files write them.

use quorumbench::stats::PairedCounts;
use serde_json::Value;

use crate::golden::{list, whole};

/// The counts of a case, under these names.
pub(crate) fn paired(case: &Value, [both, only_a, only_b, neither]: [&str; 4]) -> PairedCounts {
    let [both, only_a, only_b, neither] =
        [both, only_a, only_b, neither].map(|key| whole(&case[key]));
    PairedCounts { both, only_a, only_b, neither }
}

/// Names as numbers: the place where each stands first.
pub(crate) fn numbered(names: &Value) -> Vec<u32> {
    let names = list(names);
    let position = |name| names.iter().position(|other| other == name).expect("itself");
    names.iter().map(|name| position(name) as u32).collect()
}
