//! Stages asked in turn until one's answer is accepted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::{Outcome, Reason, Verdict};
use crate::kernel::{ModelId, PolicyId, Probability};
use crate::policy::Context;
use crate::policy::made::{Asked, Made, Part};
use crate::policy::spent::Spent;
use crate::task::prompt::Prompt;

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
    /// The words in which a judge is asked, where one accepts.
    pub prompt: Option<Prompt>,
}

/// When the answer of a stage before the last is good enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Accept {
    /// At least this share of the stage's members gave it. A member that failed counts against,
    /// and a model by itself always agrees with itself.
    Agreement(Probability),
    /// Whoever gave it is at least so sure, from 0 to 1: a model by the confidence recorded of it,
    /// a vote by the share of all weight that its answer has. Who does not say is not sure.
    Confidence(Probability),
    /// A model that is asked says that it is right. Where it can't be asked, or says nothing that
    /// can be read, the next stage is asked.
    Judge(By),
}

/// Who says whether an answer is right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// The model that is asked.
    pub by: ModelId,
    /// The words (MiniJinja), with `question` and the list `candidates` as variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Whether `run` asks about every answer that a model of a stage gave, so also about the one
    /// that the stage comes to where a member is down. Left out: about the stage's own alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub every_answer: bool,
}

impl Cascade {
    /// What the user got, where `outcomes` has one entry per stage.
    ///
    /// Stages behind the one that was accepted are not looked at, and cost nothing.
    pub fn decide(&self, outcomes: &[&Outcome]) -> Outcome {
        self.decide_judged(outcomes, &[])
    }

    /// The same where a judge was asked about some stages: `heard` has what came of that, by stage.
    pub fn decide_judged(&self, outcomes: &[&Outcome], heard: &[Option<Outcome>]) -> Outcome {
        debug_assert_eq!(outcomes.len(), self.stages.len());
        let Some(last) = outcomes.len().checked_sub(1) else { return Outcome::NOT_RUN };
        let of_judge = |stage: usize| heard.get(stage).and_then(Option::as_ref);
        let admits = |stage: &usize| self.accept.admits(outcomes[*stage], of_judge(*stage));
        let accepted = (0..last).find(admits);
        let reached = accepted.unwrap_or(last);
        let is_unheard = |heard: &Outcome| heard.verdict == Verdict::NotRun;
        let judged = || (0..last.min(reached + 1)).filter_map(of_judge);
        if outcomes[reached].verdict == Verdict::NotRun || judged().any(is_unheard) {
            return Outcome::NOT_RUN;
        }
        let stages = outcomes[..=reached].iter().copied().filter(|stage| is_run(stage));
        let asked: Vec<&Outcome> = stages.chain(judged()).collect();
        let answers = |stage: &usize| matches!(outcomes[*stage].verdict, Verdict::Answered { .. });
        let (taken, reason) = match accepted {
            Some(stage) => (stage, Reason::Accepted),
            None if !yields(outcomes[last]) => (last, Reason::LastStage),
            None => match (0..last).rev().find(answers) {
                Some(stage) => (stage, Reason::EarlierStage),
                None => (last, Reason::NoAnswer),
            },
        };
        let Spent { n_calls, n_unsent, cost, latency } = Spent::in_turn(&asked);
        let stage = outcomes[taken];
        Outcome {
            verdict: stage.verdict,
            rung: answers(&taken).then(|| self.stages[taken].clone()),
            n_calls,
            n_unsent,
            cost,
            latency,
            tied: stage.tied,
            agreement: stage.agreement,
            confidence: stage.confidence,
            composed: stage.composed.clone(),
            n_stages: reached as u32 + 1,
            reason,
        }
    }

    /// Whether every answer of its stages is asked about when answers are collected.
    pub fn asks_about_every_answer(&self) -> bool {
        matches!(self.accept, Accept::Judge(By { every_answer: true, .. }))
    }

    /// What a judge is asked about the answer of a stage before the last, where one accepts and
    /// there is an answer.
    pub fn question(&self, ctx: &Context<'_>, stage: &Outcome) -> Option<Asked> {
        let Accept::Judge(By { by, .. }) = &self.accept else { return None };
        let (policy, shown) = (ctx.policy.clone(), vec![ctx.shown(stage)?]);
        let made = Made { policy, part: Part::Accept, shown, after: None };
        Some(Asked { by: by.clone(), made })
    }
}

impl Accept {
    /// Whether a stage is accepted, where a judge that was asked about it said what was `heard`.
    pub fn admits(&self, stage: &Outcome, heard: Option<&Outcome>) -> bool {
        let (known, least) = match self {
            Self::Agreement(least) | Self::Confidence(least) => (self.known(stage), least.value()),
            Self::Judge(_) => (heard.and_then(|heard| heard.confidence), 1.0),
        };
        matches!(stage.verdict, Verdict::Answered { .. })
            && known.is_some_and(|known| known >= least)
    }

    /// What is looked at, from 0 to 1; `None` where it is unknown, or a judge's to say.
    pub fn known(&self, stage: &Outcome) -> Option<f64> {
        match self {
            Self::Agreement(_) => stage.agreement,
            Self::Confidence(_) => stage.confidence,
            Self::Judge(_) => None,
        }
    }
}

fn is_run(stage: &Outcome) -> bool {
    stage.verdict != Verdict::NotRun
}

/// Whether the last stage leaves the word to an earlier one.
fn yields(last: &Outcome) -> bool {
    matches!(last.verdict, Verdict::Unparsed | Verdict::Refused | Verdict::Failed(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Micros, Usd};
    use crate::policy::testing::{letter, outcome};

    /// Stages named `s0`, `s1` and so on, each given by its letter and its agreement in percent.
    fn cascade(stages: &[(char, u32)]) -> Option<Outcome> {
        let name = |idx: usize| PolicyId::from(format!("s{idx}"));
        let names: Vec<PolicyId> = (0..stages.len()).map(name).collect();
        let stage = |((letter, percent), name): (&(char, u32), &PolicyId)| {
            let outcome = outcome(*letter, name);
            let agreement = outcome.agreement.map(|_| f64::from(*percent) / 100.0);
            Outcome { agreement, ..outcome }
        };
        let outcomes: Vec<Outcome> = std::iter::zip(stages, &names).map(stage).collect();
        let accept = Accept::Agreement(Probability::try_from(0.66).ok()?);
        let outcomes: Vec<&Outcome> = outcomes.iter().collect();
        Some(Cascade { stages: names, accept, prompt: None }.decide(&outcomes))
    }

    #[test]
    fn the_first_stage_that_agrees_enough_is_taken_and_else_the_last() {
        for (stages, verdict, rung, n_calls, n_stages, reason) in [
            (&[('A', 100), ('B', 100)][..], 'A', Some("s0"), 1, 1, Reason::Accepted),
            (&[('A', 66), ('B', 100)], 'A', Some("s0"), 1, 1, Reason::Accepted),
            (&[('A', 65), ('B', 100)], 'B', Some("s1"), 2, 2, Reason::LastStage),
            (&[('A', 50), ('B', 50), ('C', 10)], 'C', Some("s2"), 3, 3, Reason::LastStage),
            (&[('A', 50), ('B', 70), ('C', 10)], 'B', Some("s1"), 2, 2, Reason::Accepted),
            (&[('t', 0), ('B', 100)], 'B', Some("s1"), 2, 2, Reason::LastStage),
            (&[('?', 0), ('B', 100), ('C', 100)], 'B', Some("s1"), 2, 2, Reason::Accepted),
            // The last stage brings nothing: the latest answer there is.
            (&[('A', 50), ('B', 50), ('t', 0)], 'B', Some("s1"), 3, 3, Reason::EarlierStage),
            (&[('A', 50), ('?', 0), ('!', 0)], 'A', Some("s0"), 3, 3, Reason::EarlierStage),
            (&[('t', 0), ('?', 0)], '?', None, 2, 2, Reason::NoAnswer),
            // Stages that were never run.
            (&[('-', 0), ('B', 10)], 'B', Some("s1"), 1, 2, Reason::LastStage),
            (&[('A', 50), ('-', 0)], '-', None, 0, 0, Reason::NoAnswer),
            (&[('A', 90), ('-', 0)], 'A', Some("s0"), 1, 1, Reason::Accepted),
            (&[('A', 10)], 'A', Some("s0"), 1, 1, Reason::LastStage),
            (&[], '-', None, 0, 0, Reason::NoAnswer),
        ] {
            let Some(outcome) = cascade(stages) else { panic!("0.66 is a probability") };
            let by = outcome.rung.as_ref().map(PolicyId::as_str);
            let got = (letter(&outcome), by, outcome.n_calls, outcome.n_stages, outcome.reason);
            assert_eq!(got, (verdict, rung, n_calls, n_stages, reason), "{stages:?}");
            if n_calls > 0 {
                let cost = Some(Usd::from_picos(10 * i64::from(n_calls)));
                let latency = Some(Micros(100 * u64::from(n_calls)));
                assert_eq!((outcome.cost, outcome.latency), (cost, latency), "{stages:?}");
            }
        }
    }

    #[test]
    fn who_is_sure_enough_is_taken_and_who_does_not_say_is_not()
    -> Result<(), Box<dyn std::error::Error>> {
        for (confidence, rung) in [(Some(0.8), "s0"), (Some(0.79), "s1"), (None, "s1")] {
            let stages: Vec<PolicyId> = ["s0", "s1"].map(PolicyId::from).to_vec();
            let first = Outcome { confidence, ..outcome('B', &stages[0]) };
            let last = outcome('A', &stages[1]);
            let accept = Accept::Confidence(Probability::try_from(0.8)?);
            let outcome = Cascade { stages, accept, prompt: None }.decide(&[&first, &last]);
            assert_eq!(outcome.rung, Some(rung.into()), "{confidence:?}");
        }
        Ok(())
    }

    #[test]
    fn the_abstention_of_the_last_stage_stands() -> Result<(), Box<dyn std::error::Error>> {
        let stages = vec![PolicyId::from("mini"), PolicyId::from("pair")];
        let accept = Accept::Agreement(Probability::try_from(0.9)?);
        let hesitant = Outcome { agreement: Some(0.5), ..outcome('A', &stages[0]) };
        let abstained = Outcome { verdict: Verdict::Abstained, ..outcome('?', &stages[1]) };
        let outcome = Cascade { stages, accept, prompt: None }.decide(&[&hesitant, &abstained]);
        assert_eq!((letter(&outcome), outcome.rung), ('~', None));
        assert_eq!(outcome.reason, Reason::LastStage);
        Ok(())
    }

    #[test]
    fn acceptance_reads_as_in_a_scenario() {
        for (text, reads) in [
            (r#"{"agreement": 0.66}"#, true),
            (r#"{"confidence": 0.9}"#, true),
            (r#"{"agreement": 1.5}"#, false),
            (r#"{"agree": 0.66}"#, false),
        ] {
            assert_eq!(serde_json::from_str::<Accept>(text).is_ok(), reads, "{text}");
        }
    }
}
