//! Which way of combining the models is worth its money, and how sure that is.

mod ballots;
mod slices;
pub mod subsets;

pub use slices::{ABSENT, MOST_VOTERS, OneItem, Slices};
