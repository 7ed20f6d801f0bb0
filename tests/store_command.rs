//! `quorumbench store` over a real file: what it says, what goes, what others can read.

mod support {
    pub(crate) mod command;
}

use std::fs;
use std::path::Path;

use quorumbench::data::{Failure, Recorded};
use quorumbench::exchange::import;
use quorumbench::kernel::{Tokens, Usd};
use quorumbench::store::{Entry, Key, Store, Timing, request_json};
use serde_json::{Value, json};
use support::command::{ends, quorumbench};
use tempfile::TempDir;

#[test]
fn list_tells_answers_failures_tokens_dollars_and_age_by_model() {
    let folder = filled();
    let rows = json_of(folder.path(), &["store", "list", "s.yaml", "--json"]);
    let [maxi, mini] = rows.as_array().expect("a list").as_slice() else { panic!("{rows}") };
    let expected = json!({
        "kind": "openai", "base_url": "http://h/v1", "model": "mini-1", "answers": 2,
        "failures": { "timed-out": 1 }, "attempts": 3, "prompt_tokens": 20,
        "completion_tokens": 4, "cost_usd": 0.003, "answers_without_cost": 0,
        "bytes": mini["bytes"], "oldest": "2026-11-01T10:00:00Z", "newest": "2026-11-01T10:00:00Z",
    });
    assert_eq!(mini, &expected);
    assert_eq!((&maxi["model"], &maxi["cost_usd"]), (&json!("maxi-1"), &Value::Null));
    assert_eq!((&maxi["answers"], &maxi["answers_without_cost"]), (&json!(1), &json!(1)));
    let text = stdout(folder.path(), &["store", "list", "s.yaml"], 0);
    for part in ["mini-1", "http://h/v1", "$0.0030", "unknown", "failures of mini-1: 1 timed-out"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn prune_takes_what_it_was_told_and_a_dry_run_takes_nothing() {
    let folder = filled();
    let prune = |more: &[&str]| {
        let args = [&["store", "prune", "s.yaml", "--json"], more].concat();
        let told = json_of(folder.path(), &args);
        (told["answers"].clone(), told["failures"].clone())
    };
    let gone = |answers: u64, failures: u64| (json!(answers), json!(failures));
    assert_eq!(prune(&["--failures", "--dry-run"]), gone(0, 1));
    assert_eq!(prune(&["--failures"]), gone(0, 1));
    assert_eq!(prune(&["--failures"]), gone(0, 0));
    // The one without a time is never old.
    assert_eq!(prune(&["--older-than", "0d", "--dry-run"]), gone(2, 0));
    assert_eq!(prune(&["--older-than", "5000w"]), gone(0, 0));
    assert_eq!(prune(&["--model", "mini", "--older-than", "0d"]), gone(2, 0));
    assert_eq!(prune(&["--model", "maxi-1"]), gone(1, 0));
    assert_eq!(json_of(folder.path(), &["store", "list", "s.yaml", "--json"]), json!([]));
    let stderr = ends(&mut quorumbench(folder.path(), &["store", "prune", "s.yaml"]), 2);
    assert!(stderr.contains("--failures"), "{stderr}");
}

#[test]
fn export_is_read_by_evaluate_in_every_format() {
    let folder = filled();
    for ending in ["jsonl", "csv", "parquet"] {
        let file = format!("out.{ending}");
        let export = ["store", "export", "--store", ".quorumbench/answers.sqlite", "-o", &file];
        let stderr = ends(&mut quorumbench(folder.path(), &export), 0);
        assert!(stderr.contains("4 rows written"), "{stderr}");
        let rows = import::read(&[folder.path().join(&file)]).expect("recorded answers").rows;
        let failures: Vec<_> = rows.iter().map(|row| row.failure).collect();
        assert_eq!(failures, [None, Some(Failure::TimedOut), None, None], "{ending}");
        let first = &rows[0];
        assert_eq!((first.id.as_str(), first.model.as_str(), first.sample), ("1", "mini", 0));
        assert_eq!(first.response.as_deref(), Some("w1, \"as\"\nasked"), "{ending}");
        assert_eq!((first.cost, first.cached_tokens), (Usd::from_dollars(0.001), Some(Tokens(3))));
        assert_eq!(first.model_served.as_deref(), Some("mini-1-2026"), "{ending}");
        let evaluate = ["evaluate", "e.yaml", "--answers", &file, "-o", ending];
        ends(&mut quorumbench(folder.path(), &evaluate), 0);
        let summary = fs::read_to_string(folder.path().join(ending).join("summary.json"));
        let summary: Value =
            serde_json::from_str(&summary.expect("summary.json")).expect("it is JSON");
        let mini = summary["models"].as_array().expect("models").iter();
        let mini: Vec<&Value> = mini.filter(|row| row["model"] == "mini").collect();
        assert_eq!((&mini[0]["answered"], &mini[0]["failed"]), (&json!(2), &json!(1)), "{ending}");
    }
    let other = ["store", "export", "s.yaml", "-o", "out.xlsx"];
    let stderr = ends(&mut quorumbench(folder.path(), &other), 2);
    assert!(stderr.contains("ends in .jsonl, .csv or .parquet"), "{stderr}");
}

#[test]
fn verify_finds_what_was_changed_behind_its_back() {
    let folder = filled();
    let verify = ["store", "verify", "s.yaml"];
    assert_eq!(stdout(folder.path(), &verify, 0), "4 rows looked at, 0 faults\n");
    let path = folder.path().join(".quorumbench/answers.sqlite");
    let mut bytes = fs::read(&path).expect("the store");
    let prompt = b"Say w2";
    let at = bytes.windows(prompt.len()).position(|window| window == prompt).expect("a prompt");
    bytes[at + 5] = b'9';
    fs::write(&path, bytes).expect("a write");
    let text = stdout(folder.path(), &verify, 1);
    assert!(text.contains("answer 2: its key is not the hash of its request"), "{text}");
    let told = stdout(folder.path(), &["store", "verify", "s.yaml", "--json"], 1);
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&told["rows"], told["faults"].as_array().map(Vec::len)), (&json!(4), Some(1)));
}

#[test]
fn a_store_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in ["list", "verify"] {
        let args = ["store", command, "--store", "none.sqlite"];
        let stderr = ends(&mut quorumbench(folder.path(), &args), 3);
        assert!(stderr.contains("none.sqlite: there is none"), "{stderr}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

/// A folder with two scenarios and the store of the first: two answers and a failure of `mini`,
/// and an answer of `maxi` of which little is known.
fn filled() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join(".quorumbench/answers.sqlite")).expect("a store");
    let answered = |at: u32| Recorded {
        response: Some(format!("w{at}, \"as\"\nasked")),
        prompt_tokens: Some(Tokens(10)),
        cached_tokens: Some(Tokens(3)),
        completion_tokens: Some(Tokens(2)),
        cost: Usd::from_dollars(0.001 * f64::from(at.min(2))),
        model_served: Some("mini-1-2026".into()),
        recorded_at: Some("2026-11-01T10:00:00Z".into()),
        ..Recorded::default()
    };
    let failed = Recorded {
        failure: Some(Failure::TimedOut),
        recorded_at: Some("2026-11-01T10:00:00Z".into()),
        ..Recorded::default()
    };
    let bare = Recorded { response: Some("w1".into()), ..Recorded::default() };
    for (model, at, answer) in
        [("mini", 1, answered(1)), ("mini", 2, failed), ("mini", 3, answered(3)), ("maxi", 1, bare)]
    {
        let chat = json!({
            "model": format!("{model}-1"),
            "messages": [{ "role": "user", "content": format!("Say w{at}") }],
        });
        let request = request_json("openai", "http://h/v1", &chat, 0);
        let answer = Recorded {
            task: Some("words".into()),
            id: at.to_string().into(),
            model: model.into(),
            ..answer
        };
        let entry = Entry {
            key: Key::of(&request),
            request: &request,
            answer: &answer,
            last: Timing::default(),
            status: None,
            detail: None,
            earlier: &[],
        };
        store.keep(&[entry]).expect("it is kept");
    }
    let item = |at| format!("{{\"id\":{at},\"input\":\"Say w{at}\",\"target\":\"w{at}\"}}\n");
    fs::write(folder.path().join("items.jsonl"), (1..4).map(item).collect::<String>())
        .expect("a write");
    let task = "version: 1\nname: kept\ntasks:\n  words: { dataset: items.jsonl }\n";
    let live = "providers: { p: { openai: { base_url: \"http://h/v1\" } } }\n";
    fs::write(folder.path().join("s.yaml"), format!("{task}{live}")).expect("a write");
    fs::write(folder.path().join("e.yaml"), format!("{task}{live}")).expect("a write");
    folder
}

fn stdout(folder: &Path, args: &[&str], code: i32) -> String {
    let output = quorumbench(folder, args).output().expect("the command starts");
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("stdout is UTF-8")
}

fn json_of(folder: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&stdout(folder, args, 0)).expect("JSON")
}
