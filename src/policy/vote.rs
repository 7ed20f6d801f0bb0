//! Several answers made one.

use crate::data::{AnswerIdx, Failure, Outcome, Reason, Verdict};
use crate::kernel::PolicyId;
use crate::policy::Context;
use crate::policy::spent::Spent;
use crate::vote::{Ballot, Election, Rule, Standing, Tally, Ties, Total, Voter, is_decided};

/// Members who answer the same question, and how their answers become one.
///
/// A member votes when it answered. A member without a readable answer, one that refused, failed
/// or abstained does not vote, but is paid for and waited for. A member that was never run is not
/// a member on that item.
#[derive(Debug, Clone, PartialEq)]
pub struct Vote {
    /// Models or policies in the order in which they are listed.
    pub members: Vec<PolicyId>,
    /// How answers are weighed.
    pub rule: Rule,
    /// Which answer it is when several share the top.
    pub ties: Ties,
    /// Fewer answers than this, and the policy fails; 1 unless the scenario says otherwise.
    pub quorum: u32,
    /// Whether members are asked all at once.
    pub asking: Asking,
}

/// Whom a vote asks when. The answer is the same either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asking {
    /// Everybody at once: the slowest decides how long it takes.
    #[default]
    Together,
    /// One after another as listed, until nobody left could change the answer or draw level with
    /// it, and the quorum is met: fewer calls, more waiting.
    UntilDecided,
}

impl Vote {
    /// What the user got, where `standings` and `outcomes` have one entry per member.
    pub fn decide(
        &self,
        ctx: &Context<'_>,
        standings: &[Standing],
        outcomes: &[&Outcome],
    ) -> Outcome {
        debug_assert_eq!(standings.len(), self.members.len());
        debug_assert_eq!(outcomes.len(), self.members.len());
        let voters: Vec<Voter<'_>> = std::iter::zip(&self.members, standings)
            .map(|(name, standing)| Voter { name, standing: *standing })
            .collect();
        let Context { policy, item, seed, n_classes, .. } = *ctx;
        let election = Election { policy, item, seed, n_classes, voters: &voters };
        let weights = self.rule.weights(&voters, n_classes);
        let present: Vec<usize> = (0..outcomes.len())
            .filter(|voter| outcomes[*voter].verdict != Verdict::NotRun)
            .collect();
        let asked = &present[..self.n_asked(&present, &weights, outcomes)];
        let ballots = cast(asked, outcomes);
        let of_asked: Vec<&Outcome> = asked.iter().map(|voter| outcomes[*voter]).collect();
        if ballots.is_empty() || ballots.len() < self.quorum as usize {
            return self.without_quorum(&of_asked);
        }
        let tally = Tally::count(&ballots, &weights);
        let leaders = tally.leaders();
        let chosen = match leaders[..] {
            [only] => Some(only),
            _ => self.ties.choose(&leaders, &ballots, &election),
        };
        let of_chosen = |total: &&Total| Some(total.answer) == chosen;
        let n_for = tally.totals().iter().find(of_chosen).map(|total| total.n_ballots);
        let Spent { n_calls, cost, latency } = self.spent(&of_asked);
        Outcome {
            verdict: chosen.map_or(Verdict::Abstained, |answer| Verdict::Answered {
                answer: Some(answer),
                score: ctx.answers[usize::from(answer.0)].score,
            }),
            rung: chosen.map(|_| policy.clone()),
            n_calls,
            cost,
            latency,
            tied: leaders.len() > 1,
            agreement: n_for.map(|n_for| f64::from(n_for) / present.len() as f64),
            n_stages: 1,
            reason: reason(&tally, &leaders, chosen),
        }
    }

    /// How many of those present are asked.
    fn n_asked(&self, present: &[usize], weights: &[f64], outcomes: &[&Outcome]) -> usize {
        if self.asking == Asking::Together {
            return present.len();
        }
        let decided = |n_asked: &usize| {
            let (asked, rest) = present.split_at(*n_asked);
            let ballots = cast(asked, outcomes);
            let outstanding: Vec<f64> = rest.iter().map(|voter| weights[*voter]).collect();
            ballots.len() >= self.quorum as usize
                && is_decided(&Tally::count(&ballots, weights), &outstanding)
        };
        (1..present.len()).find(decided).unwrap_or(present.len())
    }

    fn spent(&self, asked: &[&Outcome]) -> Spent {
        match self.asking {
            Asking::Together => Spent::together(asked),
            Asking::UntilDecided => Spent::in_turn(asked),
        }
    }

    /// What too few answers come to: what kept most of the others from voting.
    ///
    /// A failure comes before all else; of several kinds the most frequent, and of those equally
    /// frequent the one that sorts first. Without a failure it is what all who did not vote came
    /// to, and unparsed where they differ. Where everybody asked did vote, members that were
    /// never run would have decided, so the item can't be judged.
    fn without_quorum(&self, asked: &[&Outcome]) -> Outcome {
        let is_answer = |outcome: &&&Outcome| matches!(outcome.verdict, Verdict::Answered { .. });
        let silent: Vec<Verdict> =
            asked.iter().filter(|outcome| !is_answer(outcome)).map(|one| one.verdict).collect();
        let verdict = match (most_frequent_failure(&silent), &silent[..]) {
            (Some(failure), _) => Verdict::Failed(failure),
            (None, []) => return Outcome::NOT_RUN,
            (None, [first, rest @ ..]) if rest.iter().all(|verdict| verdict == first) => *first,
            (None, _) => Verdict::Unparsed,
        };
        let Spent { n_calls, cost, latency } = self.spent(asked);
        let nobody = silent.len() == asked.len();
        Outcome {
            verdict,
            n_calls,
            cost,
            latency,
            n_stages: 1,
            reason: if nobody { Reason::NoAnswer } else { Reason::NoQuorum },
            ..Outcome::NOT_RUN
        }
    }
}

/// The ballots of those asked who answered.
fn cast(asked: &[usize], outcomes: &[&Outcome]) -> Vec<Ballot> {
    let ballot = |voter: &usize| match outcomes[*voter].verdict {
        Verdict::Answered { answer: Some(answer), .. } => Some(Ballot { voter: *voter, answer }),
        Verdict::Answered { answer: None, .. } => {
            debug_assert!(false, "`votes_need_answers` refuses this recording at load");
            None
        }
        _ => None,
    };
    asked.iter().filter_map(ballot).collect()
}

fn reason(tally: &Tally, leaders: &[AnswerIdx], chosen: Option<AnswerIdx>) -> Reason {
    match (tally.totals(), leaders, chosen) {
        ([_], ..) => Reason::Unanimous,
        (_, [_], _) => Reason::Majority,
        (.., Some(_)) => Reason::TieBroken,
        (.., None) => Reason::TieAbstained,
    }
}

fn most_frequent_failure(verdicts: &[Verdict]) -> Option<Failure> {
    let mut failures: Vec<Failure> = verdicts
        .iter()
        .filter_map(|verdict| match verdict {
            Verdict::Failed(failure) => Some(*failure),
            _ => None,
        })
        .collect();
    failures.sort();
    let runs = failures.chunk_by(|a, b| a == b);
    // `max_by_key` takes the last of equals, so the run that sorts first is looked at last.
    runs.rev().max_by_key(|run| run.len()).map(|run| run[0])
}
