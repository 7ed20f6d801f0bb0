//! Votes and cascades: what several members said becomes one answer.

use super::tree::Kind;
use super::{Action, TimerId, Walk};
use crate::data::{Outcome, Verdict};
use crate::kernel::Usd;
use crate::policy::{CallOff, Cascade, Context, Learned, Vote};
use crate::vote::{StopRule, Voter};

impl Walk<'_, '_> {
    /// All members at once, or the first of those that are asked one after another.
    pub(super) fn start_vote(&mut self, node: u16, vote: &Vote) {
        let tree = self.world.tree;
        let children = &tree.nodes[usize::from(node)].children;
        let n_first = if vote.stop == StopRule::Never { children.len() } else { 1 };
        for child in children.iter().take(n_first) {
            self.queue_start(*child);
        }
        self.state_mut(node).next = n_first as u16;
    }

    /// A member has ended.
    pub(super) fn voted(&mut self, node: u16, vote: &Vote) {
        let children = &self.world.tree.nodes[usize::from(node)].children;
        let n_started = usize::from(self.state(node).next);
        let is_over = |child: &u16| self.state(*child).outcome.is_some();
        let n_out = children[..n_started].iter().filter(|child| !is_over(child)).count();
        if n_out > 0 {
            return self.wait_for_fewer(node, vote);
        }
        let is_last = n_started == children.len();
        if !is_last && !self.is_settled(node, vote) {
            let next = children[n_started];
            self.state_mut(node).next += 1;
            return self.queue_start(next);
        }
        self.count(node, vote);
    }

    /// Whether those who have ended have settled it, whatever the others say.
    fn is_settled(&self, node: u16, vote: &Vote) -> bool {
        let outcomes = self.outcomes(node);
        let children = &self.world.tree.nodes[usize::from(node)].children;
        let is_over = |at: &usize| self.state(children[*at]).outcome.is_some();
        let (over, out): (Vec<usize>, Vec<usize>) = (0..outcomes.len()).partition(is_over);
        let order: Vec<usize> = over.iter().chain(&out).copied().collect();
        let all: Vec<&Outcome> = order.iter().map(|at| &outcomes[*at]).collect();
        self.with_voters(node, |context, learned, voters| {
            let voters: Vec<Voter<'_>> = order.iter().map(|at| voters[*at]).collect();
            vote.is_settled(context, learned, &voters, (&all, over.len()))
        })
    }

    /// Calls off whoever is not waited for, or plans to, where some members are still out.
    fn wait_for_fewer(&mut self, node: u16, vote: &Vote) {
        match &vote.call_off {
            Some(CallOff::Settled(_)) if self.is_settled(node, vote) => self.end_vote(node, vote),
            Some(CallOff::Late(late)) if self.state(node).n_tries == 0 => {
                let children = &self.world.tree.nodes[usize::from(node)].children;
                let heard = children.iter().filter_map(|it| self.state(*it).outcome.as_ref());
                if vote.has_quorum(&heard.collect::<Vec<_>>()) {
                    self.state_mut(node).n_tries = 1;
                    let timer = TimerId { node, number: self.state(node).number(0) };
                    self.out.push(Action::SetTimer { timer, at: self.now + late.by.0 });
                }
            }
            _ => {}
        }
    }

    /// Whoever is still out is called off, and the others decide.
    pub(super) fn end_vote(&mut self, node: u16, vote: &Vote) {
        let tree = self.world.tree;
        for child in &tree.nodes[usize::from(node)].children {
            self.call_off(*child);
        }
        self.count(node, vote);
    }

    fn count(&mut self, node: u16, vote: &Vote) {
        let outcomes = self.outcomes(node);
        let asked: Vec<&Outcome> = outcomes.iter().collect();
        let outcome = self.with_voters(node, |context, learned, voters| {
            vote.decide(context, learned, voters, &asked)
        });
        self.end(node, self.with_calls(node, outcome));
    }

    /// What a vote is told of the item and of its members.
    fn with_voters<T>(
        &self,
        node: u16,
        of: impl FnOnce(&Context<'_>, Learned<'_>, &[Voter<'_>]) -> T,
    ) -> T {
        let part = &self.world.tree.nodes[usize::from(node)];
        let item = self.episode.request.item;
        let subject = self.world.subject;
        let nobody = Vec::new();
        let known = subject.knowledge.votes.get(&part.name);
        let fold = subject.knowledge.fold_of.get(item.0 as usize).copied().unwrap_or(0);
        let voters = known.and_then(|it| it.voters.get(usize::from(fold))).unwrap_or(&nobody);
        let voters: Vec<Voter<'_>> =
            voters.iter().map(|(name, standing)| Voter { name, standing: *standing }).collect();
        let learned = known.and_then(|it| it.lessons.get(item.0 as usize));
        let learned = learned.map(|lesson| lesson.learned()).unwrap_or_default();
        of(&subject.context(&part.name, item), learned, &voters)
    }

    /// The first stage, or the next.
    pub(super) fn next_child(&mut self, node: u16) {
        let next = self.state(node).next;
        let children = &self.world.tree.nodes[usize::from(node)].children;
        if let Some(child) = children.get(usize::from(next)) {
            let child = *child;
            self.state_mut(node).next = next + 1;
            self.queue_start(child);
        }
    }

    /// A stage has ended, or whoever was asked about it.
    pub(super) fn staged(&mut self, node: u16, cascade: &Cascade, child: u16) {
        let tree = self.world.tree;
        let children = &tree.nodes[usize::from(node)].children;
        let n_stages = cascade.stages.len();
        let stage = usize::from(self.state(node).next) - 1;
        let is_last = stage + 1 == n_stages;
        let was_stage = children[stage] == child;
        if was_stage && !is_last && self.judge_stage(node, cascade, stage) {
            return;
        }
        let outcomes = self.outcomes(node);
        let judge = children.get(n_stages + stage).map(|judge| self.state(*judge));
        let heard = judge.and_then(|judge| judge.outcome.as_ref());
        if !is_last && !cascade.accept.admits(&outcomes[stage], heard) {
            return self.next_child(node);
        }
        let heard = children[n_stages..].iter().map(|judge| self.state(*judge).outcome.clone());
        let heard: Vec<Option<Outcome>> = heard.collect();
        let stages: Vec<&Outcome> = outcomes[..n_stages].iter().collect();
        let outcome = cascade.decide_judged(&stages, &heard);
        self.end(node, self.with_calls(node, outcome));
    }

    /// The outcome with the calls of everybody who was asked, whoever was called off included. What
    /// those cost nobody tells, so that the cost is unknown then.
    pub(super) fn with_calls(&self, node: u16, outcome: Outcome) -> Outcome {
        let (n_calls, cost) = self.calls_below(node);
        let verdict = match outcome.verdict {
            // Whoever was not asked has not failed.
            Verdict::NotRun => Verdict::Failed(crate::data::Failure::Unavailable),
            verdict => verdict,
        };
        Outcome { verdict, n_calls, cost, ..outcome }
    }

    /// The calls of everybody below a part who was asked, and what they cost.
    pub(super) fn calls_below(&self, node: u16) -> (u32, Option<Usd>) {
        let children = &self.world.tree.nodes[usize::from(node)].children;
        let spent = |child: &u16| match &self.state(*child).outcome {
            Some(outcome) => (outcome.n_calls, outcome.cost),
            None => match self.n_started(*child) {
                0 => (0, Some(Usd::ZERO)),
                n_started => (n_started, None),
            },
        };
        children.iter().map(spent).fold((0, Some(Usd::ZERO)), |(n, sum), (n_one, one)| {
            (n + n_one, sum.zip(one).map(|(sum, one)| sum + one))
        })
    }

    /// The calls that a part has started.
    fn n_started(&self, node: u16) -> u32 {
        let part = &self.world.tree.nodes[usize::from(node)];
        match part.kind {
            Kind::Ask { .. } => u32::from(self.state(node).n_tries),
            _ => part.children.iter().map(|child| self.n_started(*child)).sum(),
        }
    }
}
