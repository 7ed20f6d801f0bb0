//! What simulated traffic came to: tables for terminal and Markdown, and Polars frames.

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::Estimate;
use crate::data::summary::{OutageRow, SimulatedRow, Summary, TimelineRow};
use crate::kernel::TaskId;
use crate::report::escape::{self, code};
use crate::report::frames::Columns;
use crate::report::grid::{Column, Leaves, Side, fit, wrapped};
use crate::report::markdown;
use crate::report::text;

/// The lines of a task's two tables on a terminal; none without a simulation.
pub(super) fn lines(summary: &Summary, task: &TaskId, width: usize) -> Vec<String> {
    let rows: Vec<&SimulatedRow> = summary.simulated.iter().filter(|it| it.task == *task).collect();
    let outages: Vec<&OutageRow> = told(summary, task);
    if rows.is_empty() {
        return Vec::new();
    }
    let name = |name: &str| escape::plain(name);
    let mut lines = wrapped(&title(&rows), width, "  ");
    lines.push(String::new());
    for columns in [policies(&rows, name), faults(&outages, name)] {
        if columns.first().is_none_or(|column| column.cells.is_empty()) {
            continue;
        }
        lines.extend(laid_out(columns, width));
    }
    lines.extend(wrapped(&notes(&rows), width, ""));
    lines.push(String::new());
    lines
}

/// The part of `report.md` about a task's simulation.
pub(super) fn section(summary: &Summary, task: &TaskId) -> Option<String> {
    let rows: Vec<&SimulatedRow> = summary.simulated.iter().filter(|it| it.task == *task).collect();
    let outages: Vec<&OutageRow> = told(summary, task);
    if rows.is_empty() {
        return None;
    }
    let mut blocks = vec![
        "### Under simulated traffic".to_owned(),
        escape::prose(&title(&rows)),
        table(policies(&rows, code), 1),
    ];
    if !outages.is_empty() {
        blocks
            .extend(["#### While faults were there".to_owned(), table(faults(&outages, code), 2)]);
    }
    blocks.push(escape::prose(&notes(&rows)));
    Some(blocks.join("\n\n"))
}

/// The faults of each policy that has somebody to be hit.
fn told<'a>(summary: &'a Summary, task: &TaskId) -> Vec<&'a OutageRow> {
    summary.outages.iter().filter(|row| row.task == *task).collect()
}

fn title(rows: &[&SimulatedRow]) -> String {
    let n = rows.first().map_or(0, |row| row.served.n);
    let each = rows.first().map_or(0, |row| row.requests / n.max(1));
    match n {
        1 => format!("Simulated once, with about {each} requests for every policy."),
        _ => format!("Simulated {n} times, each with about {each} requests for every policy."),
    }
}

fn notes(rows: &[&SimulatedRow]) -> String {
    let n = rows.first().map_or(0, |row| row.served.n);
    format!(
        "Figures are means over {n} simulations with Student's interval. Accuracy is of what was \
         served; healthy is where nothing goes wrong. A failed call is one that a fault made fail. \
         The worst case is what timeouts, retries and deadlines allow."
    )
}

/// The lines of a table on a terminal, with what there was no room for, and an empty one.
pub(super) fn laid_out(columns: Vec<Column>, width: usize) -> Vec<String> {
    let grid = fit(columns, width);
    let mut lines: Vec<String> = grid.head.into_iter().chain(grid.rows).collect();
    if !grid.left_out.is_empty() {
        let left_out = format!("Left out for want of room: {}.", grid.left_out.join(", "));
        lines.extend(wrapped(&left_out, width, ""));
    }
    lines.push(String::new());
    lines
}

/// The same in Markdown.
pub(super) fn table(columns: Vec<Column>, n_names: usize) -> String {
    let headings: Vec<String> =
        columns.iter().map(|column| column.heading.trim().replace('\n', ", ")).collect();
    let n_rows = columns.first().map_or(0, |column| column.cells.len());
    let row = |at: usize| columns.iter().map(|column| column.cells[at].clone()).collect();
    markdown::table(&headings, n_names, (0..n_rows).map(row))
}

/// A figure for each row, right under its heading.
pub(super) fn figures<R>(
    rows: &[&R],
    heading: &str,
    leaves: Leaves,
    cell: impl Fn(&R) -> Option<String>,
) -> Column {
    Column {
        heading: heading.to_owned(),
        cells: rows.iter().map(|row| text::or_unknown(cell(row))).collect(),
        side: Side::Right,
        leaves,
    }
}

/// An estimate with its interval for each row.
pub(super) fn estimates<'a, R>(
    rows: &[&'a R],
    heading: &str,
    leaves: Leaves,
    of: impl Fn(&'a R) -> Option<&'a Estimate>,
) -> Column {
    let estimates: Vec<Option<&Estimate>> = rows.iter().map(|row| of(row)).collect();
    Column {
        heading: heading.to_owned(),
        cells: text::column(&estimates, text::percent),
        side: Side::Left,
        leaves,
    }
}

pub(super) fn names<R>(rows: &[&R], heading: &str, name: impl Fn(&R) -> String) -> Column {
    Column {
        heading: heading.to_owned(),
        cells: rows.iter().map(|row| name(row)).collect(),
        side: Side::Left,
        leaves: Leaves::Never,
    }
}

fn policies(rows: &[&SimulatedRow], name: fn(&str) -> String) -> Vec<Column> {
    let point = |estimate: &Estimate| estimate.point;
    let mut columns = vec![
        names(rows, "policy", |row| name(row.policy.as_str())),
        figures(rows, "served\n%", Leaves::Never, |row| Some(share(&row.served))),
        estimates(rows, "accuracy\n% [95 %]", Leaves::As(9, "accuracy"), |it| it.accuracy.as_ref()),
        figures(rows, "healthy\n%", Leaves::As(4, "accuracy where nothing goes wrong"), |row| {
            row.healthy.map(text::percent)
        }),
        figures(rows, "p95\nms", Leaves::As(8, "latency"), |row| {
            Some(text::ms(row.latency_ms.as_ref()?.p95.point))
        }),
        figures(rows, "worst case\nms", Leaves::As(3, "worst case"), |row| {
            Some(text::ms(row.worst_case_ms))
        }),
        figures(rows, "calls\n/request", Leaves::As(5, "calls"), |row| {
            Some(format!("{:.2}", point(&row.calls_per_request)))
        }),
        figures(rows, "failed\n/request", Leaves::As(1, "failed calls"), |row| {
            Some(format!("{:.3}", point(&row.failed_calls_per_request)))
        }),
        figures(rows, "breaker\ntrips", Leaves::As(2, "trips of breakers"), |row| {
            Some(format!("{:.1}", point(&row.trips)))
        }),
        figures(rows, "price\n$/1000", Leaves::As(6, "price"), |row| {
            Some(text::dollars(row.cost_per_1k.as_ref()?.point))
        }),
        figures(rows, "down\nmin", Leaves::As(7, "minutes down"), |row| {
            Some(format!("{:.1}", point(&row.minutes_down)))
        }),
        figures(rows, "lost\n$", Leaves::As(10, "dollars lost"), |row| {
            Some(text::dollars(row.downtime_usd.as_ref()?.point))
        }),
    ];
    if rows.iter().any(|row| row.probes.is_some()) {
        columns.extend(probes(rows, |row| row.probes.as_ref(), |row| row.probe_usd.as_ref()));
    }
    columns
}

/// How many probes were sent, and what they cost.
pub(super) fn probes<R>(
    rows: &[&R],
    sent: impl Fn(&R) -> Option<&Estimate>,
    paid: impl Fn(&R) -> Option<&Estimate>,
) -> [Column; 2] {
    [
        figures(rows, "probes\nsent", Leaves::As(0, "probes"), |row| {
            Some(format!("{:.0}", sent(row)?.point))
        }),
        figures(rows, "probes\n$", Leaves::As(0, "dollars for probes"), |row| {
            Some(text::dollars(paid(row)?.point))
        }),
    ]
}

fn faults(rows: &[&OutageRow], name: fn(&str) -> String) -> Vec<Column> {
    let seconds = |estimate: &Option<Estimate>| Some(span(estimate.as_ref()?.point));
    vec![
        names(rows, "policy", |row| name(row.policy.as_str())),
        names(rows, "fault", |row| name(&row.fault)),
        figures(rows, "there\nmin", Leaves::As(3, "how long"), |row| {
            Some(format!("{:.0}", row.minutes))
        }),
        figures(rows, "served\n%", Leaves::Never, |row| row.served.as_ref().map(share)),
        figures(rows, "accuracy\n%", Leaves::As(4, "accuracy"), |row| {
            Some(text::percent(row.accuracy.as_ref()?.point))
        }),
        figures(rows, "failed\n/request", Leaves::As(2, "failed calls"), |row| {
            Some(format!("{:.2}", row.failed_calls_per_request.as_ref()?.point))
        }),
        figures(rows, "detected\n%", Leaves::As(1, "how often detected"), |row| {
            row.detected.map(text::percent)
        }),
        figures(rows, "detected\nafter", Leaves::As(5, "detected after"), |row| {
            seconds(&row.detected_s)
        }),
        figures(rows, "breaker\nflaps", Leaves::As(0, "flaps of breakers"), |row| {
            Some(format!("{:.1}", row.flaps.as_ref()?.point))
        }),
        figures(rows, "failed over\nafter", Leaves::As(6, "failed over after"), |row| {
            seconds(&row.failed_over_s)
        }),
        figures(rows, "back\nafter", Leaves::As(0, "back after"), |row| {
            seconds(&row.failed_back_s)
        }),
    ]
}

/// Availability in percent, with as many decimals as tell it from 100.
pub(super) fn share(estimate: &Estimate) -> String {
    let percent = estimate.point * 100.0;
    let digits = match 100.0 - percent {
        down if down > 0.0 && down < 0.01 => 4,
        down if down > 0.0 && down < 0.1 => 3,
        _ => 2,
    };
    format!("{percent:.digits$}")
}

/// A length of time in its largest unit: `0.4 s`, `27 s`, `5.6 min`, `2.1 h`.
fn span(seconds: f64) -> String {
    let (value, unit) = match seconds {
        it if it < 60.0 => (it, "s"),
        it if it < 3600.0 => (it / 60.0, "min"),
        it => (it / 3600.0, "h"),
    };
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

pub(super) fn simulated(rows: &[SimulatedRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .count("requests", |row| Some(row.requests))
        .estimate("served", |row| Some(&row.served))
        .estimate("accuracy", |row| row.accuracy.as_ref())
        .number("healthy", |row| row.healthy)
        .estimate("wrong", |row| Some(&row.wrong))
        .estimate("p50_ms", |row| row.latency_ms.as_ref().map(|it| &it.p50))
        .estimate("p95_ms", |row| row.latency_ms.as_ref().map(|it| &it.p95))
        .estimate("p99_ms", |row| row.latency_ms.as_ref().map(|it| &it.p99))
        .number("max_ms", |row| row.latency_ms.as_ref().map(|it| it.max))
        .number("worst_case_ms", |row| Some(row.worst_case_ms))
        .estimate("calls_per_request", |row| Some(&row.calls_per_request))
        .estimate("cost_per_1k", |row| row.cost_per_1k.as_ref())
        .estimate("lost_per_1k", |row| row.lost_per_1k.as_ref())
        .estimate("probes", |row| row.probes.as_ref())
        .estimate("probe_tokens", |row| row.probe_tokens.as_ref())
        .estimate("probe_usd", |row| row.probe_usd.as_ref())
        .estimate("failed_calls_per_request", |row| Some(&row.failed_calls_per_request))
        .estimate("trips", |row| Some(&row.trips))
        .estimate("minutes_down", |row| Some(&row.minutes_down))
        .estimate("budget_used", |row| row.budget_used.as_ref())
        .estimate("downtime_usd", |row| row.downtime_usd.as_ref())
        .text("rungs", |row| serde_json::to_string(&row.rungs).ok())
        .frame()
}

pub(super) fn outages(rows: &[OutageRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("fault", |row| Some(&row.fault))
        .number("times", |row| Some(row.times))
        .number("minutes", |row| Some(row.minutes))
        .estimate("served", |row| row.served.as_ref())
        .estimate("accuracy", |row| row.accuracy.as_ref())
        .estimate("failed_calls_per_request", |row| row.failed_calls_per_request.as_ref())
        .number("detected", |row| row.detected)
        .estimate("detected_s", |row| row.detected_s.as_ref())
        .estimate("flaps", |row| row.flaps.as_ref())
        .estimate("failed_over_s", |row| row.failed_over_s.as_ref())
        .estimate("failed_back_s", |row| row.failed_back_s.as_ref())
        .frame()
}

pub(super) fn timeline(rows: &[TimelineRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .number("start_s", |row| Some(row.start_s))
        .count("requests", |row| Some(row.requests))
        .number("served", |row| row.served)
        .number("accuracy", |row| row.accuracy)
        .number("p95_ms", |row| row.p95_ms)
        .count("open_breakers", |row| Some(row.open_breakers))
        .frame()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_all_is_told_from_all() {
        let estimate = |point: f64| Estimate {
            point,
            low: point,
            high: point,
            level: 0.95,
            n: 20,
            method: String::new(),
        };
        for (point, text) in [
            (1.0, "100.00"),
            (0.995, "99.50"),
            (0.99965, "99.965"),
            (0.999_991, "99.9991"),
            (0.5, "50.00"),
        ] {
            assert_eq!(share(&estimate(point)), text);
        }
    }

    #[test]
    fn a_length_of_time_has_the_unit_that_suits_it() {
        for (seconds, text) in
            [(0.43, "0.4 s"), (27.3, "27 s"), (335.0, "5.6 min"), (7560.0, "2.1 h")]
        {
            assert_eq!(span(seconds), text);
        }
    }
}
