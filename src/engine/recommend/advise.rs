//! From what was found to an answer: a combination, a cheaper model, the best single model, or that
//! there are too few items to tell.

use std::cell::Cell;

use super::RecommendError;
use super::answer::Answer;
use super::goals::Goals;
use super::nested::{Nest, Picked};
use super::pool::Unit;
use super::search::Found;
use super::shape::Shape;
use super::shared::Shared;
use crate::data::recommendation::{Advice, Recommendation};
use crate::data::summary::Versus;
use crate::data::{Outcome, Recorded, Warning};
use crate::engine::evaluate::{BEST_SINGLE, Given, Stand};
use crate::kernel::PolicyId;
use crate::policy::Policy;
use crate::scenario::{Plan, Task, Wish};

/// A recommendation, and the policies that a plan needs for it.
#[derive(Debug)]
pub struct Recommended {
    /// What is recommended; the sentences about it are still to be written.
    pub row: Recommendation,
    /// Policies that the plan does not have yet, each behind what it is made of.
    pub policies: Vec<(PolicyId, Policy)>,
    /// The policies that make the best combination that was found, itself last, whether or not it
    /// is what is recommended.
    pub best: Vec<(PolicyId, Policy)>,
    /// What the search's choices came to on items that they were not chosen on, under the name of
    /// the last of these policies.
    pub given: Option<Given>,
    /// Where models were asked about different items, the part of the plan that was compared, and
    /// what a reader has to know of that.
    pub shared: Option<(Plan, Warning)>,
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
    let shared = Shared::of(plan, task, wish, rows);
    let mut recommended = among_shared(plan, &shared, wish, rows)?;
    recommended.row.left_out.extend(shared.left_out());
    recommended.row.left_out.sort_by(|a, b| a.model.cmp(&b.model));
    let doubt = shared.doubt(task);
    recommended.shared = doubt.map(|doubt| (shared.plan.into_owned(), doubt));
    Ok(recommended)
}

/// Searches among models that were all asked about the same items; names are free in `whole`.
fn among_shared(
    whole: &Plan,
    shared: &Shared<'_>,
    wish: &Wish,
    rows: &[&Recorded],
) -> Result<Recommended, RecommendError> {
    let plan = &*shared.plan;
    let task = task_of(plan, wish)?;
    let stand = Stand::new(plan, task, rows)?;
    let nest = Nest::new(plan, wish, (task, &stand));
    refuse(&nest, wish, (task, shared))?;
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
    let mut contender = match goals.loss {
        None => combination,
        Some(_) => [sure, unsure].into_iter().flatten().find(|it| !is_baseline(it)),
    };
    // Where price or time has a limit, the best single model within it is what has to be beaten;
    // the best of all is out of reach.
    let within = within(wish).filter(|_| wish.versus.as_str() == BEST_SINGLE);
    let (versus, reference): (PolicyId, &[Outcome]) = match within.filter(|_| goals.loss.is_none())
    {
        Some(name) => (name.into(), &single.outcomes),
        None => (wish.versus.clone(), &baseline),
    };
    let tries = Cell::new(0);
    let mut answer = Answer {
        is_available: nest.is_available(&nest.fits[0], &single.found, &tries),
        baseline: nest.earned_by(&versus, reference),
        single: nest.earned(&single, Some((&wish.versus, &baseline))),
        contender: contender.as_ref().map(|it| nest.earned(it, Some((&versus, reference)))),
        choices: Vec::new(),
        places: Vec::new(),
        steps: Vec::new(),
    };
    answer.add_steps(&nest, &goals, &steps, (&versus, reference));
    answer.hold_together(&nest, contender.as_ref().map(|it| (it, reference)), &steps);
    // It may be told from itself where models are as good as one another on some fold.
    if goals.loss.is_some() && is_baseline(&single) {
        answer.single.versus = answer.single.versus.filter(Versus::is_same_throughout);
    }
    if let Some(most) = goals.loss
        && let Some(place) = answer.stand_in(most, wish.availability_at_least)
    {
        contender = steps.into_iter().nth(place).flatten();
    }
    let row = answer.row(&nest, wish, task, &goals);
    Ok(named(whole, &nest, row, single, contender))
}

/// What the best single model is called that keeps to the limits, where there are any.
fn within(wish: &Wish) -> Option<&'static str> {
    match (wish.cost_per_1k_at_most, wish.p95_ms_at_most) {
        (None, None) => None,
        (Some(_), None) => Some("best-single within the price"),
        (None, Some(_)) => Some("best-single within the time"),
        (Some(_), Some(_)) => Some("best-single within price and time"),
    }
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

fn refuse(
    nest: &Nest<'_>,
    wish: &Wish,
    (task, shared): (&Task, &Shared<'_>),
) -> Result<(), RecommendError> {
    // Those that are compared with were never asked the same.
    if task.items.is_empty() && shared.n_items > 0 {
        return Err(no_baseline(task, wish));
    }
    let task = task.id.clone();
    if nest.pool.those(false).next().is_none() {
        let of = |(model, why): &(_, &str)| format!("{model}: {why}");
        let mut why: Vec<String> = nest.pool.left_out.iter().map(of).collect();
        why.extend(nest.pool.those(true).map(|it| format!("{}: it is too slow", it.name)));
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

/// Gives a name to what is recommended, where it has none in the plan, and writes it down.
fn named(
    plan: &Plan,
    nest: &Nest<'_>,
    mut row: Recommendation,
    single: Picked,
    contender: Option<Picked>,
) -> Recommended {
    let best = contender.as_ref().map(|it| it.found.shape.policies(&it.found.shape.name()));
    let best = best.unwrap_or_default();
    let takes = matches!(row.verdict, Advice::Combination | Advice::CheaperModel);
    let picked = contender.filter(|_| takes).unwrap_or(single);
    let shape = &picked.found.shape;
    if let Shape::Named(_, Policy::Route(route)) = shape {
        (row.routes, row.otherwise) = nest.stand.routes(&nest.policies, route);
    }
    let is_known = plan.policies.iter().any(|(name, _)| *name == shape.name());
    if shape.is_single() || is_known {
        row.policy = shape.name();
        return Recommended { row, policies: Vec::new(), best, given: None, shared: None };
    }
    let name = own_name(plan, shape);
    row.policy.clone_from(&name);
    let policies = shape.policies(&name);
    row.scenario = Plan::policies_to_yaml(&policies);
    let ids = nest.stand.matrix.items().iter().map(|item| item.id.clone());
    let outcomes = ids.zip(picked.outcomes).collect();
    let given = Given { task: row.task.clone(), policy: name, outcomes };
    Recommended { row, policies, best, given: Some(given), shared: None }
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
