//! The routers that are tried, and what else goes through the ordinary policies.

use std::collections::{BTreeMap, BTreeSet};

use super::choose::frontier;
use super::nested::Nest;
use super::pool::{Pool, Unit};
use super::search::Found;
use super::shape::Shape;
use crate::data::Matrix;
use crate::kernel::{PolicyId, Probability};
use crate::policy::route::{
    By, Category, Knn, Length, Logistic, MatrixFactorisation, ReadAtMost, Trade,
};
use crate::policy::{Policy, Route};
use crate::scenario::Plan;

/// Shares of the questions that a router by length sends to its second member.
const SHARES: [f64; 5] = [0.1, 0.2, 0.3, 0.5, 0.7];

/// Models from which pairs for routers by length are made: those that no other outdoes, the most
/// accurate of them where there are more.
const MOST_PAIRED: usize = 6;

/// So many of the most accurate shapes are tried with somebody behind them.
const MOST_LADDERS: usize = 4;

/// So many of the most accurate votes are tried with weights too.
const MOST_WEIGHTED: usize = 8;

/// Routers for what the search found of the single models: by category among all models and among
/// those up to a price, by words and nearest questions among the best, at what right answers may be
/// worth, and by length between those that no other outdoes.
pub(super) fn routers(pool: &Pool, matrix: &Matrix, found: &[Found]) -> Vec<Shape> {
    let singles: Vec<Found> = found.iter().filter(|it| it.shape.is_single()).cloned().collect();
    if singles.len() < 2 {
        return Vec::new();
    }
    let best = frontier(&singles);
    let worths = match pool.unit {
        Unit::Dollars => worths(&best),
        Unit::Calls => Vec::new(),
    };
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
        routers.extend(by_worth("category", &by(), &all(f64::INFINITY), &worths));
    }
    let n_read = matrix.items().iter().filter(|item| item.input.is_some()).count();
    if n_read == matrix.items().len() {
        let paired: Vec<PolicyId> =
            best.iter().rev().take(MOST_PAIRED).rev().map(|it| it.shape.name()).collect();
        routers.extend(by_length(&paired));
    }
    // A question without words goes to whoever is best on all.
    if 2 * n_read >= matrix.items().len() && n_read > 0 {
        let able = able(&singles, &best, MOST_PAIRED);
        for (name, by) in by_words(matrix.items().len()) {
            let route = Policy::Route(Route::new(able.clone(), by.clone()));
            routers.push(Shape::Named(format!("by {name}({})", list(&able)).into(), route));
            routers.extend(by_worth(&name, &by, &able, &worths));
        }
    }
    routers
}

/// What routers by words look at, each with what it is called. Of many items some are read: that
/// takes long, and is done fifteen times over.
fn by_words(n_items: usize) -> [(String, By); 3] {
    let most = ReadAtMost::default();
    let at_most = Some(most).filter(|most| n_items > most.value() as usize);
    let of = at_most.map_or_else(String::new, |most| format!(" of {} items", most.value()));
    let logistic = Logistic { at_most, ..Logistic::default() };
    let factors = MatrixFactorisation { at_most, ..MatrixFactorisation::default() };
    [
        ("nearest questions".to_owned(), By::Knn(Knn::default())),
        (format!("words{of}"), By::Logistic(logistic)),
        (format!("shared factors{of}"), By::MatrixFactorisation(factors)),
    ]
}

/// Whom routers by words choose among: models that no other outdoes, and where these are few, the
/// most accurate beside them.
pub(super) fn able(singles: &[Found], best: &[&Found], most: usize) -> Vec<PolicyId> {
    let mut able: Vec<PolicyId> = best.iter().rev().take(most).map(|it| it.shape.name()).collect();
    let mut others: Vec<&Found> = singles.iter().collect();
    others.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.cost.total_cmp(&b.cost)));
    for other in others.into_iter().map(|it| it.shape.name()) {
        if able.len() < most && !able.contains(&other) {
            able.push(other);
        }
    }
    able.sort();
    able
}

/// What a right answer has to be worth for each model that no other outdoes to be the better choice
/// than the next cheaper one: there a router has most to choose between.
pub(super) fn worths(best: &[&Found]) -> Vec<f64> {
    let worth = |pair: &[&Found]| (pair[1].cost - pair[0].cost) / (pair[1].score - pair[0].score);
    let mut worths: Vec<f64> = best.windows(2).map(worth).collect();
    worths.retain(|worth| *worth > 0.0 && worth.is_finite());
    // In three digits, so that they read well; what reads the same is the same.
    let digits = |worth: f64| format!("{worth:.2e}").parse().unwrap_or(worth);
    worths.iter_mut().for_each(|worth| *worth = digits(*worth));
    worths.sort_by(f64::total_cmp);
    worths.dedup();
    let from = worths.len().saturating_sub(MOST_PAIRED);
    worths.split_off(from)
}

fn by_worth(name: &str, by: &By, among: &[PolicyId], worths: &[f64]) -> Vec<Shape> {
    let shape = |worth: &f64| {
        let route = Route { trade: Trade::Worth(*worth), ..Route::new(among.to_vec(), by.clone()) };
        let name = format!("by {name} and price({}, a right answer worth ${worth})", list(among));
        Shape::Named(name.into(), Policy::Route(route))
    };
    worths.iter().map(shape).collect()
}

/// All names of a few; of many the number, with the first and the last.
pub(super) fn list(names: &[PolicyId]) -> String {
    match names {
        [first, .., last] if names.len() > MOST_PAIRED => {
            format!("{} models from {first} to {last}", names.len())
        }
        _ => names.iter().map(PolicyId::as_str).collect::<Vec<_>>().join(", "),
    }
}

/// Ladders over the winners, where there is anything to fall from: whoever is best alone behind
/// it, of another provider where there is one. They are of use where somebody failed, or will.
pub(super) fn ladders(plan: &Plan, pool: &Pool, found: &[Found]) -> Vec<Shape> {
    let has_failed = pool.columns.iter().any(|it| it.served.contains(&false));
    if !has_failed && !Nest::has_outages(plan) {
        return Vec::new();
    }
    let singles: Vec<Found> = found.iter().filter(|it| it.shape.is_single()).cloned().collect();
    let mut winners: Vec<&Found> = found.iter().collect();
    winners.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.cost.total_cmp(&b.cost)));
    winners.truncate(MOST_LADDERS);
    winners.extend(frontier(&singles));
    let mut behind: Vec<&Found> = singles.iter().collect();
    behind.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.cost.total_cmp(&b.cost)));
    let provider = |name: &PolicyId| {
        let candidate = plan.candidates.iter().find(|it| it.id.as_str() == name.as_str());
        candidate.map(|it| &it.provider)
    };
    let mut ladders: Vec<Shape> = Vec::new();
    for winner in winners {
        let asked = winner.shape.asks();
        let is_apart = |it: &&&Found| {
            let name = it.shape.name();
            asked.iter().all(|asked| provider(asked) != provider(&name))
        };
        let is_other = |it: &&&Found| !asked.contains(&it.shape.name());
        let apart = behind.iter().find(is_apart);
        let Some(next) = apart.or_else(|| behind.iter().find(is_other)) else { continue };
        let first = Box::new(winner.shape.clone());
        let ladder = Shape::Ladder { first, next: next.shape.name() };
        if ladders.iter().all(|it| it.name() != ladder.name()) {
            ladders.push(ladder);
        }
    }
    ladders
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
