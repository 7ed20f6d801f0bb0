//! How available things are, and how long they wait: closed forms that a simulator has to meet.
//!
//! They say what independence, a shared cause or a queue come to on paper. Availabilities and
//! probabilities are in [0, 1], times in whatever unit goes in, and whatever is outside its domain
//! gives `None`.

mod bursts;
mod queue;
mod repair;
mod retries;
mod system;

pub use bursts::GilbertElliott;
pub use queue::{Queue, refused_share};
pub use repair::{downtime, overlap, steady_state};
pub use retries::{Retries, expected_order_statistic};
pub use system::{Switch, all_fail, both_fail, failover, k_of_n, parallel, series};

/// Whether something can be the chance of anything; never of NaN.
fn is_chance(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}
