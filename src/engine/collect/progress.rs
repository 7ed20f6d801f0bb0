//! How far a collection is, by model.

use std::collections::BTreeMap;

use super::questions::{Lane, Question};
use crate::data::Recorded;
use crate::kernel::{ModelId, Usd};

/// How far a collection is.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// By model.
    pub models: BTreeMap<ModelId, ModelProgress>,
}

/// How far one model is.
#[derive(Debug, Clone, Copy, Default)]
pub struct ModelProgress {
    /// Questions to be asked.
    pub n_total: u64,
    /// Questions on their way.
    pub n_in_flight: u64,
    /// Questions that came back.
    pub n_done: u64,
    /// Of those, questions that failed.
    pub n_failed: u64,
    /// What they cost, as far as that is known.
    pub cost: Usd,
}

impl Progress {
    pub(super) fn new(lanes: &[Lane<'_>], _: &[Question]) -> Self {
        let start = |lane: &Lane<'_>| {
            let n_total = lane.waiting.len() as u64;
            (lane.candidate.id.clone(), ModelProgress { n_total, ..ModelProgress::default() })
        };
        Self { models: lanes.iter().map(start).collect() }
    }

    pub(super) fn started(&mut self, model: &ModelId) {
        if let Some(model) = self.models.get_mut(model) {
            model.n_in_flight += 1;
        }
    }

    pub(super) fn finished(&mut self, row: &Recorded) {
        if let Some(model) = self.models.get_mut(&row.model) {
            model.n_in_flight = model.n_in_flight.saturating_sub(1);
            model.n_done += 1;
            model.n_failed += u64::from(row.failure.is_some());
            model.cost += row.cost.unwrap_or_default();
        }
    }

    /// All models together.
    pub fn total(&self) -> ModelProgress {
        self.models.values().fold(ModelProgress::default(), |sum, model| ModelProgress {
            n_total: sum.n_total + model.n_total,
            n_in_flight: sum.n_in_flight + model.n_in_flight,
            n_done: sum.n_done + model.n_done,
            n_failed: sum.n_failed + model.n_failed,
            cost: sum.cost + model.cost,
        })
    }
}
