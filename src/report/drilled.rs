//! What drills over HTTP came to: a table for terminal and Markdown, and a Polars frame.

use polars::prelude::{DataFrame, PolarsResult};

use super::outages::{estimates, figures, laid_out, names, probes, share, table};
use crate::data::Estimate;
use crate::data::summary::{DrilledRow, Summary};
use crate::kernel::TaskId;
use crate::report::escape::{self, code};
use crate::report::frames::Columns;
use crate::report::grid::{Column, Leaves, wrapped};
use crate::report::text;

/// Why hardly a figure is known of a drill that was made once.
pub(super) const ONCE: &str = "One repetition has no spread, so no interval of its figures is \
                               known, and a mean is not shown without one: drill with \
                               --repetitions 2 or more.";

/// The lines of what was drilled on a terminal; none without a drill.
pub(super) fn lines(summary: &Summary, task: &TaskId, width: usize) -> Vec<String> {
    let rows: Vec<&DrilledRow> = summary.drilled.iter().filter(|it| it.task == *task).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let mut lines = wrapped(&title(&rows), width, "  ");
    lines.push(String::new());
    lines.extend(laid_out(columns(&rows, escape::plain), width));
    lines
}

/// The part of `report.md` about a task's drill.
pub(super) fn section(summary: &Summary, task: &TaskId) -> Option<String> {
    let rows: Vec<&DrilledRow> = summary.drilled.iter().filter(|it| it.task == *task).collect();
    if rows.is_empty() {
        return None;
    }
    let title = escape::prose(&title(&rows));
    Some(format!("### Drilled\n\n{title}\n\n{}", table(columns(&rows, code), 1)))
}

fn title(rows: &[&DrilledRow]) -> String {
    let n = rows.first().map_or(0, |row| row.repetitions);
    let each = rows.first().map_or(0, |row| row.requests / n.max(1));
    match n {
        1 => format!("Drilled over HTTP once, with about {each} requests. {ONCE}"),
        _ => {
            format!(
                "Drilled over HTTP {n} times, each with about {each} requests; figures are means."
            )
        }
    }
}

fn columns(rows: &[&DrilledRow], name: fn(&str) -> String) -> Vec<Column> {
    let point = |estimate: &Option<Estimate>| estimate.as_ref().map(|it| it.point);
    let mut columns = vec![
        names(rows, "policy", |row| name(row.policy.as_str())),
        figures(rows, "served\n%", Leaves::Never, |row| row.served.as_ref().map(share)),
        estimates(rows, "accuracy\n% [95 %]", Leaves::As(6, "accuracy"), |it| it.accuracy.as_ref()),
        figures(rows, "wrong\n%", Leaves::As(2, "wrong"), |row| {
            point(&row.wrong).map(text::percent)
        }),
        figures(rows, "hollow\n%", Leaves::As(7, "hollow"), |row| {
            point(&row.hollow).map(text::percent)
        }),
        figures(rows, "p50\nms", Leaves::As(3, "median latency"), |row| {
            point(&row.p50_ms).map(text::ms)
        }),
        figures(rows, "p95\nms", Leaves::As(5, "latency"), |row| point(&row.p95_ms).map(text::ms)),
        figures(rows, "longest\nms", Leaves::As(4, "longest latency"), |row| {
            row.longest_ms.map(text::ms)
        }),
        figures(rows, "calls\n/request", Leaves::As(9, "calls"), |row| {
            point(&row.calls_per_request).map(|it| format!("{it:.2}"))
        }),
        figures(rows, "failed\n/request", Leaves::As(8, "failed calls"), |row| {
            point(&row.failed_calls_per_request).map(|it| format!("{it:.2}"))
        }),
        figures(rows, "breaker\ntrips", Leaves::As(1, "trips of breakers"), |row| {
            point(&row.trips).map(|it| format!("{it:.1}"))
        }),
    ];
    if rows.iter().any(|row| row.probes.is_some()) {
        columns.extend(probes(rows, |row| row.probes.as_ref(), |row| row.probe_usd.as_ref()));
    }
    columns
}

pub(super) fn frame(rows: &[DrilledRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .count("requests", |row| Some(row.requests))
        .count("repetitions", |row| Some(row.repetitions))
        .estimate("served", |row| row.served.as_ref())
        .estimate("accuracy", |row| row.accuracy.as_ref())
        .estimate("wrong", |row| row.wrong.as_ref())
        .estimate("hollow", |row| row.hollow.as_ref())
        .estimate("p50_ms", |row| row.p50_ms.as_ref())
        .estimate("p95_ms", |row| row.p95_ms.as_ref())
        .estimate("ttft_p50_ms", |row| row.ttft_p50_ms.as_ref())
        .estimate("ttft_p95_ms", |row| row.ttft_p95_ms.as_ref())
        .number("longest_ms", |row| row.longest_ms)
        .estimate("calls_per_request", |row| row.calls_per_request.as_ref())
        .estimate("failed_calls_per_request", |row| row.failed_calls_per_request.as_ref())
        .estimate("trips", |row| row.trips.as_ref())
        .estimate("cost_per_1k", |row| row.cost_per_1k.as_ref())
        .estimate("probes", |row| row.probes.as_ref())
        .estimate("probe_tokens", |row| row.probe_tokens.as_ref())
        .estimate("probe_usd", |row| row.probe_usd.as_ref())
        .text("rungs", |row| serde_json::to_string(&row.rungs).ok())
        .frame()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::sample;

    #[test]
    fn a_drill_that_was_made_once_says_why_its_figures_are_unknown() {
        let mut summary = sample::triage();
        for (n, says_why) in [(1, true), (2, false)] {
            let row = json!({ "task": "triage", "policy": "net", "requests": 60 * n,
                              "repetitions": n, "longest_ms": 12.0, "rungs": {} });
            summary.drilled = vec![serde_json::from_value(row).unwrap()];
            let on_terminal = lines(&summary, &"triage".into(), 4000).join("\n");
            let page = section(&summary, &"triage".into()).unwrap().replace('\\', "");
            for text in [on_terminal, page] {
                assert_eq!(text.contains(ONCE), says_why, "{text}");
            }
        }
    }

    #[test]
    fn of_a_gateway_nothing_is_told_but_its_drill() {
        let mut summary = sample::empty();
        let row = json!({ "task": "triage", "policy": "net", "requests": 60, "repetitions": 2,
                          "longest_ms": 12.0, "rungs": {} });
        summary.drilled = vec![serde_json::from_value(row).unwrap()];
        let on_terminal = crate::report::render(&summary, 100, false);
        assert!(on_terminal.starts_with("triage\n\nDrilled over HTTP 2 times"), "{on_terminal}");
        let page = crate::report::markdown::render(&summary);
        assert!(page.starts_with("## `triage`\n\n### Drilled\n"), "{page}");
        for text in [on_terminal, page] {
            assert!(!text.contains("best single"), "{text}");
            assert!(!text.contains("nothing can be said"), "{text}");
            assert!(!text.contains("items"), "{text}");
        }
    }
}
