//! What policies are compared with unasked, and the frontier, as Polars frames.

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::summary::{ComparisonRow, FrontierRow};
use crate::report::frames::Columns;

pub(super) fn comparisons(rows: &[ComparisonRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("against", |row| Some(row.against.name()))
        .text("of", |row| serde_json::to_string(&row.of).ok())
        .number("price_ratio", |row| row.price_ratio)
        .number("difference", |row| Some(row.versus.difference.point))
        .interval("difference", |row| Some(&row.versus.difference))
        .number("p", |row| Some(row.versus.p))
        .count("wins", |row| Some(row.versus.wins))
        .count("losses", |row| Some(row.versus.losses))
        .frame()
}

pub(super) fn frontier(rows: &[FrontierRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .number("accuracy", |row| Some(row.accuracy))
        .number("cost_per_1k", |row| Some(row.cost_per_1k))
        .number("availability", |row| row.availability)
        .frame()
}
