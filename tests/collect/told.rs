//! What is said of a run, and of what one would cost, is what happened and what will.

use std::fs;

use serde_json::Value;

use crate::support::command::{ends, quorumbench};
use crate::support::loopback::{Answer, Asked, Loopback};
use crate::{says_what_it_is_told, scenario, summary};

/// The same answer with something else in its body.
fn with(answer: &Answer, change: impl FnOnce(&mut Value)) -> Answer {
    let mut body: Value = serde_json::from_str(&answer.body).expect("a body");
    change(&mut body);
    Answer { body: body.to_string(), ..answer.clone() }
}

/// Hardly a word, and no more room, for every second item; else what it is told.
fn is_cut(asked: &Asked) -> Answer {
    match asked.body.contains("w1") || asked.body.contains("w3") {
        true => with(&Answer::says(""), |body| {
            body["choices"][0]["message"]["content"] = "Let me".into();
            body["choices"][0]["finish_reason"] = "length".into();
        }),
        false => says_what_it_is_told(asked),
    }
}

#[test]
fn a_text_that_is_cut_short_before_its_answer_is_counted_as_failed_everywhere() {
    let server = Loopback::start(is_cut);
    let folder = scenario(&server.base_url(), 4, "{ one: { provider: p } }");
    let path = folder.path().join("s.yaml");
    let text = fs::read_to_string(&path).expect("a scenario");
    let finds =
        text.replace("items.jsonl }", "items.jsonl, extract: { regex: { pattern: \"w\\\\d\" } } }");
    fs::write(&path, finds).expect("a write");
    let run = |tolerance: &str, code: i32| {
        let args = ["run", "s.yaml", "-o", "run", "--quiet", "--fail-on-error", tolerance];
        ends(&mut quorumbench(folder.path(), &args), code)
    };
    // The first run asks, and the others look at what is kept.
    run("1", 4);
    let record = fs::read_to_string(folder.path().join("run/run.json")).expect("run.json");
    let record: Value = serde_json::from_str(&record).expect("it is JSON");
    assert_eq!((&record["n_asked_now"], &record["n_failed_now"]), (&4.into(), &2.into()));
    let summary = summary(&folder.path().join("run"));
    assert_eq!(summary["models"][0]["failures"], serde_json::json!({ "truncated": 2 }));
    run("2", 0);
    run("0.4", 4);
    assert_eq!(server.n_asked(), 4);
}

#[test]
fn answers_that_came_from_another_model_are_told() {
    for (others, expected) in [
        ("m-2026-01-02", None),
        (
            "fallback",
            Some(
                "2 of 4 answers of one on words came from another model, as the reply names it \
                 (fallback): its figures are of several models",
            ),
        ),
    ] {
        let server = Loopback::start(move |asked| {
            let name = if is_cut(asked).body.contains("length") { others } else { "x/m" };
            with(&says_what_it_is_told(asked), |body| body["model"] = name.into())
        });
        let folder = scenario(&server.base_url(), 4, "{ one: { provider: p, name: m } }");
        ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run", "--quiet"]), 0);
        let summary = summary(&folder.path().join("run"));
        let told = summary["warnings"].as_array().expect("warnings").iter();
        let mut told = told.filter(|row| row["kind"] == "served_by_others");
        assert_eq!(told.next().and_then(|row| row["text"].as_str()), expected);
    }
}

#[test]
fn what_asking_would_cost_is_reckoned_as_its_limit_is_and_called_no_bound() {
    let models = "{ one: { provider: p, price: { input: 10000, output: 10000 }, \
                  sampling: { max_tokens: 1 } } }";
    let folder = scenario("http://127.0.0.1:9/v1", 4, models);
    let asked = quorumbench(folder.path(), &["check", "s.yaml"]).output().expect("it runs");
    let told = String::from_utf8(asked.stdout).expect("UTF-8");
    // "Say w0" has six characters, which are two tokens, at a cent each.
    let line = "#   one: 4 calls, about 8 tokens sent, at most 4 received, cost up to about $0.12";
    assert!(told.lines().any(|it| it.starts_with(line)), "{told}");
    let path = folder.path().join("s.yaml");
    let text = fs::read_to_string(&path).expect("a scenario");
    let openai = "{ openai: { base_url: \"http://127.0.0.1:9/v1\" } }";
    let made_up = text.replace(openai, "{ synthetic: { accuracy: 0.5, latency: 1ms } }");
    let made_up = made_up.replace(", sampling: { max_tokens: 1 }", "");
    fs::write(&path, made_up).expect("a write");
    let asked = quorumbench(folder.path(), &["check", "s.yaml"]).output().expect("it runs");
    let told = String::from_utf8(asked.stdout).expect("UTF-8");
    assert!(told.contains("# every answer is made up; nobody would be asked\n"), "{told}");
}

#[test]
fn a_run_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = ends(&mut quorumbench(folder.path(), &["report", "nosuch"]), 3);
    let expected = format!("failed to read nosuch{}summary.json\n", std::path::MAIN_SEPARATOR);
    assert!(told.contains(&expected), "{told}");
}
