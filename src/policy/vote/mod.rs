//! Several answers made one.

mod call_off;
mod count;
mod learned;
mod pool;

use crate::data::{AnswerIdx, Failure, Outcome, Reason, Verdict};
use crate::kernel::PolicyId;
use crate::policy::Context;
use crate::policy::spent::Spent;
use crate::vote::stop::SoFar;
use crate::vote::{Abstain, Election, Rule, StopRule, Tally, Ties, Voter};
use count::Counted;
use pool::Pool;

pub use call_off::CallOff;
pub use learned::Learned;

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
    /// Unless never, members are asked one after another as listed, until it stops and the quorum
    /// is met: fewer calls, more waiting. Else they are asked all at once.
    pub stop: StopRule,
    /// What the leading answer has to reach, or else the vote abstains.
    pub abstain: Option<Abstain>,
    /// Who is not waited for, where all are asked at once; nobody unless the scenario says so.
    pub call_off: Option<CallOff>,
}

impl Vote {
    /// Everybody's vote, in which every ballot counts the same and all are asked at once.
    pub fn plurality(members: Vec<PolicyId>) -> Self {
        Self {
            members,
            rule: Rule::default(),
            ties: Ties::default(),
            quorum: 1,
            stop: StopRule::Never,
            abstain: None,
            call_off: None,
        }
    }

    /// What the user got, where `voters` and `outcomes` stand for the same members in the same
    /// order: once each, or once for each sample.
    pub fn decide(
        &self,
        ctx: &Context<'_>,
        learned: Learned<'_>,
        voters: &[Voter<'_>],
        outcomes: &[&Outcome],
    ) -> Outcome {
        debug_assert_eq!(voters.len(), outcomes.len());
        let present: Vec<usize> = (0..outcomes.len())
            .filter(|voter| outcomes[*voter].verdict != Verdict::NotRun)
            .collect();
        let weights = count::weights(&self.rule, learned, voters, ctx.n_classes);
        let asked = &present[..self.n_asked(ctx, &present, &weights, outcomes)];
        let of_asked: Vec<&Outcome> = asked.iter().map(|voter| outcomes[*voter]).collect();
        let (pool, ballots) = Pool::of(ctx, asked, outcomes);
        if ballots.is_empty() || ballots.len() < self.quorum as usize {
            return self.without_quorum(&of_asked);
        }
        let counted = count::count(&self.rule, learned, &weights, &pool, &ballots);
        let Some(counted) = counted.filter(|it| it.n_read >= self.quorum as usize) else {
            // Answers came, and the rule can read too few of them, say words as numbers.
            let Spent { n_calls, n_unsent, cost, latency } = self.spent(&of_asked);
            let (verdict, reason) = (Verdict::Unparsed, Reason::NoQuorum);
            let unread =
                Outcome { verdict, reason, n_calls, n_unsent, cost, latency, ..Outcome::NOT_RUN };
            return Outcome { n_stages: 1, ..unread };
        };
        let tally = &counted.tally;
        let leaders = tally.leaders();
        let Context { policy, seed, n_classes, .. } = *ctx;
        let election = Election { policy, item: &ctx.item.id, seed, n_classes, voters };
        let preferred = match leaders[..] {
            [only] => Some(only),
            _ => self.ties.choose(&leaders, &counted.ballots, &election),
        };
        let of_present = if self.rule.adds_up() {
            present.iter().map(|voter| weights[*voter]).collect()
        } else {
            // Beliefs and the like sum to what those who answered hold together.
            let all: f64 = tally.totals().iter().map(|total| total.weight).sum();
            vec![all * present.len() as f64 / counted.n_read.max(1) as f64]
        };
        let is_sure = self.abstain.is_none_or(|abstain| abstain.accepts(tally, &of_present));
        let chosen = preferred.filter(|_| is_sure);
        let Spent { n_calls, n_unsent, cost, latency } = self.spent(&of_asked);
        let spent = Outcome { n_calls, n_unsent, cost, latency, n_stages: 1, ..Outcome::NOT_RUN };
        let reason = if is_sure { reason(tally, &leaders, chosen) } else { Reason::Unsure };
        let spent = Outcome { tied: leaders.len() > 1, reason, ..spent };
        match chosen {
            None => Outcome { verdict: Verdict::Abstained, ..spent },
            Some(chosen) => {
                let for_it = counted.ballots.iter().find(|ballot| ballot.answer == chosen);
                let score = for_it.and_then(|ballot| outcomes[ballot.voter].verdict.score());
                let chosen = (chosen, score.unwrap_or(0.0));
                self.answer(ctx, &pool, &counted, chosen, present.len(), spent)
            }
        }
    }

    /// The outcome with its answer filled in.
    fn answer(
        &self,
        ctx: &Context<'_>,
        pool: &Pool<'_>,
        counted: &Counted,
        (chosen, score): (AnswerIdx, f64),
        n_present: usize,
        spent: Outcome,
    ) -> Outcome {
        let total = counted.tally.totals().iter().find(|total| total.answer == chosen);
        let n_for = total.map_or(0, |total| total.n_ballots);
        let (answer, score, composed) = match &counted.composed {
            None => {
                let of_models = pool.of_models(chosen);
                let text = of_models.is_none().then(|| pool.text(chosen).into());
                (of_models, score, text)
            }
            Some(texts) => {
                let text = texts[usize::from(chosen.0)].as_str();
                match ctx.judge(text) {
                    Some((Some(answer), score)) => (Some(answer), score, None),
                    Some((None, score)) => (None, score, Some(text.into())),
                    // Nobody recorded whether this answer is right.
                    None => return Outcome { reason: Reason::NoAnswer, ..Outcome::NOT_RUN },
                }
            }
        };
        Outcome {
            verdict: Verdict::Answered { answer, score },
            rung: Some(ctx.policy.clone()),
            agreement: Some(f64::from(n_for) / n_present as f64),
            confidence: total
                .filter(|_| self.rule.has_shares())
                .and_then(|it| counted.tally.share(it)),
            composed,
            ..spent
        }
    }

    /// How many of those present are asked.
    fn n_asked(
        &self,
        ctx: &Context<'_>,
        present: &[usize],
        weights: &[f64],
        outcomes: &[&Outcome],
    ) -> usize {
        if self.stop == StopRule::Never {
            return present.len();
        }
        let stops = |n_asked: &usize| self.stops(ctx, present, weights, (outcomes, *n_asked));
        (1..present.len()).find(stops).unwrap_or(present.len())
    }

    /// Whether nobody more is asked once the first `n_asked` of `outcomes` are there; whoever
    /// comes behind them counts as present.
    pub(super) fn is_settled(
        &self,
        ctx: &Context<'_>,
        learned: Learned<'_>,
        voters: &[Voter<'_>],
        (outcomes, n_asked): (&[&Outcome], usize),
    ) -> bool {
        let weights = count::weights(&self.rule, learned, voters, ctx.n_classes);
        let present: Vec<usize> = (0..outcomes.len()).collect();
        self.stops(ctx, &present, &weights, (outcomes, n_asked))
    }

    fn stops(
        &self,
        ctx: &Context<'_>,
        present: &[usize],
        weights: &[f64],
        (outcomes, n_asked): (&[&Outcome], usize),
    ) -> bool {
        let (asked, rest) = present.split_at(n_asked);
        let (_, ballots) = Pool::of(ctx, asked, outcomes);
        let outstanding: Vec<f64> = rest.iter().map(|voter| weights[*voter]).collect();
        let answer = |voter: &usize| ballots.iter().find(|one| one.voter == *voter);
        let asked: Vec<Option<AnswerIdx>> =
            asked.iter().map(|voter| answer(voter).map(|ballot| ballot.answer)).collect();
        let tally = Tally::count(&ballots, weights);
        let so_far = SoFar { asked: &asked, tally: &tally, outstanding: &outstanding };
        // Those who are asked at once are called off for nothing less than certainty.
        let stop = match self.call_off {
            Some(CallOff::Settled(_)) => StopRule::Lossless,
            _ => self.stop,
        };
        ballots.len() >= self.quorum as usize && stop.stops(so_far)
    }

    fn spent(&self, asked: &[&Outcome]) -> Spent {
        match self.stop {
            StopRule::Never => Spent::together(asked),
            _ => Spent::in_turn(asked),
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
        let Spent { n_calls, n_unsent, cost, latency } = self.spent(asked);
        let nobody = silent.len() == asked.len();
        Outcome {
            verdict,
            n_calls,
            n_unsent,
            cost,
            latency,
            n_stages: 1,
            reason: if nobody { Reason::NoAnswer } else { Reason::NoQuorum },
            ..Outcome::NOT_RUN
        }
    }
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

#[cfg(test)]
mod tests;
