//! A model is asked, and again if that failed.

use super::state::Phase;
use super::tree::Kind;
use super::{Action, CallId, Reply, TimerId, Walk};
use crate::data::{Failure, ModelIdx, Outcome, Reason, Verdict, Weight};
use crate::kernel::{Micros, Usd};
use crate::policy::fleet::Took;
use crate::policy::parts::breaker::{Admission, CallResult};
use crate::policy::parts::retry::{Again, Retry};

impl Walk<'_, '_> {
    /// Asks, if there is time and the breaker lets it.
    pub(super) fn ask(&mut self, node: u16) {
        let tree = self.world.tree;
        let part = &tree.nodes[usize::from(node)];
        let Kind::Ask { model, sample, timeout, .. } = part.kind else { return };
        let state = self.state(node);
        let left = state.deadline.map(|deadline| deadline.since(self.now));
        if left == Some(Micros(0)) {
            return self.end_failed(node, Failure::TimedOut);
        }
        let permit = match part.conduct.breaker.filter(|_| !state.is_forced) {
            None => None,
            Some(breaker) => match self.world.fleet.admit(breaker, model, self.now) {
                Admission::Go(permit) => Some(permit),
                Admission::NotBefore(_) | Admission::Wait => {
                    let failure = self.state(node).failure.unwrap_or(Failure::Unavailable);
                    return self.end_failed(node, failure);
                }
            },
        };
        let timeout = part.conduct.timeout.unwrap_or(timeout);
        let timeout = left.map_or(timeout, |left| timeout.min(left));
        let now = self.now;
        let state = self.state_mut(node);
        let call = CallId { node, attempt: state.number(state.n_tries) };
        (state.permit, state.called_at) = (permit, Some(now));
        state.n_tries += 1;
        self.world.fleet.began(model, now);
        let made = self.state(node).made.clone();
        self.out.push(Action::Call { call, model, sample, timeout, made });
    }

    /// A call is over.
    pub(super) fn finished(&mut self, call: CallId, reply: &Reply) {
        let node = call.node;
        let tree = self.world.tree;
        let part = &tree.nodes[usize::from(node)];
        let Kind::Ask { model, .. } = part.kind else { return };
        let state = self.state_mut(node);
        let is_last = state.number(state.n_tries) == call.attempt + 1;
        // What comes late is no news of the call that is out now.
        if state.phase != Phase::Running || !is_last {
            return;
        }
        let Some(called_at) = state.called_at.take() else { return };
        let took = self.now.since(called_at);
        let failure = reply.failure();
        let state = self.state_mut(node);
        state.cost = match state.n_tries {
            1 => reply.cost,
            _ => state.cost.zip(reply.cost).map(|(sum, one)| sum + one),
        };
        state.failure = failure;
        let permit = state.permit.take();
        let breaker = part.conduct.breaker;
        let handled = failure.map(|it| self.world.fleet.handling(breaker, it, reply.status));
        let weight = handled.map(|(weight, _)| weight);
        if let (Some(breaker), Some(permit)) = (part.conduct.breaker, permit) {
            let result = CallResult { failure: weight, took };
            self.world.fleet.record(self.now, (breaker, model), permit, result);
        }
        self.world.fleet.ended(model, self.now, Took::All(took));
        let budget = part.conduct.retry.and_then(|retry| retry.budget);
        if let (None, Some(budget)) = (failure, budget) {
            self.world.fleet.earn(model, self.now, budget);
        }
        match failure.zip(handled) {
            None => self.end_answered(node, reply),
            Some((failure, (_, again))) => match self.wait(node, again, reply.retry_after) {
                Some(at) => {
                    let timer = TimerId { node, number: call.attempt };
                    self.out.push(Action::SetTimer { timer, at });
                }
                None => self.end_failed(node, failure),
            },
        }
    }

    /// When it is tried again, if it is.
    fn wait(&mut self, node: u16, again: Again, asked: Option<Micros>) -> Option<Micros> {
        let attempt = self.state(node).n_tries - 1;
        let part = &self.world.tree.nodes[usize::from(node)];
        let retry = part.conduct.retry.unwrap_or(Retry::NEVER);
        let key = self.episode.request.key.with(u64::from(node)).with(u64::from(attempt));
        let at = self.now + retry.wait(again, u32::from(attempt), asked, key)?;
        let is_in_time = self.state(node).deadline.is_none_or(|deadline| at < deadline);
        let Kind::Ask { model, .. } = part.kind else { return None };
        let pays = |budget| self.world.fleet.spend(model, self.now, budget);
        // What would come too late is not paid for.
        (is_in_time && retry.budget.is_none_or(pays)).then_some(at)
    }

    fn end_answered(&mut self, node: u16, reply: &Reply) {
        let verdict = Verdict::from(reply.state);
        let answered = matches!(verdict, Verdict::Answered { .. });
        let name = &self.world.tree.nodes[usize::from(node)].name;
        let outcome = Outcome {
            verdict,
            rung: answered.then(|| name.clone()),
            agreement: answered.then_some(1.0),
            confidence: reply.confidence.filter(|_| answered),
            reason: if answered { Reason::Only } else { Reason::NoAnswer },
            ..self.spent(node)
        };
        self.end(node, outcome);
    }

    fn end_failed(&mut self, node: u16, failure: Failure) {
        let outcome = Outcome { verdict: Verdict::Failed(failure), ..self.spent(node) };
        self.end(node, outcome);
    }

    fn spent(&self, node: u16) -> Outcome {
        let state = self.state(node);
        let cost = if state.n_tries == 0 { Some(Usd::ZERO) } else { state.cost };
        Outcome { n_calls: u32::from(state.n_tries), cost, n_stages: 1, ..Outcome::NOT_RUN }
    }

    /// Calls off the call that is out, if one is. Its permit is given back.
    pub(super) fn call_off_ask(&mut self, node: u16, model: ModelIdx) {
        let now = self.now;
        let breaker = self.world.tree.nodes[usize::from(node)].conduct.breaker;
        let state = self.state_mut(node);
        let (permit, called_at) = (state.permit.take(), state.called_at.take());
        let attempt = state.number(state.n_tries).wrapping_sub(1);
        if let (Some(breaker), Some(permit)) = (breaker, permit) {
            let result = CallResult { failure: Some(Weight::Ignored), took: Micros(0) };
            self.world.fleet.record(now, (breaker, model), permit, result);
        }
        if let Some(called_at) = called_at {
            self.world.fleet.ended(model, now, Took::AtLeast(now.since(called_at)));
            self.out.push(Action::Cancel { call: CallId { node, attempt } });
        }
    }
}
