//! Rules that learn from the votes alone who is to be believed, and read no target.

mod ability;
mod beliefs;
mod confusion;
mod dawid_skene;
mod distinct;
mod exact;
mod fitting;
mod glad;
mod mace;
mod one_coin;
mod shares;
mod spam;
#[cfg(test)]
mod unordered;
mod votes;
mod wawa;

pub use beliefs::Beliefs;
pub use dawid_skene::{DawidSkene, FittedDawidSkene};
pub use fitting::{Iterations, NotATolerance, NotIterations, Tolerance};
pub use glad::{FittedGlad, Glad};
pub use mace::{Annotator, FittedMace, Mace, MaceMethod};
pub use one_coin::{FittedOneCoin, OneCoin};
pub use shares::{agreement, shares, weighted_shares};
pub use votes::{Classes, NeedsSharedLabels, Votes};
pub use wawa::{FittedWawa, Wawa};
