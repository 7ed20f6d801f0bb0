//! Votes of real models on real questions come out as others have computed them.

#[path = "support/command.rs"]
mod command;
#[path = "support/mmlu_pro.rs"]
mod mmlu_pro;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use command::{ends, quorumbench};
use mmlu_pro::MODELS;
use serde_json::Value;
use tempfile::TempDir;

const BEST: usize = 25;
const ITEMS: u64 = 11_990;
/// Items that one of the two models with gaps lacks.
const N_GAPS: [(&str, u64); 2] = [("gemini-1.5-pro-002", 12), ("gemini-1.5-flash-002", 20)];

#[test]
fn votes_on_items_that_all_models_answered() {
    let Some((_folder, summary)) = evaluate("common") else { return };
    for (policy, accuracy) in
        [("best-single", 0.7026), ("best-3", 0.7202), ("best-5", 0.7014), ("every", 0.5982)]
    {
        assert_accuracy(&summary, policy, accuracy);
    }
    let any_right = number(&summary["ceiling"][0]["any_right"]);
    assert!((any_right - 0.9446).abs() < 5e-5, "some model has {any_right} right");
    let pairs = summary["pairs"].as_array().expect("pairs");
    let is_best = |side: &Value| MODELS[..BEST].iter().any(|model| side == model);
    let phis: Vec<f64> = pairs
        .iter()
        .filter(|pair| is_best(&pair["a"]) && is_best(&pair["b"]))
        .map(|pair| number(&pair["phi"]))
        .collect();
    assert_eq!(phis.len(), BEST * (BEST - 1) / 2);
    let mean_phi = phis.iter().sum::<f64>() / phis.len() as f64;
    assert!((mean_phi - 0.37).abs() < 5e-3, "the mean phi is {mean_phi}");
}

#[test]
fn votes_on_every_item_and_weights_that_help() {
    let Some((_folder, summary)) = evaluate("all") else { return };
    for (policy, accuracy) in
        [("best-single", 0.7027), ("best-3", 0.7204), ("best-5", 0.7013), ("every", 0.5984)]
    {
        assert_accuracy(&summary, policy, accuracy);
    }
    let [majority, weighted] = ["every", "weighted"].map(|name| accuracy(&summary, name));
    assert!(weighted >= majority, "weighted {weighted}, majority {majority}");
    for model in summary["models"].as_array().expect("models") {
        let gap = N_GAPS.iter().find(|(name, _)| model["model"] == *name);
        let not_run = gap.map_or(0, |(_, n)| *n);
        assert_eq!(model["not_run"], not_run, "{}", model["model"]);
        assert_eq!(model["asked"], ITEMS - not_run, "{}", model["model"]);
    }
}

/// The summary of an evaluation that judges on these `items`; `None` where the data is not here.
fn evaluate(items: &str) -> Option<(TempDir, Value)> {
    let data = support::shared("data/mmlu_pro")?;
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("s.yaml"), scenario(&data, items)).expect("a write");
    let answers = data.join("answers.csv.gz").display().to_string();
    let args = ["evaluate", "s.yaml", "-o", "run", "--answers", &answers];
    ends(&mut quorumbench(folder.path(), &args), 0);
    let text = fs::read_to_string(folder.path().join("run/summary.json")).expect("summary.json");
    let summary = serde_json::from_str(&text).expect("it is JSON");
    Some((folder, summary))
}

fn scenario(data: &Path, items: &str) -> String {
    let dataset: PathBuf = data.join("questions.jsonl");
    let [three, five, all] = [3, 5, MODELS.len()].map(|n| MODELS[..n].join(", "));
    format!(
        "version: 1
name: mmlu-pro
seed: 7
tasks:
  multiple_choice: {{ dataset: {dataset:?}, items: {items}, extract: text, score: exact }}
providers: {{}}
policies:
  best-3: {{ vote: {{ members: [{three}], ties: accuracy }} }}
  best-5: {{ vote: {{ members: [{five}], ties: accuracy }} }}
  every: {{ vote: {{ members: [{all}], ties: accuracy }} }}
  weighted: {{ vote: {{ members: all, rule: weighted }} }}
"
    )
}

fn accuracy(summary: &Value, policy: &str) -> f64 {
    let rows = summary["policies"].as_array().expect("policies");
    let row = rows.iter().find(|row| row["policy"] == policy).expect(policy);
    number(&row["accuracy_of_all"]["point"])
}

/// The published figure has four places.
fn assert_accuracy(summary: &Value, policy: &str, wanted: f64) {
    let got = accuracy(summary, policy);
    assert!((got - wanted).abs() < 5e-5 + 1e-9, "{policy}: {got} is not {wanted}");
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}
