//! Models asked in turn until one is sure enough, where they say how sure they are.

use rayon::prelude::*;

use super::search::{Found, Frontier, Mean, Order, Search, Searched};
use super::shape::Shape;
use crate::kernel::{PolicyId, Probability};
use crate::stats;

/// Shares of the first model's answers that are given up as not sure enough.
const GIVEN_UP: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// Thresholds are this fine, so that they read well and two shapes never share a name.
const GRAIN: f64 = 1000.0;

impl Search<'_> {
    /// Two and three models in order of price, or of accuracy where calls are counted, with every
    /// threshold that divides the answers of the first one differently.
    ///
    /// A chain is at best right wherever the first one is not sure enough, and that for nothing;
    /// where something is as good as that for no more, it is passed over.
    pub(super) fn chains(
        &self,
        order: Order<'_>,
        means: &[Mean],
        known: &[Found],
    ) -> (Vec<Found>, Searched) {
        let frontier = Frontier::of(known);
        let mut upwards = order.last.to_vec();
        upwards.sort_by(|a, b| {
            let by_score = means[*a].score.total_cmp(&means[*b].score);
            means[*a].cost.total_cmp(&means[*b].cost).then(by_score).then(a.cmp(b))
        });
        let of_first = |at: usize| {
            let (first, rest) = (upwards[at], &upwards[at + 1..]);
            let (mut found, mut searched) = (Vec::new(), Searched::default());
            if !order.first.contains(&first) {
                return (found, searched);
            }
            for confidence in self.thresholds(first) {
                let pairs = rest.iter().map(|last| vec![first, *last]);
                let between = |(at, middle): (usize, &usize)| {
                    let (middle, says) = (*middle, self.says(*middle));
                    let last = rest[at + 1..].iter().filter(move |_| says);
                    last.map(move |last| vec![first, middle, *last])
                };
                let trios = rest.iter().enumerate().flat_map(between);
                for stages in pairs.chain(trios) {
                    searched.size += 1;
                    match self.chain(&stages, confidence, means, &frontier) {
                        Some(one) => found.push(one),
                        None => searched.bounded += 1,
                    }
                }
            }
            (found, searched)
        };
        let parts: Vec<(Vec<Found>, Searched)> =
            (0..upwards.len()).into_par_iter().map(of_first).collect();
        let mut searched = Searched::default();
        let mut found = Vec::new();
        for (some, of_some) in parts {
            found.extend(some);
            searched.size += of_some.size;
            searched.bounded += of_some.bounded;
        }
        (found, searched)
    }

    /// Whether the model says of any answer how sure it is.
    fn says(&self, model: usize) -> bool {
        self.items.iter().any(|item| self.sure(model, item.0 as usize).is_some())
    }

    fn sure(&self, model: usize, item: usize) -> Option<f64> {
        self.pool.columns[model].confidences[item]
    }

    /// Confidences that give up different shares of the model's answers.
    fn thresholds(&self, model: usize) -> Vec<Probability> {
        let of_items = self.items.iter();
        let mut known: Vec<f64> =
            of_items.filter_map(|item| self.sure(model, item.0 as usize)).collect();
        known.sort_by(f64::total_cmp);
        let round = |share: &f64| Some((stats::quantile(&known, *share)? * GRAIN).round() / GRAIN);
        let mut thresholds: Vec<f64> = GIVEN_UP.iter().filter_map(round).collect();
        thresholds.dedup();
        thresholds.into_iter().filter_map(|it| Probability::try_from(it).ok()).collect()
    }

    fn chain(
        &self,
        stages: &[usize],
        confidence: Probability,
        means: &[Mean],
        frontier: &Frontier,
    ) -> Option<Found> {
        let (last, before) = stages.split_last()?;
        let is_sure = |model: usize, at: usize| {
            self.sure(model, at).is_some_and(|it| it >= confidence.value())
        };
        let first = stages[0];
        let n = self.items.len() as f64;
        let at_best: f64 = self
            .items
            .iter()
            .map(|item| item.0 as usize)
            .map(|at| if is_sure(first, at) { self.pool.columns[first].scores[at] } else { 1.0 })
            .sum();
        if frontier.has(means[first].cost, at_best / n) {
            return None;
        }
        let columns = &self.pool.columns;
        let (mut scores, mut cost) = (Vec::with_capacity(self.items.len()), 0.0);
        for at in self.items.iter().map(|item| item.0 as usize) {
            let sure = before.iter().position(|model| is_sure(*model, at));
            let asked = sure.map_or(stages, |sure| &stages[..=sure]);
            cost += asked.iter().map(|model| columns[*model].costs[at]).sum::<f64>();
            // Where the last one has nothing to say, it yields to the latest answer there is.
            let answered = asked.iter().rev().find(|model| columns[**model].answers[at]);
            scores.push(answered.map_or(0.0, |model| columns[*model].scores[at]));
        }
        let name = |model: &usize| -> PolicyId { columns[*model].name.clone() };
        let stages = before.iter().chain([last]).map(name).collect();
        Some(self.of_outcomes(Shape::Sure { stages, confidence }, &scores, cost / n))
    }
}
