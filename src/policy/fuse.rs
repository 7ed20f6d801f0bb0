//! A fusion: members' answers are shown to a model, or to the members again, which answer anew.

use std::sync::Arc;

use crate::data::{AnswerIdx, Outcome, Reason, Verdict};
use crate::kernel::{ModelId, PolicyId};
use crate::policy::Context;
use crate::policy::judge::{Otherwise, plurality};
use crate::policy::made::{Asked, Made, Next, Part, given};
use crate::policy::spent::Spent;
use crate::task::prompt::Prompt;

/// Members who answer, and rounds in which what was answered is shown and the question asked again.
///
/// In the last round `by` is asked alone, and its answer is taken: a mixture of agents (J. Wang and
/// others, "Mixture-of-Agents Enhances Large Language Model Capabilities", 2024). In the rounds
/// before, and in all of them where there is no `by`, every member is asked again, and what most of
/// them say in the last round is taken: a debate (Y. Du and others, "Improving Factuality and
/// Reasoning in Language Models through Multiagent Debate", 2023).
///
/// Every answer is shown as often as it was given, without a name, in an order drawn for the item.
/// A member that brings nothing in a round keeps its answer of the round before, and is asked
/// again.
#[derive(Debug, Clone, PartialEq)]
pub struct Fuse {
    /// Models or policies; models where they are asked again.
    pub members: Vec<PolicyId>,
    /// Who answers in the end.
    pub by: Option<ModelId>,
    /// How often answers are shown, from 1.
    pub rounds: u32,
    /// With how many members missing its questions are asked as well, when answers are collected.
    pub without: u32,
    /// Whose answer it is where nothing came of the last round.
    pub otherwise: Otherwise,
    /// The words for whoever answers in the end.
    pub prompt: Prompt,
    /// The words for members who answer again.
    pub again: Prompt,
}

impl Fuse {
    /// How many questions there may be at most.
    pub fn most_asked(&self) -> usize {
        (1..=self.rounds).map(|round| self.asked_in(round)).sum()
    }

    /// Who is asked the question of this position.
    pub fn by_of(&self, at: usize) -> ModelId {
        let n = self.members.len();
        match &self.by {
            Some(by) if at + 1 == self.most_asked() => by.clone(),
            _ => self.members[at % n].as_str().into(),
        }
    }

    fn asked_in(&self, round: u32) -> usize {
        if self.is_by(round) { 1 } else { self.members.len() }
    }

    fn is_by(&self, round: u32) -> bool {
        self.by.is_some() && round == self.rounds
    }

    /// What is asked, or what came of it: `members` has one outcome for each, and `heard` what the
    /// questions so far came to, round by round.
    pub fn next(&self, ctx: &Context<'_>, members: &[&Outcome], heard: &[Outcome]) -> Next {
        let mut layer: Vec<&Outcome> = members.to_vec();
        let (mut after, mut at) = (None, 0);
        for round in 1..=self.rounds {
            let shown = shown(ctx, &layer);
            if shown.is_empty() {
                // Nobody has said anything that could be shown.
                let outcome = plurality(ctx, &self.members, &layer);
                return Next::Done(self.spent(outcome, members, &heard[..at]));
            }
            let part = if self.is_by(round) { Part::Fuse } else { Part::Again(round) };
            let made = Made { policy: ctx.policy.clone(), part, shown, after };
            let n = self.asked_in(round);
            if heard.len() < at + n {
                let asked = |at: usize| Asked { by: self.by_of(at), made: made.clone() };
                return Next::Ask((at..at + n).map(asked).collect());
            }
            if heard[at..at + n].iter().any(|it| it.verdict == Verdict::NotRun) {
                return Next::Done(Outcome::NOT_RUN);
            }
            if self.is_by(round) {
                return Next::Done(self.fused(ctx, &layer, members, &heard[..at + n]));
            }
            layer = renewed(&layer, &heard[at..at + n]);
            (after, at) = (Some(Arc::new(made)), at + n);
        }
        let layer: Vec<Outcome> = layer.into_iter().map(|it| ctx.outside(it.clone())).collect();
        let outcome = plurality(ctx, &self.members, &layer.iter().collect::<Vec<_>>());
        let outcome = match (outcome.verdict, self.otherwise) {
            (Verdict::Answered { .. }, _) => outcome,
            (_, otherwise) => otherwise.of(ctx, &self.members, members, heard),
        };
        Next::Done(self.spent(outcome, members, &heard[..at]))
    }

    /// The answer of whoever answers in the end, or what it is without.
    fn fused(
        &self,
        ctx: &Context<'_>,
        layer: &[&Outcome],
        members: &[&Outcome],
        heard: &[Outcome],
    ) -> Outcome {
        let Some(last) = heard.last() else { return Outcome::NOT_RUN };
        let Verdict::Answered { .. } = last.verdict else {
            let layer: Vec<Outcome> = layer.iter().map(|it| ctx.outside((*it).clone())).collect();
            let layer: Vec<&Outcome> = layer.iter().collect();
            let outcome = self.otherwise.of(ctx, &self.members, &layer, &heard[heard.len() - 1..]);
            return self.spent(outcome, members, heard);
        };
        let chosen = ctx.shown(last);
        let n_for = layer.iter().filter(|it| ctx.shown(it) == chosen).count();
        let n_present = layer.iter().filter(|it| it.verdict != Verdict::NotRun).count();
        let outcome = Outcome {
            rung: self.by.as_ref().map(|by| PolicyId::from(by.as_str())),
            agreement: Some(n_for as f64 / n_present.max(1) as f64),
            reason: Reason::Fused,
            n_stages: 1,
            ..last.clone()
        };
        self.spent(ctx.outside(outcome), members, heard)
    }

    /// The outcome with what it took: members at the same time, then each round.
    fn spent(&self, outcome: Outcome, members: &[&Outcome], heard: &[Outcome]) -> Outcome {
        let ran = |it: &&&Outcome| it.verdict != Verdict::NotRun;
        let members: Vec<&Outcome> = members.iter().filter(ran).copied().collect();
        let mut spent = vec![Spent::together(&members)];
        let mut rest = heard;
        for round in 1..=self.rounds {
            let (these, others) = rest.split_at(self.asked_in(round).min(rest.len()));
            spent.push(Spent::together(&these.iter().collect::<Vec<_>>()));
            rest = others;
        }
        Outcome {
            n_calls: spent.iter().map(|it| it.n_calls).sum(),
            n_unsent: spent.iter().map(|it| it.n_unsent).sum(),
            cost: spent.iter().map(|it| it.cost).sum(),
            latency: spent.iter().try_fold(crate::kernel::Micros(0), |sum, it| {
                it.latency.map(|latency| sum + latency)
            }),
            ..outcome
        }
    }
}

/// What members say after a round: what they said in it, or before.
fn renewed<'a>(before: &[&'a Outcome], now: &'a [Outcome]) -> Vec<&'a Outcome> {
    let answers = |outcome: &Outcome| matches!(outcome.verdict, Verdict::Answered { .. });
    let pairs = before.iter().copied().zip(now);
    pairs.map(|(before, now)| if answers(now) { now } else { before }).collect()
}

/// The answers of a round as they are shown.
fn shown(ctx: &Context<'_>, layer: &[&Outcome]) -> Vec<AnswerIdx> {
    let given = given(ctx, layer).into_iter();
    given.flat_map(|(answer, n)| std::iter::repeat_n(answer, n)).collect()
}

#[cfg(test)]
mod tests;
