//! Two runs beside one another: `compare`, and gates that hold a run against an earlier one.

mod support {
    pub(crate) mod command;
}

use std::fs;
use std::ops::Range;
use std::path::Path;

use serde_json::{Value, json};
use support::command::{ends, quorumbench};

/// What one run answers.
struct Run {
    /// The items that it is asked.
    items: Range<u32>,
    /// Those that `m` has right.
    right: Range<u32>,
    /// Dollars an item.
    cost: f64,
    /// Whether anything comes at all.
    is_up: bool,
}

const BASE: Run = Run { items: 0..200, right: 0..150, cost: 0.001, is_up: true };

/// Writes scenario, dataset and answers, and evaluates them into `folder/name`.
fn run(folder: &Path, name: &str, run: &Run, gates: &str, code: i32) -> String {
    let (mut items, mut answers) = (String::new(), String::new());
    for id in run.items.clone() {
        items += &format!("{{\"id\":{id},\"target\":\"x\"}}\n");
        let answer = if run.right.contains(&id) { "x" } else { "y" };
        let (status, cost) = (if run.is_up { "ok" } else { "unavailable" }, run.cost);
        answers += &format!(
            "{{\"id\":{id},\"model\":\"m\",\"answer\":\"{answer}\",\"status\":\"{status}\",\
             \"cost_usd\":{cost},\"latency_ms\":{}}}\n",
            100 + id % 7
        );
    }
    let scenario = format!(
        "version: 1\nname: {name}\ntasks: {{ t: {{ dataset: {name}.items.jsonl }} }}\n\
         providers: {{ p: {{ recorded: {{ answers: {name}.jsonl }} }} }}\n{gates}"
    );
    let files = [("items.jsonl", items), ("jsonl", answers), ("yaml", scenario)];
    for (ending, text) in files {
        fs::write(folder.join(format!("{name}.{ending}")), text).expect("a write");
    }
    let file = format!("{name}.yaml");
    ends(&mut quorumbench(folder, &["run", &file, "-o", name]), code)
}

fn stdout(folder: &Path, args: &[&str]) -> String {
    let output = quorumbench(folder, args).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn changes(folder: &Path, base: &str, candidate: &str) -> Value {
    let json = stdout(folder, &["compare", base, candidate, "--policy", "m", "--json"]);
    let changes: Value = serde_json::from_str(&json).expect("JSON");
    changes["policies"][0].clone()
}

#[test]
fn items_that_both_runs_have_are_compared_one_by_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    run(folder, "base", &BASE, "", 0);
    run(folder, "same", &BASE, "", 0);
    let row = changes(folder, "base", "same");
    assert_eq!((&row["n_common"], &row["paired"]["p"]), (&json!(200), &json!(1.0)));
    assert_eq!((&row["fixed"], &row["broken"]), (&json!([]), &json!([])));

    // Ten broken, thirty fixed; dearer by a dollar in a thousand.
    run(folder, "new", &Run { right: 10..180, cost: 0.002, ..BASE }, "", 0);
    let row = changes(folder, "base", "new");
    let paired = &row["paired"];
    assert_eq!((&paired["wins"], &paired["losses"]), (&json!(30), &json!(10)));
    assert_eq!((&paired["point"], &paired["n"]), (&json!(0.1), &json!(200)));
    // McNemar's mid-p of 10 in 40: twice the binomial tail up to 10, less the chance of 10; summed
    // with Python's `math.comb`.
    let p = paired["p"].as_f64().expect("a p-value");
    assert!((p - 0.001_450_491_014_11).abs() < 1e-12, "{p}");
    assert_eq!(row["broken"].as_array().expect("items").len(), 10);
    assert_eq!((&row["fixed"][0], &row["fixed"][29]), (&json!("150"), &json!("179")));
    let cost = &row["cost_per_1k"];
    let dearer = cost["difference"]["point"].as_f64().expect("a difference");
    assert!((dearer - 1.0).abs() < 1e-9, "{cost}");
    assert_eq!(row["p95_ms"]["difference"], Value::Null, "a percentile has none");

    // Half of the items are others.
    run(folder, "other", &Run { items: 100..300, right: 100..250, ..BASE }, "", 0);
    let row = changes(folder, "base", "other");
    assert_eq!((&row["n_common"], &row["paired"]["wins"]), (&json!(100), &json!(50)));
    assert_eq!(row["broken"], json!([]));
}

#[test]
fn a_summary_alone_is_compared_figure_by_figure() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    run(folder, "base", &BASE, "", 0);
    run(folder, "new", &Run { right: 0..170, ..BASE }, "", 0);
    let row = changes(folder, "base/summary.json", "new");
    assert_eq!((&row["paired"], &row["n_common"]), (&Value::Null, &Value::Null));
    // Newcombe's hybrid of 170 and 150 of 200.
    let difference = &row["accuracy"]["difference"];
    assert_eq!(difference["method"], "unpaired square-and-add of wilson");
    assert_eq!(row["cost_per_1k"]["difference"], Value::Null, "its spread is not known");
    let [low, high] = ["low", "high"].map(|end| difference[end].as_f64().expect("an end"));
    assert!(low > 0.0 && low < 0.1 && high > 0.1 && high < 0.2, "{difference}");
}

#[test]
fn what_is_shown_fits_its_place_and_a_provider_that_was_down_is_no_drop() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    run(folder, "base", &BASE, "", 0);
    run(folder, "new", &Run { right: 10..180, ..BASE }, "", 0);
    let text = stdout(folder, &["compare", "base", "new"]);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let narrow = quorumbench(folder, &["compare", "base", "new"])
        .env("COLUMNS", "80")
        .output()
        .expect("it starts");
    let narrow = String::from_utf8(narrow.stdout).expect("UTF-8");
    assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
    let last: Vec<&str> = text.trim_end().split("\n\n").collect();
    let last = last.last().expect("a verdict").replace('\n', " ");
    assert!(last.contains("t: more accurate: ") && last.contains("m by +10.0 points ["), "{last}");
    let markdown = stdout(folder, &["compare", "base", "new", "--format", "markdown"]);
    assert!(markdown.starts_with("`t`: more accurate: "), "{markdown}");
    assert!(markdown.contains("| `m` | 100.0 | 75.0 → 85.0 | +10.0 ["), "{markdown}");
    assert!(markdown.contains("`157`, 22 more; broken `0`, `1`,"), "{markdown}");

    run(folder, "down", &Run { is_up: false, ..BASE }, "", 0);
    let row = changes(folder, "base", "down");
    assert_eq!((&row["paired"], &row["accuracy"]["difference"]), (&Value::Null, &Value::Null));
    assert_eq!(row["served"]["difference"]["point"], json!(-1.0));
    assert_eq!(row["broken"], json!([]), "nobody was wrong");

    let mut wrong = quorumbench(folder, &["compare", "base", "new", "--policy", "nobody"]);
    assert!(ends(&mut wrong, 2).contains("neither run has a policy `nobody`"));
    assert!(ends(&mut quorumbench(folder, &["compare", "base", "gone"]), 3).contains("gone"));

    let renamed = fs::read_to_string(folder.join("base.yaml")).expect("a file");
    fs::write(folder.join("u.yaml"), renamed.replace("{ t: {", "{ u: {")).expect("a write");
    ends(&mut quorumbench(folder, &["run", "u.yaml", "-o", "other"]), 0);
    let mut apart = quorumbench(folder, &["compare", "base", "other"]);
    assert!(ends(&mut apart, 3).contains("nothing in common"));
}

#[test]
fn a_gate_holds_a_run_against_an_earlier_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    run(folder, "base", &BASE, "", 0);
    let lost = |n: u32| Run { right: 0..150 - n, ..BASE };
    let dear = Run { cost: 0.002, ..BASE };
    let down = Run { is_up: false, ..BASE };
    for (now, gate, outcome) in [
        (&BASE, "run: base, of: m, at_least: -0.02", "passed"),
        (&lost(5), "run: base, of: m, at_least: -0.02", "inconclusive"),
        (&lost(20), "run: base, of: m, at_least: -0.02", "failed"),
        (&lost(20), "run: base, of: m, at_least: -0.02, metric: availability", "passed"),
        // Without its items the same says less.
        (&BASE, "run: base/summary.json, of: m, at_least: -0.02", "inconclusive"),
        (&BASE, "run: base/summary.json, of: m, at_least: -0.1", "passed"),
        // An outage is not a drop of accuracy.
        (&down, "run: base, of: m, at_least: -0.02", "inconclusive"),
        (&down, "run: base, of: m, at_least: -0.02, metric: availability", "failed"),
        (&dear, "run: base, of: m, at_most: 0.5, metric: cost_per_1k", "failed"),
        (&dear, "run: base, of: m, at_most: 1.5, metric: cost_per_1k", "passed"),
        (&BASE, "run: base, of: m, at_most: 5, metric: p95_ms", "inconclusive"),
        (&BASE, "run: base, of: m, at_most: 5, metric: p95_ms, bound: point", "passed"),
    ] {
        let gates = format!("gates: {{ g: {{ baseline: {{ {gate} }} }} }}\n");
        run(folder, "now", now, &gates, if outcome == "passed" { 0 } else { 100 });
        let text = fs::read_to_string(folder.join("now/summary.json")).expect("a summary");
        let summary: Value = serde_json::from_str(&text).expect("JSON");
        let row = &summary["gates"][0];
        assert_eq!(row["outcome"], outcome, "{gate}: {row}");
        let needs_more = outcome == "inconclusive" && row["estimate"].is_object();
        assert_eq!(row["needed_n"].is_u64(), needs_more, "{gate}: {row}");
    }
    let report = fs::read_to_string(folder.join("now/report.md")).expect("a report");
    assert!(report.contains("| `m` less itself in `base` |"), "{report}");
    let plan = fs::read_to_string(folder.join("now/scenario.yaml")).expect("a plan");
    assert!(plan.contains("baseline:") && plan.contains("run: base"), "{plan}");
}

#[test]
fn a_baseline_that_is_not_there_is_told_at_its_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    run(folder, "base", &BASE, "", 0);
    let gates = "gates:\n  a: { baseline: { run: gone, of: m, at_least: 0 } }\n  \
                 b: { baseline: { run: base, of: n, at_least: 0 } }\n  \
                 c: { baseline: { run: base, of: m, at_least: -2 } }\n";
    let told = run(folder, "now", &BASE, gates, 3);
    for part in ["gone", "unknown policy `n`", "-2 is not between -1 and 1"] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    let other = "models: { n: { provider: p } }\ngates: { b: { baseline: { run: base, of: n, \
                 at_least: 0 } } }\n";
    let told = run(folder, "now", &BASE, other, 3);
    assert!(told.contains("that run has no policy `n` on task t"), "{told}");
}
