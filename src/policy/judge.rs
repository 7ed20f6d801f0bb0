//! A judge: one more model is asked which of the members' answers is best.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::{AnswerIdx, Outcome, Reason, Verdict};
use crate::kernel::{ModelId, PolicyId};
use crate::policy::made::{Asked, Made, Next, Part, given};
use crate::policy::spent::Spent;
use crate::policy::{Context, Learned, Standing, Vote};
use crate::task::prompt::Prompt;
use crate::vote::{Ties, Voter};

/// Members who answer, and a model that says which of their answers is best.
///
/// Each distinct answer is shown once, without a name, in an order drawn for the item. Where there
/// is one only, nobody is asked. Members who failed, refused or said nothing readable are paid and
/// waited for, as in a vote. Of answers that are equally good the one wins that more members gave,
/// and of those the one that is shown first.
#[derive(Debug, Clone, PartialEq)]
pub struct Judge {
    /// Models or policies in the order in which they are listed.
    pub members: Vec<PolicyId>,
    /// How many samples of each member are candidates: more than one of models alone. Of a member
    /// with fewer, those that there are.
    pub samples: u32,
    /// With how many members missing its questions are asked as well, when answers are collected.
    pub without: u32,
    /// Who judges.
    pub by: ModelId,
    /// What the judge is asked.
    pub how: How,
    /// Whose answer it is where the judge says nothing that can be read.
    pub otherwise: Otherwise,
    /// The words.
    pub prompt: Prompt,
}

/// What a judge is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Once, which of all answers is best.
    #[default]
    Choose,
    /// For each answer by itself, how good it is; the best grade wins.
    Grade,
    /// For each pair of answers, which is better, in both orders; the most wins win.
    Pairwise,
}

/// Whose answer it is where nothing came of asking about answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// The answer that most members gave; of several one that is drawn for the item.
    #[default]
    Plurality,
    /// The answer of the member listed first among those who answered.
    First,
    /// Nobody's: the policy fails.
    Fail,
}

impl How {
    /// What is asked.
    pub fn part(self) -> Part {
        match self {
            Self::Choose => Part::Choose,
            Self::Grade => Part::Grade,
            Self::Pairwise => Part::Compare,
        }
    }
}

impl Judge {
    /// How many questions there may be at most.
    pub fn most_asked(&self) -> usize {
        let n = self.members.len() * self.samples as usize;
        match self.how {
            How::Choose => 1,
            How::Grade => n,
            How::Pairwise => n * n.saturating_sub(1),
        }
    }

    /// The candidates' names, of whom there are `n`: every member as often as it has samples, these
    /// one behind the other.
    fn names(&self, n: usize) -> Vec<PolicyId> {
        let each = n / self.members.len().max(1);
        let samples = |member| std::iter::repeat_n(member, each);
        self.members.iter().flat_map(samples).cloned().collect()
    }

    /// What is asked, or what came of it: `members` has one outcome for each of them, or for each
    /// of their samples, and `heard` what the
    /// questions so far came to, in the order in which they were asked.
    pub fn next(&self, ctx: &Context<'_>, members: &[&Outcome], heard: &[Outcome]) -> Next {
        let given = given(ctx, members);
        let names = self.names(members.len());
        if given.len() < 2 {
            return Next::Done(plurality(ctx, &names, members));
        }
        let answers: Vec<AnswerIdx> = given.iter().map(|(answer, _)| *answer).collect();
        let asked = self.questions(ctx, &answers);
        if heard.len() < asked.len() {
            return Next::Ask(asked);
        }
        if heard.iter().any(|it| it.verdict == Verdict::NotRun) {
            return Next::Done(Outcome::NOT_RUN);
        }
        let Some((chosen, share)) = self.chosen(&given, &asked, heard) else {
            return Next::Done(self.otherwise.of(ctx, &names, members, heard));
        };
        let is_it = |outcome: &&&Outcome| ctx.shown(outcome) == Some(chosen);
        let n_present = members.iter().filter(|it| it.verdict != Verdict::NotRun).count();
        let n_for = members.iter().filter(is_it).count();
        let first = members.iter().position(|outcome| ctx.shown(outcome) == Some(chosen));
        let score = ctx.at(chosen).map_or(0.0, |answer| answer.score);
        let outcome = Outcome {
            verdict: Verdict::Answered { answer: Some(chosen), score },
            rung: first.map(|first| names[first].clone()),
            agreement: Some(n_for as f64 / n_present.max(1) as f64),
            confidence: share,
            n_stages: 1,
            reason: Reason::Judged,
            ..Outcome::NOT_RUN
        };
        Next::Done(spent(ctx.outside(outcome), members, heard))
    }

    fn questions(&self, ctx: &Context<'_>, answers: &[AnswerIdx]) -> Vec<Asked> {
        let asked = |shown: Vec<AnswerIdx>| {
            let (policy, part) = (ctx.policy.clone(), self.how.part());
            Asked { by: self.by.clone(), made: Made { policy, part, shown, after: None } }
        };
        match self.how {
            How::Choose => vec![asked(answers.to_vec())],
            How::Grade => answers.iter().map(|answer| asked(vec![*answer])).collect(),
            How::Pairwise => {
                let pairs = answers.iter().enumerate().flat_map(|(at, one)| {
                    answers[at + 1..].iter().flat_map(move |other| [[*one, *other], [*other, *one]])
                });
                pairs.map(|pair| asked(pair.to_vec())).collect()
            }
        }
    }

    /// The best answer, and its grade or its share of the comparisons that it was in. `None` where
    /// nothing that was said can be read.
    fn chosen(
        &self,
        given: &[(AnswerIdx, usize)],
        asked: &[Asked],
        heard: &[Outcome],
    ) -> Option<(AnswerIdx, Option<f64>)> {
        let said: Vec<(AnswerIdx, f64, &Asked)> = asked
            .iter()
            .zip(heard)
            .filter_map(|(asked, heard)| {
                let Verdict::Answered { answer: Some(answer), .. } = heard.verdict else {
                    return None;
                };
                let worth = if self.how == How::Grade { heard.confidence? } else { 1.0 };
                asked.made.shown.contains(&answer).then_some((answer, worth, asked))
            })
            .collect();
        let worth = |answer: AnswerIdx| -> f64 {
            said.iter().filter(|(for_it, ..)| *for_it == answer).map(|(_, worth, _)| worth).sum()
        };
        let best = |one: &&(AnswerIdx, usize), other: &&(AnswerIdx, usize)| {
            worth(one.0).total_cmp(&worth(other.0)).then(one.1.cmp(&other.1))
        };
        if said.is_empty() {
            return None;
        }
        // The last of equals is taken, so whoever is shown first is looked at last.
        let (chosen, _) = *given.iter().rev().max_by(best)?;
        let share = match self.how {
            How::Choose => None,
            How::Grade => Some(worth(chosen)),
            How::Pairwise => {
                let n = said.iter().filter(|(.., it)| it.made.shown.contains(&chosen)).count();
                (n > 0).then(|| worth(chosen) / n as f64)
            }
        };
        Some((chosen, share))
    }
}

impl Otherwise {
    /// What it is without those who were asked about answers, who are paid all the same.
    pub(super) fn of(
        self,
        ctx: &Context<'_>,
        names: &[PolicyId],
        members: &[&Outcome],
        heard: &[Outcome],
    ) -> Outcome {
        let outcome = match self {
            Self::Plurality => plurality(ctx, names, members),
            Self::First => {
                let is_one = |it: &&&Outcome| matches!(it.verdict, Verdict::Answered { .. });
                members.iter().find(is_one).map_or(Outcome::NOT_RUN, |it| (**it).clone())
            }
            Self::Fail => {
                let failed = heard.iter().find(|it| matches!(it.verdict, Verdict::Failed(_)));
                let verdict = failed.map_or(Verdict::Unparsed, |it| it.verdict);
                Outcome { verdict, n_stages: 1, ..Outcome::NOT_RUN }
            }
        };
        let reason = match outcome.verdict {
            Verdict::Answered { .. } => Reason::Otherwise,
            _ => Reason::NoAnswer,
        };
        spent(Outcome { reason, ..outcome }, members, heard)
    }
}

/// What most members say.
pub(super) fn plurality(ctx: &Context<'_>, names: &[PolicyId], members: &[&Outcome]) -> Outcome {
    let vote = Vote { ties: Ties::Random, ..Vote::plurality(names.to_vec()) };
    let voter = |name| Voter { name, standing: Standing::default() };
    let voters: Vec<Voter<'_>> = names.iter().map(voter).collect();
    vote.decide(ctx, Learned::Nothing, &voters, members)
}

/// The outcome with what it took: members at the same time, and behind them whoever was asked
/// about their answers, at the same time too.
fn spent(outcome: Outcome, members: &[&Outcome], heard: &[Outcome]) -> Outcome {
    let ran = |it: &&&Outcome| it.verdict != Verdict::NotRun;
    let members: Vec<&Outcome> = members.iter().filter(ran).copied().collect();
    let heard: Vec<&Outcome> = heard.iter().collect();
    let [one, other] = [Spent::together(&members), Spent::together(&heard)];
    Outcome {
        n_calls: one.n_calls + other.n_calls,
        n_unsent: one.n_unsent + other.n_unsent,
        cost: one.cost.zip(other.cost).map(|(one, other)| one + other),
        latency: one.latency.zip(other.latency).map(|(one, other)| one + other),
        ..outcome
    }
}

#[cfg(test)]
mod tests;
