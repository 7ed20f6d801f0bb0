//! Performs the steps of a script on a connection: waits, sends, hangs, ends.

use std::cell::Cell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::Response;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use tokio::time::Sleep;

use super::script::{EVENTS, End, Head, Step};
use crate::kernel::Micros;

/// How the socket is to be closed, which whoever writes to it decides.
pub(super) type Ending = Rc<Cell<End>>;

/// Why a connection ends before its response does: a script says so.
#[derive(Debug, thiserror::Error)]
#[error("end the connection as the script says")]
pub(super) struct Ended;

/// The body of a response, with what happens while it is sent.
pub(super) struct Play<G> {
    steps: VecDeque<Step>,
    sleep: Option<Pin<Box<Sleep>>>,
    ending: Ending,
    /// What was sent before an end has been handed to the socket.
    is_flushed: bool,
    /// Its length is not known before its end.
    is_stream: bool,
    /// Lives as long as the response is being sent.
    _guard: G,
}

/// Performs what comes before the head, and returns the response with the rest.
///
/// # Errors
/// Where the script ends the connection without a head.
pub(super) async fn play<G: Unpin>(
    steps: Vec<Step>,
    ending: Ending,
    guard: G,
) -> Result<Response<Play<G>>, Ended> {
    let mut steps = VecDeque::from(steps);
    while let Some(step) = steps.pop_front() {
        match step {
            Step::Wait(wait) => tokio::time::sleep(duration(wait)).await,
            Step::Hang => std::future::pending().await,
            Step::Head(head) => {
                let is_stream = head.content_type == EVENTS;
                let (sleep, is_flushed) = (None, false);
                let body = Play { steps, sleep, ending, is_flushed, is_stream, _guard: guard };
                return Ok(response(&head, body));
            }
            Step::End(end) => {
                ending.set(end);
                return Err(Ended);
            }
            Step::Send(_) => {}
        }
    }
    Err(Ended)
}

fn response<G: Unpin>(head: &Head, body: Play<G>) -> Response<Play<G>> {
    let mut response = Response::new(body);
    *response.status_mut() = hyper::StatusCode::from_u16(head.status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(head.content_type));
    for (name, value) in &head.headers {
        // A name in a scenario may hold what no header can; it is left out then.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

impl<G: Unpin> Body for Play<G> {
    type Data = Bytes;
    type Error = Ended;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Ended>>> {
        loop {
            if let Some(sleep) = &mut self.sleep {
                ready!(sleep.as_mut().poll(cx));
                self.sleep = None;
            }
            match self.steps.front() {
                None => return Poll::Ready(None),
                Some(Step::Hang) => return Poll::Pending,
                // The connection writes out what it holds when the body has nothing to add for
                // now, and drops it when the body fails.
                Some(Step::End(_)) if !self.is_flushed => {
                    self.is_flushed = true;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                _ => {}
            }
            match self.steps.pop_front() {
                Some(Step::Wait(wait)) => {
                    self.sleep = Some(Box::pin(tokio::time::sleep(duration(wait))));
                }
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Step::End(end)) => {
                    self.ending.set(end);
                    return Poll::Ready(Some(Err(Ended)));
                }
                Some(Step::Hang | Step::Head(_)) | None => {}
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty() && self.sleep.is_none()
    }

    /// A reply in one piece says its length, and a stream is sent in chunks, however short.
    fn size_hint(&self) -> SizeHint {
        match self.steps.as_slices() {
            ([Step::Send(bytes)], []) if !self.is_stream => {
                SizeHint::with_exact(bytes.len() as u64)
            }
            _ => SizeHint::new(),
        }
    }
}

fn duration(Micros(micros): Micros) -> Duration {
    Duration::from_micros(micros)
}
