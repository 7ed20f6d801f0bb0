//! Gates in words and as a table.

use crate::data::summary::{GateOutcome, GateRow, Summary};
use crate::report::escape::{cell, code, plain};
use crate::report::markdown::table;

/// What the rows of gates on a recommendation measure.
const ADVICE: &str = "recommendation";

/// What was held against what, names written by `name`.
///
/// `accuracy of net less best-single: 0.012 [-0.003, 0.027], at least -0.02 by its lower end`
pub(super) fn sentence(row: &GateRow, name: fn(&str) -> String) -> String {
    let metric = &row.metric;
    if metric == ADVICE {
        return format!("{metric} on {}: {}", name(row.task.as_str()), advice(row, name));
    }
    let of = compared(row, name);
    format!("{metric} of {of} on {}: {}, {}", name(row.task.as_str()), figure(row), limit(row))
}

/// The same with names as they are.
pub fn gate_sentence(row: &GateRow) -> String {
    sentence(row, plain)
}

/// The part of `report.md` about gates.
pub(super) fn section(summary: &Summary) -> Option<String> {
    if summary.gates.is_empty() {
        return None;
    }
    let headings = ["gate", "outcome", "figure", "of", "task", "observed", "required"];
    let row = |row: &GateRow| {
        let of = compared(row, code);
        let outcome = match row.outcome {
            GateOutcome::Passed => "passed",
            GateOutcome::Failed => "**failed**",
            GateOutcome::Inconclusive => "**inconclusive**",
        };
        if row.metric == ADVICE {
            let parts = [code(&row.name), outcome.to_owned(), cell(ADVICE), advice(row, code)];
            let rest = [code(row.task.as_str()), String::new(), "unchanged".to_owned()];
            return parts.into_iter().chain(rest).collect();
        }
        vec![
            code(&row.name),
            outcome.to_owned(),
            cell(&row.metric),
            of,
            code(row.task.as_str()),
            cell(&figure(row)),
            cell(&limit(row)),
        ]
    };
    let headings = headings.map(str::to_owned);
    Some(format!("### Gates\n\n{}", table(&headings, 7, summary.gates.iter().map(row))))
}

/// Whose figure it is, and less whose.
fn compared(row: &GateRow, name: fn(&str) -> String) -> String {
    let of = name(row.of.as_str());
    match (&row.versus, &row.baseline) {
        (Some(versus), _) => format!("{of} less {}", name(versus.as_str())),
        (None, Some(run)) => format!("{of} less itself in {}", name(run)),
        (None, None) => of,
    }
}

/// What is recommended, and what was.
fn advice(row: &GateRow, name: fn(&str) -> String) -> String {
    let (earlier, run) = (name(row.of.as_str()), row.baseline.as_deref().unwrap_or_default());
    let now = row.versus.as_ref().map(|now| name(now.as_str()));
    let chosen = match row.observed {
        Some(share) if share > 0.0 => format!("{} % of the folds", short(100.0 * share)),
        _ => "no fold".to_owned(),
    };
    match now {
        None => format!("none, and {earlier} in {}", name(run)),
        Some(now) if now == earlier => format!("{now}, as in {}", name(run)),
        Some(now) => format!("{now}, and {earlier} in {}, which {chosen} chose", name(run)),
    }
}

/// The figure with its interval, and how it was made.
fn figure(row: &GateRow) -> String {
    match (&row.estimate, row.observed) {
        (None, None) => "unknown".to_owned(),
        (None, Some(point)) => format!("{} (without an interval)", short(point)),
        (Some(it), _) => format!(
            "{} [{}, {}] (n = {}, {})",
            short(it.point),
            short(it.low),
            short(it.high),
            it.n,
            it.method
        ),
    }
}

/// What is required, and how many items would decide it.
fn limit(row: &GateRow) -> String {
    let condition = row.condition.replace('_', " ");
    let by = match row.bound.as_str() {
        "point" => "by the figure itself".to_owned(),
        bound => format!("by its {bound} end"),
    };
    let needed = row.needed_n.map(|n| format!("; about {n} items would decide it"));
    format!("{condition} {} {by}{}", short(row.required), needed.unwrap_or_default())
}

/// Four digits that count, in no more words than they need.
fn short(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        size if size >= 0.01 || size == 0.0 => 4,
        size => (3.0 - size.log10().floor()).min(7.0) as usize,
    };
    let text = format!("{value:.digits$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_count() {
        for (value, text) in [
            (0.0, "0"),
            (-0.00000001, "0"),
            (0.5, "0.5"),
            (-0.02, "-0.02"),
            (0.00192, "0.00192"),
            (-0.009_456_7, "-0.009457"),
            (0.123_456, "0.1235"),
            (12.345, "12.35"),
            (3068.4, "3068"),
            (100.0, "100"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
