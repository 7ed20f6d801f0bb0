//! GSM8K as 43 models answered it: singles, votes, ceiling and correlation as others computed them.

#[path = "support/command.rs"]
mod command;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use command::{ends, quorumbench};
use flate2::read::MultiGzDecoder;
use serde_json::Value;

const N_ITEMS: u64 = 1319;
/// Models whose pairs are looked at.
const BEST: usize = 25;

#[test]
fn votes_of_the_complete_models_are_as_published() {
    let Some(data) = support::shared("data/gsm8k_zeroeval") else { return };
    let models = complete_models(&data);
    assert_eq!(models.len(), 43);
    for items in ["all", "common"] {
        let summary = evaluate(&data, &models, items);
        let rows = summary["models"].as_array().expect("models");
        assert_eq!(rows.len(), 43);
        for row in rows {
            let published = models.iter().find(|(name, _)| row["model"] == **name);
            let n_right = published.expect("a model of the recording").1;
            assert_eq!(row["asked"], N_ITEMS, "{}", row["model"]);
            let accuracy = number(&row["accuracy_of_all"]["point"]);
            let expected = n_right as f64 / N_ITEMS as f64;
            // "500.0" for 500 is recorded as wrong, and a number is a number here.
            let n_others = if row["model"] == "yi-large-preview" { 1.0 } else { 0.0 };
            let off = n_others / N_ITEMS as f64;
            assert!((accuracy - expected - off).abs() < 1e-12, "{}: {accuracy}", row["model"]);
        }
        for (policy, expected) in [
            ("best-single", 0.9666),
            ("claude-3-5-sonnet-20241022", 0.9666),
            ("gpt-4o-2024-08-06", 0.9621),
            ("gemma-2-2b-it", 0.5163),
            ("best-3", 0.9666),
            ("best-5", 0.9735),
            ("every", 0.9704),
        ] {
            let got = accuracy(&summary, policy);
            assert!((got - expected).abs() < 5e-5, "items: {items}, {policy}: {got}");
        }
        let any_right = number(&summary["ceiling"][0]["any_right"]);
        assert!((any_right - 0.9962).abs() < 5e-5, "some model has {any_right} right");
        let phis = phis_of_the_best(&summary, &models);
        let mean = phis.iter().sum::<f64>() / phis.len() as f64;
        let ends = phis
            .iter()
            .fold((1.0, 0.0), |(low, high): (f64, f64), phi| (low.min(*phi), high.max(*phi)));
        for (got, expected) in [(mean, 0.46), (ends.0, 0.30), (ends.1, 0.78)] {
            assert!((got - expected).abs() < 5e-3, "items: {items}: phi {got}, not {expected}");
        }
    }
}

/// Models with an answer to every item and how many they have right, the most accurate first:
/// with `ties: priority` that is the published tie rule, which looks at the items themselves.
fn complete_models(data: &Path) -> Vec<(String, u64)> {
    let file = fs::File::open(data.join("answers.csv.gz")).expect("the answers");
    let mut rows = csv::Reader::from_reader(MultiGzDecoder::new(file));
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in rows.deserialize() {
        let row: BTreeMap<String, String> = row.expect("a row");
        let count = counts.entry(row["model"].clone()).or_default();
        count.0 += 1;
        count.1 += u64::from(row["correct"] == "1");
    }
    let complete = counts.into_iter().filter(|(_, (n, _))| *n == N_ITEMS);
    let mut models: Vec<(String, u64)> = complete.map(|(name, (_, right))| (name, right)).collect();
    models.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    models
}

fn evaluate(data: &Path, models: &[(String, u64)], items: &str) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let list = |n: usize| {
        let names: Vec<String> = models[..n].iter().map(|(name, _)| format!("{name:?}")).collect();
        format!("[{}]", names.join(", "))
    };
    let text = format!(
        "version: 1
name: gsm8k
seed: 7
tasks:
  numeric: {{ dataset: {questions:?}, items: {items}, extract: text, score: numeric }}
providers:
  tape: {{ recorded: {{ answers: {answers:?}, models: {all} }} }}
policies:
  best-3: {{ vote: {{ members: {three}, ties: priority }} }}
  best-5: {{ vote: {{ members: {five}, ties: priority }} }}
  every: {{ vote: {{ members: {all}, ties: priority }} }}
",
        questions = data.join("questions.jsonl"),
        answers = data.join("answers.csv.gz"),
        all = list(models.len()),
        three = list(3),
        five = list(5),
    );
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "--offline", "-o", "run"]), 0);
    let text = fs::read_to_string(folder.path().join("run/summary.json")).expect("summary.json");
    serde_json::from_str(&text).expect("it is JSON")
}

fn accuracy(summary: &Value, policy: &str) -> f64 {
    let rows = summary["policies"].as_array().expect("policies");
    let row = rows.iter().find(|row| row["policy"] == policy).expect(policy);
    number(&row["accuracy_of_all"]["point"])
}

fn phis_of_the_best(summary: &Value, models: &[(String, u64)]) -> Vec<f64> {
    let is_best = |side: &Value| models[..BEST].iter().any(|(name, _)| side == name);
    let pairs = summary["pairs"].as_array().expect("pairs");
    let of_best = pairs.iter().filter(|pair| is_best(&pair["a"]) && is_best(&pair["b"]));
    let phis: Vec<f64> = of_best.map(|pair| number(&pair["phi"])).collect();
    assert_eq!(phis.len(), BEST * (BEST - 1) / 2);
    phis
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}
