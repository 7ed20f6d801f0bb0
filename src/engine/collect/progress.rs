//! How far a collection is, by model.

use std::collections::BTreeMap;

use super::Asked;
use crate::data::{Failure, Recorded};
use crate::kernel::{ModelId, Tokens, Usd};

/// How far a collection is.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// By model, in order of name.
    pub models: Vec<(ModelId, ModelProgress)>,
}

/// How far one model is.
#[derive(Debug, Clone, Default)]
pub struct ModelProgress {
    /// Questions to be asked.
    pub n_total: u64,
    /// Questions on their way.
    pub n_in_flight: u64,
    /// Questions that are settled, those that were given up unasked among them.
    pub n_done: u64,
    /// Attempts that failed and are made again.
    pub n_again: u64,
    /// Questions that failed, by kind.
    pub failed: BTreeMap<Failure, u64>,
    /// Tokens sent and received, as far as that is known.
    pub tokens: Tokens,
    /// What they cost, as far as that is known.
    pub cost: Usd,
}

impl Progress {
    pub(super) fn new(asked: &Asked<'_>) -> Self {
        let start = |lane| (asked.model(lane).clone(), ModelProgress::default());
        let mut models: Vec<_> = (0..asked.lanes.len()).map(start).collect();
        (0..asked.same.len()).for_each(|at| models[asked.lane(at)].1.n_total += 1);
        Self { models }
    }

    pub(super) fn started(&mut self, lane: usize) {
        self.models[lane].1.n_in_flight += 1;
    }

    pub(super) fn failed_once(&mut self, lane: usize) {
        self.models[lane].1.n_in_flight -= 1;
        self.models[lane].1.n_again += 1;
    }

    pub(super) fn finished(&mut self, lane: usize, row: &Recorded) {
        let model = &mut self.models[lane].1;
        model.n_in_flight -= 1;
        model.n_done += 1;
        if let Some(failure) = row.failure {
            *model.failed.entry(failure).or_default() += 1;
        }
        model.tokens += row.prompt_tokens.unwrap_or_default();
        model.tokens += row.completion_tokens.unwrap_or_default();
        model.cost += row.cost.unwrap_or_default();
    }

    /// Another process had the answer.
    pub(super) fn found(&mut self, lane: usize) {
        self.models[lane].1.n_done += 1;
    }

    pub(super) fn closed(&mut self, lane: usize, failure: Failure) {
        let model = &mut self.models[lane].1;
        model.n_done += 1;
        *model.failed.entry(failure).or_default() += 1;
    }

    /// All models together.
    pub fn total(&self) -> ModelProgress {
        let mut sum = ModelProgress::default();
        for (_, model) in &self.models {
            sum.n_total += model.n_total;
            sum.n_in_flight += model.n_in_flight;
            sum.n_done += model.n_done;
            sum.n_again += model.n_again;
            for (failure, n) in &model.failed {
                *sum.failed.entry(*failure).or_default() += n;
            }
            sum.tokens += model.tokens;
            sum.cost += model.cost;
        }
        sum
    }
}

impl ModelProgress {
    /// Questions that failed.
    pub fn n_failed(&self) -> u64 {
        self.failed.values().sum()
    }
}
