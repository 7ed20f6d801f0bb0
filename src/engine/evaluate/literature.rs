//! Every policy by the figures of published work on routers.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::field::Field;
use super::run::Run;
use crate::analysis::Priced;
use crate::analysis::routing::{
    Aiq, Arena, Curve, GapCurve, Routed, aiq, arena_score, gap_recovered,
};
use crate::data::summary::{PolicyRow, RouterRow};
use crate::data::{Outcome, Verdict};
use crate::kernel::PolicyId;
use crate::policy::route::{Prospects, Route, Trade};
use crate::policy::{Cascade, Policy};
use crate::stats;

/// Outcomes by policy, in the matrix's order.
type Outcomes = BTreeMap<PolicyId, Vec<Outcome>>;

/// What a right answer may be worth, in differences between the dearest and the cheapest member:
/// from hardly more than nothing to more than any accuracy is worth.
const WORTHS: [f64; 12] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 4096.0];

/// A row for each policy that has any of the figures; an oracle is no policy.
pub(super) fn rows(field: &Field<'_>, rows: &[PolicyRow], outcomes: &Outcomes) -> Vec<RouterRow> {
    let known: Vec<&PolicyRow> = rows.iter().filter(|row| row.kind != "oracle").collect();
    let made: Vec<RouterRow> = known.par_iter().map(|it| row(field, it, outcomes)).collect();
    let says_something = |row: &RouterRow| row.pgr.is_some() || row.arena_score.is_some();
    made.into_iter().filter(says_something).collect()
}

fn row(field: &Field<'_>, of: &PolicyRow, outcomes: &Outcomes) -> RouterRow {
    let policy = field.policies.get(&of.policy);
    let ours = &outcomes[&of.policy];
    let members: &[PolicyId] = match policy {
        Some(Policy::Route(route)) => &route.among,
        Some(Policy::Cascade(cascade)) => &cascade.stages,
        Some(Policy::CascadeRoute(policy)) => &policy.among,
        Some(Policy::Mix(mix)) => &mix.members,
        _ => &[],
    };
    let is_run = |item: &usize| {
        let columns = members.iter().map(|member| &outcomes[member]);
        columns.chain([ours]).all(|column| column[*item].verdict != Verdict::NotRun)
    };
    let items: Vec<usize> = (0..ours.len()).filter(is_run).collect();
    let told = Told { items: &items, outcomes };
    let ends = told.ends(members);
    let quality = |name: &PolicyId| told.quality(&outcomes[name]);
    let pgr = ends.and_then(|(weak, strong)| {
        gap_recovered(told.quality(ours), quality(weak), quality(strong))
    });
    let curve = policy.and_then(|policy| curve(field, policy, &told));
    let gaps = curve.as_ref().and_then(|points| GapCurve::new(&routed(points)));
    let settings = match (&curve, policy) {
        (Some(points), _) => priced(points),
        (None, Some(Policy::Route(route))) => by_worth(field, route, &told),
        _ => None,
    };
    let averages = settings.and_then(|settings| averages(field, &settings, &told));
    let cost = of.measures.cost_usd.and_then(|cost| cost.per_1k);
    let accuracy = of.measures.accuracy_of_all.as_ref().map(|it| it.point);
    RouterRow {
        task: of.task.clone(),
        policy: of.policy.clone(),
        weak: ends.map(|(weak, _)| weak.clone()),
        strong: ends.map(|(_, strong)| strong.clone()),
        n: items.len() as u64,
        pgr,
        apgr: gaps.as_ref().and_then(GapCurve::mean_gap_recovered),
        cpt50: gaps.as_ref().and_then(|it| it.calls_to_recover(0.5)),
        cpt80: gaps.as_ref().and_then(|it| it.calls_to_recover(0.8)),
        aiq: averages.map(|it| it.mean_quality),
        aiq_code: averages.map(|it| it.over_largest_cost),
        arena_score: accuracy
            .zip(cost)
            .and_then(|(accuracy, cost)| arena_score(accuracy, cost, Arena::default())),
    }
}

/// What policies came to on the items that count.
struct Told<'a> {
    items: &'a [usize],
    outcomes: &'a Outcomes,
}

impl<'a> Told<'a> {
    /// The weak and the strong one: the most accurate, and the cheapest of the others, or where
    /// prices are unknown the least accurate.
    fn ends<'m>(&self, members: &'m [PolicyId]) -> Option<(&'m PolicyId, &'m PolicyId)> {
        let quality = |name: &&PolicyId| self.quality(&self.outcomes[*name]);
        let by_quality = |a: &&PolicyId, b: &&PolicyId| quality(a).total_cmp(&quality(b));
        let strong = members.iter().rev().max_by(by_quality)?;
        let others = || members.iter().filter(|it| *it != strong);
        let cost = |name: &&PolicyId| self.cost(&self.outcomes[*name]);
        let priced: Option<Vec<f64>> = others().map(|name| cost(&name)).collect();
        let weak = match priced {
            Some(costs) => others().zip(costs).min_by(|a, b| a.1.total_cmp(&b.1))?.0,
            None => others().min_by(by_quality)?,
        };
        Some((weak, strong))
    }

    /// Mean score; what is no answer counts 0.
    fn quality(&self, column: &[Outcome]) -> f64 {
        self.items.iter().map(|at| score(&column[*at])).sum::<f64>() / self.items.len() as f64
    }

    /// Mean price of an item in dollars; `None` where one is unknown.
    fn cost(&self, column: &[Outcome]) -> Option<f64> {
        dollars(self.items.iter().map(|at| &column[*at]))
    }
}

/// What a policy comes to where its strong one is asked on some share of the items.
struct Setting {
    strong_share: f64,
    quality: f64,
    cost: Option<f64>,
}

/// A router between two, or a cascade of two stages, at every threshold: those items go to the
/// strong one on which the router leans to it most, or the first stage is least sure.
///
/// Thresholds are the deciles of what the items at hand lean by, as in `RouteLLM`'s code; they read
/// no target, and what an item leans by was learned from other folds.
fn curve(field: &Field<'_>, policy: &Policy, told: &Told<'_>) -> Option<Vec<Setting>> {
    let (keys, weak, strong) = match policy {
        Policy::Route(route) => {
            let leanings =
                on_every_item(field, |run, fold| run.leanings(route, run.all_but(fold), fold))?;
            let [first, second] = &route.among[..] else { return None };
            let (first, second) = (&told.outcomes[first], &told.outcomes[second]);
            match told.quality(second) >= told.quality(first) {
                true => (leanings, first.clone(), second.clone()),
                false => {
                    let away = leanings.into_iter().map(|it| -it).collect();
                    (away, second.clone(), first.clone())
                }
            }
        }
        Policy::Cascade(cascade) => escalations(cascade, told)?,
        _ => return None,
    };
    let mut sorted: Vec<f64> = told.items.iter().map(|at| keys[*at]).collect();
    sorted.sort_by(f64::total_cmp);
    let n = told.items.len() as f64;
    let at_least = |threshold: f64| {
        let is_strong = |at: &usize| keys[*at] >= threshold;
        let chosen = |at: &usize| if is_strong(at) { &strong[*at] } else { &weak[*at] };
        Setting {
            strong_share: told.items.iter().filter(|at| is_strong(at)).count() as f64 / n,
            quality: told.items.iter().map(|at| score(chosen(at))).sum::<f64>() / n,
            cost: dollars(told.items.iter().map(chosen)),
        }
    };
    let mut points = vec![at_least(f64::INFINITY)];
    for tenth in (0..10).rev() {
        points.push(at_least(stats::quantile(&sorted, f64::from(tenth) / 10.0)?));
    }
    Some(points)
}

/// How little each item's first answer is trusted, what comes of it alone, and what comes where
/// both stages are asked.
fn escalations(
    cascade: &Cascade,
    told: &Told<'_>,
) -> Option<(Vec<f64>, Vec<Outcome>, Vec<Outcome>)> {
    let [first, last] = &cascade.stages[..] else { return None };
    let (first, last) = (&told.outcomes[first], &told.outcomes[last]);
    // Above whatever is unsure: without an answer the last one has to be asked.
    let key = |it: &Outcome| it.verdict.score().and(cascade.accept.known(it)).map_or(1.0, |it| -it);
    let both = |(first, last): (&Outcome, &Outcome)| {
        let unsure = Outcome { agreement: None, confidence: None, ..first.clone() };
        cascade.decide(&[&unsure, last])
    };
    let both = first.iter().zip(last).map(both).collect();
    Some((first.iter().map(key).collect(), first.clone(), both))
}

/// A router that expects something of each of several, at different worths of a right answer.
fn by_worth(field: &Field<'_>, route: &Route, told: &Told<'_>) -> Option<Vec<Priced>> {
    if !route.reads_targets() {
        return None;
    }
    let prospects: Vec<Prospects> =
        on_every_item(field, |run, fold| Some(run.prospects(route, run.all_but(fold), fold)))?;
    let columns: Vec<&Vec<Outcome>> = route.among.iter().map(|it| &told.outcomes[it]).collect();
    let costs: Option<Vec<f64>> = columns.iter().map(|column| told.cost(column)).collect();
    let costs = costs?;
    let most = costs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
    let setting = |worth: &f64| {
        let trade = Trade::Worth(worth * (most - least));
        let route = Route { trade, ..route.clone() };
        let n = told.items.len() as f64;
        let chosen = |at: &usize| &columns[route.choose(&prospects[*at], 0.0)][*at];
        let cost = dollars(told.items.iter().map(chosen));
        let accuracy = told.items.iter().map(|at| score(chosen(at))).sum::<f64>() / n;
        Some(Priced { cost: cost?, accuracy })
    };
    if most > least { WORTHS.iter().map(setting).collect() } else { None }
}

/// What each fold says of its items, by item.
fn on_every_item<T: Clone>(
    field: &Field<'_>,
    of_fold: impl Fn(&Run<'_>, usize) -> Option<Vec<T>>,
) -> Option<Vec<T>> {
    let run = Run::new(field);
    let mut known: Vec<Option<T>> = vec![None; field.matrix.items().len()];
    for (fold, items) in field.folds.iter().enumerate() {
        for (item, it) in items.iter().zip(of_fold(&run, fold)?) {
            known[item.0 as usize] = Some(it);
        }
    }
    known.into_iter().collect()
}

/// The average quality up to the price of the dearest model, or of the dearest setting where that
/// is more.
fn averages(field: &Field<'_>, settings: &[Priced], told: &Told<'_>) -> Option<Aiq> {
    let is_model = |it: &(&PolicyId, &Vec<Outcome>)| {
        matches!(field.policies.get(it.0), Some(Policy::Single(_)))
    };
    let models = told.outcomes.iter().filter(is_model);
    let costs = models.filter_map(|(_, column)| told.cost(column));
    let most = costs.chain(settings.iter().map(|it| it.cost)).fold(0.0, f64::max);
    aiq(settings, most, Curve::NonDecreasingHull)
}

fn routed(points: &[Setting]) -> Vec<Routed> {
    let routed = |it: &Setting| Routed { strong_share: it.strong_share, quality: it.quality };
    points.iter().map(routed).collect()
}

fn priced(points: &[Setting]) -> Option<Vec<Priced>> {
    let priced = |it: &Setting| Some(Priced { cost: it.cost?, accuracy: it.quality });
    points.iter().map(priced).collect()
}

fn score(outcome: &Outcome) -> f64 {
    outcome.verdict.score().unwrap_or(0.0)
}

/// The mean price of those that tell one; `None` where one is unknown, and of none.
fn dollars<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Option<f64> {
    let told = outcomes.filter(|it| it.tells_price());
    let costs: Vec<f64> = told.map(|it| Some(it.cost?.dollars())).collect::<Option<_>>()?;
    (!costs.is_empty()).then(|| costs.iter().sum::<f64>() / costs.len() as f64)
}
