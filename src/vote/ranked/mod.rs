//! Rules for answers that are rankings: ballots that order the options become one order.
//!
//! A ballot may leave options out and may tie them. Options that it leaves out share the last
//! place. Every rule takes ballots with weights, gives all options in a weak order of which the
//! first group wins, and treats all ballots and all options alike: neither their order nor their
//! names break a tie. Two sums that differ by rounding alone are equal.

mod borda;
mod copeland;
mod irv;
mod majorities;
mod order;
mod plurality;
mod profile;
#[cfg(test)]
mod properties;
mod ranked_pairs;
mod schulze;
#[cfg(test)]
mod tests;

pub use borda::{Borda, borda_scores};
pub use copeland::{Copeland, condorcet_winner};
pub use irv::Irv;
pub use order::WeakOrder;
pub use plurality::plurality;
pub use profile::{Profile, UnknownOption};
pub use ranked_pairs::RankedPairs;
pub use schulze::Schulze;

/// A sum that does not depend on the order of its parts.
fn sum(mut parts: Vec<f64>) -> f64 {
    parts.sort_by(f64::total_cmp);
    parts.iter().sum()
}
