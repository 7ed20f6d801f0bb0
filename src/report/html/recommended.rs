//! The part of a page about what is recommended.

use serde::Serialize;

use crate::data::Estimate;
use crate::data::recommendation::{Earned, Recommendation};
use crate::data::summary::{Summary, Versus};
use crate::report::html::table::{Cell, Table};
use crate::report::{escape, recommendation, text};

/// What a page says of it.
#[derive(Debug, Serialize)]
pub(super) struct Recommended {
    task: String,
    what: String,
    /// Its name in the tables, where that is another one; else empty.
    policy: String,
    because: String,
    /// The part of a scenario that defines it; empty for a model by itself.
    scenario: String,
    tables: Vec<String>,
    note: String,
}

/// `None` where nothing is recommended.
pub(super) fn recommended(summary: &Summary) -> Option<Recommended> {
    let row = summary.recommendation.as_ref()?;
    Some(Recommended {
        task: escape::plain(row.task.as_str()),
        what: escape::plain(&row.earned.what),
        policy: recommendation::own_name(row),
        because: escape::plain(&row.because),
        scenario: row.scenario.clone(),
        tables: [choices(row), paying(row)].into_iter().filter_map(Table::element).collect(),
        note: recommendation::notes(row),
    })
}

fn choices(row: &Recommendation) -> Table {
    let headings = [
        "choice",
        "kind",
        "chosen on, folds",
        "#of all asked, % [interval]",
        "#price, $ per 1000",
        "#calls per item",
        "#p95, ms",
        "#served, %",
        "#against the best single model for the price, points [interval]",
        "#on the items it was chosen on, %",
        "#against a random mix, points [interval]",
    ];
    let mut table = Table::new("What may be had for which price", &headings);
    for choice in &row.choices {
        table.row("", cells(&choice.earned, choice.takes_combination, ""));
        if let Some(other) = &choice.combination {
            table.row("", cells(other, true, "not: "));
        }
    }
    table
}

fn cells(earned: &Earned, is_combination: bool, before: &str) -> Vec<Cell> {
    let versus = earned.versus.as_ref().filter(|_| is_combination);
    vec![
        Cell::name(&format!("{before}{}", earned.what)),
        Cell::name(&earned.kind),
        Cell::name(&recommendation::folds(earned).unwrap_or_else(|| "all".to_owned())),
        Cell::share(earned.accuracy_of_all.as_ref()),
        Cell::figure(earned.cost_per_1k, text::dollars),
        Cell::figure(earned.calls_per_item, |calls| format!("{calls:.2}")),
        Cell::figure(earned.p95_ms, text::ms),
        Cell::figure(earned.served, text::percent),
        points(versus),
        Cell::figure(Some(earned.in_sample), text::percent),
        points(earned.random_line.as_ref()),
    ]
}

fn points(versus: Option<&Versus>) -> Cell {
    match versus {
        Some(versus) if versus.is_same_throughout() => Cell::name("the same"),
        _ => Cell::points(versus.map(together).as_ref()),
    }
}

/// A difference with the interval that holds for all at once, where there is one.
fn together(versus: &Versus) -> Estimate {
    let mut it = versus.difference.clone();
    if let Some(all) = versus.simultaneous {
        (it.low, it.high) = (all.low, all.high);
    }
    it
}

fn paying(row: &Recommendation) -> Table {
    let headings = [
        "category",
        "dearer model",
        "cheaper model",
        "#items",
        "#gain, points",
        "#$ for each extra right answer",
    ];
    let mut table = Table::new("Where the dearer model pays", &headings);
    for it in &row.paying {
        table.row(
            "",
            vec![
                Cell::name(&it.category),
                Cell::name(it.dear.as_str()),
                Cell::name(it.cheap.as_str()),
                Cell::count(Some(it.n_items)),
                Cell::figure(Some(it.gain), text::points),
                Cell::figure(it.usd_per_extra_right, text::dollars),
            ],
        );
    }
    table
}
