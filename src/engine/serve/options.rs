//! How a scenario is served.

use super::book::Answer;
use super::pace::Pace;
use crate::kernel::Micros;

/// How to serve.
#[derive(Clone, Default)]
pub struct Options {
    /// How long replies take.
    pub latency: Latency,
    /// The key that a client has to send; `None` for any or none.
    pub key: Option<String>,
}

/// How long replies take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latency {
    /// As long as it was recorded, times this.
    Recorded(f64),
    /// As long as this.
    Fixed(Micros),
}

impl Latency {
    /// The pace of an answer. A latency that was not recorded is none.
    pub(super) fn pace(self, answer: &Answer) -> Pace {
        let (first, total) = match self {
            Self::Fixed(total) => (None, total),
            Self::Recorded(factor) => {
                let scaled = |Micros(micros)| Micros((micros as f64 * factor).round() as u64);
                let total = answer.latency.or(answer.ttft).map_or(Micros(0), scaled);
                (answer.ttft.map(scaled), total)
            }
        };
        Pace { first, total, ..Pace::default() }
    }
}

impl Default for Latency {
    fn default() -> Self {
        Self::Recorded(1.0)
    }
}
