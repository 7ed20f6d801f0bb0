//! Floor 3: from outcomes to findings.

mod agreement;
mod blend;
mod estimate;
mod measures;

pub use agreement::{ceiling, pairs};
pub use blend::{Blend, Priced, at_cost, hull};
pub use estimate::{LEVEL, Scored, accuracy, difference, served};
pub use measures::{Case, measures};
