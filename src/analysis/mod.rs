//! Floor 3: from outcomes to findings.

mod agreement;
mod contribution;
mod diversity;
mod estimate;
mod gain;
mod measures;
#[cfg(test)]
mod testing;

pub use agreement::{ceiling, pairs};
pub use contribution::{Contribution, MOST_PLAYERS, leave_one_out, shapley};
pub use diversity::diversity;
pub use estimate::{LEVEL, Scored, accuracy, difference};
pub use gain::{Contest, Gains};
pub use measures::{Case, measures};
