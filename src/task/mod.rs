//! Floor 2: what is asked, and how an answer is found and judged.

pub mod dataset;
pub mod extract;
pub(crate) mod numeral;
pub mod prompt;
pub mod score;
