//! From what was found to an answer: a combination, a cheaper model, the best single model, or that
//! there are too few items to tell.

use std::collections::BTreeMap;

use super::RecommendError;
use super::choose::{Among, Goal, Loss, SURE, frontier};
use super::claim::{interval, more_items};
use super::nested::{Fit, Nest, Picked};
use super::pool::Unit;
use super::search::{Found, Searched};
use super::shape::Shape;
use crate::data::recommendation::{
    Advice, Choice, Earned, LeftOut, Limits, Recommendation, SpaceRow,
};
use crate::data::summary::Versus;
use crate::data::{Outcome, Recorded};
use crate::engine::evaluate::{BEST_SINGLE, Given, Stand};
use crate::kernel::PolicyId;
use crate::policy::Policy;
use crate::scenario::{Plan, Task, Wish};
use crate::stats::Sides;

/// A recommendation, and the policies that a plan needs for it.
#[derive(Debug)]
pub struct Recommended {
    /// What is recommended; the sentences about it are still to be written.
    pub row: Recommendation,
    /// Policies that the plan does not have yet, each behind what it is made of.
    pub policies: Vec<(PolicyId, Policy)>,
    /// What the search's choices came to on items that they were not chosen on, under the name of
    /// the last of these policies.
    pub given: Option<Given>,
}

/// So many prices are looked at, at most.
const MOST_STEPS: usize = 10;

/// A dearer combination is looked at for its own price where it gains so much, as a share.
const STEP: f64 = 0.005;

/// Searches for what is best for the wish, and for what it is worth on other items.
///
/// A pure function of plan, wish and rows.
///
/// # Errors
/// See [`RecommendError`].
pub fn recommend(
    plan: &Plan,
    wish: &Wish,
    rows: &[&Recorded],
) -> Result<Recommended, RecommendError> {
    let task = task_of(plan, wish)?;
    let stand = Stand::new(plan, task, rows)?;
    let nest = Nest::new(plan, wish, &stand);
    refuse(&nest, wish, task)?;
    let goals = Goals::new(&nest, wish);
    let mut picked = nest.picked(&goals.all());
    let steps = picked.split_off(Goals::N_MAIN);
    let [Some(single), combination, sure, unsure] =
        <[_; Goals::N_MAIN]>::try_from(picked).map_err(|_| no_baseline(task, wish))?
    else {
        return Err(nothing_keeps(&nest, task));
    };
    let baseline = nest.baseline();
    if baseline.iter().all(|it| it.n_calls == 0) {
        return Err(no_baseline(task, wish));
    }
    let is_baseline = |it: &Picked| {
        let name = it.found.shape.name();
        let best = goals.best.as_ref().filter(|_| wish.versus.as_str() == BEST_SINGLE);
        it.found.shape.is_single() && (name == wish.versus || Some(&name) == best)
    };
    let contender = match goals.loss {
        None => combination,
        Some(_) => [sure, unsure].into_iter().flatten().find(|it| !is_baseline(it)),
    };
    // Where there is a limit to the price, the best single model within it is what has to be
    // beaten; the best of all is out of reach.
    let within = wish.cost_per_1k_at_most.is_some() && goals.loss.is_none();
    let (versus, reference): (PolicyId, &[Outcome]) = match wish.versus.as_str() {
        BEST_SINGLE if within => ("best-single within the price".into(), &single.outcomes),
        _ => (wish.versus.clone(), &baseline),
    };
    let mut answer = Answer {
        baseline: nest.earned_by(&versus, reference),
        single: nest.earned(&single, Some((&wish.versus, &baseline))),
        contender: contender.as_ref().map(|it| nest.earned(it, Some((&versus, reference)))),
        choices: Vec::new(),
        steps: Vec::new(),
    };
    answer.add_steps(&nest, &goals, &steps, (&wish.versus, &baseline));
    answer.hold_together(&nest, contender.as_ref().map(|it| (it, reference)), &steps);
    let row = answer.row(&nest, wish, task, &goals);
    Ok(named(plan, &nest, row, single, contender))
}

fn task_of<'a>(plan: &'a Plan, wish: &Wish) -> Result<&'a Task, RecommendError> {
    let names: Vec<&str> = plan.tasks.iter().map(|task| task.id.as_str()).collect();
    let known = names.join(", ");
    match (&wish.task, &plan.tasks[..]) {
        (None, [task]) => Ok(task),
        (None, _) => Err(RecommendError::WhichTask { known }),
        (Some(name), tasks) => tasks
            .iter()
            .find(|task| task.id == *name)
            .ok_or_else(|| RecommendError::NoTask { task: name.clone(), known }),
    }
}

fn refuse(nest: &Nest<'_>, wish: &Wish, task: &Task) -> Result<(), RecommendError> {
    let task = task.id.clone();
    if nest.pool.models.is_empty() {
        let of = |(model, why): &(_, &str)| format!("{model}: {why}");
        let why: Vec<String> = nest.pool.left_out.iter().map(of).collect();
        return Err(RecommendError::NoModel { task, why: why.join("; ") });
    }
    if wish.cost_per_1k_at_most.is_some() && nest.pool.unit == Unit::Calls {
        return Err(RecommendError::NoPrices { task });
    }
    Ok(())
}

fn no_baseline(task: &Task, wish: &Wish) -> RecommendError {
    RecommendError::NoBaseline { task: task.id.clone(), versus: wish.versus.clone() }
}

fn nothing_keeps(nest: &Nest<'_>, task: &Task) -> RecommendError {
    let singles = nest.fits[0].trials.found.iter().filter(|it| it.shape.is_single());
    let cheapest = singles.min_by(|a, b| a.cost.total_cmp(&b.cost));
    let told = |it: &Found| format!("{} at ${:.4} per thousand", it.shape.name(), 1000.0 * it.cost);
    let cheapest = cheapest.map_or_else(|| "nobody".to_owned(), told);
    RecommendError::NothingKeeps { task: task.id.clone(), cheapest }
}

/// Everything that is looked for.
struct Goals {
    cost_at_most: Option<f64>,
    loss: Option<f64>,
    /// The most accurate single model whatever it costs, on all items.
    best: Option<PolicyId>,
    /// What is asked an item, and the limit that stands for it.
    steps: Vec<(f64, Option<f64>)>,
}

impl Goals {
    /// Goals before those of the steps.
    const N_MAIN: usize = 4;

    fn new(nest: &Nest<'_>, wish: &Wish) -> Self {
        let found = &nest.fits[0].trials.found;
        let singles = found.iter().filter(|it| it.shape.is_single());
        let order =
            |a: &&Found, b: &&Found| a.score.total_cmp(&b.score).then(b.cost.total_cmp(&a.cost));
        let best = singles.max_by(order).map(|it| it.shape.name());
        let cost_at_most = wish.cost_per_1k_at_most.map(|dollars| dollars / 1000.0);
        let steps = steps(found, cost_at_most);
        Self { cost_at_most, loss: wish.accuracy_loss_at_most, best, steps }
    }

    fn all(&self) -> Vec<(Goal, Among)> {
        let cost_at_most = self.cost_at_most;
        let accurate = Goal { cost_at_most, loss: None };
        let cheap =
            |margin| Goal { cost_at_most, loss: self.loss.map(|at_most| Loss { at_most, margin }) };
        let main = [
            (accurate, Among::Singles),
            (accurate, Among::Combinations),
            (cheap(SURE), Among::All),
            (cheap(0.0), Among::All),
        ];
        let of_step = |(_, cost_at_most): &(f64, Option<f64>)| {
            let goal = Goal { cost_at_most: *cost_at_most, loss: None };
            [(goal, Among::Singles), (goal, Among::Combinations)]
        };
        main.into_iter().chain(self.steps.iter().flat_map(of_step)).collect()
    }
}

/// The prices to look at: of every single model that no other outdoes, and of combinations that
/// gain something over what is cheaper, the dearest among them; the most telling ones where there are
/// many.
///
/// The limit that stands for a price lies halfway to the next one, so that the same model is not
/// within it on some folds and beyond it on others.
fn steps(found: &[Found], cost_at_most: Option<f64>) -> Vec<(f64, Option<f64>)> {
    let is_cheap = |it: &&Found| cost_at_most.is_none_or(|most| it.cost <= most);
    let singles: Vec<Found> = found.iter().filter(|it| it.shape.is_single()).cloned().collect();
    let mut prices: Vec<(f64, f64)> = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for it in frontier(&singles).into_iter().filter(is_cheap) {
        prices.push((it.cost, if last.is_finite() { it.score - last } else { f64::INFINITY }));
        last = it.score;
    }
    last = f64::NEG_INFINITY;
    let all: Vec<&Found> = frontier(found).into_iter().filter(is_cheap).collect();
    for it in &all {
        let gain = it.score - last;
        if gain >= STEP && !it.shape.is_single() {
            prices.push((it.cost, gain));
        }
        if gain >= STEP || it.shape.is_single() {
            last = it.score;
        }
    }
    prices.extend(all.last().map(|best| (best.cost, f64::INFINITY)));
    prices.sort_by(|a, b| b.1.total_cmp(&a.1));
    prices.truncate(MOST_STEPS);
    let mut costs: Vec<f64> = prices.into_iter().map(|it| it.0).collect();
    costs.sort_by(f64::total_cmp);
    costs.dedup_by(|a, b| *a <= *b * (1.0 + 1e-9));
    let limit = |at: usize| match costs.get(at + 1) {
        Some(next) => Some((costs[at] * next).sqrt()),
        None => cost_at_most,
    };
    (0..costs.len()).map(|at| (costs[at], limit(at))).collect()
}

/// Everything that was earned, before it is decided what is recommended.
struct Answer {
    baseline: Earned,
    single: Earned,
    contender: Option<Earned>,
    /// For each step what a single model earned, and what a combination did.
    steps: Vec<(f64, Option<Earned>, Option<Earned>)>,
    choices: Vec<Choice>,
}

impl Answer {
    fn add_steps(
        &mut self,
        nest: &Nest<'_>,
        goals: &Goals,
        steps: &[Option<Picked>],
        (versus, baseline): (&PolicyId, &[Outcome]),
    ) {
        for ((within, _), pair) in goals.steps.iter().zip(steps.chunks(2)) {
            let single = pair[0].as_ref();
            let of_single = single.map(|it| nest.earned(it, Some((versus, baseline))));
            let alone: PolicyId = "best-single for the price".into();
            let of_combination = pair[1].as_ref().map(|it| {
                nest.earned(it, single.map(|single| (&alone, single.outcomes.as_slice())))
            });
            self.steps.push((*within, of_single, of_combination));
        }
    }

    /// Intervals that hold for the contender and for the combination of every step at once.
    fn hold_together(
        &mut self,
        nest: &Nest<'_>,
        contender: Option<(&Picked, &[Outcome])>,
        steps: &[Option<Picked>],
    ) {
        let mut pairs: Vec<(&[Outcome], &[Outcome])> = Vec::new();
        let mut all: Vec<&mut Versus> = Vec::new();
        let of_contender = self.contender.as_mut().and_then(|it| it.versus.as_mut());
        if let (Some((picked, reference)), Some(versus)) = (contender, of_contender) {
            pairs.push((&picked.outcomes, reference));
            all.push(versus);
        }
        for ((.., earned), pair) in self.steps.iter_mut().zip(steps.chunks(2)) {
            let versus = earned.as_mut().and_then(|it| it.versus.as_mut());
            if let ([Some(single), Some(combination)], Some(versus)) = (pair, versus) {
                pairs.push((&combination.outcomes, &single.outcomes));
                all.push(versus);
            }
        }
        nest.together(&pairs, &mut all);
        for (within, single, combination) in std::mem::take(&mut self.steps) {
            let is_above =
                |it: &Earned| it.versus.as_ref().is_some_and(|it| interval(it).low > 0.0);
            let takes = combination.as_ref().is_some_and(is_above) || single.is_none();
            let (earned, combination) =
                if takes { (combination, None) } else { (single, combination) };
            let Some(earned) = earned else { continue };
            // What was the choice for less is no news.
            if self.choices.last().is_some_and(|last| last.earned.what == earned.what) {
                continue;
            }
            self.choices.push(Choice { within, takes_combination: takes, earned, combination });
        }
    }

    fn row(self, nest: &Nest<'_>, wish: &Wish, task: &Task, goals: &Goals) -> Recommendation {
        let (verdict, more) = verdict(self.contender.as_ref(), goals.loss);
        let takes = matches!(verdict, Advice::Combination | Advice::CheaperModel);
        let (earned, contender) = match (takes, self.contender) {
            (true, Some(contender)) => (contender, None),
            (_, contender) => (self.single, contender),
        };
        let per_unit = if nest.pool.unit == Unit::Dollars { 1000.0 } else { 1.0 };
        let mut choices = self.choices;
        choices.iter_mut().for_each(|it| it.within *= per_unit);
        Recommendation {
            task: task.id.clone(),
            policy: earned.what.as_str().into(),
            because: String::new(),
            verdict,
            earned,
            baseline: self.baseline,
            contender,
            more_items: more,
            choices,
            routes: BTreeMap::new(),
            otherwise: None,
            paying: Vec::new(),
            space: space(&nest.fits[0], nest.pool.models.len()),
            left_out: nest
                .pool
                .left_out
                .iter()
                .map(|(model, why)| LeftOut { model: model.clone(), because: (*why).to_owned() })
                .collect(),
            scenario: String::new(),
            limits: Limits {
                accuracy_loss: wish.accuracy_loss_at_most,
                cost_per_1k: wish.cost_per_1k_at_most,
                p95_ms: wish.p95_ms_at_most,
            },
        }
    }
}

/// What the contender's difference says, and how many items more would decide where it does not.
fn verdict(contender: Option<&Earned>, loss: Option<f64>) -> (Advice, Option<u64>) {
    let Some((earned, versus)) = contender.and_then(|it| Some((it, it.versus.as_ref()?))) else {
        return (Advice::BestSingle, None);
    };
    let taken = match earned.kind.as_str() {
        "single" => Advice::CheaperModel,
        _ => Advice::Combination,
    };
    let interval = interval(versus);
    let (at_least, holds, sides) = match loss {
        None => (0.0, interval.low > 0.0, Sides::Two),
        Some(most) => (-most, interval.low >= -most, Sides::One),
    };
    if holds {
        (taken, None)
    } else if versus.difference.point > at_least {
        (Advice::TooFewItems, more_items(versus, at_least, sides))
    } else {
        (Advice::BestSingle, None)
    }
}

fn space(fit: &Fit, n_models: usize) -> Vec<SpaceRow> {
    let row = |(kind, searched): (&str, Searched)| SpaceRow {
        kind: kind.to_owned(),
        size: searched.size,
        bounded: searched.bounded,
    };
    let models = Searched { size: n_models as u64, bounded: 0 };
    [
        ("models", models),
        ("votes", fit.trials.votes),
        ("weighted votes", fit.weighted),
        ("cascades", fit.trials.cascades),
        ("routers", fit.routers),
        ("policies of the scenario", fit.declared),
    ]
    .map(row)
    .into_iter()
    .filter(|row| row.size > 0)
    .collect()
}

/// Gives a name to what is recommended, where it has none in the plan, and writes it down.
fn named(
    plan: &Plan,
    nest: &Nest<'_>,
    mut row: Recommendation,
    single: Picked,
    contender: Option<Picked>,
) -> Recommended {
    let takes = matches!(row.verdict, Advice::Combination | Advice::CheaperModel);
    let picked = contender.filter(|_| takes).unwrap_or(single);
    let shape = &picked.found.shape;
    if let Shape::Named(_, Policy::Route(route)) = shape {
        (row.routes, row.otherwise) = nest.stand.routes(&nest.policies, route);
    }
    let is_known = plan.policies.iter().any(|(name, _)| *name == shape.name());
    if shape.is_single() || is_known {
        row.policy = shape.name();
        return Recommended { row, policies: Vec::new(), given: None };
    }
    let name = own_name(plan, shape);
    row.policy.clone_from(&name);
    let policies = shape.policies(&name);
    row.scenario = Plan::policies_to_yaml(&policies);
    let given = Given { task: row.task.clone(), policy: name, outcomes: picked.outcomes };
    Recommended { row, policies, given: Some(given) }
}

/// `recommended`, with a number behind it where that is taken.
fn own_name(plan: &Plan, shape: &Shape) -> PolicyId {
    let is_taken = |name: &PolicyId| {
        let known = |known: &PolicyId| plan.policies.iter().any(|(other, _)| other == known);
        let models =
            |it: &PolicyId| plan.candidates.iter().any(|one| one.id.as_str() == it.as_str());
        shape.policies(name).iter().any(|(name, _)| known(name) || models(name))
    };
    let numbered = (2..).map(|n| PolicyId::from(format!("recommended-{n}")));
    let mut names = std::iter::once(PolicyId::from("recommended")).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Estimate;
    use crate::kernel::Interval;

    #[test]
    fn every_model_has_its_price_and_so_has_a_combination_that_gains_something() {
        let found = |(name, score, cost): (&str, f64, f64)| {
            let names: Vec<PolicyId> = name.split('+').map(PolicyId::from).collect();
            let shape = match &names[..] {
                [one] => Shape::Single(one.clone()),
                _ => Shape::Vote(names),
            };
            Found { shape, score, cost, gain: 0.0, error: 0.0 }
        };
        let all = [
            ("a", 0.5, 1.0),
            ("b", 0.7, 4.0),
            ("c", 0.6, 9.0),
            ("a+b", 0.701, 5.0),
            ("b+c", 0.72, 16.0),
            ("a+b+c", 0.9, 25.0),
        ]
        .map(found);
        let limits = |most| steps(&all, most);
        assert_eq!(
            limits(None),
            [(1.0, Some(2.0)), (4.0, Some(8.0)), (16.0, Some(20.0)), (25.0, None)]
        );
        assert_eq!(limits(Some(17.0)), [(1.0, Some(2.0)), (4.0, Some(8.0)), (16.0, Some(17.0))]);
    }

    #[test]
    fn the_interval_that_holds_for_all_decides() {
        let earned = |kind: &str, point: f64, half: f64, all: f64| Earned {
            what: "it".to_owned(),
            kind: kind.to_owned(),
            models: Vec::new(),
            chosen: BTreeMap::new(),
            accuracy_of_all: None,
            in_sample: 0.8,
            optimism: None,
            cost_per_1k: None,
            calls_per_item: None,
            p50_ms: None,
            p95_ms: None,
            served: None,
            versus: Some(Versus {
                policy: "best-single".into(),
                metric: "accuracy_of_all".to_owned(),
                difference: Estimate {
                    point,
                    low: point - half,
                    high: point + half,
                    level: 0.95,
                    n: 1000,
                    method: "paired".to_owned(),
                },
                p: 0.01,
                wins: 30,
                losses: 10,
                p_holm: None,
                simultaneous: Some(Interval { low: point - all, high: point + all }),
                detectable: None,
            }),
            on_new_items: None,
            random_line: None,
        };
        for (kind, point, half, all, loss, advice, asks) in [
            ("vote", 0.02, 0.01, 0.015, None, Advice::Combination, false),
            ("vote", 0.02, 0.01, 0.021, None, Advice::TooFewItems, true),
            ("vote", 0.0, 0.01, 0.02, None, Advice::BestSingle, false),
            ("vote", -0.02, 0.01, 0.02, None, Advice::BestSingle, false),
            ("single", -0.005, 0.004, 0.005, Some(0.01), Advice::CheaperModel, false),
            ("cascade", -0.005, 0.004, 0.005, Some(0.01), Advice::Combination, false),
            ("cascade", -0.005, 0.004, 0.006, Some(0.01), Advice::TooFewItems, true),
            ("cascade", -0.011, 0.004, 0.006, Some(0.01), Advice::BestSingle, false),
        ] {
            let (got, more) = verdict(Some(&earned(kind, point, half, all)), loss);
            assert_eq!((got, more.is_some()), (advice, asks), "{kind} {point} {all} {loss:?}");
        }
        assert_eq!(verdict(None, None), (Advice::BestSingle, None));
    }
}
