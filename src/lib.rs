//! Which combination of language models to run, with figures one can defend.
//!
//! The library behind the `quorumbench` command. Folders are floors: a module uses only modules
//! on lower ones. `ARCHITECTURE.md` has the map.

pub mod analysis;
pub mod cmd;
pub mod data;
pub mod engine;
pub mod exchange;
pub mod fault;
pub mod kernel;
pub mod policy;
pub mod provider;
pub mod report;
pub mod rows;
pub mod scenario;
pub mod stats;
pub mod store;
pub mod task;
pub mod vote;
