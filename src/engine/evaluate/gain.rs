//! Why each vote is better or worse than the best single model, and what its members add.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::BEST_SINGLE;
use super::cross_fit::Field;
use super::tables::{both_served, clusters};
use crate::analysis::{self, Contest, Gains};
use crate::data::summary::{ContributionRow, GainRow};
use crate::data::{Outcome, Warning};
use crate::kernel::PolicyId;
use crate::policy::{Policy, Vote};

/// A vote of more members than this is not run again without each of them.
const MOST_MEMBERS: usize = 32;

/// What every policy came to, by name.
type Outcomes = BTreeMap<PolicyId, Vec<Outcome>>;

/// A row per vote that shares an item with the baseline.
pub(super) fn gains(field: &Field<'_>, outcomes: &Outcomes) -> Vec<GainRow> {
    let Some(best) = outcomes.get(BEST_SINGLE) else { return Vec::new() };
    let row = |(name, vote): (&PolicyId, &Vote)| {
        let members: Vec<&Vec<Outcome>> =
            vote.members.iter().filter_map(|member| outcomes.get(member)).collect();
        let is_right = |outcome: &Outcome| outcome.verdict.judged() == Some(1.0);
        let contests = outcomes[name].iter().enumerate().map(|(at, vote)| Contest {
            best: best[at].verdict,
            vote,
            any_right: members.iter().any(|member| is_right(&member[at])),
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

/// A row per vote and member; votes of more members than can be left out one by one are doubts.
pub(super) fn contributions(
    field: &Field<'_>,
    outcomes: &Outcomes,
) -> (Vec<ContributionRow>, Vec<Warning>) {
    let (small, large): (Vec<_>, Vec<_>) =
        votes(field).partition(|(_, vote)| vote.members.len() <= MOST_MEMBERS);
    let clusters = clusters(field.matrix);
    let rows: Vec<Vec<ContributionRow>> = small
        .par_iter()
        .map(|(name, vote)| of_vote(field, name, vote, &outcomes[*name], &clusters))
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
    clusters: &[u32],
) -> Vec<ContributionRow> {
    let without: Vec<Vote> = (0..vote.members.len()).map(|left| leave_out(vote, left)).collect();
    let row = |(member, without): (&PolicyId, Vec<Outcome>)| {
        let contribution = analysis::leave_one_out(&both_served(with, &without, clusters))?;
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
