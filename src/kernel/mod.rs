//! Floor 0: units, names, chance, intervals and words. It knows nothing of models or files.

mod draw;
mod ids;
mod interval;
mod kinds;
mod lasting;
pub mod lines;
pub mod lists;
mod ranking;
mod rate;
mod seed;
mod spanned;
mod units;
pub mod words;

pub use draw::Key;
pub use ids::{ItemId, ModelId, PolicyId, PromptId, ProviderId, TaskId};
pub use interval::Interval;
pub(crate) use kinds::kinds;
pub use lasting::{Lasting, NotALasting};
pub use ranking::{NotARanking, Ranking};
pub use rate::{NotARate, Rate};
pub use seed::Seed;
pub use spanned::{SPANNED, Spanned};
pub use units::{Micros, Price, Probability, Tokens, Usd};
