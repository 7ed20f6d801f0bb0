//! `best-of`: a model votes with itself, once for every sample.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Self-consistency: each member votes with each of its samples on the item, and the answer with
/// the most ballots wins.
///
/// It takes samples drawn at a temperature above 0, and a recording or a run that holds them. A
/// sample without a readable answer doesn't vote. Of the samples there are, the first ones are
/// taken, so that the same ones are compared everywhere; a member that has fewer votes with those
/// it has. Every sample is a call and is paid for.
/// Source: X. Wang et al., Self-Consistency Improves Chain of Thought Reasoning in Language Models,
/// ICLR 2023 (arXiv:2203.11171).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BestOf {
    /// How many samples each member votes with. Left out: with all that are recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<NonZeroU32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_all_or_at_least_one() {
        for (text, samples) in [
            ("{}", Some(None)),
            (r#"{"samples": 5}"#, Some(NonZeroU32::new(5))),
            (r#"{"samples": 0}"#, None),
            (r#"{"samples": -1}"#, None),
            (r#"{"sample": 5}"#, None),
        ] {
            let read: Option<BestOf> = serde_json::from_str(text).ok();
            assert_eq!(read.map(|rule| rule.samples), samples, "{text}");
            let again = read.and_then(|rule| serde_json::to_string(&rule).ok());
            let again = again.and_then(|text| serde_json::from_str(&text).ok());
            assert_eq!(again, read, "{text} written and read again");
        }
    }
}
