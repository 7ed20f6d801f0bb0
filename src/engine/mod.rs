//! Floor 5: what makes it go. The rooms don't know each other, but for `recommend`, which stands on
//! `evaluate`.

pub mod collect;
pub mod drill;
pub mod evaluate;
pub mod recommend;
pub mod serve;
pub mod simulate;
