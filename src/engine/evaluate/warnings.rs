//! What a reader must know before trusting a figure.

use crate::data::Warning;
use crate::data::summary::{ModelRow, PolicyRow, WarningRow};
use crate::scenario::{Plan, Task};

/// Fewer items than this can't show a difference of a few points.
const FEW: u64 = 200;

/// A doubt as a row of the summary.
pub fn warning_row(warning: &Warning) -> WarningRow {
    WarningRow {
        kind: warning.kind().to_owned(),
        on: warning.on().to_owned(),
        text: warning.to_string(),
    }
}

/// Doubts that follow from the plan alone.
pub(super) fn of_plan(plan: &Plan) -> Vec<Warning> {
    let assumed = plan
        .candidates
        .iter()
        .filter(|candidate| candidate.price.as_ref().is_some_and(|price| price.assumed.is_some()));
    assumed.map(|candidate| Warning::PriceAssumed(candidate.id.to_string())).collect()
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
            let kinds = measures.failures.iter().map(|(kind, n)| format!("{kind} {n}"));
            let kinds = kinds.collect::<Vec<String>>().join(", ");
            doubts.push(Warning::FailedCalls(on.clone(), kinds, counts.failed, counts.asked));
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
    for row in policies.iter().filter(|row| row.kind == "vote" && row.tied * 20 > n_items) {
        let on = format!("{} on {}", row.policy, task.id);
        doubts.push(Warning::Ties(on, row.tied, n_items));
    }
    doubts
}
