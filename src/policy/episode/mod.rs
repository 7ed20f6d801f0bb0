//! One request going through one policy, as a state machine: it has no clock, asks nobody, and
//! draws nothing that is not given to it.
//!
//! A driver tells it what happened and when, and does what it says. The same driver-less code runs
//! in virtual time (`simulate`) and against real sockets (`drill`), so that what one shows holds
//! for the other.

mod about;
mod ask;
mod choose;
mod combine;
mod ladder;
mod probes;
mod state;
mod steps;
#[cfg(test)]
mod tests;
mod trace;
mod tree;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::data::{CellState, Failure, ItemIdx, ModelIdx, Outcome};
use crate::kernel::{Key, Micros, Usd};
use crate::policy::Fleet;
use crate::policy::knowledge::Subject;
use crate::policy::made::Made;
use about::About;
pub use probes::{ProbeAction, ProbeEvent, Probes};
use state::{Phase, State};
pub use trace::{Told, Trace};
use tree::Kind;
pub use tree::{Models, NotAPolicy, Tree};

/// One call of one request: the part of the policy that makes it, and which of its calls it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallId {
    /// The part.
    pub node: u16,
    /// Which attempt, from 0.
    pub attempt: u16,
}

/// A time that a part of a policy wants to be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimerId {
    /// The part.
    pub node: u16,
    /// Which of its timers.
    pub number: u16,
}

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reply {
    /// The answer or what came instead.
    pub state: CellState,
    /// How sure the model is, from 0 to 1, where it said.
    pub confidence: Option<f64>,
    /// What it cost; `None` where that is unknown.
    pub cost: Option<Usd>,
    /// How long the provider asked to wait.
    pub retry_after: Option<Micros>,
    /// The status of a response that was an error.
    pub status: Option<u16>,
}

impl Reply {
    /// What came instead of an answer.
    pub fn failure(&self) -> Option<Failure> {
        match self.state {
            CellState::Failed(failure) => Some(failure),
            CellState::NotRun => Some(Failure::Other),
            CellState::Answered { .. } | CellState::Unparsed | CellState::Refused => None,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// The request came.
    Arrived,
    /// A call is over, within its timeout or because of it.
    Finished {
        /// Which.
        call: CallId,
        /// What it came to.
        reply: Reply,
    },
    /// A time that was asked for has come.
    Timer {
        /// Which.
        timer: TimerId,
    },
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Ask a model.
    Call {
        /// Under this name.
        call: CallId,
        /// Whom.
        model: ModelIdx,
        /// For which of its samples.
        sample: u32,
        /// How long it may take.
        timeout: Micros,
        /// What it is asked, where that is a question made of answers and not the item's own.
        made: Option<Arc<Made>>,
    },
    /// Call a call off. Nothing more is to be told of it.
    Cancel {
        /// Which.
        call: CallId,
    },
    /// Tell of a time.
    SetTimer {
        /// Which.
        timer: TimerId,
        /// When.
        at: Micros,
    },
    /// The request is over. This is the last action.
    Finish(Box<Outcome>),
}

/// What a request is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// The item that it asks.
    pub item: ItemIdx,
    /// What makes the same question again the same.
    pub question: u64,
    /// What is drawn for it.
    pub key: Key,
}

/// One request on its way.
#[derive(Debug, Clone)]
pub struct Episode {
    request: Request,
    states: Vec<State>,
    queue: VecDeque<Work>,
}

#[derive(Debug, Clone, Copy)]
enum Work {
    Start(u16),
    Ended(u16),
}

/// What an episode goes through, and what it shares with others.
#[derive(Debug)]
pub struct World<'a> {
    /// The policy.
    pub tree: &'a Tree,
    /// The items.
    pub subject: &'a Subject<'a>,
    /// What requests share.
    pub fleet: &'a mut Fleet,
}

impl Episode {
    /// A request for a policy of this tree.
    pub fn new(tree: &Tree, request: Request) -> Self {
        let states = vec![State::default(); tree.nodes.len()];
        Self { request, states, queue: VecDeque::new() }
    }

    /// Becomes another request, in the same memory.
    pub fn reset(&mut self, request: Request) {
        self.request = request;
        self.states.iter_mut().for_each(State::reset);
        self.queue.clear();
    }

    /// What it is.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Tells what happened `now`, and adds what is to be done about it to `out`.
    pub fn on_event(
        &mut self,
        now: Micros,
        event: Event,
        world: &mut World<'_>,
        out: &mut Vec<Action>,
    ) {
        let mut walk = Walk { now, episode: self, world, out };
        match event {
            Event::Arrived => walk.queue_start(0),
            Event::Finished { call, reply } => walk.finished(call, &reply),
            Event::Timer { timer } => walk.timer(timer),
        }
        walk.work_off();
    }
}

/// One event on its way through a policy.
struct Walk<'a, 'w> {
    now: Micros,
    episode: &'a mut Episode,
    world: &'a mut World<'w>,
    out: &'a mut Vec<Action>,
}

impl<'a, 'w> Walk<'a, 'w> {
    fn work_off(&mut self) {
        while let Some(work) = self.episode.queue.pop_front() {
            match work {
                Work::Start(node) if self.state(node).phase == Phase::Queued => self.start(node),
                Work::Start(_) => {}
                Work::Ended(0) => return self.finish(),
                Work::Ended(node) => self.child_ended(node),
            }
        }
    }

    fn start(&mut self, node: u16) {
        let tree = self.world.tree;
        let part = &tree.nodes[usize::from(node)];
        let parent = (node > 0).then(|| self.state(part.parent).deadline).flatten();
        let own = part.conduct.deadline.map(|deadline| self.now + deadline);
        let deadline = match (parent, own) {
            (Some(parent), Some(own)) => Some(parent.min(own)),
            (parent, own) => parent.or(own),
        };
        let now = self.now;
        let state = self.state_mut(node);
        (state.phase, state.started, state.deadline) = (Phase::Running, now, deadline);
        match &part.kind {
            Kind::Ask { .. } => self.ask(node),
            Kind::Vote(vote) => self.start_vote(node, vote),
            Kind::Cascade(_) => self.next_child(node),
            Kind::CascadeRoute(policy) => self.next_step(node, policy),
            Kind::Failover(ladder) => self.next_rung(node, ladder),
            Kind::Hedge(hedge) => self.next_hedge(node, hedge),
            Kind::Balance(balance) => self.pick(node, balance),
            Kind::Judge(judge) => self.start_members(node, &About::Judge(judge)),
            Kind::Fuse(fuse) => self.start_members(node, &About::Fuse(fuse)),
            Kind::Choose(by) => self.choose(node, *by),
        }
    }

    fn child_ended(&mut self, child: u16) {
        let tree = self.world.tree;
        let node = tree.nodes[usize::from(child)].parent;
        if self.state(node).phase != Phase::Running {
            return;
        }
        match &tree.nodes[usize::from(node)].kind {
            Kind::Ask { .. } => {}
            Kind::Vote(vote) => self.voted(node, vote),
            Kind::Cascade(cascade) => self.staged(node, cascade, child),
            Kind::CascadeRoute(policy) => self.stepped(node, policy, child),
            Kind::Failover(ladder) => self.rung_ended(node, ladder, child),
            Kind::Hedge(hedge) => self.hedge_ended(node, hedge, child),
            Kind::Balance(balance) => self.picked_ended(node, balance, child),
            Kind::Judge(judge) => self.said(node, &About::Judge(judge)),
            Kind::Fuse(fuse) => self.said(node, &About::Fuse(fuse)),
            Kind::Choose(_) => self.chosen_ended(node, child),
        }
    }

    fn timer(&mut self, timer: TimerId) {
        let TimerId { node, number } = timer;
        if self.state(node).phase != Phase::Running {
            return;
        }
        let tree = self.world.tree;
        match &tree.nodes[usize::from(node)].kind {
            Kind::Ask { .. } => self.ask(node),
            Kind::Hedge(hedge) => self.hedge_is_due(node, hedge, number),
            Kind::Vote(vote) => self.end_vote(node, vote),
            _ => {}
        }
    }

    /// The end of a part, which its parent hears of.
    fn end(&mut self, node: u16, outcome: Outcome) {
        let latency = Some(self.now.since(self.state(node).started));
        let state = self.state_mut(node);
        state.phase = Phase::Done;
        state.outcome = Some(Outcome { latency, ..outcome });
        self.episode.queue.push_back(Work::Ended(node));
    }

    fn finish(&mut self) {
        let Some(outcome) = self.state_mut(0).outcome.take() else { return };
        self.out.push(Action::Finish(Box::new(outcome)));
    }

    fn queue_start(&mut self, node: u16) {
        self.state_mut(node).phase = Phase::Queued;
        self.episode.queue.push_back(Work::Start(node));
    }

    /// Calls off whatever runs in a part and below it.
    fn call_off(&mut self, node: u16) {
        if matches!(self.state(node).phase, Phase::Idle | Phase::Done) {
            return;
        }
        let tree = self.world.tree;
        let part = &tree.nodes[usize::from(node)];
        if let Kind::Ask { model, .. } = part.kind {
            self.call_off_ask(node, model);
        }
        let state = self.state_mut(node);
        state.phase = Phase::Done;
        for child in &part.children {
            self.call_off(*child);
        }
    }

    fn state(&self, node: u16) -> &State {
        &self.episode.states[usize::from(node)]
    }

    fn state_mut(&mut self, node: u16) -> &mut State {
        &mut self.episode.states[usize::from(node)]
    }

    /// The children of a part that have ended, with what they came to; whoever has not has
    /// failed, as far as its parent is concerned.
    fn outcomes(&self, node: u16) -> Vec<Outcome> {
        let children = &self.world.tree.nodes[usize::from(node)].children;
        let unasked = || state::UNASKED;
        let outcome = |child: &u16| self.state(*child).outcome.clone().unwrap_or_else(unasked);
        children.iter().map(outcome).collect()
    }
}
