//! What is kept of one question: its answer, and how each attempt to get it went.

use crate::data::{Failure, Recorded};
use crate::kernel::Micros;
use crate::store::Key;

/// What is kept of one question.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// What it is kept under.
    pub key: Key,
    /// What was hashed, see [`crate::store::request_json`].
    pub request: &'a str,
    /// The answer, or the failure of the last attempt. Its `latency` is the service time of that
    /// attempt and nothing else. Where it names task and item, they are kept as those of whoever
    /// asked first; nothing is looked up by them.
    pub answer: &'a Recorded,
    /// What was waited for before the last attempt.
    pub last: Timing,
    /// The status of the last attempt's response, where there was one.
    pub status: Option<u16>,
    /// A part of the last attempt's response, where it was no answer.
    pub detail: Option<&'a str>,
    /// The attempts before the last one, in order.
    pub earlier: &'a [Attempt],
}

/// What was waited for before an attempt, apart from its service time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// For a place among the requests in flight, or for a rate limit of our own.
    pub queued: Micros,
    /// Because an attempt before had failed.
    pub slept: Micros,
}

/// One attempt that failed before the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What came instead of an answer.
    pub failure: Failure,
    /// The status of the response, where there was one.
    pub status: Option<u16>,
    /// A part of the response.
    pub detail: Option<String>,
    /// For a place among the requests in flight, or for a rate limit of our own.
    pub queued: Micros,
    /// Because an attempt before had failed.
    pub slept: Micros,
    /// From sending to the last byte, or until it was given up.
    pub service: Micros,
}
