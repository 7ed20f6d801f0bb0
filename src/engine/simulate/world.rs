//! One policy under one month of traffic: a discrete-event simulation.

use std::sync::Arc;

use super::arrivals::Arrivals;
use super::out::{Of, Out};
use super::probing::{NOBODY, Probing};
use super::queue::{Agenda, Places, Slots, What};
use super::replies::Replies;
use super::tape::{Tape, wrong_answer};
use super::witness::{Called, Witness};
use crate::data::{ItemIdx, ModelIdx};
use crate::fault::{Call, Fates, FaultState, Faults};
use crate::kernel::{Key, Micros, ModelId, Seed, Usd};
use crate::policy::Fleet;
use crate::policy::episode::{Action, CallId, Episode, Event, ProbeEvent, Request, Tree, World};
use crate::policy::knowledge::Subject;
use crate::policy::made::Made;
use crate::scenario::Asking;

/// Everything that does not change from one replicate to the next.
pub(super) struct Stage<'a> {
    pub(super) tree: &'a Tree,
    pub(super) subject: &'a Subject<'a>,
    pub(super) tape: &'a Tape,
    pub(super) models: &'a [ModelId],
    /// The items that are asked about.
    pub(super) pool: &'a [ItemIdx],
    pub(super) faults: &'a Faults,
    /// What questions about answers are made of.
    pub(super) asking: &'a Asking,
    /// How many each model answers at once.
    pub(super) capacity: &'a [Option<u32>],
    /// Whose places a call to each model takes.
    pub(super) places_of: &'a [usize],
    /// The share of requests that repeat another.
    pub(super) repeats: f64,
    /// What each model is asked by a probe.
    pub(super) small: &'a [ItemIdx],
}

/// A request that is on its way.
pub(super) struct Live {
    episode: Episode,
    n: u64,
    arrived: Micros,
    /// Whether all calls were sent when their replies were recorded: what was not, has no price.
    is_priced: bool,
    pub(super) cost: Option<Usd>,
    /// Of that, for calls that failed or were called off.
    pub(super) lost: Option<Usd>,
    /// Whose answer came last.
    pub(super) answered_by: Option<ModelIdx>,
    /// The call that each part of the policy has out.
    calls: Vec<u32>,
}

/// What a request came to, for whoever keeps the books.
pub(super) struct Ended<'a> {
    pub(super) outcome: &'a crate::data::Outcome,
    pub(super) arrived: Micros,
    pub(super) is_priced: bool,
    pub(super) cost: Option<Usd>,
    pub(super) lost: Option<Usd>,
    pub(super) answered_by: Option<ModelIdx>,
}

/// Questions that may be asked again.
const RECENT: usize = 1000;

/// One replicate.
pub(super) struct Simulated<'a, W> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) fleet: Fleet,
    pub(super) probing: Probing,
    pub(super) fault_state: FaultState,
    pub(super) model_keys: Vec<Key>,
    pub(super) key: Key,
    pub(super) agenda: Agenda,
    pub(super) places: Vec<Places>,
    pub(super) calls: Slots<Out>,
    pub(super) requests: Slots<Live>,
    spare: Vec<Live>,
    recent: Vec<Request>,
    actions: Vec<Action>,
    pub(super) now: Micros,
    /// Replies to questions made of answers.
    pub(super) replies: Replies,
    pub(super) witness: W,
}

impl<'a, W: Witness> Simulated<'a, W> {
    pub(super) fn new(stage: &'a Stage<'a>, fleet: Fleet, seed: Seed, witness: W) -> Self {
        let probing = Probing::new(stage.tree, &fleet);
        Self {
            stage,
            fleet,
            probing,
            fault_state: FaultState::new(stage.faults, seed),
            model_keys: stage.models.iter().map(|model| Call::model_key(seed, model)).collect(),
            key: Key::new(seed, "simulate", &[]),
            agenda: Agenda::default(),
            places: stage.capacity.iter().map(|most| Places::new(*most)).collect(),
            calls: Slots::new(),
            requests: Slots::new(),
            spare: Vec::new(),
            recent: Vec::new(),
            actions: Vec::new(),
            now: Micros(0),
            replies: Replies::default(),
            witness,
        }
    }

    /// Runs until every request is over. Models are probed for as long as traffic `lasts`.
    pub(super) fn run(&mut self, arrivals: &mut Arrivals, lasts: Micros) {
        let key = self.key.with(NOBODY).with(0);
        self.tell_probes(ProbeEvent::Began { key, until: lasts });
        let mut next = arrivals.next();
        let mut n = 0;
        loop {
            match (next, self.agenda.next_at()) {
                (Some(arrival), due) if due.is_none_or(|due| arrival < due) => {
                    self.now = arrival;
                    self.arrive(n);
                    n += 1;
                    next = arrivals.next();
                }
                (_, Some(_)) => self.step(),
                (_, None) => break,
            }
        }
    }

    /// Asks about every item once, one after the other.
    pub(super) fn ask_each_once(&mut self) {
        for (n, item) in (0..).zip(self.stage.pool) {
            let request = Request { item: *item, question: n, key: self.key.with(n) };
            self.admit(n, request);
            while self.agenda.next_at().is_some() {
                self.step();
            }
        }
    }

    fn arrive(&mut self, n: u64) {
        let key = self.key.with(n);
        let pool = self.stage.pool;
        let drawn = key.with(u64::MAX);
        let repeats = !self.recent.is_empty() && drawn.with(0).uniform() < self.stage.repeats;
        let (item, question) = if repeats {
            let again = &self.recent[drawn.with(1).below(self.recent.len() as u64) as usize];
            (again.item, again.question)
        } else {
            (pool[drawn.with(2).below(pool.len() as u64) as usize], n)
        };
        let request = Request { item, question, key };
        if self.stage.repeats > 0.0 {
            match self.recent.len() {
                RECENT => self.recent[n as usize % RECENT] = request,
                _ => self.recent.push(request),
            }
        }
        self.admit(n, request);
    }

    fn admit(&mut self, n: u64, request: Request) {
        let mut live = self.spare.pop().unwrap_or_else(|| Live {
            episode: Episode::new(self.stage.tree, request),
            n,
            arrived: self.now,
            is_priced: true,
            cost: None,
            lost: None,
            answered_by: None,
            calls: vec![u32::MAX; self.stage.tree.n_parts()],
        });
        live.episode.reset(request);
        (live.n, live.arrived, live.answered_by) = (n, self.now, None);
        live.is_priced = true;
        (live.cost, live.lost) = (Some(Usd::ZERO), Some(Usd::ZERO));
        let (at, _) = self.requests.put(live);
        self.witness.arrived(self.now, n, &request);
        self.deliver(at, Event::Arrived);
    }

    fn step(&mut self) {
        let Some((at, what)) = self.agenda.pop() else { return };
        match what {
            What::Over { call, generation } if self.calls.is(call, generation) => {
                self.now = at;
                self.over(call);
            }
            What::Expired { call, generation }
                if self.calls.is(call, generation)
                    && self.calls.get(call).is_some_and(Out::waits) =>
            {
                self.now = at;
                self.over(call);
            }
            What::Probe { probe } => {
                self.now = at;
                self.tell_probes(ProbeEvent::Due { probe });
            }
            What::Due { request, generation, timer } if self.requests.is(request, generation) => {
                self.now = at;
                self.deliver(request, Event::Timer { timer });
            }
            _ => {}
        }
    }

    pub(super) fn deliver(&mut self, at: u32, event: Event) {
        let Some(live) = self.requests.get_mut(at) else { return };
        let mut actions = std::mem::take(&mut self.actions);
        let Stage { tree, subject, .. } = *self.stage;
        let mut world = World { tree, subject, fleet: &mut self.fleet };
        live.episode.on_event(self.now, event, &mut world, &mut actions);
        self.witness.told(self.now, live.n, &event, &actions);
        for action in actions.drain(..) {
            self.act(at, action);
        }
        self.actions = actions;
    }

    fn act(&mut self, at: u32, action: Action) {
        match action {
            Action::Call { call, model, sample, timeout, made } => {
                self.call(at, (call, model, sample), timeout, made.as_ref());
            }
            Action::SetTimer { timer, at: when } => {
                let generation = self.requests.generation(at);
                self.agenda.plan(when, What::Due { request: at, generation, timer });
            }
            Action::Cancel { call } => self.cancel(at, call),
            Action::Finish(outcome) => {
                let Some(live) = self.requests.take(at) else { return };
                let ended = Ended {
                    outcome: &outcome,
                    arrived: live.arrived,
                    is_priced: live.is_priced,
                    cost: live.cost,
                    lost: live.lost,
                    answered_by: live.answered_by,
                };
                self.witness.ended(self.now, live.n, &ended, &self.fleet);
                self.spare.push(live);
            }
        }
    }

    fn call(
        &mut self,
        at: u32,
        (call, model, sample): (CallId, ModelIdx, u32),
        timeout: Micros,
        made: Option<&Arc<Made>>,
    ) {
        let stage = self.stage;
        let Some(live) = self.requests.get_mut(at) else { return };
        let request = *live.episode.request();
        let take = match made {
            None => stage.tape.take(request.item, model, sample),
            Some(made) => &self.replies.take(stage, (request.item, model), made),
        };
        let asked = Call {
            model: &stage.models[usize::from(model.0)],
            model_key: self.model_keys[usize::from(model.0)],
            question: request.key.with(u64::from(sample)),
            attempt: u32::from(call.attempt) | u32::from(stage.tree.twin(call)) << 16,
            tokens: take.tokens,
        };
        let fates = stage.faults.fates(self.now, &asked, &mut self.fault_state);
        let answering = match &fates.swapped {
            Some((_, swap)) if made.is_none() => match stage.models.binary_search(swap.model) {
                Ok(other) => stage.tape.take(request.item, ModelIdx(other as u16), sample),
                Err(_) => take,
            },
            _ => take,
        };
        let is_opinion = made.is_some_and(|made| !made.part.is_answer());
        // An opinion about answers is no answer that could be turned wrong.
        let fates = Fates { degraded: fates.degraded.filter(|_| !is_opinion), ..fates };
        let wrong = || {
            let answers = &stage.subject.answers[request.item.0 as usize];
            wrong_answer(answers, request.key.with(u64::MAX - 1).with(u64::from(model.0)))
        };
        let coming = answering.coming(&fates, wrong);
        let called = Called { now: self.now, n: live.n, model, fates: &fates };
        self.witness.called(&called, &self.fleet);
        let number = self.send(Of::Request(at, call), model, timeout, &coming);
        let Some(live) = self.requests.get_mut(at) else { return };
        live.calls[usize::from(call.node)] = number;
        live.is_priced &= !answering.unsent || fates.meets.is_some();
    }

    /// A call is called off; what the provider has done for it is paid.
    fn cancel(&mut self, at: u32, call: CallId) {
        let Some(live) = self.requests.get_mut(at) else { return };
        let number = live.calls[usize::from(call.node)];
        let Some(out) = self.calls.take(number) else { return };
        let paid = out.paid();
        live.cost = sum(live.cost, paid);
        live.lost = sum(live.lost, paid);
        self.witness.cancelled(self.now, live.n, paid);
        self.leave(&out);
    }
}

/// Money that is known where both are.
pub(super) fn sum(one: Option<Usd>, other: Option<Usd>) -> Option<Usd> {
    one.zip(other).map(|(one, other)| one + other)
}
