//! What is written for others to read.

mod recorded;

pub use recorded::write;
