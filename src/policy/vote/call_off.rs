//! Members of a vote who are all asked at once, and some of whom are not waited for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Vote;
use crate::data::{Failure, Outcome, Reason, Verdict};
use crate::kernel::{Lasting, Micros, kinds};
use crate::policy::{Context, Learned};
use crate::vote::Voter;

kinds! {
    /// Who is called off. What was begun is paid for all the same.
    CallOff, "when to call members off, such as `settled` or `{ late: { by: 500ms } }`":
    "settled" => Settled: "Who can't change the answer any more.",
    "late" => Late: "Who takes longer than the quorum by so much; it does not vote.",
}

/// Who can't change the answer any more, once others have given theirs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settled {}

/// Who is still out so long after as many have answered as the quorum has.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Late {
    /// How long is waited for it.
    pub by: Lasting,
}

impl Vote {
    /// Whether enough have answered for whoever is late to be called off, where `heard` has those
    /// who have ended.
    pub(in crate::policy) fn has_quorum(&self, heard: &[&Outcome]) -> bool {
        let answers = heard.iter().filter(|it| matches!(it.verdict, Verdict::Answered { .. }));
        answers.count() >= self.quorum.max(1) as usize
    }

    /// What the user got where nobody but the vote called anybody off: who is, follows from the
    /// latencies of all; where one is unknown, nobody is.
    pub fn decide_in_time(
        &self,
        ctx: &Context<'_>,
        learned: Learned<'_>,
        voters: &[Voter<'_>],
        outcomes: &[&Outcome],
    ) -> Outcome {
        match self.without_late(ctx, learned, voters, outcomes) {
            Some(left) => self.decide(ctx, learned, voters, &left.iter().collect::<Vec<_>>()),
            None => self.decide(ctx, learned, voters, outcomes),
        }
    }

    fn without_late(
        &self,
        ctx: &Context<'_>,
        learned: Learned<'_>,
        voters: &[Voter<'_>],
        outcomes: &[&Outcome],
    ) -> Option<Vec<Outcome>> {
        let call_off = self.call_off.as_ref()?;
        let mut order: Vec<(Micros, usize)> = Vec::with_capacity(outcomes.len());
        for (at, outcome) in outcomes.iter().enumerate() {
            if outcome.verdict != Verdict::NotRun {
                order.push((outcome.latency?, at));
            }
        }
        order.sort_unstable();
        let heard = |n: usize| order[..n].iter().map(|(_, at)| outcomes[*at]).collect::<Vec<_>>();
        let is_over = |n: usize| match call_off {
            CallOff::Late(_) => self.has_quorum(&heard(n)),
            CallOff::Settled(_) => {
                let places: Vec<usize> = order.iter().map(|(_, at)| *at).collect();
                let voters: Vec<Voter<'_>> = places.iter().map(|at| voters[*at]).collect();
                let all: Vec<&Outcome> = places.iter().map(|at| outcomes[*at]).collect();
                self.is_settled(ctx, learned, &voters, (&all, n))
            }
        };
        let n = (1..order.len()).find(|n| is_over(*n))?;
        let end = match call_off {
            CallOff::Late(late) => order[n - 1].0 + late.by.0,
            CallOff::Settled(_) => order[n - 1].0,
        };
        let mut left: Vec<Outcome> = outcomes.iter().map(|it| (*it).clone()).collect();
        for (latency, at) in &order[n..] {
            if *latency > end || matches!(call_off, CallOff::Settled(_)) {
                let Outcome { n_calls, n_unsent, cost, .. } = left[*at];
                left[*at] = Outcome {
                    verdict: Verdict::Failed(Failure::Cancelled),
                    n_calls,
                    n_unsent,
                    cost,
                    latency: Some(end),
                    reason: Reason::NoAnswer,
                    ..Outcome::NOT_RUN
                };
            }
        }
        Some(left)
    }
}
