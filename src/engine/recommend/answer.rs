//! Everything that was earned, and what is answered because of it.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::claim::{interval, more_items, scores};
use super::goals::Goals;
use super::nested::{Fit, Nest, Picked};
use super::pool::{NO_PRICE, Unit};
use super::search::Searched;
use crate::data::Outcome;
use crate::data::recommendation::{
    Advice, Choice, Earned, LeftOut, Limits, Recommendation, SpaceRow,
};
use crate::data::summary::Versus;
use crate::kernel::PolicyId;
use crate::policy::route::{By, Category};
use crate::policy::{Policy, Route};
use crate::scenario::{Task, Wish};
use crate::stats::Sides;

/// The kind of what was tried that is a model by itself.
pub(super) const MODELS: &str = "models";

/// Everything that was earned, before it is decided what is recommended.
pub(super) struct Answer {
    /// Whether the best single model is served as often as it has to be.
    pub(super) is_available: bool,
    pub(super) baseline: Earned,
    pub(super) single: Earned,
    pub(super) contender: Option<Earned>,
    /// For each step what may be had for its price.
    pub(super) steps: Vec<Step>,
    pub(super) choices: Vec<Choice>,
    /// Where each of the choices stands among what was picked for the steps.
    pub(super) places: Vec<usize>,
}

/// What may be had within one price.
pub(super) struct Step {
    within: f64,
    single: Option<Earned>,
    combination: Option<Earned>,
    /// How the model and the combination differ from what the recommendation is compared with.
    to_baseline: [Option<Versus>; 2],
}

impl Answer {
    /// Adds what may be had for each price, `baseline` being what the answer's baseline came to.
    /// What differs from that has intervals that hold for all of the steps at once.
    pub(super) fn add_steps(
        &mut self,
        nest: &Nest<'_>,
        goals: &Goals,
        steps: &[Option<Picked>],
        (versus, baseline): (&PolicyId, &[Outcome]),
    ) {
        for ((within, _), pair) in goals.steps.iter().zip(steps.chunks(2)) {
            let single = pair[0].as_ref();
            // Models are not chosen by how often they are served, but that is told of them.
            if let Some(single) = single {
                nest.is_available(&nest.fits[0], &single.found, &Cell::new(0));
            }
            let of_single = single.map(|it| nest.earned(it, Some((versus, baseline))));
            let alone: PolicyId = "best-single for the price".into();
            let of_combination = pair[1].as_ref().map(|it| {
                nest.earned(it, single.map(|single| (&alone, single.outcomes.as_slice())))
            });
            let differs = |it: &Option<Picked>| nest.differs(it.as_ref()?, versus, baseline);
            let to_baseline = [&pair[0], &pair[1]].map(differs);
            self.steps.push(Step {
                within: *within,
                single: of_single,
                combination: of_combination,
                to_baseline,
            });
        }
        let mut pairs: Vec<(&Picked, &[Outcome])> = Vec::new();
        let mut all: Vec<&mut Versus> = Vec::new();
        for (step, pair) in self.steps.iter_mut().zip(steps.chunks(2)) {
            for (versus, picked) in step.to_baseline.iter_mut().zip(pair) {
                if let (Some(versus), Some(picked)) = (versus, picked) {
                    pairs.push((picked, baseline));
                    all.push(versus);
                }
            }
        }
        nest.together(&pairs, &mut all);
    }

    /// Intervals that hold for the contender and for the combination of every step at once.
    pub(super) fn hold_together(
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
        for (step, pair) in self.steps.iter_mut().zip(steps.chunks(2)) {
            let versus = step.combination.as_mut().and_then(|it| it.versus.as_mut());
            if let ([Some(single), Some(combination)], Some(versus)) = (pair, versus) {
                pairs.push((combination, &single.outcomes));
                all.push(versus);
            }
        }
        nest.together(&pairs, &mut all);
        for (at, step) in std::mem::take(&mut self.steps).into_iter().enumerate() {
            let Step { within, single, combination, to_baseline: [of_single, of_combination] } =
                step;
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
            let to_baseline = if takes { of_combination } else { of_single };
            self.places.push(2 * at + usize::from(takes));
            self.choices.push(Choice {
                within,
                takes_combination: takes,
                earned,
                combination,
                to_baseline,
            });
        }
    }

    /// Has the cheapest choice that is shown to lose no more than `most` stand in for the
    /// contender, where neither that nor the best single model is; says where it was picked.
    pub(super) fn stand_in(&mut self, most: f64, least_served: Option<f64>) -> Option<usize> {
        let is_kept = |it: &Earned| it.versus.as_ref().is_none_or(|it| keeps(it, most));
        let is_single_enough = self.is_available && is_kept(&self.single);
        if is_single_enough || self.contender.as_ref().is_some_and(is_kept) {
            return None;
        }
        let is_good = |it: &Choice| {
            it.to_baseline.as_ref().is_some_and(|it| keeps(it, most))
                && (it.takes_combination
                    || least_served.is_none_or(|least| it.earned.is_served(least)))
        };
        let at = self.choices.iter().position(is_good)?;
        let Choice { earned, to_baseline, .. } = &self.choices[at];
        self.contender = Some(Earned { versus: to_baseline.clone(), ..earned.clone() });
        Some(self.places[at])
    }

    pub(super) fn row(
        self,
        nest: &Nest<'_>,
        wish: &Wish,
        task: &Task,
        goals: &Goals,
    ) -> Recommendation {
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
            by_category: by_category(nest),
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
            slow: nest.pool.those(true).map(|it| it.name.clone()).collect(),
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

/// Whether a difference is shown to be a loss of no more than `most`; no difference is none.
pub(super) fn keeps(versus: &Versus, most: f64) -> bool {
    versus.is_same_throughout() || interval(versus).low >= -most
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
        (MODELS, models),
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

/// How the router by category among all models that the wish admits, whatever they cost and
/// whether or not that is known, without those that are too slow alone, differs from the baseline.
/// There is one such router, so nothing was chosen.
fn by_category(nest: &Nest<'_>) -> Option<Versus> {
    if nest.stand.matrix.items().iter().all(|item| item.category.is_none()) {
        return None;
    }
    let unpriced = nest.pool.left_out.iter().filter(|(_, why)| *why == NO_PRICE);
    let mut among: Vec<PolicyId> = unpriced.map(|(model, _)| model.as_str().into()).collect();
    among.extend(nest.pool.those(false).map(|it| it.name.clone()));
    among.sort();
    let name = PolicyId::from("by category among all");
    let route = Policy::Route(Route::new(among, By::Category(Category {})));
    let mut policies = nest.policies.clone();
    policies.insert(name.clone(), route);
    let all = nest.stand.all();
    let outcomes = nest.stand.outcomes(&policies, &[(name, all, all)]).pop()?;
    nest.stand.difference(&nest.wish.versus, &scores(&outcomes), &scores(&nest.baseline()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Estimate;
    use crate::kernel::Interval;

    fn earned(kind: &str, point: f64, half: f64, all: f64) -> Earned {
        Earned {
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
        }
    }

    #[test]
    fn what_stands_in_keeps_to_the_loss_and_to_how_often_it_has_to_be_served() {
        let of = |point: f64| earned("cascade", point, 0.01, 0.01);
        let choice = |(point, served)| Choice {
            within: 1.0,
            takes_combination: false,
            earned: Earned { served: Some(served), ..of(0.0) },
            combination: None,
            to_baseline: of(point).versus,
        };
        // The contender and the best single model, what each choice loses and how often it is
        // served, and which of the choices stands in.
        for (contender, single, choices, least, stands_in) in [
            (-0.04, -0.2, vec![(-0.2, 1.0), (-0.03, 1.0), (0.0, 1.0)], None, Some(1)),
            (-0.03, -0.2, vec![(-0.03, 1.0)], None, None),
            (-0.05, -0.02, vec![(-0.03, 1.0)], None, None),
            (-0.05, -0.2, vec![(-0.2, 1.0)], None, None),
            (-0.05, -0.2, vec![(-0.03, 0.9), (0.0, 1.0)], Some(0.99), Some(1)),
        ] {
            let mut answer = Answer {
                is_available: true,
                baseline: of(0.0),
                single: of(single),
                contender: Some(of(contender)),
                steps: Vec::new(),
                places: (0..choices.len()).collect(),
                choices: choices.into_iter().map(choice).collect(),
            };
            assert_eq!(answer.stand_in(0.045, least), stands_in, "{contender} {single}");
            if stands_in.is_some() {
                assert_eq!(verdict(answer.contender.as_ref(), Some(0.045)).0, Advice::Combination);
            }
        }
    }

    #[test]
    fn the_interval_that_holds_for_all_decides() {
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
