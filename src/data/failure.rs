//! What came instead of an answer.

use std::fmt;

/// Why a call brought no answer. Data, never an error that ends a run, and never a wrong answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// More requests or tokens than the provider allows at a time.
    RateLimited,
    /// The account has no credit or quota left.
    Quota,
    /// The provider said that it is down or overloaded.
    Unavailable,
    /// No answer came in time.
    TimedOut,
    /// Nobody listens at the address, or its name or certificate does not hold.
    RefusedConnection,
    /// The connection broke.
    Reset,
    /// A success that is no answer: HTML, broken JSON, an error object, no choices.
    Malformed,
    /// A success without content.
    Empty,
    /// The answer was cut by its token limit, and nothing could be read out of it.
    Truncated,
    /// The stream ended before its end mark.
    CutStream,
    /// The key is missing, wrong or not allowed.
    Auth,
    /// No such model or path.
    NotFound,
    /// The provider refuses the request as it is.
    InvalidRequest,
    /// The prompt is longer than the model takes.
    ContextLength,
    /// A filter of the provider stopped the request or the answer.
    ContentFilter,
    /// The run's own limit of money or time.
    Budget,
    /// Given up by us before an answer came.
    Cancelled,
    /// Any other, or a word from a recording that is not one of these.
    Other,
}

/// Each kind with its name in files and one sentence.
const KINDS: [(Failure, &str, &str); 18] = [
    (
        Failure::RateLimited,
        "rate-limited",
        "More requests or tokens than the provider allows at a time.",
    ),
    (Failure::Quota, "quota", "The account has no credit or quota left."),
    (Failure::Unavailable, "unavailable", "The provider said that it is down or overloaded."),
    (Failure::TimedOut, "timed-out", "No answer came in time."),
    (Failure::RefusedConnection, "refused-connection", "Nobody could be reached at the address."),
    (Failure::Reset, "reset", "The connection broke."),
    (
        Failure::Malformed,
        "malformed",
        "A success that is no answer: HTML, broken JSON, no choices.",
    ),
    (Failure::Empty, "empty", "A success without content."),
    (Failure::Truncated, "truncated", "Cut by the token limit before an answer could be read."),
    (Failure::CutStream, "cut-stream", "The stream ended before its end mark."),
    (Failure::Auth, "auth", "The key is missing, wrong or not allowed."),
    (Failure::NotFound, "not-found", "No such model or path."),
    (Failure::InvalidRequest, "invalid-request", "The provider refuses the request as it is."),
    (Failure::ContextLength, "context-length", "The prompt is longer than the model takes."),
    (Failure::ContentFilter, "content-filter", "A filter stopped the request or the answer."),
    (Failure::Budget, "budget", "The run's own limit of money or time."),
    (Failure::Cancelled, "cancelled", "Given up by us before an answer came."),
    (Failure::Other, "other", "Any other kind."),
];

impl Failure {
    /// Every kind with its name in files and a sentence about it.
    pub fn kinds() -> impl Iterator<Item = (Self, &'static str, &'static str)> {
        KINDS.into_iter()
    }

    /// The kind of that name; `None` for an unknown word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::kinds().find(|(_, known, _)| *known == name).map(|(kind, ..)| kind)
    }

    /// Its name in files.
    pub fn name(self) -> &'static str {
        KINDS[self as usize].1
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_from_its_name() {
        for (kind, name, _) in Failure::kinds() {
            assert_eq!(kind.name(), name);
            assert_eq!(Failure::from_name(name), Some(kind));
        }
        assert_eq!(Failure::from_name("Rate-Limited"), None);
    }
}
