//! What happens on the wire after a request, step by step: pure data, so that it can be tested.

use hyper::body::Bytes;

use super::ask::{Ask, Delivery};
use super::pace::Pace;
use super::said::Said;
use super::wire::{Format, Problem, Stream};
use crate::kernel::Micros;

/// How a connection ends before its response does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// As by a process that went away: the socket is closed.
    Close,
    /// As by a network that lost the connection: a TCP reset.
    Reset,
}

/// Status and headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing for so long.
    Wait(Micros),
    /// Status and headers are sent. Only once.
    Head(Head),
    /// A part of the body is sent.
    Send(Bytes),
    /// Nothing for ever, until the client goes away.
    Hang,
    /// The connection ends here. Nothing comes behind it.
    End(End),
}

/// The content types that are sent.
pub(super) const JSON: &str = "application/json";
pub(super) const EVENTS: &str = "text/event-stream; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// A piece of a stream, and how long it is waited for.
pub(super) type Frame = (Micros, String);

/// A reply that nothing goes wrong with.
pub(super) fn reply(format: Format, ask: &Ask, said: &Said, pace: Pace) -> Vec<Step> {
    match ask.delivery {
        Delivery::Whole => {
            let body = format.whole(said).to_string();
            later(pace.whole(said.pieces.len()), whole(200, body, Vec::new()))
        }
        Delivery::Stream => stream(frames(format.stream(said, ask), pace)),
    }
}

/// The pieces of a stream: one a token, and its end.
pub(super) fn frames(stream: Stream, pace: Pace) -> Vec<Frame> {
    let Stream { mut head, tokens, mut tail } = stream;
    let waits = pace.waits(tokens.len());
    if tokens.is_empty() {
        tail.insert_str(0, &head);
        return waits.into_iter().zip([tail]).collect();
    }
    let with_head = |token: String| std::mem::take(&mut head) + &token;
    let mut frames: Vec<Frame> = waits.into_iter().zip(tokens.into_iter().map(with_head)).collect();
    frames.push((Micros(0), tail));
    frames
}

/// A stream of these pieces. What is not waited for is sent with what comes before it.
pub(super) fn stream(frames: Vec<Frame>) -> Vec<Step> {
    let headers = vec![("cache-control", "no-cache".to_owned())];
    let mut steps = vec![Step::Head(Head { status: 200, content_type: EVENTS, headers })];
    let mut ready = String::new();
    for (wait, text) in frames {
        if wait > Micros(0) {
            steps.extend(sent(std::mem::take(&mut ready)));
            steps.push(Step::Wait(wait));
        }
        ready += &text;
    }
    steps.extend(sent(ready));
    steps
}

/// Part of a body, if there is any.
pub(super) fn sent(text: String) -> Option<Step> {
    (!text.is_empty()).then(|| Step::Send(text.into()))
}

/// An error response.
pub(super) fn error(format: Format, problem: &Problem) -> Vec<Step> {
    let (status, body) = format.error(problem);
    whole(status, body.to_string(), problem.headers())
}

/// A response in one piece.
pub(super) fn whole(status: u16, body: String, headers: Vec<(&'static str, String)>) -> Vec<Step> {
    let head = Head { status, content_type: JSON, headers };
    vec![Step::Head(head), Step::Send(body.into())]
}

/// A success in one piece, whose body was made before.
pub(super) fn ready(body: Bytes) -> Vec<Step> {
    vec![
        Step::Head(Head { status: 200, content_type: JSON, headers: Vec::new() }),
        Step::Send(body),
    ]
}

/// The same, after a wait.
pub(super) fn later(wait: Micros, mut steps: Vec<Step>) -> Vec<Step> {
    if wait > Micros(0) {
        steps.insert(0, Step::Wait(wait));
    }
    steps
}
