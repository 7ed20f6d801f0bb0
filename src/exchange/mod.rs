//! Floor 2: the formats of other tools.

pub mod export;
pub mod import;
