//! Floor 2: what goes wrong, when and for whom. One file a kind.

mod trouble;

pub use trouble::Trouble;
