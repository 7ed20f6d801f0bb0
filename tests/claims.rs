//! What came out of three common claims: `docs/claims.md` says what the studies say.

#[path = "support/command.rs"]
mod command;
mod support;

use std::fs;
use std::path::Path;

use command::{ends, quorumbench};
use serde_json::Value;

const STUDIES: [&str; 3] = ["ensemble-beats-best", "small-match-big", "fewer-expensive-calls"];

#[test]
fn the_page_has_what_the_studies_of_this_repository_say() {
    for study in STUDIES {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scenario = root.join(format!("scenarios/studies/{study}.yaml"));
        let scenario = scenario.to_str().expect("a path");
        ends(&mut quorumbench(folder.path(), &["run", scenario, "--offline", "-o", "run"]), 0);
        assert_told(study, &summary(folder.path()));
    }
}

#[test]
fn the_page_has_what_other_peoples_answers_say_of_gsm8k() {
    let Some(data) = support::shared("data/gsm8k_zeroeval") else { return };
    let (sonnet, big) = ("claude-3-5-sonnet-20241022", "gpt-4o-2024-08-06");
    let (mini, haiku) = ("gpt-4o-mini-2024-07-18", "claude-3-5-haiku-20241022");
    let (flash, gemma) = ("gemini-1.5-flash", "gemma-2-27b-it@together");
    let others = ["o1-mini-2024-09-12", "Llama-3.1-405B-Inst@hyperbolic", "Mistral-Large-2"];
    let models = [&[sonnet, big, mini, haiku, flash, gemma][..], &others].concat();
    let policies = format!(
        "  five-large: {{ vote: {{ members: [{sonnet}, {big}, {}] }} }}
  three-small: {{ vote: {{ members: [{mini}, {haiku}, {gemma:?}] }} }}
  cheap-pair: {{ vote: {{ members: [{mini}, {flash}] }} }}
  pair-then-best: {{ cascade: {{ stages: [cheap-pair, {sonnet}], accept: {{ agreement: 1.0 }} }} }}
",
        others.map(|name| format!("{name:?}")).join(", "),
    );
    let task = format!(
        "gsm8k: {{ dataset: {:?}, extract: text, score: numeric }}",
        data.join("questions.jsonl")
    );
    assert_told("gsm8k", &evaluate(&data, &models, &task, &policies));
}

#[test]
fn the_page_has_what_other_peoples_answers_say_of_mmlu_pro() {
    let Some(data) = support::shared("data/mmlu_pro") else { return };
    let (pro, flash) = ("gemini-1.5-pro-002", "gemini-1.5-flash-002");
    let (large, small) = ("Meta-Llama-3_1-70B-Instruct", "Meta-Llama-3_1-8B-Instruct");
    let (maths, phi) = ("mathstral-7B", "Phi-3-mini-4k-instruct");
    let policies = format!(
        "  three-vendors: {{ vote: {{ members: [{pro}, {flash}, {large}] }} }}
  three-small: {{ vote: {{ members: [{small}, {maths}, {phi}] }} }}
  cheap-pair: {{ vote: {{ members: [{flash}, {large}] }} }}
  pair-then-best: {{ cascade: {{ stages: [cheap-pair, {pro}], accept: {{ agreement: 1.0 }} }} }}
  by-subject: {{ route: {{ among: all, by: category }} }}
"
    );
    let task = format!(
        "mmlu-pro: {{ dataset: {:?}, extract: text, score: exact }}",
        data.join("questions.jsonl")
    );
    let models = [pro, flash, large, small, maths, phi];
    assert_told("mmlu-pro", &evaluate(&data, &models, &task, &policies));
}

fn evaluate(data: &Path, models: &[&str], task: &str, policies: &str) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let answers = data.join("answers.csv.gz");
    let text = format!(
        "version: 1\nname: claims\nseed: 7\ntasks:\n  {task}\nproviders:\n  tape: {{ recorded: \
         {{ answers: {answers:?}, models: {models:?} }} }}\npolicies:\n{policies}"
    );
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "--offline", "-o", "run"]), 0);
    summary(folder.path())
}

fn summary(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("run/summary.json")).expect("summary.json");
    serde_json::from_str(&text).expect("it is JSON")
}

/// Every row that the summary makes stands on the page.
fn assert_told(study: &str, summary: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/claims.md");
    let page = fs::read_to_string(path).expect("docs/claims.md");
    let rows: Vec<String> = summary["policies"]
        .as_array()
        .expect("policies")
        .iter()
        .filter(|row| !["single", "best-single", "oracle"].contains(&text(&row["kind"])))
        .map(row)
        .collect();
    assert!(!rows.is_empty());
    let missing: Vec<&String> = rows.iter().filter(|row| !page.contains(*row)).collect();
    let all = rows.join("\n");
    assert!(missing.is_empty(), "{study}: docs/claims.md lacks {missing:#?} of\n{all}");
}

/// Task, policy, accuracy of all, difference to the best single model with the interval that holds
/// for all policies of the task at once, p after Holm, price and calls of the last stage.
fn row(row: &Value) -> String {
    let percent = |value: &Value| match format!("{:.1}", number(value) * 100.0).as_str() {
        "-0.0" => "0.0".to_owned(),
        text => text.to_owned(),
    };
    let versus = &row["versus"];
    // Where the policy never differs there is no spread, and its own interval stands.
    let interval = match &versus["simultaneous"] {
        Value::Null => versus,
        together => together,
    };
    let cost = &row["cost_usd"]["per_1k"];
    let cost = cost.as_f64().map_or("-".into(), |cost| format!("{cost:.4}"));
    let strong = &row["strong_share"];
    let strong = strong.as_f64().map_or("-".into(), |share| format!("{:.1}", share * 100.0));
    format!(
        "| {} | `{}` | {} | {} [{}, {}] | {:.3} | {cost} | {strong} |",
        text(&row["task"]),
        text(&row["policy"]),
        percent(&row["accuracy_of_all"]["point"]),
        percent(&versus["point"]),
        percent(&interval["low"]),
        percent(&interval["high"]),
        number(&versus["p_holm"]),
    )
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
