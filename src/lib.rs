//! Which combination of language models to run, with figures one can defend.
//!
//! The library behind the `quorumbench` command. Folders are floors: a module uses only modules
//! on lower ones. `ARCHITECTURE.md` has the map.

pub mod data;
pub mod kernel;
pub mod stats;
