//! The search inside cross-validation: what is chosen on some folds is scored on another.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::ballots::Ballots;
use super::chained::chained;
use super::choose::{Among, Goal, choose};
use super::pool::{Pool, Unit, p95};
use super::search::{Found, Search, Searched, Trials};
use super::shape::Shape;
use super::stepped::stepped;
use super::{outages, routers};
use crate::data::{ItemIdx, Matrix, Outcome, Verdict};
use crate::engine::evaluate::{BEST_SINGLE, Folds, Stand};
use crate::kernel::{ModelId, PolicyId};
use crate::policy::Policy;
use crate::scenario::{Plan, Task, Wish};

/// The search on all items, and on all but each fold.
pub(super) struct Nest<'a> {
    pub(super) stand: &'a Stand<'a>,
    pub(super) pool: Pool,
    /// `None` where there is nothing to vote with.
    pub(super) ballots: Option<Ballots>,
    pub(super) plan: &'a Plan,
    pub(super) task: &'a Task,
    pub(super) wish: &'a Wish,
    /// The plan as far as it takes to tell who is served in its outages.
    pub(super) few_replicates: Plan,
    /// The share of requests that was served there, by policy.
    pub(super) simulated: RefCell<BTreeMap<PolicyId, Option<f64>>>,
    /// Models, the scenario's policies, and whatever was found worth running as a policy.
    pub(super) policies: BTreeMap<PolicyId, Policy>,
    /// All items first, then all but the first fold, and so on.
    pub(super) fits: Vec<Fit>,
}

/// What was tried on some folds.
pub(super) struct Fit {
    pub(super) folds: Folds,
    pub(super) items: Vec<ItemIdx>,
    pub(super) trials: Trials,
    /// Of policies that were run: their 95th percentile of latency.
    pub(super) p95: BTreeMap<PolicyId, Option<f64>>,
    pub(super) weighted: Searched,
    pub(super) routers: Searched,
    pub(super) chained: Searched,
    pub(super) stepped: Searched,
    pub(super) ladders: Searched,
    pub(super) declared: Searched,
}

/// What a goal's choice is on all items, and what the choices without each fold came to on it.
pub(super) struct Picked {
    pub(super) found: Found,
    /// What was chosen without each fold.
    pub(super) by_fold: Vec<Shape>,
    /// In the dataset's order.
    pub(super) outcomes: Vec<Outcome>,
}

impl<'a> Nest<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        wish: &'a Wish,
        (task, stand): (&'a Task, &'a Stand<'a>),
    ) -> Self {
        let pool = Pool::new(plan, wish, &stand.matrix);
        let ballots = Ballots::of(&stand.matrix, &pool.models);
        let mut policies = ordinary(plan, stand);
        let all = stand.all();
        let without = (0..stand.folds.len()).map(|fold| all & !(1 << fold));
        let folds: Vec<Folds> = std::iter::once(all).chain(without).collect();
        let tried: Vec<(PolicyId, Folds, Folds)> =
            folds.iter().map(|fit| (wish.versus.clone(), *fit, *fit)).collect();
        let baselines = stand.outcomes(&policies, &tried);
        let mut fits = Vec::new();
        let mut extras = Vec::new();
        for (folds, baseline) in folds.into_iter().zip(baselines) {
            let items = stand.items(folds);
            let baseline: Vec<f64> = baseline.iter().map(score).collect();
            let search = Search {
                pool: &pool,
                ballots: ballots.as_ref(),
                items: &items,
                baseline: &baseline,
            };
            let trials = search.run();
            let counted = |shapes: &[Shape]| Searched { size: shapes.len() as u64, bounded: 0 };
            let extra = extra(plan, &pool, &stand.matrix, &trials);
            let [weighted, routers, chained, stepped, ladders, declared] =
                extra.each_ref().map(|it| counted(it));
            extras.push((baseline, extra.concat()));
            fits.push(Fit {
                folds,
                items,
                trials,
                p95: BTreeMap::new(),
                weighted,
                routers,
                chained,
                stepped,
                ladders,
                declared,
            });
        }
        for shape in extras.iter().flat_map(|(_, shapes)| shapes) {
            policies.extend(shape.policies(&shape.name()));
        }
        let few_replicates = outages::few_replicates(plan);
        let simulated = RefCell::default();
        let mut nest = Self {
            stand,
            pool,
            ballots,
            plan,
            task,
            wish,
            few_replicates,
            simulated,
            policies,
            fits,
        };
        nest.run(&extras);
        nest
    }

    /// Runs what has to go through the ordinary policies, each fitted on other folds than those
    /// that it is tried on.
    fn run(&mut self, extras: &[(Vec<f64>, Vec<Shape>)]) {
        let of_fit = |(fit, (_, shapes)): (&Fit, &(Vec<f64>, Vec<Shape>))| {
            let folds = fit.folds;
            shapes.iter().map(|it| (it.name(), folds, folds)).collect::<Vec<_>>()
        };
        let tried: Vec<_> = self.fits.iter().zip(extras).flat_map(of_fit).collect();
        let mut outcomes = self.stand.outcomes(&self.policies, &tried).into_iter();
        for (fit, (baseline, shapes)) in self.fits.iter_mut().zip(extras) {
            let Fit { items, trials, p95: latencies, .. } = fit;
            let ballots = self.ballots.as_ref();
            let search = Search { pool: &self.pool, ballots, items, baseline };
            for (shape, outcomes) in shapes.iter().zip(outcomes.by_ref()) {
                let Some(cost) = cost(&outcomes, self.pool.unit) else { continue };
                let scores: Vec<f64> = outcomes.iter().map(score).collect();
                latencies.insert(shape.name(), p95_of(&outcomes));
                trials.found.push(search.of_outcomes(shape.clone(), &scores, cost));
            }
        }
    }

    /// The choices by a goal; `None` where on all items or without some fold there is none.
    pub(super) fn picked(&self, goals: &[(Goal, Among)]) -> Vec<Option<Picked>> {
        let found: Vec<Option<Vec<Found>>> = goals
            .iter()
            .map(|(goal, among)| {
                // What a model by itself comes to is told even where it is served too rarely.
                let is_available = |fit: &Fit, it: &Found, tries: &Cell<usize>| {
                    *among == Among::Singles || self.is_available(fit, it, tries)
                };
                let of_fit = |fit: &Fit| {
                    let tries = Cell::new(0);
                    let keeps =
                        |it: &Found| self.is_fast(fit, &it.shape) && is_available(fit, it, &tries);
                    choose(&fit.trials.found, *goal, *among, keeps).cloned()
                };
                self.fits.iter().map(of_fit).collect()
            })
            .collect();
        let mut policies = self.policies.clone();
        let mut tried = Vec::new();
        for chosen in found.iter().flatten() {
            for (fit, one) in self.fits.iter().zip(chosen).skip(1) {
                let name = one.shape.name();
                policies.extend(one.shape.policies(&name));
                tried.push((name, fit.folds, self.stand.all() & !fit.folds));
            }
        }
        let mut outcomes = self.stand.outcomes(&policies, &tried).into_iter();
        let mut picked = |chosen: Vec<Found>| {
            let n_items = self.stand.matrix.items().len();
            let mut of_items = vec![Outcome::NOT_RUN; n_items];
            for (items, outcomes) in self.stand.folds.iter().zip(outcomes.by_ref()) {
                for (item, outcome) in items.iter().zip(outcomes) {
                    of_items[item.0 as usize] = outcome;
                }
            }
            let mut chosen = chosen.into_iter();
            let found = chosen.next()?;
            Some(Picked { found, by_fold: chosen.map(|it| it.shape).collect(), outcomes: of_items })
        };
        found.into_iter().map(|chosen| picked(chosen?)).collect()
    }

    /// What the baseline came to, fitted on other folds.
    pub(super) fn baseline(&self) -> Vec<Outcome> {
        let all = self.stand.all();
        let tried = [(self.wish.versus.clone(), all, all)];
        self.stand.outcomes(&self.policies, &tried).pop().unwrap_or_default()
    }
}

/// What has to be run: weighted votes, routers, routers among chains, cascade routers, ladders, and
/// policies of the scenario.
///
/// Where models are too slow alone, all that may ask them rarely is tried without and with them.
fn extra(plan: &Plan, pool: &Pool, matrix: &Matrix, trials: &Trials) -> [Vec<Shape>; 6] {
    let among = |found: &[Found]| {
        [
            routers::routers(pool, matrix, found),
            chained(pool, matrix, found),
            stepped(pool, matrix, found),
            routers::ladders(plan, pool, found),
        ]
    };
    let mut extra = among(&trials.found);
    let slow: Vec<PolicyId> = trials.slow.iter().map(|it| it.shape.name()).collect();
    if !slow.is_empty() {
        let all = [trials.found.as_slice(), &trials.slow].concat();
        for (shapes, more) in extra.iter_mut().zip(among(&all)) {
            shapes.extend(more.into_iter().filter_map(|shape| with_slow(shape, &slow)));
        }
    }
    let [routers, chained, stepped, ladders] = extra;
    let weighted = routers::weighted(&trials.found);
    [weighted, routers, chained, stepped, ladders, routers::declared(plan, pool)]
}

/// A shape that asks a model that is too slow alone, under a name of its own: some say no more than
/// how many models there are.
fn with_slow(shape: Shape, slow: &[PolicyId]) -> Option<Shape> {
    let asked = match &shape {
        Shape::Named(_, policy) => policy.members().to_vec(),
        other => other.asks(),
    };
    let named = |shape: Shape| match shape {
        Shape::Named(name, policy) => {
            Shape::Named(format!("with slow models, {name}").into(), policy)
        }
        other => other,
    };
    asked.iter().any(|it| slow.contains(it)).then(|| named(shape))
}

/// Models by themselves, what is compared with unasked, and the scenario's policies.
fn ordinary(plan: &Plan, stand: &Stand<'_>) -> BTreeMap<PolicyId, Policy> {
    let single = |model: &ModelId| (PolicyId::from(model.as_str()), Policy::Single(model.clone()));
    let singles = stand.matrix.models().iter().map(single);
    let best = [(PolicyId::from(BEST_SINGLE), Policy::BestSingle)];
    singles.chain(best).chain(plan.policies.iter().cloned()).collect()
}

/// How right it was; 0 for what is no answer.
pub(super) fn score(outcome: &Outcome) -> f64 {
    outcome.verdict.score().unwrap_or(0.0)
}

/// An item; what is unknown of some counts as the mean of the others, and `None` where nothing is
/// known.
fn cost(outcomes: &[Outcome], unit: Unit) -> Option<f64> {
    let asked = outcomes.iter().filter(|it| it.verdict != Verdict::NotRun);
    let costs: Vec<f64> = match unit {
        Unit::Calls => asked.map(|it| f64::from(it.n_calls)).collect(),
        Unit::Dollars => {
            asked.filter(|it| it.tells_price()).filter_map(|it| Some(it.cost?.dollars())).collect()
        }
    };
    (!costs.is_empty()).then(|| costs.iter().sum::<f64>() / costs.len() as f64)
}

/// `None` where an answer has no known latency.
pub(super) fn p95_of(outcomes: &[Outcome]) -> Option<f64> {
    let answered = outcomes.iter().filter(|it| it.verdict.score().is_some());
    let known: Option<Vec<f64>> = answered.map(|it| Some(it.latency?.ms())).collect();
    p95(known?)
}
