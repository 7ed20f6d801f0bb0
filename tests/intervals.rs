//! The intervals that a scenario asks for are those of the summary and of the report.

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::path::Path;

use command::{ends, quorumbench};
use serde_json::Value;

/// Ten questions, of which `a` has nine right, and `b` eight of those nine.
fn write_answers(folder: &Path) {
    let (mut items, mut answers) = (String::new(), String::new());
    for id in 0..10 {
        items += &format!("{{\"id\":{id},\"target\":\"x\"}}\n");
        let (a, b) = (if id == 9 { "y" } else { "x" }, if id > 7 { "y" } else { "x" });
        answers += &format!("{{\"id\":{id},\"model\":\"a\",\"answer\":\"{a}\"}}\n");
        answers += &format!("{{\"id\":{id},\"model\":\"b\",\"answer\":\"{b}\"}}\n");
    }
    fs::write(folder.join("items.jsonl"), items).expect("a write");
    fs::write(folder.join("answers.jsonl"), answers).expect("a write");
}

fn scenario(intervals: &str) -> String {
    format!(
        "version: 1\nname: x\ntasks:\n  t: {{ dataset: items.jsonl }}\nproviders:\n  p: {{ \
         recorded: {{ answers: answers.jsonl }} }}\n{intervals}"
    )
}

#[test]
fn a_scenario_names_level_and_methods() {
    // Nine of ten at 95 % and 90 %, by statsmodels.
    for (intervals, level, method, ends, pairs) in [
        ("", 0.95, "wilson", [0.595_850, 0.982_124], "bonett-price"),
        ("intervals: {}\n", 0.95, "wilson", [0.595_850, 0.982_124], "bonett-price"),
        ("intervals: { level: 0.9 }\n", 0.9, "wilson", [0.652_281, 0.977_365], "bonett-price"),
        (
            "intervals: { level: 0.9, proportion: clopper-pearson, pairs: tango }\n",
            0.9,
            "clopper-pearson",
            [0.605_837, 0.994_884],
            "tango",
        ),
        (
            "intervals: { level: 0.9, proportion: jeffreys, pairs: newcombe }\n",
            0.9,
            "jeffreys",
            [0.669_437, 0.982_108],
            "newcombe",
        ),
        (
            "intervals: { level: 0.9, proportion: bayes }\n",
            0.9,
            "bayes",
            [0.635_641, 0.966_681],
            "bonett-price",
        ),
    ] {
        let (summary, report) = evaluate(&scenario(intervals));
        let of_a = |rows: &str, key: &str| -> Value {
            let rows = summary[rows].as_array().expect("rows").iter();
            rows.filter(|row| row[key] == "a").map(|row| row["accuracy"].clone()).next().expect("a")
        };
        for accuracy in [of_a("models", "model"), of_a("policies", "policy")] {
            assert_eq!((&accuracy["method"], &accuracy["level"]), (&method.into(), &level.into()));
            for (end, wanted) in ["low", "high"].iter().zip(ends) {
                let got = accuracy[*end].as_f64().expect("an end");
                assert!((got - wanted).abs() < 1e-6, "{intervals}: {end} is {got}");
            }
        }
        let served = &summary["availability"][0]["served"];
        assert_eq!((&served["method"], &served["level"]), (&method.into(), &level.into()));
        let rows = summary["policies"].as_array().expect("policies");
        let versus = &rows.iter().find(|row| row["policy"] == "b").expect("b")["versus"];
        assert_eq!(versus["method"], format!("paired {pairs}, mcnemar mid-p"), "{intervals}");
        assert_eq!(versus["level"], level, "{intervals}");
        let heading = format!("accuracy, % [{} %]", 100.0 * level);
        assert!(report.contains(&heading), "{intervals}: no `{heading}` in\n{report}");
    }
}

#[test]
fn a_misspelt_method_and_an_impossible_level_are_told_with_what_would_be_right() {
    for (intervals, place, words, help) in [
        (
            "intervals: { proportion: wilsn }",
            "7:26",
            "unknown kind `wilsn`",
            "did you mean `wilson`",
        ),
        ("intervals: { pairs: tungo }", "7:21", "unknown kind `tungo`", "did you mean `tango`"),
        ("intervals: { levl: 0.9 }", "7:14", "unknown key `levl`", "did you mean `level`"),
        ("intervals: { level: 95 }", "7:21", "95 is not a level of confidence", "say 0.95"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        write_answers(folder.path());
        fs::write(folder.path().join("s.yaml"), scenario(intervals)).expect("a write");
        let stderr = ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "run"]), 3);
        for part in [&format!("--> s.yaml:{place}\n"), words, help] {
            assert!(stderr.contains(part), "{intervals}: no `{part}` in\n{stderr}");
        }
    }
}

/// The summary and the report of this scenario.
fn evaluate(scenario: &str) -> (Value, String) {
    let folder = tempfile::tempdir().expect("a folder");
    write_answers(folder.path());
    fs::write(folder.path().join("s.yaml"), scenario).expect("a write");
    ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "run"]), 0);
    let read = |name: &str| fs::read_to_string(folder.path().join("run").join(name));
    let summary = read("summary.json").expect("a summary");
    (serde_json::from_str(&summary).expect("it is JSON"), read("report.md").expect("a report"))
}
