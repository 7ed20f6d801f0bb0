//! Stages asked in turn until one's answer is accepted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::{Outcome, Reason, Verdict};
use crate::kernel::{PolicyId, Probability};
use crate::policy::spent::Spent;

/// Stages from cheap to strong, and what it takes to stop before the last.
///
/// The last stage's answer is always taken, and so is its abstention. Where it fails, refuses or
/// says nothing readable, the latest earlier stage that did answer is taken: its answer is there
/// and paid for. An earlier stage that was never run is passed over; where the last stage is
/// needed and was never run, the item can't be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Cascade {
    /// Models or policies in the order in which they are asked.
    pub stages: Vec<PolicyId>,
    /// When a stage's answer is good enough.
    pub accept: Accept,
}

/// When the answer of a stage before the last is good enough.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Accept {
    /// At least this share of the stage's members gave it. A member that failed counts against,
    /// and a model by itself always agrees with itself.
    Agreement(Probability),
}

impl Cascade {
    /// What the user got, where `outcomes` has one entry per stage.
    ///
    /// Stages behind the one that was accepted are not looked at, and cost nothing.
    pub fn decide(&self, outcomes: &[&Outcome]) -> Outcome {
        debug_assert_eq!(outcomes.len(), self.stages.len());
        let Some(last) = outcomes.len().checked_sub(1) else { return Outcome::NOT_RUN };
        let accepted = outcomes[..last].iter().position(|outcome| self.accept.admits(outcome));
        let reached = accepted.unwrap_or(last);
        if outcomes[reached].verdict == Verdict::NotRun {
            return Outcome::NOT_RUN;
        }
        let asked: Vec<&Outcome> =
            outcomes[..=reached].iter().copied().filter(|stage| is_run(stage)).collect();
        let answers = |stage: &usize| matches!(outcomes[*stage].verdict, Verdict::Answered { .. });
        let (taken, reason) = match accepted {
            Some(stage) => (stage, Reason::Accepted),
            None if !yields(outcomes[last]) => (last, Reason::LastStage),
            None => match (0..last).rev().find(answers) {
                Some(stage) => (stage, Reason::EarlierStage),
                None => (last, Reason::NoAnswer),
            },
        };
        let Spent { n_calls, cost, latency } = Spent::in_turn(&asked);
        let stage = outcomes[taken];
        Outcome {
            verdict: stage.verdict,
            rung: answers(&taken).then(|| self.stages[taken].clone()),
            n_calls,
            cost,
            latency,
            tied: stage.tied,
            agreement: stage.agreement,
            n_stages: reached as u32 + 1,
            reason,
        }
    }
}

impl Accept {
    fn admits(self, stage: &Outcome) -> bool {
        let Self::Agreement(least) = self;
        matches!(stage.verdict, Verdict::Answered { .. })
            && stage.agreement.is_some_and(|agreement| agreement >= least.value())
    }
}

fn is_run(stage: &Outcome) -> bool {
    stage.verdict != Verdict::NotRun
}

/// Whether the last stage leaves the word to an earlier one.
fn yields(last: &Outcome) -> bool {
    matches!(last.verdict, Verdict::Unparsed | Verdict::Refused | Verdict::Failed(_))
}
