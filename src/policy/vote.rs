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
            confidence: tally.totals().iter().find(of_chosen).map(|total| tally.share(total)),
            composed: None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Micros, Usd};
    use crate::policy::testing::{letter, on_an_item, outcome, standing};

    fn vote(letters: &str, ties: Ties, quorum: u32, asking: Asking) -> Outcome {
        let name = |listed: usize| PolicyId::from(format!("m{listed}"));
        let members: Vec<PolicyId> = (0..letters.len()).map(name).collect();
        let outcomes: Vec<Outcome> = std::iter::zip(letters.chars(), &members)
            .map(|(one, name)| outcome(one, name))
            .collect();
        let standings = vec![standing(0.5); members.len()];
        let vote = Vote { members, rule: Rule::default(), ties, quorum, asking };
        let outcomes: Vec<&Outcome> = outcomes.iter().collect();
        on_an_item(|ctx| vote.decide(ctx, &standings, &outcomes))
    }

    #[test]
    fn the_answer_is_that_of_most_members_who_answered() {
        for (letters, quorum, verdict, n_calls, agreement, reason) in [
            ("AAA", 1, 'A', 3, Some(1.0), Reason::Unanimous),
            ("ABB", 1, 'B', 3, Some(2.0 / 3.0), Reason::Majority),
            ("AB", 1, 'A', 2, Some(0.5), Reason::TieBroken),
            ("A?t", 1, 'A', 3, Some(1.0 / 3.0), Reason::Unanimous),
            ("A-", 1, 'A', 1, Some(1.0), Reason::Unanimous),
            ("CBC-", 1, 'C', 3, Some(2.0 / 3.0), Reason::Majority),
            // Too few answers: what kept the others from answering.
            ("A?t", 2, 't', 3, None, Reason::NoQuorum),
            ("A??", 2, '?', 3, None, Reason::NoQuorum),
            ("???", 1, '?', 3, None, Reason::NoAnswer),
            ("!!", 1, '!', 2, None, Reason::NoAnswer),
            ("!?", 1, '?', 2, None, Reason::NoAnswer),
            ("rt", 1, 't', 2, None, Reason::NoAnswer),
            ("rtr", 1, 'r', 3, None, Reason::NoAnswer),
            ("!t-", 1, 't', 2, None, Reason::NoAnswer),
            // Nothing to judge on.
            ("--", 1, '-', 0, None, Reason::NoAnswer),
            ("A-", 2, '-', 0, None, Reason::NoAnswer),
            ("", 1, '-', 0, None, Reason::NoAnswer),
            ("??", 0, '?', 2, None, Reason::NoAnswer),
        ] {
            let outcome = vote(letters, Ties::Accuracy, quorum, Asking::Together);
            let got = (letter(&outcome), outcome.n_calls, outcome.agreement, outcome.reason);
            assert_eq!(got, (verdict, n_calls, agreement, reason), "{letters}, quorum {quorum}");
            assert_eq!(outcome.tied, letters == "AB", "{letters}");
            let answered = outcome.verdict.score().is_some();
            assert_eq!(outcome.rung.is_some(), answered, "{letters}: the vote itself answers");
        }
    }

    #[test]
    fn a_tie_may_end_in_an_abstention() {
        let outcome = vote("AB", Ties::Abstain, 1, Asking::Together);
        assert_eq!((letter(&outcome), outcome.reason), ('~', Reason::TieAbstained));
        assert_eq!((outcome.tied, outcome.n_calls, outcome.agreement), (true, 2, None));
    }

    #[test]
    fn all_at_once_the_slowest_decides_and_in_turn_all_add_up() {
        for (letters, quorum, asking, n_calls, latency) in [
            ("AAAAA", 1, Asking::Together, 5, 100),
            ("AAAAA", 1, Asking::UntilDecided, 3, 300),
            ("AAAAA", 4, Asking::UntilDecided, 4, 400),
            ("AABBA", 1, Asking::UntilDecided, 5, 500),
            ("-AA-A", 1, Asking::UntilDecided, 2, 200),
            ("tAA", 1, Asking::UntilDecided, 3, 300),
            ("ttt", 1, Asking::UntilDecided, 3, 300),
        ] {
            let outcome = vote(letters, Ties::Accuracy, quorum, asking);
            let spent = (outcome.n_calls, outcome.cost, outcome.latency);
            let cost = Usd::from_picos(10 * i64::from(n_calls));
            assert_eq!(spent, (n_calls, Some(cost), Some(Micros(latency))), "{letters} {asking:?}");
        }
    }

    #[test]
    fn what_one_call_took_being_unknown_makes_the_sum_unknown() {
        let members = vec![PolicyId::from("a"), PolicyId::from("b")];
        let known = outcome('A', &members[0]);
        let unknown = Outcome { cost: None, latency: None, ..known.clone() };
        let (rule, ties, asking) = (Rule::default(), Ties::default(), Asking::Together);
        let vote = Vote { members, rule, ties, quorum: 1, asking };
        let outcomes = [&known, &unknown];
        let outcome = on_an_item(|ctx| vote.decide(ctx, &[Standing::default(); 2], &outcomes));
        assert_eq!((outcome.n_calls, outcome.cost, outcome.latency), (2, None, None));
    }
}
