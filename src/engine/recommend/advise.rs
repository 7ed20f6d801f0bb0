//! From what was found to an answer: a combination, a cheaper model, the best single model, or that
//! there are too few items to tell.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::RecommendError;
use super::claim::{interval, more_items};
use super::goals::Goals;
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
    let nest = Nest::new(plan, wish, (task, &stand));
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
    let tries = Cell::new(0);
    let mut answer = Answer {
        is_available: nest.is_available(&nest.fits[0], &single.found, &tries),
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

/// Everything that was earned, before it is decided what is recommended.
struct Answer {
    /// Whether the best single model is served as often as it has to be.
    is_available: bool,
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
        let mut pairs: Vec<(&Picked, &[Outcome])> = Vec::new();
        let mut all: Vec<&mut Versus> = Vec::new();
        let of_contender = self.contender.as_mut().and_then(|it| it.versus.as_mut());
        if let (Some((picked, reference)), Some(versus)) = (contender, of_contender) {
            pairs.push((picked, reference));
            all.push(versus);
        }
        for ((.., earned), pair) in self.steps.iter_mut().zip(steps.chunks(2)) {
            let versus = earned.as_mut().and_then(|it| it.versus.as_mut());
            if let ([Some(single), Some(combination)], Some(versus)) = (pair, versus) {
                pairs.push((combination, &single.outcomes));
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
        let (verdict, more) = match (&self.contender, self.is_available) {
            (Some(contender), false) => (taken(contender), None),
            (contender, _) => verdict(contender.as_ref(), goals.loss),
        };
        let takes = matches!(verdict, Advice::Combination | Advice::CheaperModel);
        let (earned, contender) = match (takes, self.contender) {
            (true, Some(contender)) if !self.is_available => (contender, Some(self.single)),
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
            alone: Vec::new(),
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
                availability: wish.availability_at_least,
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
    let taken = taken(earned);
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

fn taken(contender: &Earned) -> Advice {
    match contender.kind.as_str() {
        "single" => Advice::CheaperModel,
        _ => Advice::Combination,
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
        ("cascades by confidence", fit.trials.chains),
        ("routers", fit.routers),
        ("routers among chains", fit.chained),
        ("cascade routers", fit.stepped),
        ("failover ladders", fit.ladders),
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
            served_in_outages: None,
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
