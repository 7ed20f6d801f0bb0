//! Recorded routers and models on public data come out as others have computed them.

#[path = "support/command.rs"]
mod command;
#[path = "support/figures.rs"]
mod figures;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use command::{ends, quorumbench};
use figures::{accuracy, assert_points, golden, number, policy_row, whole};
use quorumbench::analysis::routing::{Arena, arena_score};
use quorumbench::exchange::import;
use serde_json::Value;

/// The data has scores of six places.
const ROUNDED: f64 = 1e-6;

/// One answer scores less than nothing in the source, -0.033, which is no score here: it is put to
/// 0, and its model comes out by so much better.
const NO_SCORE: &str = ",-0.033,";

#[test]
fn two_cheap_models_score_on_routerarena_as_in_the_golden_file() {
    let Some(data) = support::shared("data/routerarena_pair") else { return };
    let golden = &golden("public_data_numbers.json")["routerarena_sub10"];
    let questions = fs::read_to_string(data.join("questions.jsonl")).expect("questions");
    let answers = fs::read_to_string(data.join("answers.csv")).expect("answers");
    assert_eq!(answers.matches(NO_SCORE).count(), 1);
    let folder = tempfile::tempdir().expect("a folder");
    let mended = folder.path().join("answers.csv");
    fs::write(&mended, answers.replace(NO_SCORE, ",0.0,")).expect("a write");
    let summary = evaluate(&questions, &mended);
    let n_items = whole(&golden["n"]);
    for model in ["claude-3-haiku-20240307", "gemini-2.0-flash-001"] {
        let (row, golden) = (policy_row(&summary, model), &golden[model]);
        assert_eq!([&row["asked"], &row["answered"]], [n_items, whole(&golden["success"])]);
        let cost = number(&row["cost_usd"]["per_1k"]);
        let lacks = if model.starts_with("claude") { 0.033 / n_items as f64 } else { 0.0 };
        let as_there = accuracy(row) - lacks;
        let score = arena_score(as_there, cost, Arena::default()).expect("a score");
        for (got, key) in [(as_there, "acc"), (cost, "cost_per_1k"), (score, "arena_score")] {
            let wanted = number(&golden[key]);
            assert!((got - wanted).abs() < ROUNDED, "{model}, {key}: {got} is not {wanted}");
        }
    }
    let oracle = accuracy(policy_row(&summary, "oracle"));
    assert_points(oracle, number(&golden["oracle"]), 100.0 * ROUNDED, "oracle");
    let rows = import::read(&[mended]).expect("answers").rows;
    let scores: Vec<f64> = rows.iter().filter_map(|row| row.score).collect();
    let n_partial = scores.iter().filter(|score| **score != 0.0 && **score != 1.0).count() + 1;
    let share = n_partial as f64 / scores.len() as f64;
    assert!((share - number(&golden["frac_scores_not_01"])).abs() < 1e-12, "partial: {share}");
}

/// The test split is here without the 119 questions that stand in the training split too, or more
/// than once, so that the golden figures of its 500 rows can't be had from it: what is fitted on
/// the training split can, and how many questions of each task the test split has, where all are.
#[test]
fn nine_open_models_fare_on_fourteen_tasks_as_in_the_golden_file() {
    let Some(data) = support::shared("data/llmrouter_14tasks") else { return };
    let golden = &golden("public_data_numbers.json")["llmrouter_dcrouter"];
    let questions = fs::read_to_string(data.join("questions.jsonl")).expect("questions");
    let of_split = |split: &str| -> String {
        let is_in = |line: &&str| {
            let row: Value = serde_json::from_str(line).expect("a question is JSON");
            row["split"] == split
        };
        questions.lines().filter(is_in).map(|line| format!("{line}\n")).collect()
    };
    let train = of_split("train");
    assert_eq!(train.lines().count() as u64, whole(&golden["n_train"]));
    let test = of_split("test");
    for (task, n) in golden["tasks_test"].as_object().expect("tasks") {
        let is_of_task = |line: &&str| line.contains(&format!("\"category\": \"{task}\""));
        let got = test.lines().filter(is_of_task).count() as u64;
        let has_lost_some = ["gpqa", "mbpp", "human_eval"].contains(&task.as_str());
        assert!(got == whole(n) || (has_lost_some && got < whole(n)), "{task}: {got} questions");
    }
    let summary = evaluate(&train, &data.join("answers.csv.gz"));
    let means = golden["train_means"].as_object().expect("models");
    let names: Vec<&Value> = golden["models"].as_array().expect("models").iter().collect();
    assert!(means.keys().eq(names), "the same models");
    for (model, wanted) in means {
        let got = accuracy(policy_row(&summary, model));
        // Rounded on both sides.
        assert_points(got, number(wanted), 150.0 * ROUNDED, model);
    }
    let chosen = policy_row(&summary, "best-single")["rungs"].as_object().expect("models");
    assert!(chosen.keys().eq([golden["best_single_on_train"].as_str().expect("a model")]));
    assert_eq!(best_by_category(&summary, means.keys()), choices(&golden["task_choice"]));
}

/// The best model of each category, the first of equals.
fn best_by_category<'a>(
    summary: &Value,
    models: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, String> {
    let models: Vec<&String> = models.collect();
    let mut best: BTreeMap<String, (f64, String)> = BTreeMap::new();
    for row in summary["categories"].as_array().expect("categories") {
        let [policy, category] = ["policy", "category"].map(|key| row[key].as_str().expect(key));
        let accuracy = accuracy(row);
        let known = best.get(category).map_or(f64::NEG_INFINITY, |(known, _)| *known);
        if models.iter().any(|model| *model == policy) && accuracy > known {
            best.insert(category.to_owned(), (accuracy, policy.to_owned()));
        }
    }
    best.into_iter().map(|(category, (_, model))| (category, model)).collect()
}

fn choices(golden: &Value) -> BTreeMap<String, String> {
    let choices = golden.as_object().expect("tasks").iter();
    choices.map(|(task, model)| (task.clone(), model.as_str().expect("a model").into())).collect()
}

/// The summary of every model by itself on these questions.
fn evaluate(questions: &str, answers: &Path) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("items.jsonl"), questions).expect("a write");
    let scenario = "version: 1\nname: public\nseed: 7\ntasks:\n  t: { dataset: items.jsonl, \
                    fields: { choices: none } }\nproviders: {}\n";
    fs::write(folder.path().join("s.yaml"), scenario).expect("a write");
    let answers = answers.display().to_string();
    let args = ["evaluate", "s.yaml", "-o", "run", "--answers", &answers];
    ends(&mut quorumbench(folder.path(), &args), 0);
    let text = fs::read_to_string(folder.path().join("run/summary.json")).expect("a summary");
    serde_json::from_str(&text).expect("the summary is JSON")
}
