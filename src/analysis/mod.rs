//! Floor 3: from outcomes to findings.

mod advice;
mod agreement;
mod blend;
mod changes;
mod contrast;
mod contribution;
mod diversity;
mod estimate;
mod gain;
pub mod gate;
mod intervals;
mod measures;
mod reliability;
pub mod routing;
mod sequence;
#[cfg(test)]
mod testing;
mod vote_shares;

pub use advice::SameAdvice;
pub use agreement::{ceiling, pairs};
pub use blend::{Blend, Priced, at_cost, hull};
pub use changes::changes;
pub use contrast::{Figure, average, both_served, contrast, figure, paired, unpaired, values};
pub use contribution::{Contribution, MOST_PLAYERS, leave_one_out, shapley};
pub use diversity::diversity;
pub use estimate::{Scored, accuracy, difference, is_of_counts, mean, served};
pub use gain::{Contest, Gains};
pub use intervals::{Intervals, Level, NotALevel, Pairs, Proportion};
pub use measures::{Case, measures};
pub use reliability::{calibration, samples};
pub use sequence::{always_valid, unbounded};
pub use vote_shares::{Cast, Tied, vote_shares};
