//! An estimate, which never travels without its interval, level, n and method.

use serde::{Deserialize, Serialize};

/// A figure with its uncertainty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure.
    pub point: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// The interval's level, say 0.95.
    pub level: f64,
    /// What it was made from, a number of items.
    pub n: u64,
    /// How the interval was made.
    pub method: String,
}
