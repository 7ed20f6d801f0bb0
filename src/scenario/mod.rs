//! Floor 4: from what a user typed to a plan in which every name, default and file is settled.

mod decode;
mod diagnostic;
mod doubts;
mod load;
mod nearby;
mod plan;
mod policies;
mod raw;
mod read;
mod suggest;
mod tree;

pub use diagnostic::Diagnostic;
pub use load::{Loaded, load};
pub use plan::{Candidate, Finder, Plan, Source, Task, Template};
pub use raw::{Items, Limits, PriceList, RawScenario, Timeout};
