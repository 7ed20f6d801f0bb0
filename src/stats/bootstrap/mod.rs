//! Resampling items, or clusters of items: how else an estimate might have come out.

mod bca;
mod binomial;
mod draws;
mod means;
mod replicates;
mod statistic;
mod units;
mod weighted;

pub use bca::{Bca, BcaKind, Fallback};
pub use draws::Draws;
pub use means::{Means, bootstrap_means};
pub use replicates::{LeftOut, Replicates};
pub use statistic::{resample, resample_at};
pub use units::Units;

pub(super) use binomial::{BinomialTables, Chance};
pub(super) use draws::{FEW, Generator};
