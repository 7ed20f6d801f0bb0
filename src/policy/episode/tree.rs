//! A policy with everything that it is made of, laid out for requests to go through.

use std::collections::{BTreeMap, BTreeSet};

use super::CallId;
use crate::data::ModelIdx;
use crate::kernel::{Micros, ModelId, PolicyId};
use crate::policy::conduct::Conduct;
use crate::policy::hedge::After;
use crate::policy::knowledge::Knowledge;
use crate::policy::route::By;
use crate::policy::{Balance, Cascade, CascadeRoute, Failover, Fuse, Hedge, Judge, Policy, Vote};

/// The nodes of a policy, each behind its parent.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// One part of a policy.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: PolicyId,
    pub(super) kind: Kind,
    pub(super) parent: u16,
    pub(super) children: Vec<u16>,
    /// How models below it are asked.
    pub(super) conduct: Conduct,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Ask {
        model: ModelIdx,
        sample: u32,
        timeout: Micros,
        /// How many parts before it ask the same.
        twin: u16,
    },
    Vote(Vote),
    Cascade(Cascade),
    CascadeRoute(CascadeRoute),
    Failover(Failover),
    Hedge(Hedge),
    Balance(Balance),
    Judge(Judge),
    Fuse(Fuse),
    /// One of its members.
    Choose(Chooses),
}

/// What one member of several is chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chooses {
    /// What is known of the item.
    Item,
    /// How fast they were of late.
    Fastest,
    /// The order in which they are listed.
    First,
}

/// The models, in order of name, with how long one call may take.
#[derive(Debug, Clone, Copy)]
pub struct Models<'a> {
    /// Their names.
    pub names: &'a [ModelId],
    /// How long one call to each may take.
    pub timeouts: &'a [Micros],
    /// How many samples of each there are.
    pub n_samples: u32,
}

/// Why requests can't go through a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPolicy {
    /// It is told who is right.
    #[error("`{0}` is told who is right, so nobody can run it")]
    Oracle(PolicyId),
    /// It names nobody who was ever asked.
    #[error("`{0}` has no answers here")]
    Unknown(PolicyId),
    /// Members of members of members.
    #[error("`{0}` has more than 65535 parts")]
    TooLarge(PolicyId),
}

impl Tree {
    /// The tree of `root`.
    ///
    /// # Errors
    /// See [`NotAPolicy`].
    pub fn new(
        root: &PolicyId,
        policies: &BTreeMap<PolicyId, Policy>,
        models: Models<'_>,
        knowledge: &Knowledge,
    ) -> Result<Self, NotAPolicy> {
        let tree = Self { nodes: Vec::new() };
        let mut maker = Maker { tree, policies, models, knowledge };
        maker.add(root, 0, 0, Conduct::default())?;
        Ok(maker.tree)
    }

    /// The longest time that a request can take, waiting in queues of ours aside, with the longest
    /// waits between attempts that providers may ask for.
    pub fn worst_case(&self) -> Micros {
        self.worst_of(0)
    }

    /// How many parts it has.
    pub fn n_parts(&self) -> usize {
        self.nodes.len()
    }

    /// Which of its parts that ask the same model for the same sample the one is that makes this
    /// call: chance has it that each fares by itself.
    pub fn twin(&self, call: CallId) -> u16 {
        match self.nodes[usize::from(call.node)].kind {
            Kind::Ask { twin, .. } => twin,
            _ => 0,
        }
    }

    /// The models that it may ask.
    pub fn models(&self) -> Vec<ModelIdx> {
        let model = |node: &Node| match node.kind {
            Kind::Ask { model, .. } => Some(model),
            _ => None,
        };
        let mut models: Vec<ModelIdx> = self.nodes.iter().filter_map(model).collect();
        models.sort();
        models.dedup();
        models
    }

    /// The models that it may ask behind a breaker, each with the breaker's number.
    pub(super) fn guarded(&self) -> Vec<(usize, ModelIdx)> {
        let guarded = |node: &Node| match node.kind {
            Kind::Ask { model, .. } => Some((node.conduct.breaker?, model)),
            _ => None,
        };
        let guarded: BTreeSet<_> = self.nodes.iter().filter_map(guarded).collect();
        guarded.into_iter().collect()
    }

    /// The model that stands first in a part.
    pub(super) fn first_model(&self, node: u16) -> Option<ModelIdx> {
        let part = &self.nodes[usize::from(node)];
        match part.kind {
            Kind::Ask { model, .. } => Some(model),
            _ => part.children.first().and_then(|child| self.first_model(*child)),
        }
    }

    fn worst_of(&self, node: u16) -> Micros {
        let node = &self.nodes[usize::from(node)];
        let children = node.children.iter().map(|child| self.worst_of(*child));
        let most = |times: &mut dyn Iterator<Item = Micros>| times.max().unwrap_or_default();
        let sum =
            |times: &mut dyn Iterator<Item = Micros>| times.fold(Micros(0), |sum, time| sum + time);
        let mut children: Vec<Micros> = children.collect();
        let worst = match &node.kind {
            Kind::Ask { timeout, .. } => {
                let timeout = node.conduct.timeout.unwrap_or(*timeout);
                let Some(retry) = node.conduct.retry else { return timeout };
                let waits = (0..retry.attempts.saturating_sub(1)).map(|it| retry.longest(it));
                let calls = Micros(timeout.0.saturating_mul(u64::from(retry.attempts)));
                waits.fold(calls, |sum, wait| sum + wait)
            }
            Kind::Vote(vote) if vote.stop == crate::vote::StopRule::Never => {
                most(&mut children.into_iter())
            }
            Kind::Hedge(Hedge { after: After::Fixed(fixed), .. }) => {
                // Each begins when those before it have had their time, or earlier.
                let begins = |at: u64| Micros(fixed.wait.0.0.saturating_mul(at));
                most(&mut (0..).zip(children).map(|(at, worst)| begins(at) + worst))
            }
            Kind::Vote(_)
            | Kind::Cascade(_)
            | Kind::CascadeRoute(_)
            | Kind::Failover(_)
            | Kind::Hedge(_) => sum(&mut children.into_iter()),
            Kind::Balance(balance) => {
                children.sort_unstable_by(|a, b| b.cmp(a));
                sum(&mut children.into_iter().take(balance.tries as usize))
            }
            Kind::Choose(_) => most(&mut children.into_iter()),
            Kind::Judge(judge) => {
                let asked = children.split_off(children.len() - judge.most_asked());
                most(&mut children.into_iter()) + most(&mut asked.into_iter())
            }
            Kind::Fuse(fuse) => {
                // Members at once, and again in every round; whoever answers in the end alone.
                let rounds = children.chunks(fuse.members.len());
                sum(&mut rounds.map(|round| most(&mut round.iter().copied())))
            }
        };
        node.conduct.deadline.map_or(worst, |deadline| worst.min(deadline))
    }
}

struct Maker<'a> {
    tree: Tree,
    policies: &'a BTreeMap<PolicyId, Policy>,
    models: Models<'a>,
    knowledge: &'a Knowledge,
}

impl Maker<'_> {
    /// Adds a policy, and behind it what it is made of.
    fn add(
        &mut self,
        name: &PolicyId,
        sample: u32,
        parent: u16,
        outer: Conduct,
    ) -> Result<u16, NotAPolicy> {
        let policy = self.policies.get(name).ok_or_else(|| NotAPolicy::Unknown(name.clone()))?;
        let at =
            u16::try_from(self.tree.nodes.len()).map_err(|_| NotAPolicy::TooLarge(name.clone()))?;
        let part = |kind, conduct| (kind, outer.over(conduct));
        let (kind, conduct) = match policy {
            Policy::Single(model) => part(self.asks(name, model, sample)?, Conduct::default()),
            Policy::BestSingle | Policy::Mix(_) => {
                part(Kind::Choose(Chooses::Item), Conduct::default())
            }
            Policy::Route(route) => {
                let chooses = match route.by {
                    By::Latency(_) => Chooses::Fastest,
                    By::Priority(_) => Chooses::First,
                    _ => Chooses::Item,
                };
                part(Kind::Choose(chooses), route.conduct)
            }
            Policy::Vote(vote) => part(Kind::Vote(vote.clone()), Conduct::default()),
            Policy::Cascade(cascade) => part(Kind::Cascade(cascade.clone()), Conduct::default()),
            Policy::CascadeRoute(it) => part(Kind::CascadeRoute(it.clone()), it.conduct),
            Policy::Failover(ladder) => part(Kind::Failover(ladder.clone()), ladder.conduct),
            Policy::Hedge(hedge) => part(Kind::Hedge(hedge.clone()), hedge.conduct),
            Policy::Balance(balance) => part(Kind::Balance(balance.clone()), balance.conduct),
            Policy::Judge(judge) => part(Kind::Judge(judge.clone()), Conduct::default()),
            Policy::Fuse(fuse) => part(Kind::Fuse(fuse.clone()), Conduct::default()),
            Policy::Oracle(_) => return Err(NotAPolicy::Oracle(name.clone())),
        };
        let children = Vec::new();
        self.tree.nodes.push(Node { name: name.clone(), kind, parent, children, conduct });
        let children = self.children(name, policy);
        for (child, sample) in children {
            let child = self.add(&child, sample, at, conduct)?;
            self.tree.nodes[usize::from(at)].children.push(child);
        }
        // Behind the members those who are asked about what these answered.
        for by in policy.asks_about_answers() {
            let child = u16::try_from(self.tree.nodes.len())
                .map_err(|_| NotAPolicy::TooLarge(name.clone()))?;
            let (kind, name) = (self.asks(name, &by, 0)?, PolicyId::from(by.as_str()));
            let conduct = conduct.over(Conduct::default());
            self.tree.nodes.push(Node { name, kind, parent: at, children: Vec::new(), conduct });
            self.tree.nodes[usize::from(at)].children.push(child);
        }
        Ok(at)
    }

    /// A part that asks a model.
    fn asks(&self, name: &PolicyId, model: &ModelId, sample: u32) -> Result<Kind, NotAPolicy> {
        let known = self.models.names.binary_search(model);
        let idx = known.map_err(|_| NotAPolicy::Unknown(name.clone()))?;
        let (model, timeout) = (ModelIdx(idx as u16), self.models.timeouts[idx]);
        let is_twin = |node: &&Node| match node.kind {
            Kind::Ask { model: other, sample: of, .. } => (other, of) == (model, sample),
            _ => false,
        };
        let twin = self.tree.nodes.iter().filter(is_twin).count() as u16;
        Ok(Kind::Ask { model, sample, timeout, twin })
    }

    /// The members, a member that votes with several samples once for each.
    fn children(&self, name: &PolicyId, policy: &Policy) -> Vec<(PolicyId, u32)> {
        let voters = self.knowledge.votes.get(name).and_then(|it| it.voters.first());
        if let (Policy::Vote(_), Some(voters)) = (policy, voters) {
            let mut members: Vec<(PolicyId, u32)> = Vec::with_capacity(voters.len());
            for (voter, _) in voters {
                let sample = members.iter().filter(|(member, _)| member == voter).count() as u32;
                members.push((voter.clone(), sample));
            }
            return members;
        }
        if *policy == Policy::BestSingle {
            let all = self.models.names.iter();
            return all.map(|model| (PolicyId::from(model.as_str()), 0)).collect();
        }
        let n_samples = match policy {
            Policy::Judge(judge) => judge.samples.min(self.models.n_samples.max(1)),
            _ => 1,
        };
        let samples = |member: &PolicyId| {
            (0..n_samples).map(|sample| (member.clone(), sample)).collect::<Vec<_>>()
        };
        policy.members().iter().flat_map(samples).collect()
    }
}
