//! Gates as a user and a CI system meet them: outcomes, exit codes, files.

mod support {
    pub(crate) mod command;
}

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::command::{ends, quorumbench};
use tempfile::TempDir;

/// Forty items. `good` is right on 36, `fair` on 30 of the same; `down` never answers.
fn folder(gates: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut items, mut answers) = (String::new(), String::new());
    for id in 0..40 {
        items += &format!("{{\"id\":{id},\"target\":\"x\"}}\n");
        for (model, n_right) in [("good", 36), ("fair", 30)] {
            let answer = if id < n_right { "x" } else { "y" };
            let (cost, ms) = (0.001 + f64::from(id) * 1e-6, 100 + id);
            answers += &format!(
                "{{\"id\":{id},\"model\":\"{model}\",\"answer\":\"{answer}\",\
                 \"cost_usd\":{cost},\"latency_ms\":{ms}}}\n"
            );
        }
        answers += &format!("{{\"id\":{id},\"model\":\"down\",\"status\":\"unavailable\"}}\n");
    }
    let scenario = format!(
        "version: 1\nname: gated\ntasks: {{ t: {{ dataset: items.jsonl }} }}\n\
         providers: {{ p: {{ recorded: {{ answers: answers.jsonl }} }} }}\ngates:\n{gates}"
    );
    for (name, text) in [("items.jsonl", items), ("answers.jsonl", answers), ("s.yaml", scenario)] {
        fs::write(folder.path().join(name), text).expect("the folder can be written");
    }
    folder
}

fn gates(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("out/summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&text).expect("JSON");
    summary["gates"].as_array().expect("gates").clone()
}

/// The exit code of a run with this gate alone, and its row.
fn one(gate: &str, args: &[&str], code: i32) -> Value {
    let folder = folder(&format!("  g: {gate}\n"));
    let mut command = quorumbench(folder.path(), &["run", "s.yaml", "-o", "out"]);
    ends(command.args(args), code);
    gates(folder.path()).pop().expect("a row")
}

/// `dear` costs a cent a call and was asked the first `n_sent` of forty items; then its provider
/// was taken to be down. `fair` costs a tenth of that.
fn half_down(n_sent: u32, more: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut items, mut answers) = (String::new(), String::new());
    for id in 0..40 {
        items += &format!("{{\"id\":{id},\"target\":\"x\"}}\n");
        answers += &format!(
            "{{\"id\":{id},\"model\":\"fair\",\"answer\":\"x\",\"cost_usd\":0.001,\"latency_ms\":9}}\n"
        );
        answers += &match id < n_sent {
            true => format!(
                "{{\"id\":{id},\"model\":\"dear\",\"answer\":\"x\",\"cost_usd\":0.01,\
                 \"latency_ms\":9,\"attempts\":1}}\n"
            ),
            false => format!(
                "{{\"id\":{id},\"model\":\"dear\",\"status\":\"unavailable\",\"attempts\":0}}\n"
            ),
        };
    }
    let scenario = format!(
        "version: 1\nname: down\ntasks: {{ t: {{ dataset: items.jsonl }} }}\n\
         providers: {{ p: {{ recorded: {{ answers: answers.jsonl }} }} }}\npolicies:\n  \
         duo: {{ vote: {{ members: [dear, fair] }} }}\n  \
         saver: {{ cascade: {{ stages: [duo, dear], accept: {{ agreement: 1.0 }} }} }}\n  \
         net: {{ failover: {{ rungs: [dear, fair] }} }}\n{more}"
    );
    for (name, text) in [("items.jsonl", items), ("answers.jsonl", answers), ("s.yaml", scenario)] {
        fs::write(folder.path().join(name), text).expect("the folder can be written");
    }
    folder
}

/// What was never sent cost nothing, and a thousand requests cost what those do that were sent.
#[test]
fn a_provider_that_is_down_for_long_is_not_cheap() {
    let whole = half_down(40, "");
    ends(&mut quorumbench(whole.path(), &["run", "s.yaml", "-o", "out"]), 0);
    let gate = |of: &str, most: f64| {
        format!("  {of}: {{ threshold: {{ of: {of}, metric: cost_per_1k, at_most: {most} }} }}\n")
    };
    let limits = [("dear", 9.9), ("duo", 10.9), ("saver", 10.9), ("net", 9.9)];
    let gates: String = limits.iter().map(|(of, most)| gate(of, *most)).collect();
    let run = whole.path().join("out");
    let since = format!(
        "  since: {{ baseline: {{ run: {run:?}, of: dear, metric: cost_per_1k, at_least: -0.1 }} }}\n"
    );
    let more = format!(
        "gates:\n{gates}{since}traffic: {{ poisson: {{ rate: 1/s, for: 10m }} }}\nrecommend: {{}}\n"
    );
    let down = half_down(10, &more);
    ends(&mut quorumbench(down.path(), &["run", "s.yaml", "-o", "out"]), 100);
    let text = fs::read_to_string(down.path().join("out/summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&text).expect("JSON");
    let rows = summary["gates"].as_array().expect("gates");
    assert!(rows[..4].iter().all(|it| it["outcome"] == "failed"), "{rows:?}");
    assert_eq!(rows[4]["outcome"], "passed", "{rows:?}");
    let near = |value: &Value, wanted: f64| {
        let value = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
        assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
    };
    let row = |table: &str, key: &str, name: &str| {
        let rows = summary[table].as_array().expect("rows");
        rows.iter().find(|it| it[key] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    for (name, per_1k, total) in
        [("dear", 10.0, 0.1), ("duo", 11.0, 0.14), ("saver", 11.0, 0.14), ("net", 10.0, 0.13)]
    {
        let it = row("policies", "policy", name)["cost_usd"].clone();
        near(&it["per_1k"], per_1k);
        near(&it["total"], total);
        assert_eq!(it["unsent"], 30, "{name}");
        near(&row("simulated", "policy", name)["cost_per_1k"]["point"], per_1k);
    }
    near(&row("models", "model", "dear")["cost_usd"]["per_1k"], 10.0);
    assert!(row("models", "model", "fair")["cost_usd"]["unsent"].is_null());
    let told = row("warnings", "kind", "never_sent");
    assert_eq!(told["on"], "dear on t", "{told}");
    // The other way round: what an earlier run could not send is in no difference to it.
    let run = down.path().join("out");
    let since = format!(
        "gates:\n  since: {{ baseline: {{ run: {run:?}, of: dear, metric: cost_per_1k, at_most: 0.1 }} }}\n"
    );
    let later = half_down(40, &since);
    ends(&mut quorumbench(later.path(), &["run", "s.yaml", "-o", "out"]), 0);
    // A model that was never sent anything has no price.
    let never = half_down(0, "");
    ends(&mut quorumbench(never.path(), &["run", "s.yaml", "-o", "out"]), 0);
    let text = fs::read_to_string(never.path().join("out/summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&text).expect("JSON");
    let rows = summary["models"].as_array().expect("models");
    let dear = rows.iter().find(|it| it["model"] == "dear").expect("dear");
    assert!(dear["cost_usd"]["per_1k"].is_null(), "{dear}");
}

#[test]
fn each_figure_passes_fails_or_does_not_say() {
    for (gate, outcome) in [
        // 36 of 40: Wilson's interval is [0.7695, 0.9604].
        ("{ threshold: { of: good, metric: accuracy, at_least: 0.76 } }", "passed"),
        ("{ threshold: { of: good, metric: accuracy, at_least: 0.77 } }", "inconclusive"),
        ("{ threshold: { of: good, metric: accuracy, at_least: 0.97 } }", "failed"),
        ("{ threshold: { of: good, metric: accuracy, at_least: 0.9, bound: point } }", "passed"),
        ("{ threshold: { of: good, metric: accuracy, at_least: 0.95, bound: upper } }", "passed"),
        ("{ threshold: { of: good, metric: accuracy_of_all, at_most: 0.97 } }", "passed"),
        // A provider that was down is not a drop of accuracy.
        ("{ threshold: { of: down, metric: accuracy, at_least: 0.5 } }", "inconclusive"),
        ("{ difference: { of: down, versus: good, at_least: -0.5 } }", "inconclusive"),
        ("{ threshold: { of: down, metric: availability, at_least: 0.5 } }", "failed"),
        (
            "{ difference: { of: good, versus: down, metric: availability, at_least: 0.5 } }",
            "passed",
        ),
        // Six won of forty, none lost.
        ("{ difference: { of: good, versus: fair, at_least: 0 } }", "passed"),
        ("{ difference: { of: fair, versus: good, at_least: -0.05 } }", "inconclusive"),
        ("{ difference: { of: fair, versus: good, at_least: 0.05 } }", "failed"),
        // 1.0195 dollars in the mean.
        ("{ threshold: { of: good, metric: cost_per_1k, at_most: 1.03 } }", "passed"),
        ("{ threshold: { of: good, metric: cost_per_1k, at_most: 1.02 } }", "inconclusive"),
        ("{ threshold: { of: good, metric: cost_per_1k, at_most: 1.02, bound: point } }", "passed"),
        ("{ threshold: { of: down, metric: cost_per_1k, at_most: 1 } }", "inconclusive"),
        ("{ difference: { of: good, versus: fair, metric: cost_per_1k, at_most: 0 } }", "passed"),
        // 100 to 139 ms.
        ("{ threshold: { of: good, metric: p90_ms, at_most: 139 } }", "passed"),
        ("{ threshold: { of: good, metric: p90_ms, at_most: 137 } }", "inconclusive"),
        ("{ threshold: { of: good, metric: p99_ms, at_most: 500 } }", "inconclusive"),
        ("{ threshold: { of: good, metric: p99_ms, at_most: 500, bound: point } }", "passed"),
        ("{ threshold: { of: good, metric: mean_ms, at_most: 100 } }", "failed"),
    ] {
        let row = one(gate, &[], if outcome == "passed" { 0 } else { 100 });
        assert_eq!(row["outcome"], outcome, "{gate}: {row}");
        let passed = match outcome {
            "inconclusive" => Value::Null,
            outcome => Value::Bool(outcome == "passed"),
        };
        assert_eq!(row["passed"], passed, "{row}");
    }
}

#[test]
fn what_is_inconclusive_says_what_it_needs_and_may_be_let_through() {
    let gate = "{ threshold: { of: good, metric: accuracy, at_least: 0.8 } }";
    let row = one(gate, &["--inconclusive", "pass"], 0);
    assert_eq!((&row["observed"], &row["required"]), (&0.9.into(), &0.8.into()));
    // 40 ((0.9 - 0.7695) / 0.1)^2.
    assert_eq!(row["needed_n"], 69, "{row}");
    let failed = "{ threshold: { of: good, metric: accuracy, at_least: 0.97 } }";
    one(failed, &["--inconclusive", "pass"], 100);
}

#[test]
fn a_gate_that_was_left_out_is_not_passed() {
    let gates = "  g: { threshold: { of: fair, metric: accuracy, at_least: 0.1 } }\n";
    let folder = folder(gates);
    let command = ["run", "s.yaml", "-o", "out", "--model", "good"];
    ends(&mut quorumbench(folder.path(), &command), 100);
    assert_eq!(self::gates(folder.path())[0]["outcome"], "inconclusive");
}

#[test]
fn a_workflow_gets_its_files_and_its_page() {
    let gates = "  up: { threshold: { of: good, metric: availability, at_least: 0.9 } }\n  \
                 best: { difference: { of: fair, versus: good, at_least: 0 } }\n";
    let folder = folder(gates);
    let page = folder.path().join("page.md");
    fs::write(&page, "before\n").expect("the folder can be written");
    for _ in 0..2 {
        let mut command = quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "out"]);
        let command = command.args(["--answers", "answers.jsonl"]);
        ends(command.env("GITHUB_STEP_SUMMARY", &page), 100);
    }
    let read = |path: &Path| fs::read_to_string(path).expect("a file");
    let report = read(&folder.path().join("out/report.md"));
    assert!(report.contains("| `best` | **failed** |"), "{report}");
    assert_eq!(read(&page), format!("before\n{report}{report}"));
    let junit = read(&folder.path().join("out/junit.xml"));
    assert!(junit.contains("tests=\"2\" failures=\"1\""), "{junit}");
    ends(&mut quorumbench(folder.path(), &["report", "out", "--format", "junit"]), 0);
    assert_eq!(read(&folder.path().join("out/junit.xml")), junit);
}

#[test]
fn every_mistake_in_gates_is_told_at_its_word() {
    let gates = "  a: { difference: { of: goood, versus: fair, at_least: -2 } }
  b: { threshold: { of: good, metric: accuracy } }
  c: { threshold: { of: good, metric: p95_ms, at_least: 1, at_most: 2, task: u } }
  d: { difference: { of: good, versus: fair, metric: p95_ms, at_most: 9 } }
";
    let told = ends(&mut quorumbench(folder(gates).path(), &["check", "s.yaml"]), 3);
    for complaint in [
        "unknown policy `goood`",
        "did you mean `good`?",
        "-2 is not between -1 and 1",
        "the gate `b` has no limit",
        "the gate `c` has two limits",
        "unknown task `u`",
        "p95_ms has no difference item by item",
    ] {
        assert!(told.contains(complaint), "{complaint}\n{told}");
    }
    assert!(told.ends_with("6 mistakes\n"), "{told}");
}

#[test]
fn the_gates_of_the_page_hold_on_the_quickstart() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("a file");
    let page = read("docs/gates.md");
    let gates = page.split("```yaml\n").nth(1).and_then(|it| it.split("```").next());
    let datasets = format!("{}/datasets", root.display());
    let quickstart = read("scenarios/quickstart.yaml").replace("../datasets", &datasets);
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = quickstart + "\n" + gates.expect("an example");
    fs::write(folder.path().join("s.yaml"), scenario).expect("the folder can be written");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "out", "--quiet"]), 0);
    assert_eq!(self::gates(folder.path()).len(), 3);
}

#[test]
fn a_recommendation_that_changed_is_told() {
    let gates = "  g: { recommendation: { run: base/summary.json } }\nrecommend: {}\n";
    let folder = folder("  {}\nrecommend: {}\n");
    let path = folder.path();
    let read = |name: &str| fs::read_to_string(path.join(name)).expect("a file");
    let write = |name: &str, text: &str| fs::write(path.join(name), text).expect("a write");
    let first = read("s.yaml").replace("gates:\n  {}\n", "");
    write("s.yaml", &first);
    ends(&mut quorumbench(path, &["run", "s.yaml", "-o", "base"]), 0);
    write("s.yaml", &(first.replace("recommend: {}\n", "gates:\n") + gates));
    let run = ["run", "s.yaml", "-o", "out"];
    let told = |args: &[&str], code| {
        ends(&mut quorumbench(path, args), code);
        self::gates(path).pop().expect("a row")
    };
    let row = told(&run, 0);
    assert_eq!(
        (&row["outcome"], &row["of"], &row["observed"]),
        (&"passed".into(), &"good".into(), &1.0.into(),)
    );
    // Nobody recommends anything here.
    let evaluate = ["evaluate", "s.yaml", "-o", "out"];
    assert_eq!(told(&evaluate, 100)["outcome"], "inconclusive");
    let base = read("base/summary.json");
    write("base/summary.json", &base.replace("\"what\": \"good\"", "\"what\": \"vote(a, b)\""));
    let row = told(&run, 100);
    assert_eq!((&row["outcome"], &row["versus"]), (&"failed".into(), &"good".into()));
    let report = read("out/report.md");
    let line = "`good`, and `vote(a, b)` in `base/summary.json`, which no fold chose";
    assert!(report.contains(line), "{report}");
    for (scenario, complaint) in [
        (read("s.yaml").replace("recommend: {}\n", ""), "needs a recommendation"),
        (read("s.yaml").replace("base/", "out/gone/"), "failed to"),
    ] {
        write("t.yaml", &scenario);
        let told = ends(&mut quorumbench(path, &["check", "t.yaml"]), 3);
        assert!(told.contains(complaint), "{told}");
    }
    let mut summary: Value = serde_json::from_str(&base).expect("JSON");
    summary["recommendation"] = Value::Null;
    write("base/summary.json", &summary.to_string());
    let told = ends(&mut quorumbench(path, &["check", "s.yaml"]), 3);
    assert!(told.contains("that run recommends nothing for task t"), "{told}");
}

#[test]
fn a_report_says_what_changed_since_the_run_that_a_gate_names() {
    let folder = folder("  g: { threshold: { of: good, metric: accuracy, at_least: 0.1 } }\n");
    let path = folder.path();
    let read = |name: &str| fs::read_to_string(path.join(name)).expect("a file");
    let write = |name: &str, text: &str| fs::write(path.join(name), text).expect("a write");
    ends(&mut quorumbench(path, &["run", "s.yaml", "-o", "base"]), 0);
    assert!(!read("base/report.md").contains("What changed"));
    // Since then `fair` got five more wrong, items 25 to 29.
    let answers = read("answers.jsonl");
    let worse = |line: &str| {
        let id: u32 = line[6..].split(',').next().and_then(|id| id.parse().ok()).expect("an id");
        let is_meant = line.contains("fair") && (25..30).contains(&id);
        if is_meant { line.replace("\"x\"", "\"y\"") } else { line.to_owned() }
    };
    write("answers.jsonl", &answers.lines().map(|line| worse(line) + "\n").collect::<String>());
    let gate = "  g: { baseline: { run: base, of: good, at_least: -0.2 } }\n";
    let (head, _) =
        read("s.yaml").split_once("  g:").map(|(a, b)| (a.to_owned(), b.len())).expect("a gate");
    write("s.yaml", &(head + gate));
    ends(&mut quorumbench(path, &["run", "s.yaml", "-o", "out"]), 0);
    let report = read("out/report.md");
    let (_, section) = report.split_once("### What changed since `base`").expect("a section");
    let (section, _) = section.split_once("\n## ").expect("an end");
    assert!(section.contains("| `fair` | 100.0 | 75.0 → 62.5 | -12.5 ["), "{section}");
    assert!(
        section.contains("| 0/5 |") && section.contains("4 more are as they were."),
        "{section}"
    );
    assert!(!section.contains("| `good` |"), "{section}");
    ends(&mut quorumbench(path, &["report", "out", "--format", "markdown"]), 0);
    assert_eq!(read("out/report.md"), report, "from the folder alone");
}
