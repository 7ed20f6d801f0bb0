//! What a choice earned on items that it was not chosen on, with its uncertainty.

use std::collections::BTreeMap;

use super::nested::{Nest, Picked};
use super::pool::Column;
use super::routers::models_of;
use crate::analysis::{self, Case, Priced};
use crate::data::recommendation::Earned;
use crate::data::summary::Versus;
use crate::data::{Outcome, Verdict};
use crate::kernel::{Interval, PolicyId};
use crate::stats::bootstrap::{Draws, Units};
use crate::stats::{self, Design, MeanEstimate, Sides, Variation};

/// Resamples of the simultaneous intervals.
const N_RESAMPLES: usize = 2000;

/// The power that a number of items is for.
const POWER: f64 = 0.8;

/// How right each item went; `None` where nobody was asked.
pub(super) fn scores(outcomes: &[Outcome]) -> Vec<Option<f64>> {
    let score =
        |it: &Outcome| (it.verdict != Verdict::NotRun).then(|| it.verdict.score().unwrap_or(0.0));
    outcomes.iter().map(score).collect()
}

impl Nest<'_> {
    /// What `picked` earned, and how it differs from `baseline`.
    pub(super) fn earned(
        &self,
        picked: &Picked,
        baseline: Option<(&PolicyId, &[Outcome])>,
    ) -> Earned {
        let name = picked.found.shape.name();
        let mut policies = self.policies.clone();
        policies.extend(picked.found.shape.policies(&name));
        let mut models = Vec::new();
        models_of(&name, &policies, &mut models);
        let mut chosen: BTreeMap<String, u64> = BTreeMap::new();
        for shape in &picked.by_fold {
            let is_same = shape.is_like(&picked.found.shape);
            let found = if is_same { name.clone() } else { shape.name() };
            *chosen.entry(found.to_string()).or_default() += 1;
        }
        let mut earned = self.measured(&picked.outcomes);
        earned.what = name.to_string();
        picked.found.shape.kind().clone_into(&mut earned.kind);
        earned.models = models;
        earned.served_in_outages = self.simulated.borrow().get(&name).copied().flatten();
        earned.chosen = chosen;
        earned.in_sample = picked.found.score;
        let honest = earned.accuracy_of_all.as_ref().map(|it| it.point);
        earned.optimism = honest.map(|honest| picked.found.score - honest);
        let versus = baseline.and_then(|(name, theirs)| {
            self.stand.difference(name, &scores(&picked.outcomes), &scores(theirs))
        });
        earned.on_new_items = versus.as_ref().map(|it| on_new_items(it, picked));
        earned.versus = versus.map(|it| widened(it, picked));
        earned.random_line = self.random_line(&picked.outcomes, &earned);
        earned
    }

    /// How `picked` differs from `baseline`, with the luck of the choice in it.
    pub(super) fn differs(
        &self,
        picked: &Picked,
        name: &PolicyId,
        baseline: &[Outcome],
    ) -> Option<Versus> {
        let versus = self.stand.difference(name, &scores(&picked.outcomes), &scores(baseline))?;
        Some(widened(versus, picked))
    }

    /// The baseline itself, of which nothing was chosen here.
    pub(super) fn earned_by(&self, name: &PolicyId, outcomes: &[Outcome]) -> Earned {
        let mut earned = self.measured(outcomes);
        name.as_str().clone_into(&mut earned.what);
        let policy = self.policies.get(name);
        policy.map_or("single", |policy| policy.kind()).clone_into(&mut earned.kind);
        let rungs = outcomes.iter().filter_map(|it| it.rung.as_ref());
        for rung in rungs {
            *earned.chosen.entry(rung.to_string()).or_default() += 1;
        }
        earned.in_sample = earned.accuracy_of_all.as_ref().map_or(0.0, |it| it.point);
        earned
    }

    fn measured(&self, outcomes: &[Outcome]) -> Earned {
        let case = |(outcome, cluster): (&Outcome, &u32)| Case {
            verdict: outcome.verdict,
            cluster: *cluster,
            is_sent: outcome.n_unsent == 0,
            cost: outcome.cost,
            latency: outcome.latency,
            ttft: None,
            tokens: None,
        };
        let method = &self.stand.method;
        let cases: Vec<Case> = outcomes.iter().zip(&method.clusters).map(case).collect();
        let measures = analysis::measures(&cases, method.intervals);
        let n_asked = measures.counts.asked;
        let calls: u64 = outcomes.iter().map(|it| u64::from(it.n_calls)).sum();
        Earned {
            what: String::new(),
            kind: String::new(),
            models: Vec::new(),
            chosen: BTreeMap::new(),
            accuracy_of_all: measures.accuracy_of_all,
            in_sample: 0.0,
            optimism: None,
            cost_per_1k: measures.cost_usd.and_then(|cost| cost.per_1k),
            calls_per_item: (n_asked > 0).then(|| calls as f64 / n_asked as f64),
            p50_ms: measures.latency_ms.map(|it| it.p50),
            p95_ms: measures.latency_ms.map(|it| it.p95),
            served: analysis::served(&measures.counts, method.intervals).map(|it| it.point),
            served_in_outages: None,
            versus: None,
            on_new_items: None,
            random_line: None,
        }
    }

    /// The difference to the best mix of two models by chance at the same price.
    ///
    /// The models of the mix are the best on these very items, so it is flattered a little.
    fn random_line(&self, outcomes: &[Outcome], earned: &Earned) -> Option<Versus> {
        let cost = earned.cost_per_1k? / 1000.0;
        let columns: Vec<&Column> = self.pool.those(false).collect();
        let priced: Vec<Priced> = columns
            .iter()
            .map(|column| Priced { cost: mean(&column.costs), accuracy: mean(&column.scores) })
            .collect();
        let hull = analysis::hull(&priced);
        let blend = analysis::at_cost(&priced, &hull, cost)?;
        let [cheap, dear] = [blend.cheap, blend.dear].map(|at| &columns[at].scores);
        let share = blend.share_of_dear;
        let mixed: Vec<Option<f64>> = std::iter::zip(cheap, dear)
            .map(|(cheap, dear)| Some(cheap * (1.0 - share) + dear * share))
            .collect();
        self.stand.difference(&"random-line".into(), &scores(outcomes), &mixed)
    }

    /// Gives the differences of `pairs` the intervals that hold for all of them at once.
    pub(super) fn together(&self, pairs: &[(&Picked, &[Outcome])], all: &mut [&mut Versus]) {
        if pairs.len() < 2 {
            return;
        }
        let columns: Vec<[Vec<Option<f64>>; 2]> =
            pairs.iter().map(|(ours, theirs)| [scores(&ours.outcomes), scores(theirs)]).collect();
        let difference = |at: usize| -> Option<Vec<f64>> {
            columns.iter().map(|[ours, theirs]| Some(ours[at]? - theirs[at]?)).collect()
        };
        let clusters = &self.stand.method.clusters;
        let (rows, kept): (Vec<Vec<f64>>, Vec<u32>) =
            (0..clusters.len()).filter_map(|at| Some((difference(at)?, clusters[at]))).unzip();
        let columns: Vec<Vec<f64>> =
            (0..pairs.len()).map(|pair| rows.iter().map(|row| row[pair]).collect()).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let level = self.stand.method.intervals.level.value();
        let (seed, purpose) = (self.stand.seed, "recommend-max-t");
        let draws = Draws { seed, purpose, n_resamples: N_RESAMPLES };
        let Some(units) = Units::new(&columns, &kept) else { return };
        let Some(together) = stats::max_t(&units, level, draws) else { return };
        for ((versus, contrast), pair) in all.iter_mut().zip(together.contrasts).zip(pairs) {
            if contrast.standard_error > 0.0 {
                let half = contrast.interval.high - contrast.difference;
                let half = half * luck(pair.0).sqrt();
                // Looking at several must not make one narrower.
                versus.simultaneous = Some(Interval {
                    low: (contrast.difference - half).min(versus.difference.low),
                    high: (contrast.difference + half).max(versus.difference.high),
                });
            }
        }
    }
}

/// How many times as much a difference varies because it matters which items were there to choose
/// by: 1 where every fold led to the same choice.
///
/// Of k folds, 1 + k / (k - 1): the variance of a mean over folds is (1 / k + 1 / (k - 1)) times
/// that of a fold's, and not 1 / k times, because the items to choose by are mostly the same ones.
/// Source: C. Nadeau and Y. Bengio, Machine Learning 52 (2003), 239-281. Checked by how often the
/// intervals hold what other items show (`tests/recommend_real.rs`).
fn luck(picked: &Picked) -> f64 {
    let k = picked.by_fold.len() as f64;
    let name = picked.found.shape.name();
    if picked.by_fold.iter().all(|it| it.name() == name) { 1.0 } else { 1.0 + k / (k - 1.0) }
}

/// The difference with an interval and a p-value that know of the luck of the choice.
fn widened(mut versus: Versus, picked: &Picked) -> Versus {
    let luck = luck(picked);
    if luck == 1.0 {
        return versus;
    }
    let it = &mut versus.difference;
    let half = (it.high - it.low) / 2.0;
    let wider = luck.sqrt();
    (it.low, it.high) = (
        (it.point - (it.point - it.low) * wider).max(-1.0),
        (it.point + (it.high - it.point) * wider).min(1.0),
    );
    it.method = format!("{}, widened for the choice (nadeau-bengio)", it.method);
    let estimate = MeanEstimate {
        point: it.point,
        interval: Interval { low: it.low, high: it.high },
        standard_error: wider * half / stats::z_two_sided(it.level),
        n: it.n,
        n_clusters: it.n,
    };
    versus.p = stats::p_of_zero_mean(&estimate);
    versus
}

/// Holds what the same comparison comes to on as many new items, as often as the level says: both
/// vary, and the one at hand by the luck of the choice too.
fn on_new_items(versus: &Versus, picked: &Picked) -> Interval {
    let it = &versus.difference;
    let wider = (1.0 + luck(picked)).sqrt();
    Interval {
        low: (it.point - (it.point - it.low) * wider).max(-1.0),
        high: (it.point + (it.high - it.point) * wider).min(1.0),
    }
}

/// The interval that holds for all choices at once, where there are several.
pub(super) fn interval(versus: &Versus) -> Interval {
    let it = &versus.difference;
    versus.simultaneous.unwrap_or(Interval { low: it.low, high: it.high })
}

/// So many more items would show that a difference is not `at_least` less, if it stayed as it is;
/// `None` where it is not above that, so that no number would.
pub(super) fn more_items(versus: &Versus, at_least: f64, sides: Sides) -> Option<u64> {
    let it = &versus.difference;
    let above = it.point - at_least;
    let half = (it.high - it.low) / 2.0;
    let z = stats::z_two_sided(it.level);
    let variance = (half / z).powi(2) * it.n as f64;
    let variation = Variation {
        between_items: variance,
        within_a: 0.0,
        samples_a: 1,
        within_b: 0.0,
        samples_b: 1,
    };
    let design = Design { alpha: 1.0 - it.level, power: POWER, sides };
    let needed = stats::miller_items(variation, above, design).filter(|_| above > 0.0)?;
    Some((needed.ceil() as u64).saturating_sub(it.n).max(1))
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len().max(1) as f64
}
