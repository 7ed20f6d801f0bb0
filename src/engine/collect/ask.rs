//! One question on its way: sent, timed, read, kept.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use crate::data::{PriceList, Recorded, Usage};
use crate::engine::collect::Progress;
use crate::engine::collect::questions::{Lane, Question};
use crate::kernel::{Tokens, Usd};
use crate::provider::{ChatReply, Client, Line};
use crate::store::{Entry, Store, StoreError, Timing, request_json};

/// The longest part of a failed response that is kept, in characters.
const DETAIL: usize = 400;

/// What all questions share.
pub(super) struct Asker<'a, W> {
    pub(super) client: Client,
    pub(super) store: &'a Store,
    pub(super) stop: &'a Cell<bool>,
    pub(super) progress: &'a RefCell<(Progress, W)>,
}

impl<W: FnMut(&Progress)> Asker<'_, W> {
    /// Asks one question, and keeps what comes before anything else is done with it.
    pub(super) async fn ask<'q>(
        &self,
        line: &Line,
        lane: &Lane<'_>,
        same: &'q [usize],
        question: &Question,
    ) -> Result<(&'q [usize], Recorded), StoreError> {
        self.note(|progress| progress.started(&question.model));
        let request = lane.endpoint.encode(&question.chat);
        let exchange = line.send(request, lane.candidate.limits.timeout.0).await;
        let (mut detail, mut answered_with) = (None, None);
        let decoded = exchange.result.and_then(|(status, body)| {
            answered_with = Some(status);
            lane.endpoint.decode(status, &body).inspect_err(|_| {
                let words = format!("{status} {}", String::from_utf8_lossy(&body));
                detail = Some(line.redacted(&words).chars().take(DETAIL).collect::<String>());
            })
        });
        let row = question.named(Recorded {
            latency: Some(exchange.latency),
            attempts: Some(1),
            recorded_at: Some(now()),
            ..match decoded {
                Ok(reply) => answered(reply, lane.candidate.price.as_ref()),
                Err(failure) => Recorded { failure: Some(failure), ..Recorded::default() },
            }
        });
        let (kind, url) = (lane.endpoint.kind(), &lane.access.base_url);
        let kept = self.store.keep(&[Entry {
            key: question.key,
            request: &request_json(kind, url, &question.chat, question.sample),
            answer: &row,
            last: Timing::default(),
            status: answered_with,
            detail: detail.as_deref(),
            earlier: &[],
        }]);
        if kept.is_err() {
            // An answer that can't be kept would be paid for twice, so nothing more is asked.
            self.stop.set(true);
        }
        self.note(|progress| progress.finished(&row));
        kept.map(|()| (same, row))
    }

    /// Waits for `work`, and tells the watcher the time goes on.
    pub(super) async fn ticking<T>(&self, every: Duration, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            match tokio::time::timeout(every, &mut work).await {
                Ok(done) => return done,
                Err(_) => self.note(|_| ()),
            }
        }
    }

    fn note(&self, change: impl FnOnce(&mut Progress)) {
        let (progress, watch) = &mut *self.progress.borrow_mut();
        change(progress);
        watch(progress);
    }
}

fn answered(reply: ChatReply, price: Option<&PriceList>) -> Recorded {
    let cost = price.and_then(|price| cost(price, &reply));
    Recorded {
        response: Some(reply.text),
        prompt_tokens: reply.prompt_tokens,
        cached_tokens: reply.cached_tokens,
        completion_tokens: reply.completion_tokens,
        cost,
        finish_reason: reply.finish_reason,
        ..Recorded::default()
    }
}

fn cost(price: &PriceList, reply: &ChatReply) -> Option<Usd> {
    price.cost(Usage {
        sent: reply.prompt_tokens?,
        cached: reply.cached_tokens.unwrap_or(Tokens(0)),
        written: Tokens(0),
        received: reply.completion_tokens?,
    })
}

/// The time, as RFC 3339 in UTC.
pub fn now() -> String {
    let now = chrono::Utc::now();
    now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
