//! Suites as a user meets them: one command, one summary, all gates, and every mistake at once.

mod support {
    pub(crate) mod command;
}

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::command::{ends, quorumbench};
use tempfile::TempDir;

/// A folder with two scenarios of twenty items, `sums` and `words`, and a suite of them. `m` is
/// right on all of the first and on half of the second.
fn folder(gates: [&str; 2]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a write");
    let rows = |row: &dyn Fn(u32) -> String| (0..20).map(row).collect::<String>();
    write("items.jsonl", &rows(&|id| format!("{{\"id\":{id},\"target\":\"x\"}}\n")));
    for (name, n_right, gate) in [("sums", 20, gates[0]), ("words", 10, gates[1])] {
        let said = |id: u32| if id < n_right { "x" } else { "y" };
        let answer = |id| format!("{{\"id\":{id},\"model\":\"m\",\"answer\":\"{}\"}}\n", said(id));
        write(&format!("{name}.jsonl"), &rows(&answer));
        let scenario = format!(
            "version: 1\nname: {name}\ntasks: {{ t: {{ dataset: items.jsonl }} }}\n\
             providers: {{ p: {{ recorded: {{ answers: {name}.jsonl }} }} }}\n\
             gates: {{ g: {{ threshold: {{ of: m, metric: accuracy, {gate} }} }} }}\n"
        );
        write(&format!("{name}.yaml"), &scenario);
    }
    write("suite.yaml", "version: 1\nname: all\nsuite: [sums.yaml, words.yaml]\n");
    folder
}

fn summary(path: &Path) -> Value {
    let text = fs::read_to_string(path.join("summary.json")).expect("a summary");
    serde_json::from_str(&text).expect("JSON")
}

fn words<'a>(rows: &'a Value, key: &str) -> Vec<&'a str> {
    rows.as_array().expect("rows").iter().map(|row| row[key].as_str().expect("a word")).collect()
}

#[test]
fn a_suite_is_its_scenarios_with_one_summary_and_all_gates() {
    let (holds, fails) = ("at_least: 0.5", "at_least: 0.9");
    for (gates, code, outcomes) in [
        ([holds, "at_least: 0.2"], 0, ["passed", "passed"]),
        ([holds, fails], 100, ["passed", "failed"]),
        (["at_most: 0.5", "at_least: 0.2"], 100, ["failed", "passed"]),
    ] {
        let folder = folder(gates);
        let path = folder.path();
        ends(&mut quorumbench(path, &["run", "suite.yaml", "-o", "out"]), code);
        let joined = summary(&path.join("out"));
        assert_eq!(joined["scenario"]["name"], "all");
        assert_eq!(words(&joined["models"], "task"), ["sums/t", "words/t"]);
        assert_eq!(words(&joined["gates"], "name"), ["sums/g", "words/g"]);
        assert_eq!(words(&joined["gates"], "outcome"), outcomes);
        let junit = fs::read_to_string(path.join("out/junit.xml")).expect("junit.xml");
        assert!(junit.contains("tests=\"2\""), "{junit}");
        // Each has its own folder, the same as without the suite.
        for name in ["sums", "words"] {
            let alone = format!("{name}.yaml");
            let mut command = quorumbench(path, &["run", &alone, "-o", "alone"]);
            command.args(["--inconclusive", "pass"]).output().expect("it starts");
            let own = path.join("out").join(name);
            for file in ["summary.json", "decisions.parquet", "report.html", "scenario.yaml"] {
                let [suite, alone] =
                    [&own, &path.join("alone")].map(|it| fs::read(it.join(file)).expect("a file"));
                assert!(suite == alone, "{name}: {file}");
            }
            let part = summary(&own);
            let mut row = part["policies"][0].clone();
            row["task"] = format!("{name}/t").into();
            let rows = joined["policies"].as_array().expect("rows");
            assert!(rows.contains(&row), "{row}");
        }
    }
}

#[test]
fn what_is_invalid_comes_before_what_is_incomplete_and_that_before_a_gate() {
    let folder = folder(["at_least: 0.5", "at_least: 0.9"]);
    let path = folder.path();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).expect("a write");
    // A server that nobody runs: every call fails, and the run is incomplete.
    let down = "version: 1\nname: down\ntasks: { t: { dataset: items.jsonl, prompt: hm } }\n\
                providers: { p: { openai: { base_url: \"http://127.0.0.1:1/v1\" } } }\n\
                models: { n: { provider: p, limits: { attempts: 1 } } }\n";
    write("down.yaml", down);
    write("suite.yaml", "version: 1\nname: all\nsuite: [words.yaml, down.yaml]\n");
    let run = ["run", "suite.yaml", "-o", "out", "--quiet"];
    ends(&mut quorumbench(path, &run), 4);
    assert_eq!(summary(&path.join("out"))["gates"][0]["outcome"], "failed");
    write("down.yaml", &down.replace("prompt: hm", "promt: hm"));
    let told = ends(&mut quorumbench(path, &run), 3);
    assert!(told.contains("unknown key `promt`") && told.contains("down.yaml"), "{told}");
}

#[test]
fn every_mistake_of_a_suite_is_told_at_once() {
    let folder = folder(["at_least: 0.5", "at_least: 0.9"]);
    let path = folder.path();
    let read = |name: &str| fs::read_to_string(path.join(name)).expect("a file");
    let write = |name: &str, text: &str| fs::write(path.join(name), text).expect("a write");
    write("twin.yaml", &read("sums.yaml"));
    write("seed.yaml", &read("sums.yaml").replace("name: sums", "name: seed\nseed: 7"));
    write("wrong.yaml", &read("sums.yaml").replace("metric: accuracy", "metric: acuracy"));
    write("inner.yaml", "version: 1\nname: inner\nsuite: [sums.yaml]\n");
    let suite = "version: 2\nname: a/b\ntaks: x\nsuite: [sums.yaml, twin.yaml, seed.yaml, \
                 wrong.yaml, inner.yaml, gone.yaml]\n";
    write("outer.yaml", suite);
    for command in ["run", "check"] {
        let told = ends(&mut quorumbench(path, &[command, "outer.yaml"]), 3);
        for complaint in [
            "unknown key `taks`",
            "version 2 is not known",
            "not a name for a suite",
            "`sums` is the name of sums.yaml too",
            "its seed is 7, and that of `sums` is 0",
            "unknown kind `acuracy`",
            "this is a suite of scenarios",
            "can't be read",
        ] {
            assert!(told.contains(complaint), "{complaint}\n{told}");
        }
        assert!(told.ends_with("8 mistakes\n"), "{told}");
    }
    let told = ends(&mut quorumbench(path, &["evaluate", "suite.yaml"]), 3);
    assert!(told.contains("`run` and `check` take a suite"), "{told}");
    write("empty.yaml", "version: 1\nname: empty\nsuite: []\n");
    let told = ends(&mut quorumbench(path, &["check", "empty.yaml"]), 3);
    assert!(told.contains("there is no scenario"), "{told}");
}
