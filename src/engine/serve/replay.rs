//! A failure that was recorded, as what the call met on the wire.

use crate::data::Failure;
use crate::fault::{OnWire, Status, Trouble, wire};

/// What makes a client record that failure. What was of our own making, and whatever has no shape
/// on the wire, is an error of the server.
pub(super) fn replay(failure: Failure) -> OnWire {
    let status = |body: Trouble| OnWire::Status(Status { body: Some(body), ..Status::default() });
    match failure {
        Failure::RateLimited => status(Trouble::RateLimit),
        Failure::Quota => status(Trouble::InsufficientQuota),
        Failure::Unavailable => status(Trouble::Overloaded),
        Failure::TimedOut => OnWire::Hang(wire::Hang::default()),
        Failure::RefusedConnection => OnWire::Refused(wire::Refused::default()),
        Failure::Reset => OnWire::Reset(wire::Reset::default()),
        Failure::Malformed => OnWire::TruncatedJson(wire::TruncatedJson::default()),
        Failure::Empty => OnWire::Empty(wire::Empty::default()),
        Failure::Truncated => OnWire::Truncated(wire::Truncated { after_tokens: 0 }),
        Failure::CutStream => OnWire::CutStream(wire::CutStream::default()),
        Failure::Auth => status(Trouble::Auth),
        Failure::NotFound => status(Trouble::NotFound),
        Failure::InvalidRequest => status(Trouble::InvalidRequest),
        Failure::ContextLength => status(Trouble::ContextLength),
        Failure::ContentFilter => OnWire::Refusal(wire::Refusal::default()),
        _ => status(Trouble::ServerError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Effect;

    #[test]
    fn what_was_recorded_is_what_a_client_records_again() {
        for (failure, name, _) in Failure::kinds() {
            let again = match replay(failure).effect() {
                Effect::Fails(failure) | Effect::Breaks { failure, .. } => failure,
                Effect::Waits { until: None } => Failure::TimedOut,
                other => panic!("{name}: {other:?}"),
            };
            let has_no_shape = ["budget", "cancelled", "other"].contains(&name);
            let expected = if has_no_shape { Failure::Unavailable } else { failure };
            assert_eq!(again, expected, "{name}");
        }
    }
}
