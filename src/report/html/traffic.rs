//! The tables of a page about simulated traffic, and about drills.

use crate::data::Estimate;
use crate::data::summary::Summary;
use crate::report::by_task::TaskRows;
use crate::report::html::table::{Cell, Table};
use crate::report::text;

/// Policies under simulated traffic, then each while faults were there, then what was drilled; none
/// without a simulation or a drill.
pub(super) fn tables(summary: &Summary, task: &TaskRows<'_>) -> Vec<String> {
    let tables = [policies(task), faults(task), drilled(summary, task)];
    tables.into_iter().filter_map(Table::element).collect()
}

fn drilled(summary: &Summary, task: &TaskRows<'_>) -> Table {
    let headings = [
        "policy, or what was asked",
        "#served, % [interval]",
        "#accuracy, % [interval]",
        "#wrong, %",
        "#hollow, %",
        "#p50, ms",
        "#p95, ms",
        "#longest, ms",
        "#first text, p50, ms",
        "#first text, p95, ms",
        "#calls per request",
        "#failed calls per request",
        "#breakers opened",
        "#price, $ per 1000",
        "#requests",
        "#n, repetitions",
    ];
    let rows = summary.drilled.iter().filter(|row| row.task == *task.task);
    let level = text::level(rows.clone().filter_map(|row| row.served.as_ref()));
    let intervals =
        level.map(|level| format!(" with Student's intervals at {level}")).unwrap_or_default();
    let caption = format!(
        "Drilled over HTTP: means over repetitions{intervals}; hollow is a success without an answer"
    );
    let mut table = Table::new(&caption, &headings);
    let point = |it: &Option<Estimate>| it.as_ref().map(|it| it.point);
    for row in rows {
        table.row(
            "",
            vec![
                Cell::name(row.policy.as_str()),
                served(row.served.as_ref()),
                Cell::share(row.accuracy.as_ref()),
                Cell::figure(point(&row.wrong), text::percent),
                Cell::figure(point(&row.hollow), text::percent),
                Cell::figure(point(&row.p50_ms), text::ms),
                Cell::figure(point(&row.p95_ms), text::ms),
                Cell::figure(row.longest_ms, text::ms),
                Cell::figure(point(&row.ttft_p50_ms), text::ms),
                Cell::figure(point(&row.ttft_p95_ms), text::ms),
                Cell::figure(point(&row.calls_per_request), |it| format!("{it:.2}")),
                Cell::figure(point(&row.failed_calls_per_request), |it| format!("{it:.2}")),
                Cell::figure(point(&row.trips), |it| format!("{it:.1}")),
                Cell::figure(point(&row.cost_per_1k), text::dollars),
                Cell::count(Some(row.requests)),
                Cell::count(Some(row.repetitions)),
            ],
        );
    }
    table
}

fn policies(task: &TaskRows<'_>) -> Table {
    let headings = [
        "policy",
        "#served, % [interval]",
        "#accuracy, % [interval]",
        "#where nothing goes wrong, %",
        "#wrong, %",
        "#p50, ms",
        "#p95, ms",
        "#p99, ms",
        "#worst case, ms",
        "#calls per request",
        "#price, $ per 1000",
        "#minutes down",
        "#breakers opened",
        "#n, simulations",
    ];
    let level = text::level(task.simulated.iter().map(|row| &row.served)).unwrap_or_default();
    let caption = format!(
        "Under simulated traffic: means over simulations with Student's intervals at {level}"
    );
    let mut table = Table::new(&caption, &headings);
    for row in &task.simulated {
        let latency = row.latency_ms.as_ref();
        table.row(
            "",
            vec![
                Cell::name(row.policy.as_str()),
                served(Some(&row.served)),
                Cell::share(row.accuracy.as_ref()),
                Cell::figure(row.healthy, text::percent),
                Cell::figure(Some(row.wrong.point), text::percent),
                Cell::figure(latency.map(|it| it.p50.point), text::ms),
                Cell::figure(latency.map(|it| it.p95.point), text::ms),
                Cell::figure(latency.map(|it| it.p99.point), text::ms),
                Cell::figure(Some(row.worst_case_ms), text::ms),
                Cell::figure(Some(row.calls_per_request.point), |it| format!("{it:.2}")),
                Cell::figure(row.cost_per_1k.as_ref().map(|it| it.point), text::dollars),
                Cell::figure(Some(row.minutes_down.point), |it| format!("{it:.1}")),
                Cell::figure(Some(row.trips.point), |it| format!("{it:.1}")),
                Cell::count(Some(row.served.n)),
            ],
        );
    }
    table
}

fn faults(task: &TaskRows<'_>) -> Table {
    let headings = [
        "fault",
        "policy",
        "#times",
        "#minutes together",
        "#served, % [interval]",
        "#accuracy, % [interval]",
        "#failed calls per request",
        "#noticed, % of times",
        "#noticed after, s",
        "#others took over after, s",
        "#back after, s",
    ];
    let mut table = Table::new("While faults were there", &headings);
    let seconds = |estimate: &Option<Estimate>| {
        Cell::figure(estimate.as_ref().map(|it| it.point), |it| format!("{it:.1}"))
    };
    for row in &task.outages {
        let failed = row.failed_calls_per_request.as_ref();
        table.row(
            "",
            vec![
                Cell::name(&row.fault),
                Cell::name(row.policy.as_str()),
                Cell::figure(Some(row.times), |it| format!("{it:.1}")),
                Cell::figure(Some(row.minutes), |it| format!("{it:.1}")),
                served(row.served.as_ref()),
                Cell::share(row.accuracy.as_ref()),
                Cell::figure(failed.map(|it| it.point), |it| format!("{it:.2}")),
                Cell::figure(row.detected, text::percent),
                seconds(&row.detected_s),
                seconds(&row.failed_over_s),
                seconds(&row.failed_back_s),
            ],
        );
    }
    table
}

/// Three decimals, because what matters there lies between 99 and 100 %.
fn served(estimate: Option<&Estimate>) -> Cell {
    let percent = |share: f64| format!("{:.3}", share * 100.0);
    let ends = estimate.map(|it| format!(" [{}, {}]", percent(it.low), percent(it.high)));
    Cell::figure(estimate.map(|it| it.point), |it| percent(it) + &ends.unwrap_or_default())
}
