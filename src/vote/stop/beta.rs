//! `beta`: enough when the leading answer is likely to stay ahead.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stats::chance_of_lead;
use crate::vote::Tally;
use crate::vote::bounded::bounded;

bounded! {
    /// How likely it must be that the leading answer is ahead in truth, from 0.5 to 1; 0.95 where
    /// it is left out.
    LeadChance: f64 "f64", 0.5 to 1.0, else 0.95;
}

/// Adaptive-Consistency: stop when, by the two most frequent answers, it is likely enough that the
/// first of them would stay ahead however many more were asked.
///
/// Ballots are counted, whatever they weigh, because the chance is one of counts. The rule is
/// lossy: the full vote may have another answer. With 0.95 it stops first at 4 ballots to 0, 6 to
/// 1 and 8 to 2.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Beta {
    /// How likely it must be that the leading answer is ahead in truth.
    pub confidence: LeadChance,
}

impl Beta {
    /// Whether the lead is large enough; never without a ballot.
    ///
    /// Source: P. Aggarwal et al., Let's Sample Step by Step: Adaptive-Consistency, EMNLP 2023
    /// (arXiv:2305.11860). Checked against scipy for all counts up to 10
    /// (`tests/golden_votes.rs`).
    pub fn stops(self, tally: &Tally) -> bool {
        let [first, second] = tally.totals().iter().fold([0, 0], |[first, second], total| {
            let n_ballots = u64::from(total.n_ballots);
            if n_ballots > first { [n_ballots, first] } else { [first, second.max(n_ballots)] }
        });
        first > 0 && chance_of_lead([first, second]) >= self.confidence.value()
    }
}
