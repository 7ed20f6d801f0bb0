//! `report.html`: one file for people, that asks no network for anything.

mod packed;
mod recommended;
mod table;
mod tables;
mod traffic;

use std::io::Write;
use std::path::Path;

use minijinja::{Environment, Error};
use serde_json::{Value, json};

use crate::data::summary::Summary;
use crate::report::by_task::{TaskRows, by_task};
use crate::report::cells::{self, Cells};
use crate::report::place::place;
use crate::report::svg::{self, Figure};
use crate::report::{ReportError, doubts, escape, markdown, verdict};

const NAME: &str = "report.html";
const PAGE: &str = include_str!("page.html");
const STYLE: &str = concat!(include_str!("../svg/figure.css"), include_str!("style.css"));
const SCRIPT: &str = include_str!("page.js");

/// Figures that stand above the tables: what is looked at first.
const FIRST: [&str; 5] =
    ["accuracy-cost", "accuracy-latency", "accuracy", "differences", "timeline"];

/// Writes `report.html` into `dir`, with the items that the run folder holds.
pub(super) fn write(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    let page = render(summary, &cells::read(dir)?);
    place(dir, NAME, |file| {
        file.write_all(page.as_bytes())
            .map_err(|source| ReportError::Io { path: dir.join(NAME), source })
    })
}

fn render(summary: &Summary, cells: &[Cells]) -> String {
    let tasks = by_task(summary);
    let of = |task: &TaskRows<'_>| cells.iter().find(|it| it.task == task.task.as_str());
    let items: Vec<_> =
        tasks.iter().filter_map(|task| Some(packed::pack(task, of(task)?))).collect();
    let items = if items.is_empty() { String::new() } else { script_json(&json!(items)) };
    let warning = |(kind, text): &(&str, String)| {
        let (kind, text) = (kind.replace('_', " "), escape::html_prose(text));
        json!({ "kind": kind, "text": text })
    };
    let told = doubts::told(&summary.warnings);
    let section = |(idx, task): (usize, &TaskRows<'_>)| section(summary, (idx, task), of(task));
    let sections: Vec<Value> = tasks.iter().enumerate().map(section).collect();
    let page = json!({
        "name": escape::plain(&summary.scenario.name),
        "tool": summary.tool.name,
        "version": summary.tool.version,
        "sha256": summary.scenario.sha256,
        "seed": summary.seed.0.to_string(),
        "verdicts": verdict::verdicts(summary),
        "gates": tables::gates(summary).unwrap_or_default(),
        "recommended": recommended::recommended(summary),
        "warnings": told.iter().map(warning).collect::<Vec<_>>(),
        "tasks": sections,
        "items": items,
        "style": STYLE,
        "script": SCRIPT,
    });
    filled(page).expect("the page's template is a part of the program, and its tests fill it")
}

fn section(summary: &Summary, (idx, task): (usize, &TaskRows<'_>), cells: Option<&Cells>) -> Value {
    let figures = svg::figures(task, cells);
    let shown = |figure: &Figure| {
        json!({
            "name": figure.name,
            "title": figure.title,
            "note": figure.note,
            "svg": figure.element(),
        })
    };
    let is_first = |figure: &&Figure| FIRST.contains(&figure.name);
    let (note, further) = (tables::note(task), tables::further(task));
    let tables = [tables::main(task), traffic::tables(summary, task)].concat();
    json!({
        "id": format!("task-{idx}"),
        "name": escape::plain(task.task.as_str()),
        "n_items": task.n_items(),
        "first": figures.iter().filter(is_first).map(shown).collect::<Vec<_>>(),
        "others": figures.iter().filter(|it| !is_first(it)).map(shown).collect::<Vec<_>>(),
        "unpriced": !task.is_bare() && !figures.iter().any(|figure| figure.name == FIRST[0]),
        "tables": tables,
        "note": note,
        "ceiling": task.ceiling.map(|row| markdown::ceiling(row).replace("**", "")),
        "further": further,
    })
}

fn filled(page: Value) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.add_template("page.html", PAGE)?;
    environment.get_template("page.html")?.render(minijinja::value::Serde(page))
}

/// JSON that no script element ends in.
fn script_json(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn of_a_gateway_the_page_has_its_drill_and_no_verdict() {
        let mut summary = sample::empty();
        let row = json!({ "task": "triage", "policy": "net", "requests": 60, "repetitions": 2,
                          "longest_ms": 12.0, "rungs": {} });
        summary.drilled = vec![serde_json::from_value(row).unwrap()];
        let page = render(&summary, &[]);
        assert!(page.contains("A gateway was drilled, and nothing else"), "{page}");
        for absent in ["Nothing was asked", "0 items", "No price is known"] {
            assert!(!page.contains(absent), "{absent}");
        }
    }

    #[test]
    fn the_verdict_comes_before_figures_and_these_before_tables() {
        let page = render(&sample::triage(), &[]);
        let places = [
            "trio beats the best single model (mostly opus) by 2.1 points [0.4, 3.8]",
            "the price of mini is assumed",
            "<h3>Accuracy against price</h3>",
            "<h3>Difference to the best single model</h3>",
            "<caption>Policies</caption>",
            "<td class=\"n\">75.1 [69.1, 80.6]</td>",
            "<h3>Accuracy by category</h3>",
            "<h3>How alike models fail</h3>",
            "always choosing the best of the models&#x27; answers would reach 90.6 %",
            "<caption>What each member adds to a vote</caption>",
        ]
        .map(|part| page.find(part).unwrap_or_else(|| panic!("{part} in\n{page}")));
        assert!(places.is_sorted(), "{places:?}");
        assert!(!page.contains("id=\"items\""), "there are no items");
    }

    #[test]
    fn no_name_is_markup_and_nothing_is_no_page_of_zeros() {
        let mut summary = sample::hostile();
        summary.scenario.name = "<script>alert(1)</script>".to_owned();
        let page = render(&summary, &[]);
        assert!(!page.contains("<script>alert") && !page.contains("<b>not"), "{page}");
        assert!(page.contains("comma, &quot;quote&quot;"), "{page}");
        let empty = render(&sample::empty(), &[]);
        assert!(empty.contains("Nothing was asked") && !empty.contains("<table"), "{empty}");
    }

    #[test]
    fn what_is_recommended_and_drilled_is_shown() {
        let mut summary = sample::triage();
        let earned = json!({
            "what": "vote(a, <b>)", "kind": "vote", "models": [],
            "chosen": { "a": 2, "vote(a, <b>)": 3 }, "in_sample": 0.76,
            "cost_per_1k": 0.5, "calls_per_item": 2.0, "p95_ms": 900.0, "served": 1.0,
        });
        let row = json!({
            "task": "triage", "policy": "trio", "because": "It is worth it.", "verdict":
            "combination", "earned": earned, "baseline": earned, "space": [{ "kind": "votes",
            "size": 11, "bounded": 0 }], "scenario": "policies: {}\n", "limits": {},
            "choices": [{ "within": 1.0, "takes_combination": true, "earned": earned }],
        });
        summary.recommendation = serde_json::from_value(row).unwrap();
        let drilled = json!({
            "task": "triage", "policy": "net", "requests": 60, "repetitions": 3, "rungs": {},
            "served": { "point": 0.98, "low": 0.9, "high": 1.0, "level": 0.95, "n": 3,
                        "method": "student" },
        });
        summary.drilled = vec![serde_json::from_value(drilled).unwrap()];
        let page = render(&summary, &[]);
        for part in [
            "Recommended for triage: vote(a, &lt;b&gt;)</h2>\n<p>It is worth it.</p>",
            "<p>In the tables it is trio.</p>",
            "<td>3 of 5</td>",
            "<pre>policies: {}\n</pre>",
            "<th scope=\"row\">vote(a, &lt;b&gt;)</th>",
            "Tried: 11 votes.",
            "Drilled over HTTP: means over repetitions with Student&#39;s intervals at 95 %",
            "<th scope=\"row\">net</th><td class=\"n\">98.000 [90.000, 100.000]</td>",
        ] {
            assert!(page.contains(part), "{part} in\n{page}");
        }
        assert!(!render(&sample::triage(), &[]).contains("id=\"recommended\""));
    }

    #[test]
    fn accuracy_is_drawn_where_no_price_is_known() {
        let mut summary = sample::triage();
        let without = |summary: &mut Summary, latency: bool| {
            let policies = summary.policies.iter_mut().map(|row| &mut row.measures);
            for it in policies.chain(summary.models.iter_mut().map(|row| &mut row.measures)) {
                it.cost_usd = None;
                it.latency_ms = it.latency_ms.filter(|_| latency);
            }
        };
        let titles = ["Accuracy against price", "Accuracy against latency", "Accuracy"];
        let has = |summary: &Summary| {
            let page = render(summary, &[]);
            titles.map(|title| page.contains(&format!("<h3>{title}</h3>")))
        };
        assert_eq!(has(&summary), [true, false, false]);
        without(&mut summary, true);
        assert_eq!(has(&summary), [false, true, false]);
        without(&mut summary, false);
        assert_eq!(has(&summary), [false, false, true]);
    }
}
