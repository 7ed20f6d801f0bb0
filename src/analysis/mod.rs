//! Floor 3: from outcomes to findings.

mod agreement;
mod estimate;
mod measures;

pub use agreement::{ceiling, pairs};
pub use estimate::{LEVEL, Scored, accuracy, difference};
pub use measures::{Case, measures};
