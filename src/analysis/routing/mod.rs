//! The figures by which published work compares routers, each as its source defines it.

mod aiq;
mod arena;
mod benefit;
mod gap;
mod saving;

pub use aiq::{Aiq, Curve, aiq};
pub use arena::{Arena, arena_score};
pub use benefit::{IncrementalBenefit, incremental_benefit};
pub use gap::{GapCurve, Routed, gap_recovered};
pub use saving::{saving, saving_at_equal_accuracy};
