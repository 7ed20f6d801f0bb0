//! Requests that come at their times, go through a policy, and ask over HTTP: the real clock's
//! driver of what `policy::episode` decides.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use super::books::{self, Books};
use super::reply::judged;
use super::{DrillError, Drilled, Load, Ring};
use crate::data::{CellState, ItemIdx, ModelIdx};
use crate::kernel::{Micros, Usd};
use crate::policy::Fleet;
use crate::policy::episode::{
    Action, CallId, Episode, Event, ProbeEvent, Probes, Reply, TimerId, Told, Trace, Tree, World,
};
use crate::policy::made::Made;
use crate::provider::{Chat, Endpoint, Exchange, Label, Line, Sampling};

/// A request that is on its way.
struct Live {
    episode: Episode,
    arrived: Micros,
    cost: Option<Usd>,
    out: BTreeMap<CallId, AbortHandle>,
}

/// Whose call it is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Of {
    Request(u64, CallId),
    Probe(u16),
}

/// A call that is to begin.
pub(super) struct Begin {
    pub(super) of: Of,
    pub(super) model: ModelIdx,
    pub(super) item: ItemIdx,
    pub(super) sample: u32,
    pub(super) timeout: Micros,
    pub(super) made: Option<Arc<Made>>,
}

/// A call that is over, unless it was called off.
struct Ended {
    of: Of,
    model: ModelIdx,
    made: Option<Arc<Made>>,
    exchange: Result<Exchange, Aborted>,
}

/// Who wants to be told of a time.
pub(super) enum Due {
    Request(u64, TimerId),
    Probe(u16),
}

/// Everything that goes on at the moment.
pub(super) struct Desk<'a> {
    pub(super) ring: &'a Ring<'a>,
    tree: &'a Tree,
    pub(super) load: &'a Load,
    pub(super) fleet: Fleet,
    pub(super) probes: Probes,
    live: BTreeMap<u64, Live>,
    /// Times that somebody wants to be told of, and in which order they were planned.
    timers: BTreeMap<(Micros, u64), Due>,
    n_timers: u64,
    /// Calls that are to begin.
    pub(super) begin: Vec<Begin>,
    pub(super) trace: Trace,
    pub(super) books: Books,
}

/// Runs a load, and waits for every request to be over.
pub(super) async fn run(
    ring: &Ring<'_>,
    tree: &Tree,
    address: SocketAddr,
    load: &Load,
) -> Result<Drilled, DrillError> {
    let line = ring.client.line(&Endpoint::chat_completions(format!("http://{address}/v1")))?;
    let fleet = ring.fleet();
    let mut desk = Desk {
        ring,
        tree,
        load,
        probes: Probes::new(tree, &fleet),
        fleet,
        live: BTreeMap::new(),
        timers: BTreeMap::new(),
        n_timers: 0,
        begin: Vec::new(),
        trace: Trace::default(),
        books: Books::default(),
    };
    let start = Instant::now();
    let now = || Micros(start.elapsed().as_micros() as u64);
    let at = |Micros(at): Micros| start + Duration::from_micros(at);
    let mut in_flight = FuturesUnordered::new();
    let mut arrivals = load.arrivals.iter().copied().peekable();
    desk.begin_probes(now());
    loop {
        for begin in std::mem::take(&mut desk.begin) {
            let (abort, registration) = AbortHandle::new_pair();
            if let Of::Request(n, call) = begin.of {
                let Some(live) = desk.live.get_mut(&n) else { continue };
                live.out.insert(call, abort);
            }
            let (of, model, made) = (begin.of, begin.model, begin.made.clone());
            let asked = Abortable::new(ask(ring, &line, begin, load.stream), registration);
            in_flight.push(async move { Ended { of, model, made, exchange: asked.await } });
        }
        let due = desk.timers.keys().next().map(|(at, _)| *at);
        let next = [arrivals.peek().copied(), due].into_iter().flatten().min();
        if next.is_none() && in_flight.is_empty() {
            break;
        }
        let wake = next.map_or_else(|| start + Duration::from_secs(3600), at);
        tokio::select! {
            biased;
            Some(ended) = in_flight.next() => desk.came_back(now(), ended),
            () = sleep_until(wake) => {
                let time = now();
                while let Some(due) = arrivals.next_if(|arrival| *arrival <= time) {
                    desk.books.sent(due, time);
                    desk.arrive(time);
                }
                desk.ring_timers(time);
            }
        }
    }
    desk.books.n_trips = Some(u64::from(desk.fleet.n_opened()));
    Ok(Drilled { books: desk.books, trace: desk.trace })
}

/// Asks one model about one item, once.
async fn ask(ring: &Ring<'_>, line: &Line, begin: Begin, stream: bool) -> Exchange {
    let Begin { of, model, item: at, sample, timeout: Micros(timeout), made } = begin;
    let name = &ring.grounds.matrix.models()[usize::from(model.0)];
    let candidate = ring.candidates[usize::from(model.0)];
    let usual = Sampling::default();
    let sampling = candidate.map_or(&usual, |one| &one.sampling);
    let item = &ring.subject.items[at.0 as usize];
    let about = |made: Arc<Made>| {
        let context = ring.subject.context(&made.policy, at);
        // A template that doesn't fit says nothing, and nothing is said to that.
        let messages = ring.grounds.asking.messages(&context, (at, item), &made);
        messages.map(|(_, messages)| messages).unwrap_or_default()
    };
    let made = made.map(about);
    let messages = made.as_ref().unwrap_or(&ring.prompts[at.0 as usize]);
    let chat = Chat { model: name.as_str(), messages, sampling, stream };
    let label = Label {
        task: &ring.grounds.task.id,
        item: &item.id,
        sample,
        attempt: match of {
            Of::Request(_, call) => u32::from(call.attempt) + 1,
            Of::Probe(_) => 1,
        },
        queued: Micros(0),
        slept: Micros(0),
    };
    line.ask(&chat, Duration::from_micros(timeout), &label).await
}

impl Desk<'_> {
    fn arrive(&mut self, now: Micros) {
        let n = self.trace.requests.len() as u64;
        let request = self.ring.request(self.load, n);
        self.trace.requests.push(request);
        let live = Live {
            episode: Episode::new(self.tree, request),
            arrived: now,
            cost: Some(Usd::ZERO),
            out: BTreeMap::new(),
        };
        self.live.insert(n, live);
        self.tell(now, n, Event::Arrived);
    }

    fn came_back(&mut self, now: Micros, ended: Ended) {
        // Whoever was called off is told nothing more.
        let Ended { of, model, made, exchange: Ok(exchange) } = ended else { return };
        let candidate = self.ring.candidates[usize::from(model.0)];
        let (n, call) = match of {
            Of::Request(n, call) => (n, call),
            Of::Probe(probe) => return self.probe_came_back(now, (probe, model), &exchange),
        };
        let Some(live) = self.live.get_mut(&n) else { return };
        if live.out.remove(&call).is_none() {
            return;
        }
        let item = live.episode.request().item;
        let reply: Reply = judged(self.ring, item, (candidate, made.as_deref()), &exchange);
        live.cost = live.cost.zip(reply.cost).map(|(sum, one)| sum + one);
        self.books.n_calls += 1;
        self.books.n_failed_calls += u64::from(matches!(reply.state, CellState::Failed(_)));
        self.tell(now, n, Event::Finished { call, reply });
    }

    pub(super) fn plan(&mut self, at: Micros, due: Due) {
        self.timers.insert((at, self.n_timers), due);
        self.n_timers += 1;
    }

    fn ring_timers(&mut self, now: Micros) {
        while let Some(first) = self.timers.first_entry() {
            if first.key().0 > now {
                break;
            }
            match first.remove() {
                Due::Request(n, timer) if self.live.contains_key(&n) => {
                    self.tell(now, n, Event::Timer { timer });
                }
                Due::Request(..) => {}
                Due::Probe(probe) => self.tell_probes(now, ProbeEvent::Due { probe }),
            }
        }
    }

    fn tell(&mut self, now: Micros, n: u64, event: Event) {
        let Some(live) = self.live.get_mut(&n) else { return };
        let mut actions = Vec::new();
        let (tree, subject) = (self.tree, &self.ring.subject);
        let mut world = World { tree, subject, fleet: &mut self.fleet };
        live.episode.on_event(now, event, &mut world, &mut actions);
        for action in &actions {
            match action {
                Action::Call { call, model, sample, timeout, made } => {
                    let item = live.episode.request().item;
                    let (of, made) = (Of::Request(n, *call), made.clone());
                    let (model, sample, timeout) = (*model, *sample, *timeout);
                    self.begin.push(Begin { of, model, item, sample, timeout, made });
                }
                Action::Cancel { call } => {
                    self.begin.retain(|it| it.of != Of::Request(n, *call));
                    if let Some(call) = live.out.remove(call) {
                        call.abort();
                        self.books.n_calls += 1;
                        self.books.n_called_off += 1;
                    }
                }
                Action::SetTimer { timer, at } => {
                    self.timers.insert((*at, self.n_timers), Due::Request(n, *timer));
                    self.n_timers += 1;
                }
                Action::Finish(outcome) => {
                    let latency = now.since(live.arrived);
                    self.books.ended(&books::Ended { outcome, latency, cost: live.cost });
                }
            }
        }
        if matches!(actions.last(), Some(Action::Finish(_))) {
            self.live.remove(&n);
        }
        self.trace.told.push(Told::Request { now, n, event, actions });
    }
}
