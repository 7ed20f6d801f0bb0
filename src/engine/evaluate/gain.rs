//! Why each vote is better or worse than the best single model, and what its members add.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::BEST_SINGLE;
use super::field::Field;
use super::tables::Method;
use crate::analysis::{self, Cast, Contest, Gains, MOST_PLAYERS, Tied, both_served};
use crate::data::summary::{ContributionRow, GainRow};
use crate::data::{AnswerIdx, Outcome, Verdict, Warning};
use crate::kernel::PolicyId;
use crate::policy::{Policy, Vote};
use crate::vote::{Rule, Ties};

/// A vote of more members than this is not run again without each of them.
const MOST_MEMBERS: usize = 32;

/// What every policy came to, by name.
type Outcomes = BTreeMap<PolicyId, Vec<Outcome>>;

/// A row per vote that shares an item with the baseline.
pub(super) fn gains(field: &Field<'_>, outcomes: &Outcomes) -> Vec<GainRow> {
    let Some(best) = outcomes.get(BEST_SINGLE) else { return Vec::new() };
    let row = |(name, Vote { members, rule, .. }): (&PolicyId, &Vote)| {
        let columns = columns(field, members, rule, outcomes);
        let contests = outcomes[name].iter().enumerate().map(|(at, vote)| {
            let ballots: Vec<Verdict> = columns.iter().map(|column| column[at]).collect();
            Contest {
                best: best[at].verdict,
                vote,
                any_right: ballots.iter().any(|ballot| ballot.judged() == Some(1.0)),
                tie_held_right: vote.tied && tie_held_right(rule, &ballots),
            }
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
    votes(field).collect::<Vec<_>>().into_par_iter().filter_map(row).collect()
}

/// What the members of a vote came to, item by item: once each, or once for each sample.
fn columns(
    field: &Field<'_>,
    members: &[PolicyId],
    rule: &Rule,
    outcomes: &Outcomes,
) -> Vec<Vec<Verdict>> {
    let n_samples = field.n_samples(rule);
    let matrix = field.matrix;
    let of_member = |member: &PolicyId| match field.model(member) {
        Some(model) if n_samples > 1 => {
            let verdict = |item, sample| Verdict::from(matrix.cell(item, model, sample).state);
            let column = |sample| matrix.item_idxs().map(|item| verdict(item, sample)).collect();
            (0..n_samples).map(column).collect()
        }
        _ => {
            let column = |outcomes: &Vec<Outcome>| outcomes.iter().map(|it| it.verdict).collect();
            outcomes.get(member).map(column).into_iter().collect::<Vec<Vec<Verdict>>>()
        }
    };
    members.iter().flat_map(of_member).collect()
}

/// Whether a right answer has as many ballots as any other. Where ballots weigh differently, ties
/// are rare, and a right answer that has any ballot is taken to be in them.
fn tie_held_right(rule: &Rule, ballots: &[Verdict]) -> bool {
    let mut counts: BTreeMap<AnswerIdx, (u32, bool)> = BTreeMap::new();
    for ballot in ballots {
        if let Verdict::Answered { answer: Some(answer), score } = *ballot {
            counts.entry(answer).or_insert((0, score == 1.0)).0 += 1;
        }
    }
    let most = counts.values().map(|(n, _)| *n).max();
    let is_even = matches!(rule, Rule::Majority(_) | Rule::BestOf(_));
    counts.values().any(|(n, is_right)| *is_right && (!is_even || Some(*n) == most))
}

/// A row per vote and member; votes of more members than can be left out one by one are doubts.
pub(super) fn contributions(
    field: &Field<'_>,
    outcomes: &Outcomes,
    method: &Method,
) -> (Vec<ContributionRow>, Vec<Warning>) {
    let (small, large): (Vec<_>, Vec<_>) =
        votes(field).partition(|(_, vote)| vote.members.len() <= MOST_MEMBERS);
    let rows: Vec<Vec<ContributionRow>> =
        small.par_iter().map(|(name, vote)| of_vote(field, name, vote, outcomes, method)).collect();
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
    outcomes: &Outcomes,
    method: &Method,
) -> Vec<ContributionRow> {
    let with = &outcomes[name];
    let without: Vec<Vote> = (0..vote.members.len()).map(|left| leave_out(vote, left)).collect();
    let shares = shares(vote, outcomes, with);
    let row = |(at, (member, without)): (usize, (&PolicyId, Vec<Outcome>))| {
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
            shapley: shares.as_ref().map(|shares| shares[at]),
        })
    };
    let variants = field.variants(name, &without);
    vote.members.iter().zip(variants).enumerate().filter_map(row).collect()
}

/// Each member's share of what a plain vote has right, over the items on which it was judged.
fn shares(vote: &Vote, outcomes: &Outcomes, with: &[Outcome]) -> Option<Vec<f64>> {
    let is_plain = matches!(vote.rule, Rule::Majority(_)) && vote.abstain.is_none();
    if !is_plain || vote.members.len() > MOST_PLAYERS {
        return None;
    }
    let members: Vec<&Vec<Outcome>> =
        vote.members.iter().map(|member| outcomes.get(member)).collect::<Option<_>>()?;
    let judged = |at: &usize| with[*at].verdict.judged().is_some();
    let ballots = |at: usize| -> Option<Vec<Option<Cast>>> {
        members.iter().map(|outcomes| cast(outcomes[at].verdict)).collect()
    };
    let items: Vec<Vec<Option<Cast>>> =
        (0..with.len()).filter(judged).map(ballots).collect::<Option<_>>()?;
    let tied = if vote.ties == Ties::Abstain { Tied::Lost } else { Tied::Shared };
    analysis::vote_shares(members.len(), items.into_iter(), tied)
}

/// A ballot, if there is one; `None` of an answer that is neither right nor wrong, or is not among
/// those of the models.
fn cast(verdict: Verdict) -> Option<Option<Cast>> {
    match verdict {
        Verdict::Answered { answer: Some(answer), score } if score == 0.0 || score == 1.0 => {
            Some(Some(Cast { answer, is_right: score == 1.0 }))
        }
        Verdict::Answered { .. } => None,
        _ => Some(None),
    }
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
    use crate::scenario::Asking;
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
        let (matrix, score, asking) = (&matrix, &Score::default(), Asking::default());
        let field = Field::new(matrix, score, &folds, Seed(7), &policies, &asking);
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
            // Of two the right one stands for three quarters of an item, and of three for half.
            let shares: Vec<f64> = rows.iter().filter_map(|row| row.shapley).collect();
            let wanted = if n_models == 2 { vec![0.75, -0.25] } else { vec![0.5, -0.25, -0.25] };
            let off = shares.iter().zip(&wanted).map(|(got, wanted)| (got - wanted).abs());
            assert!(shares.len() == n_models && off.fold(0.0, f64::max) < 1e-12, "{shares:?}");
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
            let verdict = |answer: &u16| Verdict::Answered {
                answer: Some(AnswerIdx(*answer)),
                score: if *answer == 0 { 1.0 } else { 0.0 },
            };
            let mut ballots: Vec<Verdict> = answers.iter().map(verdict).collect();
            // Who answered nothing has no ballot.
            ballots.push(Verdict::Unparsed);
            assert_eq!(tie_held_right(&Rule::default(), &ballots), held, "{answers:?}");
            assert_eq!(tie_held_right(&weighted, &ballots), held_weighted, "{answers:?}");
        }
    }

    #[test]
    fn a_vote_over_samples_is_explained_by_all_of_them() {
        // Wrong, right, wrong: the vote is wrong as the first sample is, and yet one is right.
        let answers = vec![
            Answer { text: "right".to_owned(), score: 1.0 },
            Answer { text: "wrong".to_owned(), score: 0.0 },
        ];
        let cell = |answer: u16| {
            let score = answers[usize::from(answer)].score;
            let state = CellState::Answered { answer: Some(AnswerIdx(answer)), score };
            Cell { state, ..Cell::NOT_RUN }
        };
        let items: Vec<Item> = (0..5).map(|id: u32| Item::new(id.to_string())).collect();
        let cells = (0..5).flat_map(|_| [1, 0, 1].map(cell)).collect();
        let matrix = Matrix::new(
            "t".into(),
            items.into(),
            vec!["a".into()],
            3,
            vec![answers.clone(); 5],
            cells,
        );
        let folds: Vec<Vec<ItemIdx>> = (0..5).map(|fold| vec![ItemIdx(fold)]).collect();
        let rule = Rule::BestOf(crate::vote::BestOf::default());
        let vote = Policy::Vote(Vote { rule, ..Vote::plurality(vec!["a".into()]) });
        let policies = BTreeMap::from([
            ("a".into(), Policy::Single("a".into())),
            (BEST_SINGLE.into(), Policy::BestSingle),
            ("thrice".into(), vote),
        ]);
        let (score, asking) = (&Score::default(), Asking::default());
        let field = Field::new(&matrix, score, &folds, Seed(7), &policies, &asking);
        let outcomes = policies.keys().map(|name| (name.clone(), field.outcomes(name))).collect();
        let rows = gains(&field, &outcomes);
        let [row] = &rows[..] else { panic!("one vote: {rows:?}") };
        assert_eq!((row.n, row.both_wrong_reachable, row.out_of_reach), (5, 5, 0));
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
