//! What each policy was fitted on, how optimistic it would look otherwise, and what stopping early
//! changed.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::field::Field;
use crate::data::summary::{Fitting, PolicyRow};
use crate::data::{Outcome, Verdict};
use crate::kernel::PolicyId;
use crate::policy::{Policy, Vote};
use crate::vote::{StopRule, Ties};

/// Fills in `fitting`, `in_sample` and `flips`.
pub(super) fn fill(
    field: &Field<'_>,
    outcomes: &BTreeMap<PolicyId, Vec<Outcome>>,
    rows: &mut [PolicyRow],
) {
    rows.par_iter_mut().for_each(|row| {
        row.fitting = fitting(field, &row.policy);
        if reads_targets(field, &row.policy) && row.kind != "oracle" {
            row.in_sample = accuracy_of_all(&field.in_sample(&row.policy));
        }
        if let Some(Policy::Vote(vote)) = field.policies.get(&row.policy) {
            row.flips = flips(field, &row.policy, vote, &outcomes[&row.policy]);
        }
    });
}

/// What the policy, or anybody that it is made of, was fitted on. Of several, what reads the
/// answers to all items comes before what is cross-fitted.
fn fitting(field: &Field<'_>, name: &PolicyId) -> Fitting {
    let is_told = |policy: &Policy| matches!(policy, Policy::Oracle(_));
    let reads_all =
        |policy: &Policy| matches!(policy, Policy::Vote(vote) if vote.rule.reads_all_answers());
    if any(field, name, &is_told) {
        Fitting::Told
    } else if any(field, name, &reads_all) {
        Fitting::AllItems
    } else if reads_targets(field, name) {
        Fitting::CrossFitted
    } else {
        Fitting::Nothing
    }
}

fn reads_targets(field: &Field<'_>, name: &PolicyId) -> bool {
    any(field, name, &|policy: &Policy| match policy {
        Policy::BestSingle | Policy::CascadeRoute(_) => true,
        Policy::Route(route) => route.reads_targets(),
        Policy::Vote(Vote { rule, ties, .. }) => {
            rule.reads_targets() || matches!(ties, Ties::Accuracy | Ties::Weight)
        }
        _ => false,
    })
}

/// Whether it is so of a policy or of any that it is made of.
fn any(field: &Field<'_>, name: &PolicyId, is_so: &dyn Fn(&Policy) -> bool) -> bool {
    field.policies.get(name).is_some_and(|policy| {
        is_so(policy) || policy.members().iter().any(|member| any(field, member, is_so))
    })
}

fn accuracy_of_all(outcomes: &[Outcome]) -> Option<f64> {
    let asked = outcomes.iter().filter(|outcome| outcome.verdict != Verdict::NotRun);
    let scores: Vec<f64> = asked.map(|outcome| outcome.verdict.score().unwrap_or(0.0)).collect();
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
}

/// Items on which everybody's vote would have had another answer, where the vote stops by a rule
/// that may change it.
fn flips(field: &Field<'_>, name: &PolicyId, vote: &Vote, stopped: &[Outcome]) -> Option<u64> {
    if vote.stop.is_lossless() {
        return None;
    }
    let full = [Vote { stop: StopRule::Never, ..vote.clone() }];
    let full = field.variants(name, &full).next()?;
    let differs = |(one, other): (&Outcome, &Outcome)| one.verdict != other.verdict;
    Some(stopped.iter().zip(&full).filter(|pair| differs(*pair)).count() as u64)
}
