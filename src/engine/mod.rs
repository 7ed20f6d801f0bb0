//! Floor 5: what makes it go. The rooms don't know each other.

pub mod collect;
pub mod drill;
pub mod evaluate;
pub mod serve;
pub mod simulate;
