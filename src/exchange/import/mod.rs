//! What other tools, and our own runs, have recorded.

mod recorded;

pub use recorded::{Recording, read};
