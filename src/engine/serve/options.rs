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
    /// How long a reply takes that took so long when it was recorded.
    pub fn of(self, recorded: Micros) -> Micros {
        match self {
            Self::Fixed(total) => total,
            Self::Recorded(factor) => Micros((recorded.0 as f64 * factor).round() as u64),
        }
    }

    /// The pace of an answer. A latency that was not recorded is none.
    pub(super) fn pace(self, answer: &Answer) -> Pace {
        let first = match self {
            Self::Fixed(_) => None,
            Self::Recorded(_) => answer.ttft.map(|it| self.of(it)),
        };
        let total = self.of(answer.latency.or(answer.ttft).unwrap_or_default());
        Pace { first, total, ..Pace::default() }
    }
}

impl Default for Latency {
    fn default() -> Self {
        Self::Recorded(1.0)
    }
}
