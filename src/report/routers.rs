//! Policies by the figures of published work on routers: a table, and a part of `report.md`.

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::summary::RouterRow;
use crate::report::by_task::TaskRows;
use crate::report::escape::code;
use crate::report::frames::Columns;
use crate::report::markdown::table;
use crate::report::text;

pub(super) fn routers(rows: &[RouterRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("weak", |row| row.weak.as_ref().map(|it| it.as_str()))
        .text("strong", |row| row.strong.as_ref().map(|it| it.as_str()))
        .count("n", |row| Some(row.n))
        .number("pgr", |row| row.pgr)
        .number("apgr", |row| row.apgr)
        .number("cpt50", |row| row.cpt50)
        .number("cpt80", |row| row.cpt80)
        .number("aiq", |row| row.aiq)
        .number("aiq_code", |row| row.aiq_code)
        .number("arena_score", |row| row.arena_score)
        .frame()
}

/// The names of the figures, as the papers have them, and the figures of a row.
pub(super) const HEADINGS: [&str; 7] =
    ["PGR", "APGR", "CPT(50 %), %", "CPT(80 %), %", "AIQ", "AIQ as coded", "RouterArena's score"];

/// In the order of [`HEADINGS`], with the share of calls in percent.
pub(super) fn figures(row: &RouterRow) -> [Option<String>; 7] {
    let plain = |figure: Option<f64>| figure.map(|it| format!("{it:.3}"));
    [
        plain(row.pgr),
        plain(row.apgr),
        row.cpt50.map(text::percent),
        row.cpt80.map(text::percent),
        plain(row.aiq),
        plain(row.aiq_code),
        plain(row.arena_score),
    ]
}

/// Those that send items to one of several; `None` where there are none.
pub(super) fn section(task: &TaskRows<'_>) -> Option<String> {
    let sending = task.routers.iter().filter(|row| row.pgr.is_some());
    let rows: Vec<Vec<String>> = sending
        .map(|row| {
            let end = |name: &Option<_>| {
                name.as_ref().map(|it: &crate::kernel::PolicyId| code(it.as_str()))
            };
            let names = [Some(code(row.policy.as_str())), end(&row.weak), end(&row.strong)];
            names.into_iter().chain(figures(row)).map(text::or_unknown).collect()
        })
        .collect();
    let headings: Vec<&str> = ["policy", "weak", "strong"].into_iter().chain(HEADINGS).collect();
    let table = table(&headings, 3, rows.iter().cloned());
    (!rows.is_empty())
        .then(|| format!("### By the figures of published work on routers\n\n{table}"))
}
