//! Whether a vote is decided before everybody has voted.

use crate::vote::Tally;
use crate::vote::tally::exceeds;

/// Whether no ballot still out can take the lead from the leader, or draw level with it.
///
/// `outstanding` holds the weights of those who have not voted. The rule is lossless: whoever
/// stops by it has the answer of the full vote, and the full vote is no tie.
pub fn is_decided(tally: &Tally, outstanding: &[f64]) -> bool {
    let [first, second] = tally.top_two();
    if !tally.is_weightless() {
        let mut outstanding = outstanding.to_vec();
        outstanding.sort_by(f64::total_cmp);
        return exceeds(first, second + outstanding.iter().sum::<f64>());
    }
    // Ballots without weight count only until one with weight comes.
    outstanding.iter().all(|weight| *weight == 0.0)
        && exceeds(first, second + outstanding.len() as f64)
}
