//! Floor 2: how several answers become one. Nothing here asks, waits or reads a file.

mod bounded;
mod early;
mod majority;
pub mod numeric;
pub mod ranked;
mod rule;
mod tally;
mod ties;
mod voter;
mod weighted;

pub use bounded::OutOfBounds;
pub use early::is_decided;
pub use majority::Majority;
pub use numeric::{Cluster, Huber, Median, TrimmedMean, WeightedMedian};
pub use ranked::{Borda, Copeland, Irv, RankedPairs, Schulze};
pub use rule::Rule;
pub use tally::{Ballot, Tally, Total};
pub use ties::Ties;
pub use voter::{Election, Fitted, Standing, Voter};
pub use weighted::{NotAWeight, Weight, Weighted, Weights, log_odds};
