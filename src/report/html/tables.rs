//! The tables of one task on a page.

use serde::Serialize;

use crate::data::summary::{Measures, PolicyRow, Summary};
use crate::kernel::PolicyId;
use crate::report::by_task::{TaskRows, is_reference};
use crate::report::html::table::{Cell, Table};
use crate::report::svg::anchor;
use crate::report::{escape, gates, routers, text};

/// Policies, then models.
pub(super) fn main(task: &TaskRows<'_>) -> Vec<String> {
    let mut policies = Table::new("Policies", &heads(&["policy", "kind"]));
    for row in &task.policies {
        let mut cells = vec![Cell::name(row.policy.as_str()), Cell::name(&row.kind)];
        cells.extend(measures(&row.measures, row.calls_per_item));
        cells.extend(difference(Some(row)));
        policies.row(&anchor(task, row.policy.as_str()), cells);
    }
    let mut models = Table::new("Models", &heads(&["model"]));
    for (row, policy) in &task.models {
        let calls = policy.and_then(|policy| policy.calls_per_item);
        let mut cells = vec![Cell::name(row.model.as_str())];
        cells.extend(measures(&row.measures, calls));
        cells.extend(difference(*policy));
        models.row(&anchor(task, row.model.as_str()), cells);
    }
    [policies, models].into_iter().filter_map(Table::element).collect()
}

fn heads(names: &[&'static str]) -> Vec<&'static str> {
    let figures = [
        "#served, %",
        "#accuracy, % [interval]",
        "#n answered",
        "#of all asked, % [interval]",
        "#price, $ per 1000",
        "#p50, ms",
        "#p95, ms",
        "#calls per item",
        "#against best single, points [interval]",
        "#p",
        "#p after Holm",
        "#n of pairs",
        "#won",
        "#lost",
    ];
    names.iter().copied().chain(figures).collect()
}

fn measures(measures: &Measures, calls: Option<f64>) -> [Cell; 8] {
    let (accuracy, latency) = (measures.accuracy.as_ref(), measures.latency_ms);
    [
        Cell::figure(text::served(&measures.counts), text::percent),
        Cell::share(accuracy),
        Cell::count(accuracy.map(|accuracy| accuracy.n)),
        Cell::share(measures.accuracy_of_all.as_ref()),
        Cell::figure(measures.cost_usd.and_then(|cost| cost.per_1k), text::dollars),
        Cell::figure(latency.map(|latency| latency.p50), text::ms),
        Cell::figure(latency.map(|latency| latency.p95), text::ms),
        Cell::figure(calls, |calls| format!("{calls:.2}")),
    ]
}

fn difference(policy: Option<&PolicyRow>) -> [Cell; 6] {
    let versus = policy.and_then(|policy| policy.versus.as_ref());
    let first = match versus {
        None if policy.is_some_and(is_reference) => Cell::name("baseline"),
        _ => Cell::points(versus.map(|versus| &versus.difference)),
    };
    [
        first,
        Cell::figure(versus.map(|versus| versus.p), text::p),
        Cell::figure(versus.and_then(|versus| versus.p_holm), text::p),
        Cell::count(versus.map(|versus| versus.difference.n)),
        Cell::count(versus.map(|versus| versus.wins)),
        Cell::count(versus.map(|versus| versus.losses)),
    ]
}

/// What estimates of the main tables were made from and how.
pub(super) fn note(task: &TaskRows<'_>) -> String {
    let accuracies = task.measures().filter_map(|measures| measures.accuracy.as_ref());
    let of_all = task.measures().filter_map(|measures| measures.accuracy_of_all.as_ref());
    let level = |level: Option<String>| level.map(|it| format!(" at {it}")).unwrap_or_default();
    let part = |what: &str, at: Option<String>, made: Option<String>| {
        made.map(|made| format!("{what}: intervals{} ({made}).", level(at)))
    };
    let parts = [
        part(
            "Accuracy is of what was answered",
            text::level(accuracies.clone()),
            text::provenance(accuracies),
        ),
        part(
            "Of all asked, what is no answer counts 0",
            text::level(of_all.clone()),
            text::provenance(of_all),
        ),
        part(
            "Differences are paired, over items that both served",
            text::level(task.differences()),
            text::provenance(task.differences()),
        ),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    format!("{} - is unknown, which is never 0.", known.join(" "))
}

/// What more there is, each with what it is about: why votes win or lose, what money buys, and so
/// on; tables without rows are left out.
pub(super) fn further(task: &TaskRows<'_>) -> Vec<Named> {
    let tables = [
        gains(task),
        contributions(task),
        comparisons(task),
        by_literature(task),
        categories(task),
        pairs(task),
        samples(task),
        calibration(task),
        extractors(task),
    ];
    let named = |table: Table| {
        let caption = table.caption().to_owned();
        table.element().map(|element| Named { caption, element })
    };
    tables.into_iter().filter_map(named).collect()
}

/// A table and what it is about.
#[derive(Debug, Serialize)]
pub(super) struct Named {
    caption: String,
    element: String,
}

fn gains(task: &TaskRows<'_>) -> Table {
    let headings = [
        "vote",
        "#n",
        "#both right",
        "#rescued: only the vote right",
        "#overruled: only the model right",
        "#lost to ties",
        "#no answer",
        "#both wrong, a member right",
        "#nobody right",
    ];
    let mut table = Table::new("Votes beside the best single model, in items", &headings);
    for row in &task.gains {
        let counts = [
            row.n,
            row.both_right,
            row.rescued,
            row.overruled,
            row.lost_to_ties,
            row.no_answer,
            row.both_wrong_reachable,
            row.out_of_reach,
        ];
        let name = Cell::name(row.policy.as_str());
        let counts = counts.map(|count| Cell::count(Some(count)));
        table.row("", [name].into_iter().chain(counts).collect());
    }
    table
}

fn contributions(task: &TaskRows<'_>) -> Table {
    let headings =
        ["vote", "member", "#adds, points [interval]", "#p", "#n", "#share by Shapley's rule, %"];
    let mut table = Table::new("What each member adds to a vote", &headings);
    for row in &task.contributions {
        table.row(
            "",
            vec![
                Cell::name(row.policy.as_str()),
                Cell::name(row.member.as_str()),
                Cell::points(Some(&row.difference)),
                Cell::figure(Some(row.p), text::p),
                Cell::count(Some(row.difference.n)),
                Cell::figure(row.shapley, text::percent),
            ],
        );
    }
    table
}

fn comparisons(task: &TaskRows<'_>) -> Table {
    let headings =
        ["policy", "against", "#price ratio", "#difference, points [interval]", "#p", "#n"];
    let mut table = Table::new("What the same money buys", &headings);
    for row in &task.comparisons {
        table.row(
            "",
            vec![
                Cell::name(row.policy.as_str()),
                Cell::name(row.against.words()),
                Cell::figure(row.price_ratio, text::times),
                Cell::points(Some(&row.versus.difference)),
                Cell::figure(Some(row.versus.p), text::p),
                Cell::count(Some(row.versus.difference.n)),
            ],
        );
    }
    table
}

fn by_literature(task: &TaskRows<'_>) -> Table {
    let figures = routers::HEADINGS.map(|heading| format!("#{heading}"));
    let names = ["policy", "weak", "strong"];
    let headings: Vec<&str> = names.into_iter().chain(figures.iter().map(String::as_str)).collect();
    let mut table = Table::new("Figures of published work on routers", &headings);
    for row in &task.routers {
        let end = |name: &Option<PolicyId>| Cell::name(name.as_ref().map_or("", |it| it.as_str()));
        let names = [Cell::name(row.policy.as_str()), end(&row.weak), end(&row.strong)];
        let figures =
            [row.pgr, row.apgr, row.cpt50, row.cpt80, row.aiq, row.aiq_code, row.arena_score];
        let texts = routers::figures(row).map(text::or_unknown);
        let figures = figures.into_iter().zip(texts).map(|(it, text)| Cell::figure(it, |_| text));
        table.row("", names.into_iter().chain(figures).collect());
    }
    table
}

fn categories(task: &TaskRows<'_>) -> Table {
    let headings =
        ["category", "policy", "#asked", "#accuracy, % [interval]", "#of all asked, % [interval]"];
    let mut table = Table::new("Accuracy by category", &headings);
    for row in &task.categories {
        table.row(
            "",
            vec![
                Cell::name(&row.category),
                Cell::name(row.policy.as_str()),
                Cell::count(Some(row.counts.asked)),
                Cell::share(row.accuracy.as_ref()),
                Cell::share(row.accuracy_of_all.as_ref()),
            ],
        );
    }
    table
}

fn pairs(task: &TaskRows<'_>) -> Table {
    let headings = [
        "model",
        "other",
        "#n",
        "#both right",
        "#only the first",
        "#only the other",
        "#neither",
        "#phi of being wrong",
        "#Yule's Q",
        "#same wrong answer, %",
    ];
    let mut table = Table::new("Models by pairs, in items", &headings);
    for row in &task.pairs {
        let counts = [row.n, row.both_right, row.only_a, row.only_b, row.neither];
        let names = [Cell::name(row.a.as_str()), Cell::name(row.b.as_str())];
        let figures = [
            Cell::figure(row.phi, text::coefficient),
            Cell::figure(row.q, text::coefficient),
            Cell::figure(row.same_wrong_answer, text::percent),
        ];
        let counts = counts.map(|count| Cell::count(Some(count)));
        table.row("", names.into_iter().chain(counts).chain(figures).collect());
    }
    table
}

fn samples(task: &TaskRows<'_>) -> Table {
    let headings = [
        "model",
        "#attempts",
        "#any of them right, % [interval]",
        "#all of them right, % [interval]",
        "#n",
    ];
    let mut table = Table::new("Several attempts", &headings);
    for row in &task.samples {
        table.row(
            "",
            vec![
                Cell::name(row.model.as_str()),
                Cell::count(Some(row.k.into())),
                Cell::share(Some(&row.pass_at_k)),
                Cell::share(Some(&row.pass_hat_k)),
                Cell::count(Some(row.pass_at_k.n)),
            ],
        );
    }
    table
}

fn calibration(task: &TaskRows<'_>) -> Table {
    let headings =
        ["model", "#n", "#mean gap, points", "#largest gap, points", "#Brier score, 0 to 1"];
    let mut table = Table::new("Whether models are as sure as they are right", &headings);
    for row in &task.calibration {
        table.row(
            "",
            vec![
                Cell::name(row.model.as_str()),
                Cell::count(Some(row.n)),
                Cell::figure(Some(row.expected_error), text::percent),
                Cell::figure(Some(row.largest_error), text::percent),
                Cell::figure(Some(row.brier), |it| format!("{it:.3}")),
            ],
        );
    }
    table
}

fn extractors(task: &TaskRows<'_>) -> Table {
    let headings =
        ["extractor", "model", "#answers found", "#none found", "#of all asked, % [interval]"];
    let mut table = Table::new("Other extractors on the same responses", &headings);
    for row in &task.extractors {
        table.row(
            "",
            vec![
                Cell::name(&row.extractor),
                Cell::name(row.model.as_str()),
                Cell::count(Some(row.answered)),
                Cell::count(Some(row.unparsed)),
                Cell::share(row.accuracy_of_all.as_ref()),
            ],
        );
    }
    table
}

/// The gates of all tasks.
pub(super) fn gates(summary: &Summary) -> Option<String> {
    let mut table = Table::new("Gates", &["gate", "outcome", "what was held against what"]);
    for row in &summary.gates {
        table.row(
            "",
            vec![
                Cell::name(&row.name),
                Cell::name(row.outcome.name()),
                Cell::name(&gates::sentence(row, escape::plain)),
            ],
        );
    }
    table.element()
}
