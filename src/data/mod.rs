//! Floor 1: what is asked, what came back, and what was made of it. Plain values, no behaviour.

mod cell;
mod changes;
mod comparison;
mod failure;
mod finding;
mod gates;
mod handling;
mod item;
mod joined;
mod judging;
mod matrix;
mod outcome;
mod past;
mod price;
mod reasons;
pub mod recommendation;
mod recorded;
mod reliability;
mod routing;
mod simulated;
pub mod summary;
mod warning;

pub use cell::{Cell, CellState};
pub use changes::{Change, ChangeRow, Changes, Side, Since};
pub use failure::Failure;
pub use finding::Estimate;
pub use handling::{Closes, Handling, Weight};
pub use item::Item;
pub use joined::joined;
pub use matrix::{Answer, AnswerIdx, ItemIdx, Matrix, ModelIdx};
pub use outcome::{Outcome, Reason, Verdict};
pub use past::{Past, PastOutcomes, PastRun};
pub use price::{PriceList, Usage};
pub use recorded::{Extracted, Recorded};
pub use warning::Warning;
