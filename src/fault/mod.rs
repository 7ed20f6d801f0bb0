//! Floor 2: what goes wrong, when and for whom. One file a kind.
//!
//! A [`Process`] says what becomes of a call at a time: it may pass, meet something [`OnWire`], be
//! answered by another model or wrongly, or be slow. Nothing here waits or sends, so a simulation
//! and a server put the same faults to use.

mod call;
mod common_shock;
mod degraded;
mod diurnal;
mod fate;
mod faults;
mod gilbert_elliott;
mod incident;
mod law;
mod of;
mod outage;
mod process;
mod rate_limit;
mod renewal;
mod slow_down;
mod spells;
#[cfg(test)]
mod tests;
mod trouble;
mod window;
pub mod wire;
mod wrong_model;

pub use call::Call;
use call::Chance;
pub use common_shock::CommonShock;
pub use degraded::Degraded;
pub use diurnal::Diurnal;
pub use fate::{Fate, Fates, Says, Slower, Swap};
pub use faults::{Fault, FaultState, Faults, Spell};
pub use gilbert_elliott::GilbertElliott;
pub use incident::Incident;
pub use law::Law;
pub use of::Of;
pub use outage::Outage;
pub use process::Process;
pub use rate_limit::RateLimit;
pub use renewal::Renewal;
pub use slow_down::SlowDown;
pub use trouble::Trouble;
pub use wire::{Effect, OnWire, Status};
pub use wrong_model::WrongModel;

use crate::kernel::Probability;

/// The share that a scenario means when it gives none.
const fn always() -> Probability {
    Probability::ALWAYS
}
