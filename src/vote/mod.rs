//! Floor 2: how several answers become one. Nothing here asks, waits or reads a file.

mod ability;
mod beliefs;
mod confusion;
mod dawid_skene;
mod distinct;
mod early;
mod exact;
mod fitting;
mod glad;
mod mace;
mod majority;
mod one_coin;
mod plurality;
mod rule;
mod shares;
mod spam;
mod tally;
mod ties;
#[cfg(test)]
mod unordered;
mod voter;
mod votes;
mod wawa;
mod weighted;

pub use beliefs::Beliefs;
pub use dawid_skene::{DawidSkene, FittedDawidSkene};
pub use early::is_decided;
pub use fitting::{Iterations, NotATolerance, NotIterations, Tolerance};
pub use glad::{FittedGlad, Glad};
pub use mace::{Annotator, FittedMace, Mace, MaceMethod};
pub use majority::Majority;
pub use one_coin::{FittedOneCoin, OneCoin};
pub use plurality::{ABSENT, Lead, plurality};
pub use rule::Rule;
pub use shares::{agreement, shares, weighted_shares};
pub use tally::{Ballot, Tally, Total};
pub use ties::Ties;
pub use voter::{Election, Fitted, Standing, Voter};
pub use votes::{Classes, NeedsSharedLabels, Votes};
pub use wawa::{FittedWawa, Wawa};
pub use weighted::{NotAWeight, Weight, Weighted, Weights, log_odds};
