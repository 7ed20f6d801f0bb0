//! Who keeps to a limit in milliseconds.

use super::nested::{Fit, Nest, p95_of};
use super::pool::{Column, p95};
use super::shape::Shape;
use crate::data::ItemIdx;
use crate::kernel::{PolicyId, Probability};

impl Nest<'_> {
    /// Whether 95 of 100 answers keep to the wish's limit, where it has one.
    pub(super) fn is_fast(&self, fit: &Fit, found: &Shape) -> bool {
        let Some(most) = self.wish.p95_ms_at_most else { return true };
        let keeps = |p95: f64| p95 <= most;
        let p95 = match found {
            // Models that are too slow alone are not among what was found.
            Shape::Single(_) => return true,
            Shape::Vote(members) => self.p95_of_vote(fit, members),
            Shape::Cascade { .. } | Shape::Sure { .. } => {
                // Most that is too slow is told without a run.
                if self.p95_of_cascade(fit, found).is_some_and(|p95| !keeps(p95)) {
                    return false;
                }
                let name = found.name();
                let mut policies = self.policies.clone();
                policies.extend(found.policies(&name));
                let outcomes = self.stand.outcomes(&policies, &[(name, fit.folds, fit.folds)]);
                outcomes.first().and_then(|outcomes| p95_of(outcomes))
            }
            other => fit.p95.get(&other.name()).copied().flatten(),
        };
        p95.is_some_and(keeps)
    }

    fn column(&self, name: &PolicyId) -> Option<&Column> {
        self.pool.columns.iter().find(|it| it.name == *name)
    }

    /// Everybody is asked at once, and the slowest decides.
    fn p95_of_vote(&self, fit: &Fit, members: &[PolicyId]) -> Option<f64> {
        let columns: Vec<&Column> = members.iter().filter_map(|it| self.column(it)).collect();
        p95(fit.items.iter().filter_map(|item| slowest(&columns, *item)).collect())
    }

    /// Of what is answered; one stage is asked after the other, as far as it goes.
    fn p95_of_cascade(&self, fit: &Fit, shape: &Shape) -> Option<f64> {
        let times: Vec<f64> = match shape {
            Shape::Cascade { first, last, agreement } => {
                let ballots = self.ballots.as_ref()?;
                let places: Vec<usize> = first.iter().filter_map(|it| self.place(it)).collect();
                let columns: Vec<&Column> =
                    places.iter().map(|at| &self.pool.columns[*at]).collect();
                let last = self.column(last)?;
                let time = |item: &ItemIdx| {
                    let agreed = ballots.plurality(*item, &places).agreement;
                    let first = slowest(&columns, *item).unwrap_or(0.0);
                    if agreed >= agreement.value() {
                        return Some(first);
                    }
                    let at = item.0 as usize;
                    let is_answered = agreed > 0.0 || last.answers[at];
                    Some(first + last.latencies[at]?).filter(|_| is_answered)
                };
                fit.items.iter().filter_map(time).collect()
            }
            Shape::Sure { stages, confidence } => {
                let columns: Vec<&Column> =
                    stages.iter().filter_map(|it| self.column(it)).collect();
                fit.items
                    .iter()
                    .filter_map(|item| until_sure(&columns, *confidence, *item))
                    .collect()
            }
            _ => return None,
        };
        p95(times)
    }

    fn place(&self, name: &PolicyId) -> Option<usize> {
        self.pool.columns.iter().position(|it| it.name == *name)
    }
}

fn slowest(columns: &[&Column], item: ItemIdx) -> Option<f64> {
    let known = columns.iter().filter_map(|it| it.latencies[item.0 as usize]);
    known.max_by(f64::total_cmp)
}

/// How long it takes until one is sure enough, or nobody is left; `None` without an answer.
fn until_sure(stages: &[&Column], confidence: Probability, item: ItemIdx) -> Option<f64> {
    let at = item.0 as usize;
    let (mut time, mut is_answered) = (0.0, false);
    for stage in stages {
        time += stage.latencies[at]?;
        is_answered |= stage.answers[at];
        if stage.confidences[at].is_some_and(|it| it >= confidence.value()) {
            break;
        }
    }
    is_answered.then_some(time)
}
