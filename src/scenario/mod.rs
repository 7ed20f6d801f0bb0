//! Floor 4: from what a user typed to a plan in which every name, default and file is settled.

mod asking;
mod breakers;
mod candidates;
mod catalogue;
mod decode;
mod diagnostic;
mod doubts;
mod faults;
mod gates;
mod grounds;
mod incidents;
mod load;
mod made_up;
mod misread;
mod nearby;
mod plan;
mod policies;
mod prices;
mod probes;
#[cfg(test)]
pub(crate) mod random;
mod raw;
mod read;
mod recommend;
mod simulation;
mod suggest;
mod suite;
mod templates;
pub mod traffic;
mod tree;
mod written;

pub use asking::{Answers, Asking, AskingError};
pub use catalogue::{Catalogue, Listed};
pub use diagnostic::Diagnostic;
pub use gates::GATES;
pub use grounds::Grounds;
pub use load::{Loaded, load, sha256};
pub use plan::{Candidate, Finder, Looks, Plan, Simulation, Source, Task, Template};
pub use raw::{Items, RawScenario};
pub use recommend::Wish;
pub use suite::{Opened, RawSuite, Suite, open};
