//! The routers that are tried, and what else goes through the ordinary policies.

use std::collections::{BTreeMap, BTreeSet};

use super::choose::frontier;
use super::pool::{Pool, Unit};
use super::search::Found;
use super::shape::Shape;
use crate::data::Matrix;
use crate::kernel::{PolicyId, Probability};
use crate::policy::route::{By, Category, Length};
use crate::policy::{Policy, Route};
use crate::scenario::Plan;

/// Shares of the questions that a router by length sends to its second member.
const SHARES: [f64; 5] = [0.1, 0.2, 0.3, 0.5, 0.7];

/// Models from which pairs for routers by length are made: those that no other outdoes, the most
/// accurate of them where there are more.
const MOST_PAIRED: usize = 6;

/// So many of the most accurate votes are tried with weights too.
const MOST_WEIGHTED: usize = 8;

/// Routers for what the search found of the single models: by category among all models and among
/// those up to a price, by length between those that no other outdoes.
pub(super) fn routers(pool: &Pool, matrix: &Matrix, found: &[Found]) -> Vec<Shape> {
    let singles: Vec<Found> = found.iter().filter(|it| it.shape.is_single()).cloned().collect();
    if singles.len() < 2 {
        return Vec::new();
    }
    let best = frontier(&singles);
    let mut routers = Vec::new();
    if matrix.items().iter().any(|item| item.category.is_some()) {
        let by = || By::Category(Category {});
        let mut among = |name: String, among: Vec<PolicyId>| {
            routers.push(Shape::Named(name.into(), Policy::Route(Route::new(among, by()))));
        };
        let all = |most: f64| -> Vec<PolicyId> {
            singles.iter().filter(|it| it.cost <= most).map(|it| it.shape.name()).collect()
        };
        among(format!("by category(all {})", singles.len()), all(f64::INFINITY));
        let priced = best.iter().skip(1).filter(|_| pool.unit == Unit::Dollars);
        for one in priced {
            let names = all(one.cost);
            if (2..singles.len()).contains(&names.len()) {
                let dearest = one.shape.name();
                among(format!("by category({} up to the price of {dearest})", names.len()), names);
            }
        }
    }
    if matrix.items().iter().all(|item| item.input.is_some()) {
        let paired: Vec<PolicyId> =
            best.iter().rev().take(MOST_PAIRED).rev().map(|it| it.shape.name()).collect();
        routers.extend(by_length(&paired));
    }
    routers
}

fn by_length(paired: &[PolicyId]) -> Vec<Shape> {
    let mut routers = Vec::new();
    for (at, short) in paired.iter().enumerate() {
        for long in &paired[at + 1..] {
            for share in SHARES {
                let name =
                    format!("by length({short}, the longest {:.0} % to {long})", 100.0 * share);
                let by = Length { above: None, share: Probability::try_from(share).ok() };
                let among = vec![short.clone(), long.clone()];
                let policy = Policy::Route(Route::new(among, By::Length(by)));
                routers.push(Shape::Named(name.into(), policy));
            }
        }
    }
    routers
}

/// The most accurate pluralities of three and more, weighed by log-odds.
pub(super) fn weighted(found: &[Found]) -> Vec<Shape> {
    let mut votes: Vec<(&Found, &Vec<PolicyId>)> = found
        .iter()
        .filter_map(|it| match &it.shape {
            Shape::Vote(members) if members.len() > 2 => Some((it, members)),
            _ => None,
        })
        .collect();
    votes.sort_by(|a, b| {
        b.0.score.total_cmp(&a.0.score).then(a.0.cost.total_cmp(&b.0.cost)).then(a.1.cmp(b.1))
    });
    votes.iter().take(MOST_WEIGHTED).map(|it| Shape::Weighted(it.1.clone())).collect()
}

/// The scenario's own policies, but for those that know who is right, that draw, or that ask
/// somebody who may not take part.
pub(super) fn declared(plan: &Plan, pool: &Pool) -> Vec<Shape> {
    let mut may: BTreeSet<&PolicyId> = pool.columns.iter().map(|it| &it.name).collect();
    let mut declared = Vec::new();
    // Each policy stands behind its members, so one pass is enough.
    for (name, policy) in &plan.policies {
        let is_fair = !matches!(policy, Policy::Oracle(_) | Policy::Mix(_));
        if is_fair && policy.members().iter().all(|member| may.contains(member)) {
            may.insert(name);
            declared.push(Shape::Named(name.clone(), policy.clone()));
        }
    }
    declared
}

/// The models that a policy asks, in its order.
pub(super) fn models_of(
    name: &PolicyId,
    policies: &BTreeMap<PolicyId, Policy>,
    models: &mut Vec<PolicyId>,
) {
    match policies.get(name) {
        Some(policy) if !policy.members().is_empty() => {
            policy.members().iter().for_each(|member| models_of(member, policies, models));
        }
        _ if models.contains(name) => {}
        _ => models.push(name.clone()),
    }
}
