//! Floor 2: how several answers become one. Nothing here asks, waits or reads a file.

mod abstain;
mod best_of;
mod bounded;
mod confidence;
pub mod crowd;
mod early;
mod majority;
mod medoid;
pub mod numeric;
mod plurality;
pub mod ranked;
mod rule;
pub mod stacking;
pub mod stop;
mod tally;
mod ties;
mod voter;
mod weighted;

pub use abstain::{Abstain, Of};
pub use best_of::BestOf;
pub use bounded::OutOfBounds;
pub(crate) use bounded::bounded;
pub use confidence::{Calibrate, Combine, Confidence};
pub use crowd::{
    Annotator, Beliefs, Classes, DawidSkene, FittedDawidSkene, FittedGlad, FittedMace,
    FittedOneCoin, FittedWawa, Glad, Iterations, Mace, MaceMethod, NeedsSharedLabels,
    NotATolerance, NotIterations, OneCoin, Tolerance, Votes, Wawa, agreement, shares,
    weighted_shares,
};
pub use early::is_decided;
pub use majority::Majority;
pub use medoid::Medoid;
pub use numeric::{Cluster, Huber, Median, TrimmedMean, WeightedMedian};
pub use plurality::{ABSENT, Lead, plurality};
pub use ranked::{Borda, Copeland, Irv, RankedPairs, Schulze};
pub use rule::Rule;
pub use stacking::Stacking;
pub use stop::StopRule;
pub use tally::{Ballot, Tally, Total};
pub use ties::Ties;
pub use voter::{Election, Fitted, Standing, Voter};
pub use weighted::{NotAWeight, Weight, Weighted, Weights, log_odds};
