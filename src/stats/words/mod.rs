//! Texts as numbers: the words that stand in them, who is near whom, and what follows from words.

mod bag;
mod descent;
mod factors;
mod logistic;
mod nearest;

pub use bag::{Bags, Sparse, bags};
pub use factors::{Factored, Factors, Rows};
pub use logistic::{Logistic, logistic};
pub use nearest::{Near, first, nearest};
