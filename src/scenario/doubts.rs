//! What a reader must know of the recordings that a scenario names.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{Recorded, Warning};
use crate::exchange::import::Recording;
use crate::kernel::{ItemId, ModelId};
use crate::scenario::Plan;

/// Words in `status` that nobody knows, rows that are about nothing here, and what is made up.
pub(super) fn doubts(plan: &Plan, recordings: &[Recording]) -> Vec<Warning> {
    let unknown = recordings.iter().flat_map(|recording| &recording.unknown_statuses);
    let mut doubts: Vec<Warning> =
        unknown.map(|(word, n)| Warning::UnknownStatus(word.clone(), *n)).collect();
    doubts.extend(stray(plan, recordings));
    let synthetic = plan.candidates.iter().filter(|one| one.synthetic.is_some());
    doubts.extend(synthetic.map(|one| Warning::Synthetic(one.id.to_string())));
    doubts
}

/// Rows that are about no item of any task, by model.
fn stray(plan: &Plan, recordings: &[Recording]) -> Vec<Warning> {
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
    let rows = recordings.iter().flat_map(|recording| &recording.rows);
    for row in rows.filter(|row| is_stray(row)) {
        *strays.entry(&row.model).or_default() += 1;
    }
    strays.into_iter().map(|(model, n)| Warning::StrayRows(model.to_string(), n)).collect()
}
