//! The tables of a page about simulated traffic, and about drills.

use crate::data::Estimate;
use crate::data::summary::Summary;
use crate::kernel::PolicyId;
use crate::report::by_task::TaskRows;
use crate::report::drilled::ONCE;
use crate::report::html::table::{Cell, Table};
use crate::report::text;

/// Policies under simulated traffic, then each while faults were there, then what was drilled, and
/// what probes took in either; none without a simulation or a drill.
pub(super) fn tables(summary: &Summary, task: &TaskRows<'_>) -> Vec<String> {
    let simulated = task.simulated.iter();
    let simulated =
        simulated.map(|row| (&row.policy, [&row.probes, &row.probe_tokens, &row.probe_usd]));
    let in_drill = summary.drilled.iter().filter(|row| row.task == *task.task);
    let in_drill =
        in_drill.map(|row| (&row.policy, [&row.probes, &row.probe_tokens, &row.probe_usd]));
    let tables = [
        policies(task),
        probes("Health probes under simulated traffic: means over simulations", simulated),
        faults(task),
        drilled(summary, task),
        probes("Health probes in the drill: means over repetitions", in_drill),
    ];
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
    let once = if rows.clone().any(|row| row.repetitions == 1) {
        format!(". {ONCE}")
    } else {
        String::new()
    };
    let caption = format!(
        "Drilled over HTTP: means over repetitions{intervals}; hollow is a success without an \
         answer{once}"
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
        "#failed calls per request",
        "#price, $ per 1000",
        "#minutes down",
        "#lost, $",
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
                Cell::figure(Some(row.failed_calls_per_request.point), |it| format!("{it:.3}")),
                Cell::figure(row.cost_per_1k.as_ref().map(|it| it.point), text::dollars),
                Cell::figure(Some(row.minutes_down.point), |it| format!("{it:.1}")),
                Cell::figure(row.downtime_usd.as_ref().map(|it| it.point), text::dollars),
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
        "#breakers opened again",
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
                Cell::figure(row.flaps.as_ref().map(|it| it.point), |it| format!("{it:.1}")),
                seconds(&row.failed_over_s),
                seconds(&row.failed_back_s),
            ],
        );
    }
    table
}

/// Of whoever probes: how many were sent, and what they took.
fn probes<'a>(
    caption: &str,
    rows: impl Iterator<Item = (&'a PolicyId, [&'a Option<Estimate>; 3])>,
) -> Table {
    let mut table = Table::new(caption, &["policy", "#sent", "#tokens, both ways", "#price, $"]);
    let point = |it: &Option<Estimate>| it.as_ref().map(|it| it.point);
    let count = |it: f64| format!("{it:.0}");
    for (policy, [sent, tokens, usd]) in rows.filter(|(_, [sent, ..])| sent.is_some()) {
        let cells = vec![
            Cell::name(policy.as_str()),
            Cell::figure(point(sent), count),
            Cell::figure(point(tokens), count),
            Cell::figure(point(usd), text::dollars),
        ];
        table.row("", cells);
    }
    table
}

/// Three decimals, because what matters there lies between 99 and 100 %.
fn served(estimate: Option<&Estimate>) -> Cell {
    let percent = |share: f64| format!("{:.3}", share * 100.0);
    let ends = estimate.map(|it| format!(" [{}, {}]", percent(it.low), percent(it.high)));
    Cell::figure(estimate.map(|it| it.point), |it| percent(it) + &ends.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::by_task::by_task;
    use crate::report::sample;

    fn estimate(point: f64) -> Value {
        json!({ "point": point, "low": point, "high": point, "level": 0.95, "n": 3,
                "method": "student" })
    }

    /// What the column of that heading has in the first row of the table about something.
    fn cell<'a>(tables: &'a [String], about: &str, heading: &str) -> &'a str {
        let table = tables.iter().find(|table| table.contains(about)).expect("the table");
        let (head, body) = table.split_once("</thead>").expect("a head");
        let named = format!(">{heading}</th>");
        let at = head.split_inclusive("</th>").position(|it| it.ends_with(&named));
        let cell = body.split("</t").nth(at.expect("the column")).expect("a row");
        cell.rsplit('>').next().expect("a text")
    }

    #[test]
    fn what_probes_took_and_how_often_breakers_flapped_is_shown() {
        let mut summary = sample::triage();
        let [one, none] = [1.0, 0.0].map(estimate);
        let simulated = json!({
            "task": "triage", "policy": "net", "requests": 60, "served": one, "wrong": none,
            "worst_case_ms": 1000.0, "calls_per_request": one, "rungs": {},
            "failed_calls_per_request": estimate(0.25), "trips": one, "minutes_down": none,
            "downtime_usd": estimate(12.5), "probes": estimate(2880.0),
            "probe_tokens": estimate(11520.0), "probe_usd": estimate(0.29),
        });
        let outage = json!({
            "task": "triage", "policy": "net", "fault": "peak", "times": 1.0, "minutes": 5.0,
            "flaps": estimate(3.0),
        });
        let drilled = json!({
            "task": "triage", "policy": "net", "requests": 60, "repetitions": 3, "rungs": {},
            "probes": estimate(40.0), "probe_tokens": estimate(160.0),
        });
        summary.simulated = vec![serde_json::from_value(simulated).unwrap()];
        summary.outages = vec![serde_json::from_value(outage).unwrap()];
        summary.drilled = vec![serde_json::from_value(drilled).unwrap()];
        let of = |summary: &Summary| tables(summary, &by_task(summary)[0]);
        let shown = of(&summary);
        for (about, heading, text) in [
            (">Under simulated", "failed calls per request", "0.250"),
            (">Under simulated", "lost, $", "12.50"),
            (">Under simulated", "n, simulations", "3"),
            (">Health probes under", "sent", "2880"),
            (">Health probes under", "tokens, both ways", "11520"),
            (">Health probes under", "price, $", "0.290"),
            (">While faults", "breakers opened again", "3.0"),
            (">Health probes in the drill", "sent", "40"),
            (">Health probes in the drill", "tokens, both ways", "160"),
            (">Health probes in the drill", "price, $", "-"),
        ] {
            assert_eq!(cell(&shown, about, heading), text, "{about}: {heading}");
        }
        (summary.simulated[0].probes, summary.drilled[0].probes) = (None, None);
        assert!(!of(&summary).concat().contains("Health probes"), "nobody is probed");
    }
}
