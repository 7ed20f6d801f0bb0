//! Why each vote is better or worse than the best single model, and what its members add.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::BEST_SINGLE;
use super::field::Field;
use super::tables::{Method, both_served};
use crate::analysis::{self, Contest, Gains};
use crate::data::summary::{ContributionRow, GainRow};
use crate::data::{AnswerIdx, Outcome, Verdict, Warning};
use crate::kernel::PolicyId;
use crate::policy::{Policy, Vote};
use crate::vote::Rule;

/// A vote of more members than this is not run again without each of them.
const MOST_MEMBERS: usize = 32;

/// What every policy came to, by name.
type Outcomes = BTreeMap<PolicyId, Vec<Outcome>>;

/// A row per vote that shares an item with the baseline.
pub(super) fn gains(field: &Field<'_>, outcomes: &Outcomes) -> Vec<GainRow> {
    let Some(best) = outcomes.get(BEST_SINGLE) else { return Vec::new() };
    let row = |(name, Vote { members, rule, .. }): (&PolicyId, &Vote)| {
        let members: Vec<&Vec<Outcome>> =
            members.iter().filter_map(|member| outcomes.get(member)).collect();
        let is_right = |outcome: &Outcome| outcome.verdict.judged() == Some(1.0);
        let contests = outcomes[name].iter().enumerate().map(|(at, vote)| Contest {
            best: best[at].verdict,
            vote,
            any_right: members.iter().any(|member| is_right(&member[at])),
            tie_held_right: vote.tied
                && tie_held_right(rule, members.iter().map(|member| &member[at])),
        });
        let gains = Gains::of(contests);
        Some(GainRow {
            task: field.matrix.task().clone(),
            policy: name.clone(),
            baseline: BEST_SINGLE.into(),
            n: gains.n(),
            both_right: gains.both_right,
            rescued: gains.rescued,
            overruled: gains.overruled,
            lost_to_ties: gains.lost_to_ties,
            no_answer: gains.no_answer,
            both_wrong_reachable: gains.both_wrong_reachable,
            out_of_reach: gains.out_of_reach,
            difference: gains.difference()?,
        })
    };
    votes(field).filter_map(row).collect()
}

/// Whether a right answer has as many ballots as any other. Where ballots weigh differently, ties
/// are rare, and a right answer that has any ballot is taken to be in them.
fn tie_held_right<'a>(rule: &Rule, members: impl Iterator<Item = &'a Outcome>) -> bool {
    let mut ballots: BTreeMap<AnswerIdx, (u32, bool)> = BTreeMap::new();
    for member in members {
        if let Verdict::Answered { answer: Some(answer), score } = member.verdict {
            ballots.entry(answer).or_insert((0, score == 1.0)).0 += 1;
        }
    }
    let most = ballots.values().map(|(n, _)| *n).max();
    let is_even = matches!(rule, Rule::Majority(_));
    ballots.values().any(|(n, is_right)| *is_right && (!is_even || Some(*n) == most))
}

/// A row per vote and member; votes of more members than can be left out one by one are doubts.
pub(super) fn contributions(
    field: &Field<'_>,
    outcomes: &Outcomes,
    method: &Method,
) -> (Vec<ContributionRow>, Vec<Warning>) {
    let (small, large): (Vec<_>, Vec<_>) =
        votes(field).partition(|(_, vote)| vote.members.len() <= MOST_MEMBERS);
    let rows: Vec<Vec<ContributionRow>> = small
        .par_iter()
        .map(|(name, vote)| of_vote(field, name, vote, &outcomes[*name], method))
        .collect();
    let doubt = |(name, vote): &(&PolicyId, &Vote)| {
        let on = format!("{name} on {}", field.matrix.task());
        Warning::ManyMembers(on, vote.members.len() as u64, MOST_MEMBERS as u64)
    };
    (rows.into_iter().flatten().collect(), large.iter().map(doubt).collect())
}

fn of_vote(
    field: &Field<'_>,
    name: &PolicyId,
    vote: &Vote,
    with: &[Outcome],
    method: &Method,
) -> Vec<ContributionRow> {
    let without: Vec<Vote> = (0..vote.members.len()).map(|left| leave_out(vote, left)).collect();
    let row = |(member, without): (&PolicyId, Vec<Outcome>)| {
        let contribution = analysis::leave_one_out(
            &both_served(with, &without, &method.clusters),
            method.intervals,
        )?;
        Some(ContributionRow {
            task: field.matrix.task().clone(),
            policy: name.clone(),
            member: member.clone(),
            difference: contribution.difference,
            p: contribution.p,
            wins: contribution.wins,
            losses: contribution.losses,
        })
    };
    vote.members.iter().zip(field.variants(name, &without)).filter_map(row).collect()
}

/// The vote of the others. A quorum of everybody becomes one of all others.
fn leave_out(vote: &Vote, left: usize) -> Vote {
    let mut vote = vote.clone();
    vote.members.remove(left);
    vote.quorum = vote.quorum.min(vote.members.len() as u32);
    vote
}

fn votes<'a>(field: &Field<'a>) -> impl Iterator<Item = (&'a PolicyId, &'a Vote)> {
    field.policies.iter().filter_map(|(name, policy)| match policy {
        Policy::Vote(vote) => Some((name, vote)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Intervals;
    use crate::data::{Answer, Cell, CellState, Item, ItemIdx, Matrix};
    use crate::kernel::{ModelId, Seed};
    use crate::task::score::Score;
    use crate::vote::Weighted;

    /// Ten items that only the first of `n_models` gets right.
    fn matrix(n_models: usize) -> Matrix {
        let answer = |text: &str, score| Answer { text: text.to_owned(), score };
        let answers = || vec![answer("right", 1.0), answer("wrong", 0.0)];
        let cell = |model| {
            let (answer, score) = if model == 0 { (0, 1.0) } else { (1, 0.0) };
            let state = CellState::Answered { answer: Some(AnswerIdx(answer)), score };
            Cell { state, ..Cell::NOT_RUN }
        };
        let item = |id: usize| Item::new(id.to_string());
        Matrix::new(
            "t".into(),
            (0..10).map(item).collect(),
            names(n_models).map(ModelId::from).collect(),
            1,
            (0..10).map(|_| answers()).collect(),
            (0..10).flat_map(|_| (0..n_models).map(cell)).collect(),
        )
    }

    fn names(n_models: usize) -> impl Iterator<Item = String> {
        (10..10 + n_models).map(|model| format!("m{model}"))
    }

    fn all_vote(n_models: usize, quorum: u32) -> Vote {
        let members = names(n_models).map(PolicyId::from).collect();
        Vote { quorum, ..Vote::plurality(members) }
    }

    /// The rows of the vote of all models, of whom all have to answer.
    fn explained(n_models: usize) -> (Vec<GainRow>, Vec<ContributionRow>, Vec<Warning>) {
        let matrix = matrix(n_models);
        let folds: Vec<Vec<ItemIdx>> =
            (0..5).map(|fold| vec![ItemIdx(fold), ItemIdx(fold + 5)]).collect();
        let singles = names(n_models)
            .map(|name| (PolicyId::from(name.as_str()), Policy::Single(name.into())));
        let vote = Policy::Vote(all_vote(n_models, n_models as u32));
        let policies = singles
            .chain([(BEST_SINGLE.into(), Policy::BestSingle), ("vote".into(), vote)])
            .collect();
        let (matrix, score) = (&matrix, &Score::default());
        let field = Field::new(matrix, score, &folds, Seed(7), &policies);
        let outcomes = policies.keys().map(|name| (name.clone(), field.outcomes(name))).collect();
        let (rows, doubts) =
            contributions(&field, &outcomes, &Method::new(matrix, Intervals::default()));
        (gains(&field, &outcomes), rows, doubts)
    }

    #[test]
    fn what_is_lost_is_told_apart_and_so_is_who_is_to_blame() {
        // Two disagree and the tie goes to the better; of three, two are wrong alike.
        for (n_models, both_right, overruled, adds) in
            [(2, 10, 0, [1.0, 0.0, 0.0]), (3, 0, 10, [0.0, -1.0, -1.0])]
        {
            let (gains, rows, doubts) = explained(n_models);
            let [gain] = &gains[..] else { panic!("one vote: {gains:?}") };
            let got = (gain.n, gain.both_right, gain.overruled, gain.difference);
            assert_eq!(got, (10, both_right, overruled, -(overruled as f64) / 10.0));
            let points: Vec<f64> = rows.iter().map(|row| row.difference.point).collect();
            assert_eq!(points, adds[..n_models], "{n_models} models");
            assert!(rows.iter().all(|row| row.difference.n == 10), "the quorum went down");
            assert!(doubts.is_empty(), "{doubts:?}");
        }
    }

    #[test]
    fn a_tie_is_lost_only_where_the_right_answer_shares_the_top() {
        let weighted = Rule::Weighted(Weighted::default());
        for (answers, held, held_weighted) in [
            (&[0, 1][..], true, true),
            (&[0, 1, 1, 0, 2], true, true),
            (&[1, 1, 2, 2, 0], false, true),
            (&[1, 2], false, false),
            (&[], false, false),
        ] {
            let outcome = |answer: &u16| Outcome {
                verdict: Verdict::Answered {
                    answer: Some(AnswerIdx(*answer)),
                    score: if *answer == 0 { 1.0 } else { 0.0 },
                },
                ..Outcome::NOT_RUN
            };
            let mut outcomes: Vec<Outcome> = answers.iter().map(outcome).collect();
            // Who answered nothing has no ballot.
            outcomes.push(Outcome { verdict: Verdict::Unparsed, ..Outcome::NOT_RUN });
            let got = tie_held_right(&Rule::default(), outcomes.iter());
            assert_eq!(got, held, "{answers:?}");
            assert_eq!(tie_held_right(&weighted, outcomes.iter()), held_weighted, "{answers:?}");
        }
    }

    #[test]
    fn a_vote_of_one_has_nobody_to_leave_out_and_one_of_many_too_many() {
        let (gains, rows, doubts) = explained(1);
        assert_eq!((gains.len(), rows.len(), doubts.len()), (1, 0, 0));
        let (gains, rows, doubts) = explained(MOST_MEMBERS);
        assert_eq!((gains.len(), rows.len(), doubts.len()), (1, MOST_MEMBERS, 0));
        let (gains, rows, doubts) = explained(MOST_MEMBERS + 1);
        assert_eq!((gains.len(), rows.len()), (1, 0));
        assert_eq!(doubts, [Warning::ManyMembers("vote on t".into(), 33, 32)]);
    }
}
