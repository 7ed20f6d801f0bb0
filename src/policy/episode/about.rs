//! Judges and fusions: what members answered is asked about.

use std::sync::Arc;

use super::Walk;
use crate::data::Outcome;
use crate::policy::made::{Asked, Next};
use crate::policy::{Cascade, Context, Fuse, Judge};

/// A policy that asks about what its members answered.
pub(super) enum About<'a> {
    Judge(&'a Judge),
    Fuse(&'a Fuse),
}

impl About<'_> {
    fn most_asked(&self) -> usize {
        match self {
            Self::Judge(judge) => judge.most_asked(),
            Self::Fuse(fuse) => fuse.most_asked(),
        }
    }

    fn next(&self, ctx: &Context<'_>, members: &[&Outcome], heard: &[Outcome]) -> Next {
        match self {
            Self::Judge(judge) => judge.next(ctx, members, heard),
            Self::Fuse(fuse) => fuse.next(ctx, members, heard),
        }
    }
}

impl Walk<'_, '_> {
    /// All members at once, each of their samples by itself.
    pub(super) fn start_members(&mut self, node: u16, about: &About<'_>) {
        let tree = self.world.tree;
        let children = &tree.nodes[usize::from(node)].children;
        let n_members = children.len() - about.most_asked();
        for child in &children[..n_members] {
            self.queue_start(*child);
        }
        self.state_mut(node).next = n_members as u16;
    }

    /// A member, or whoever was asked about members, has ended.
    pub(super) fn said(&mut self, node: u16, about: &About<'_>) {
        let tree = self.world.tree;
        let part = &tree.nodes[usize::from(node)];
        let n_started = usize::from(self.state(node).next);
        let started = &part.children[..n_started];
        if started.iter().any(|child| self.state(*child).outcome.is_none()) {
            return;
        }
        let outcomes = self.outcomes(node);
        let n_members = part.children.len() - about.most_asked();
        let (members, heard) = outcomes[..n_started].split_at(n_members);
        let members: Vec<&Outcome> = members.iter().collect();
        let subject = self.world.subject;
        let ctx = subject.context(&part.name, self.episode.request.item);
        match about.next(&ctx, &members, heard) {
            Next::Done(outcome) => self.end(node, self.with_calls(node, outcome)),
            Next::Ask(asked) => {
                for (child, asked) in part.children[n_started..].iter().zip(asked) {
                    self.put(*child, asked);
                    self.state_mut(node).next += 1;
                }
            }
        }
    }

    /// Asks a judge about a stage that has ended, where one accepts; false where none is asked.
    pub(super) fn judge_stage(&mut self, node: u16, cascade: &Cascade, stage: usize) -> bool {
        let tree = self.world.tree;
        let part = &tree.nodes[usize::from(node)];
        let subject = self.world.subject;
        let ctx = subject.context(&part.name, self.episode.request.item);
        let outcome = self.state(part.children[stage]).outcome.as_ref();
        let Some(asked) = outcome.and_then(|outcome| cascade.question(&ctx, outcome)) else {
            return false;
        };
        self.put(part.children[cascade.stages.len() + stage], asked);
        true
    }

    fn put(&mut self, child: u16, asked: Asked) {
        self.queue_start(child);
        self.state_mut(child).made = Some(Arc::new(asked.made));
    }
}
