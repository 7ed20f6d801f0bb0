//! Floor 5: what makes it go. The rooms don't know each other.

pub mod collect;
pub mod evaluate;
pub mod recommend;
pub mod serve;
