//! What is done about a failed call: whether it is asked again, and what it says of the provider.

use crate::data::Failure;

/// What is done about one kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handling {
    /// Whether the same question may be asked of the same model again.
    pub again: bool,
    /// How much it counts against the provider's health.
    pub weight: Weight,
    /// What is not asked any more.
    pub closes: Closes,
}

/// How much a failure counts against the provider's health, in a circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Neither for nor against: the request was at fault, or we were.
    Ignored,
    /// Half a failure: the provider lives, and wants less.
    Half,
    /// A failure.
    Full,
    /// Opens the breaker at once: the next call fails the same way.
    Opens,
}

/// What is not asked any more after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closes {
    /// Nothing.
    Nothing,
    /// This model.
    Model,
    /// Every model behind this key.
    Key,
}

impl Failure {
    /// What is done about it: the classification that the SDKs of the large providers and their
    /// documentation agree on, where they do.
    pub const fn handling(self) -> Handling {
        use Closes::{Key, Model, Nothing};
        use Weight::{Full, Half, Ignored, Opens};
        let (again, weight, closes) = match self {
            Self::RateLimited => (true, Half, Nothing),
            Self::Unavailable
            | Self::TimedOut
            | Self::RefusedConnection
            | Self::Reset
            | Self::Malformed
            | Self::Empty
            | Self::CutStream => (true, Full, Nothing),
            Self::Auth | Self::Quota => (false, Opens, Key),
            Self::NotFound => (false, Opens, Model),
            Self::Truncated
            | Self::InvalidRequest
            | Self::ContextLength
            | Self::ContentFilter
            | Self::Budget
            | Self::Cancelled
            | Self::Other => (false, Ignored, Nothing),
        };
        Handling { again, weight, closes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_closes_something_is_not_asked_again_and_opens_the_breaker() {
        for (failure, name, _) in Failure::kinds() {
            let Handling { again, weight, closes } = failure.handling();
            assert_eq!(closes != Closes::Nothing, weight == Weight::Opens, "{name}");
            assert!(!again || weight != Weight::Ignored, "{name} is free to storm");
            assert!(!again || closes == Closes::Nothing, "{name}");
        }
    }
}
