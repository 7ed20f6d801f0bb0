//! Somebody else's gateway between our load and our faulty providers: what its users saw.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use super::books::{Books, Ended};
use super::reply::judged;
use super::{DrillError, Load, Ring};
use crate::data::{Failure, ItemIdx, Outcome, Reason, Verdict};
use crate::kernel::Micros;
use crate::policy::episode::Request;
use crate::provider::{Chat, Endpoint, Exchange, Label, Line, Sampling};

/// Where a gateway is, and what it is asked for.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Its address and key.
    pub endpoint: Endpoint,
    /// The model, group or route that is asked of it.
    pub model: String,
    /// How long a user waits for it.
    pub timeout: Duration,
}

/// Sends a load to a gateway, and waits for every reply. A user sends each request once.
///
/// # Errors
/// See [`DrillError`].
pub async fn through(ring: &Ring<'_>, gateway: &Gateway, load: &Load) -> Result<Books, DrillError> {
    let line = ring.client.line(&gateway.endpoint)?;
    let mut books = Books::default();
    let start = Instant::now();
    let now = || Micros(start.elapsed().as_micros() as u64);
    let mut in_flight = FuturesUnordered::new();
    let mut arrivals = load.arrivals.iter().copied().peekable();
    let mut n = 0;
    loop {
        while let Some(due) = arrivals.next_if(|arrival| *arrival <= now()) {
            let (request, arrived) = (ring.request(load, n), now());
            books.sent(due, arrived);
            n += 1;
            let asked = ask(ring, &line, gateway, request, load.stream);
            in_flight.push(async move { (request, arrived, asked.await) });
        }
        let next = arrivals.peek().copied();
        if next.is_none() && in_flight.is_empty() {
            return Ok(books);
        }
        let wake = next.map_or(Duration::from_secs(3600), |at| Duration::from_micros(at.0));
        tokio::select! {
            biased;
            Some((request, arrived, exchange)) = in_flight.next() => {
                let latency = now().since(arrived);
                let outcome = outcome(ring, request.item, &exchange);
                books.ended(&Ended { outcome: &outcome, latency, cost: None });
                books.n_hollow += u64::from(is_hollow(&exchange, load.stream));
                match exchange.result {
                    Ok(_) => books.first_texts.extend(exchange.ttft),
                    Err(_) => books.said = books.said.or(exchange.detail),
                }
            }
            () = sleep_until(start + wake) => {}
        }
    }
}

async fn ask(
    ring: &Ring<'_>,
    line: &Line,
    gateway: &Gateway,
    request: Request,
    stream: bool,
) -> Exchange {
    let item = request.item.0 as usize;
    let sampling = Sampling::default();
    let messages = &ring.prompts[item];
    let chat = Chat { model: &gateway.model, messages, sampling: &sampling, stream };
    let label = Label {
        task: &ring.grounds.task.id,
        item: &ring.subject.items[item].id,
        sample: 0,
        attempt: 1,
        queued: Micros(0),
        slept: Micros(0),
    };
    line.ask(&chat, gateway.timeout, &label).await
}

/// Whether there is no answer in what says that it is a success, to its own end. An error event in
/// a stream is none of that, because every client takes it for an error; and whoever declines has
/// answered.
fn is_hollow(exchange: &Exchange, stream: bool) -> bool {
    let Err(failure) = &exchange.result else { return false };
    let says_so = matches!(
        failure,
        Failure::Malformed | Failure::Empty | Failure::Truncated | Failure::CutStream
    );
    let is_declined = *failure == Failure::ContentFilter;
    exchange.status == Some(200) && exchange.whole && !is_declined && (says_so || !stream)
}

/// What a user got, with the model that says it answered as the rung.
fn outcome(ring: &Ring<'_>, item: ItemIdx, exchange: &Exchange) -> Outcome {
    let reply = judged(ring, item, (None, None), exchange);
    let verdict = Verdict::from(reply.state);
    let served = exchange.result.as_ref().ok().and_then(|reply| reply.model.clone());
    Outcome {
        verdict,
        rung: served.map(|model| model.as_str().into()),
        n_calls: 1,
        reason: Reason::Only,
        ..Outcome::NOT_RUN
    }
}
