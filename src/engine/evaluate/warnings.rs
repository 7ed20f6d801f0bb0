//! What a reader must know before trusting a figure.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::summary::{ModelRow, PolicyRow};
use crate::data::{Recorded, Warning};
use crate::kernel::{ItemId, ModelId};
use crate::scenario::{Plan, Task};

/// Fewer items than this can't show a difference of a few points.
const FEW: u64 = 200;

/// Doubts that follow from the plan alone.
pub(super) fn of_plan(plan: &Plan) -> Vec<Warning> {
    let assumed = plan
        .candidates
        .iter()
        .filter(|candidate| candidate.price.as_ref().is_some_and(|price| price.assumed.is_some()));
    assumed.map(|candidate| Warning::PriceAssumed(candidate.id.to_string())).collect()
}

/// Rows that are about no item of any task, by model.
pub(super) fn stray(plan: &Plan, rows: &[&Recorded]) -> Vec<Warning> {
    let ids: Vec<(&str, BTreeSet<&ItemId>)> = plan
        .tasks
        .iter()
        .map(|task| (task.id.as_str(), task.items.iter().map(|item| &item.id).collect()))
        .collect();
    let is_stray = |row: &Recorded| {
        !ids.iter().any(|(task, ids)| {
            row.task.as_ref().is_none_or(|name| name.as_str() == *task) && ids.contains(&row.id)
        })
    };
    let mut strays: BTreeMap<&ModelId, u64> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_stray(row)) {
        *strays.entry(&row.model).or_default() += 1;
    }
    strays.into_iter().map(|(model, n)| Warning::StrayRows(model.to_string(), n)).collect()
}

/// Doubts that follow from the figures of one task.
pub(super) fn of_task(task: &Task, models: &[ModelRow], policies: &[PolicyRow]) -> Vec<Warning> {
    let mut doubts = Vec::new();
    let n_items =
        models.first().map_or(0, |row| row.measures.counts.asked + row.measures.counts.not_run);
    if n_items < FEW {
        doubts.push(Warning::TooFewItems(task.id.to_string(), n_items));
    }
    for row in models {
        let (name, measures) = (row.model.to_string(), &row.measures);
        let counts = &measures.counts;
        let on = format!("{name} on {}", task.id);
        if counts.not_run > 0 {
            doubts.push(Warning::MissingCells(on.clone(), counts.not_run, n_items));
        }
        if counts.failed > 0 {
            doubts.push(Warning::FailedCalls(on.clone(), counts.failed, counts.asked));
        }
        if counts.unparsed * 20 > counts.asked {
            doubts.push(Warning::Unparsed(on, counts.unparsed, counts.asked));
        }
        if measures.cost_usd.is_none() && counts.asked > 0 {
            doubts.push(Warning::CostUnknown(name.clone()));
        }
        if measures.latency_ms.is_none() && counts.answered > 0 {
            doubts.push(Warning::LatencyUnknown(name));
        }
    }
    for row in policies.iter().filter(|row| row.kind != "single" && row.tied * 20 > n_items) {
        let on = format!("{} on {}", row.policy, task.id);
        doubts.push(Warning::Ties(on, row.tied, n_items));
    }
    doubts
}
