//! Several attempts and calibration: frames of them, and the part of `report.md` about them.

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::summary::{CalibrationRow, SampleRow};
use crate::report::by_task::TaskRows;
use crate::report::escape::code;
use crate::report::frames::Columns;
use crate::report::judges;
use crate::report::text;

/// A sentence for each model with samples, and for each that says how sure it is; `None` without.
pub(super) fn section(task: &TaskRows<'_>) -> Option<String> {
    let last = task.samples.iter().filter(|row| row.k == row.n_samples);
    let of_samples = last.map(|row| {
        format!(
            "- {}, {} samples: at least one right on {}, all right on {} (n = {}).",
            code(row.model.as_str()),
            row.n_samples,
            text::share(&row.pass_at_k),
            text::share(&row.pass_hat_k),
            row.pass_at_k.n
        )
    });
    let of_confidence = task.calibration.iter().map(|row| {
        let smallest = row.bins.iter().map(|bin| bin.n).min().unwrap_or_default();
        format!(
            "- {}, how sure it is: expected calibration error {} points in {} bins of {smallest} \
             answers or more, Brier score {:.3} (n = {}).",
            code(row.model.as_str()),
            text::percent(row.expected_error),
            row.bins.len(),
            row.brier,
            row.n
        )
    });
    let of_judges = task.judging.iter().filter_map(|row| judges::line(row));
    let lines: Vec<String> = of_samples.chain(of_confidence).chain(of_judges).collect();
    (!lines.is_empty()).then(|| format!("### Reliability\n\n{}", lines.join("\n")))
}

pub(super) fn samples(rows: &[SampleRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("model", |row| Some(row.model.as_str()))
        .small("n_samples", |row| Some(row.n_samples))
        .small("k", |row| Some(row.k))
        .estimate("pass_at_k", |row| Some(&row.pass_at_k))
        .estimate("pass_hat_k", |row| Some(&row.pass_hat_k))
        .frame()
}

pub(super) fn calibration(rows: &[CalibrationRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("model", |row| Some(row.model.as_str()))
        .count("n", |row| Some(row.n))
        .number("expected_error", |row| Some(row.expected_error))
        .number("largest_error", |row| Some(row.largest_error))
        .number("brier", |row| Some(row.brier))
        .text("bins", |row| serde_json::to_string(&row.bins).ok())
        .frame()
}
