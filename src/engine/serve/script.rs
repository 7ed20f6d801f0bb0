//! What happens on the wire after a request, step by step: pure data, so that it can be tested.

use hyper::body::Bytes;

use super::ask::{Ask, Delivery};
use super::said::Said;
use super::wire::{Format, Problem};
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

/// How long a reply takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pace {
    /// From the request to the first token; `None` where only the whole is known.
    pub(super) first: Option<Micros>,
    /// From the request to the last byte.
    pub(super) total: Micros,
}

/// The content types that are sent.
pub(super) const JSON: &str = "application/json";
pub(super) const EVENTS: &str = "text/event-stream; charset=utf-8";

/// A reply that nothing goes wrong with.
pub(super) fn reply(format: Format, ask: &Ask, said: &Said, pace: Pace) -> Vec<Step> {
    match ask.delivery {
        Delivery::Whole => {
            let body = format.whole(said).to_string();
            let mut steps = whole(200, body, Vec::new());
            if pace.total > Micros(0) {
                steps.insert(0, Step::Wait(pace.total));
            }
            steps
        }
        Delivery::Stream => {
            let stream = format.stream(said, ask);
            let mut steps = vec![Step::Head(events())];
            if pace.total == Micros(0) {
                let all = stream.head + &stream.tokens.concat() + &stream.tail;
                steps.push(Step::Send(all.into()));
                return steps;
            }
            let waits = pace.waits(stream.tokens.len());
            let mut before = stream.head;
            for (token, wait) in stream.tokens.into_iter().zip(waits) {
                steps.push(Step::Wait(wait));
                steps.push(Step::Send((std::mem::take(&mut before) + &token).into()));
            }
            if !before.is_empty() {
                steps.push(Step::Wait(pace.total));
            }
            steps.push(Step::Send((before + &stream.tail).into()));
            steps
        }
    }
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

fn events() -> Head {
    let headers = vec![("cache-control", "no-cache".to_owned())];
    Head { status: 200, content_type: EVENTS, headers }
}

impl Pace {
    /// The wait before each of so many tokens. The last comes at the end; where the first is not
    /// known, all are as far apart.
    fn waits(self, n_tokens: usize) -> Vec<Micros> {
        let n = n_tokens as u64;
        let Micros(total) = self.total;
        let first = self.first.map_or(total / n.max(1), |Micros(first)| first.min(total));
        let first = if n == 1 { total } else { first };
        let at = |token: u64| match n {
            0 | 1 => first,
            n => first + (total - first) * token / (n - 1),
        };
        (0..n).map(|token| Micros(at(token) - token.checked_sub(1).map_or(0, at))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_token_comes_in_its_time_and_the_last_at_the_end() {
        let pace =
            |first: Option<u64>, total| Pace { first: first.map(Micros), total: Micros(total) };
        for (pace, n, waits) in [
            (pace(Some(10), 100), 4, vec![10, 30, 30, 30]),
            (pace(None, 100), 4, vec![25, 25, 25, 25]),
            (pace(Some(200), 100), 2, vec![100, 0]),
            (pace(Some(10), 100), 1, vec![100]),
            (pace(None, 100), 0, vec![]),
            (pace(None, 0), 3, vec![0, 0, 0]),
        ] {
            let waits: Vec<Micros> = waits.into_iter().map(Micros).collect();
            assert_eq!(pace.waits(n), waits, "{pace:?} for {n}");
        }
    }
}
