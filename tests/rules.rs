//! Every rule that a scenario may name, from the scenario to the answer that it gives.

mod support {
    pub(crate) mod command;
}

use std::collections::BTreeMap;
use std::fs;

use quorumbench::vote::Rule;
use serde_json::{Value, json};
use support::command::{ends, quorumbench};
use tempfile::TempDir;

/// What three members answered, the rules, and what each of these makes of it.
type Case =
    (&'static str, [&'static str; 3], &'static str, &'static [(&'static str, &'static str)]);

#[test]
fn each_rule_gives_the_answer_that_its_name_says() {
    let cases: [Case; 4] = [
        (
            "numbers",
            ["10", "13", "100"],
            "{ numeric: { absolute: 0.001 } }",
            &[
                ("median", "13"),
                // 100 pulls as far as 1.345 * 3 / 0.6745 would: (10 + 13 + 5.982) / 2.
                ("huber", "14.4911"),
                ("trimmed-mean: { share: 0.34 }", "13"),
                ("trimmed-mean: { share: 0 }", "41"),
                ("weighted-median: { weights: { given: { c: 5 } } }", "100"),
                ("cluster: { absolute: 5 }", "11.5"),
            ],
        ),
        (
            "labels",
            ["A", "B", "B"],
            "choice",
            &[
                ("majority", "B"),
                ("weighted: { weights: { given: { a: 3 } } }", "A"),
                ("wawa", "B"),
                ("one-coin", "B"),
                ("glad", "B"),
                ("mace", "B"),
                ("dawid-skene", "B"),
                ("confidence", "A"),
                ("confidence: { combine: log-odds }", "A"),
                ("best-of", "B"),
            ],
        ),
        ("texts", ["a big red car", "the red car", "car"], "f1", &[("medoid", "the red car")]),
        (
            "orders",
            ["A > B > C", "A > C > B", "B > C > A"],
            "{ ranking: { by: order } }",
            &[
                ("borda", "A > B > C"),
                ("copeland", "A > B > C"),
                ("schulze", "A > B > C"),
                ("ranked-pairs", "A > B > C"),
                ("irv", "A > B > C"),
            ],
        ),
    ];
    for (task, said, score, rules) in cases {
        let folder = scenario(task, &said, score, rules);
        ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
        ends(&mut quorumbench(folder.path(), &["report", "run", "--format", "json"]), 0);
        let text = fs::read_to_string(folder.path().join("run/summary.json")).expect("a summary");
        let summary: Value = serde_json::from_str(&text).expect("it is JSON");
        for (at, (rule, expected)) in rules.iter().enumerate() {
            let rows = summary["policies"].as_array().expect("policies");
            let row = rows.iter().find(|row| row["policy"] == format!("p{at}")).expect("a row");
            // The target of item k is what the k-th rule should answer.
            let categories = summary["categories"].as_array().expect("categories");
            let right = categories
                .iter()
                .find(|it| it["policy"] == row["policy"] && it["category"] == format!("for p{at}"));
            let right = right.expect("a category for each rule");
            assert_eq!(right["accuracy"]["point"], 1.0, "{task}: {rule} is not {expected}");
        }
    }
}

#[test]
fn every_rule_is_tried_here_or_learns_from_other_items() {
    let text = fs::read_to_string(file!()).expect("this file");
    for (name, _) in Rule::kinds() {
        let is_tried =
            text.contains(&format!("(\"{name}\"")) || text.contains(&format!("\"{name}: "));
        assert!(is_tried || *name == "stacking", "{name} is not tried");
    }
}

/// One item for each rule, on all of which the members say the same; its target is what the rule
/// should make of it, and its category is the rule's.
fn scenario(task: &str, said: &[&str; 3], score: &str, rules: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut items = String::new();
    let mut answers = String::new();
    let mut policies = String::new();
    let choices = if score == "choice" { vec!["x", "y"] } else { Vec::new() };
    for (at, (rule, expected)) in rules.iter().enumerate() {
        let item = json!({
            "id": at, "input": format!("question {at}"), "target": expected,
            "category": format!("for p{at}"), "choices": choices,
        });
        items += &format!("{item}\n");
        for (model, (answer, confidence)) in
            ["a", "b", "c"].iter().zip(said.iter().zip([0.95, 0.3, 0.3]))
        {
            let row = json!({
                "id": at.to_string(), "model": model, "answer": answer, "confidence": confidence,
            });
            answers += &format!("{row}\n");
        }
        let braced = if rule.contains(':') { format!("{{ {rule} }}") } else { (*rule).to_owned() };
        policies += &format!("  p{at}: {{ vote: {{ members: all, rule: {braced} }} }}\n");
    }
    let path = |name: &str| folder.path().join(name);
    fs::write(path("items.jsonl"), items).expect("a write");
    fs::write(path("answers.jsonl"), answers).expect("a write");
    let text = format!(
        "version: 1\nname: {task}\ntasks:\n  t: {{ dataset: items.jsonl, score: {score} }}\n\
         providers: {{ tape: {{ recorded: {{ answers: answers.jsonl }} }} }}\npolicies:\n{policies}"
    );
    fs::write(path("s.yaml"), text).expect("a write");
    folder
}

#[test]
fn samples_of_one_model_vote_and_stopping_early_tells_its_flips() {
    let folder = tempfile::tempdir().expect("a folder");
    // Items on which a model says A, B, B, B, B and B, B, A, A, A.
    let draws = [["A", "B", "B", "B", "B"], ["B", "B", "A", "A", "A"]];
    let mut items = String::new();
    let mut answers = String::new();
    for (id, draws) in draws.iter().enumerate() {
        items += &format!("{}\n", json!({ "id": id.to_string(), "target": "B" }));
        for (sample, answer) in draws.iter().enumerate() {
            let row = json!({
                "id": id.to_string(), "model": "m", "sample": sample, "answer": answer,
                "cost_usd": 0.001, "latency_ms": 10,
            });
            answers += &format!("{row}\n");
        }
    }
    fs::write(folder.path().join("items.jsonl"), items).expect("a write");
    fs::write(folder.path().join("answers.jsonl"), answers).expect("a write");
    let text = "version: 1\nname: samples\ntasks: { t: { dataset: items.jsonl, score: exact } }
providers: { tape: { recorded: { answers: answers.jsonl } } }
policies:
  five: { vote: { members: [m], rule: best-of } }
  two: { vote: { members: [m], rule: { best-of: { samples: 2 } }, ties: random } }
  lossless: { vote: { members: [m], rule: best-of, stop_early: true } }
  window: { vote: { members: [m], rule: best-of, stop_early: { window: { size: 2 } } } }
";
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let text = fs::read_to_string(folder.path().join("run/summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&text).expect("it is JSON");
    let rows: BTreeMap<&str, &Value> = summary["policies"]
        .as_array()
        .expect("policies")
        .iter()
        .map(|row| (row["policy"].as_str().expect("a name"), row))
        .collect();
    for (policy, accuracy, calls_per_item, flips) in [
        ("m", 0.5, 1.0, Value::Null),
        ("five", 0.5, 5.0, Value::Null),
        ("two", 1.0, 2.0, Value::Null),
        ("lossless", 0.5, 4.5, Value::Null),
        ("window", 1.0, 3.0, json!(1)),
    ] {
        let row = rows[policy];
        if policy != "two" {
            assert_eq!(row["accuracy_of_all"]["point"], accuracy, "{policy}");
        }
        assert_eq!(row["calls_per_item"], calls_per_item, "{policy}");
        assert_eq!(row["flips"], flips, "{policy}");
    }
}

#[test]
fn what_a_rule_cannot_read_is_unparsed_and_who_is_not_sure_abstains() {
    let folder = tempfile::tempdir().expect("a folder");
    // On item 0 all agree, on item 1 two of three, on item 2 nobody.
    let said = [["A", "A", "A"], ["A", "A", "B"], ["A", "B", "C"]];
    let mut items = String::new();
    let mut answers = String::new();
    for (id, said) in said.iter().enumerate() {
        items += &format!("{}\n", json!({ "id": id.to_string(), "target": "A" }));
        for (model, answer) in ["a", "b", "c"].iter().zip(said) {
            let row = json!({ "id": id.to_string(), "model": model, "answer": answer });
            answers += &format!("{row}\n");
        }
    }
    fs::write(folder.path().join("items.jsonl"), items).expect("a write");
    fs::write(folder.path().join("answers.jsonl"), answers).expect("a write");
    let text = "version: 1\nname: unsure\ntasks: { t: { dataset: items.jsonl } }
providers: { tape: { recorded: { answers: answers.jsonl } } }
policies:
  words: { vote: { members: all, rule: median } }
  whole: { vote: { members: all, abstain: { share: 1.0 } } }
  most: { vote: { members: all, abstain: { share: 0.6 } } }
  believed: { vote: { members: all, rule: wawa, abstain: { share: 0.6 } } }
";
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let text = fs::read_to_string(folder.path().join("run/summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&text).expect("it is JSON");
    let rows = summary["policies"].as_array().expect("policies");
    for (policy, answered, abstained, unparsed) in
        [("words", 0, 0, 3), ("whole", 1, 2, 0), ("most", 2, 1, 0), ("believed", 2, 1, 0)]
    {
        let row = rows.iter().find(|row| row["policy"] == policy).expect("a row");
        let got = [&row["asked"], &row["answered"], &row["abstained"], &row["unparsed"]];
        assert_eq!(
            got,
            [&json!(3), &json!(answered), &json!(abstained), &json!(unparsed)],
            "{policy}"
        );
    }
}
