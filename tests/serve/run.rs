//! Every fault on the wire, in every format, whole and streamed: how a run takes it, how often it
//! asks, and what it keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::command::{ends, quorumbench};
use crate::support::serve::Served;
use serde_json::Value;
use tempfile::TempDir;

/// A fault as a scenario writes it, the failure it is to a client that takes replies whole and to
/// one that takes them in pieces, and how often it is asked when two attempts are allowed.
type Case = (&'static str, &'static str, &'static str, &'static str, u64);

const TRANSIENT: [Case; 26] = [
    ("reset", "reset", "reset", "reset", 2),
    ("refused", "refused", "reset", "reset", 2),
    ("dns", "dns", "reset", "reset", 2),
    ("tls", "tls", "reset", "reset", 2),
    ("connect-timeout", "connect-timeout", "timed-out", "timed-out", 2),
    ("hang", "hang", "timed-out", "timed-out", 2),
    ("slow-first-token", "{ slow-first-token: { by: 9s } }", "timed-out", "timed-out", 2),
    ("slow-stream", "{ slow-stream: { each: 9s } }", "timed-out", "timed-out", 2),
    ("stall", "{ stall: { after_tokens: 1 } }", "timed-out", "timed-out", 2),
    ("cut-stream", "{ cut-stream: { after_tokens: 1 } }", "reset", "cut-stream", 2),
    ("bad-sse", "{ bad-sse: { after_tokens: 1 } }", "malformed", "malformed", 2),
    ("stream-error", "{ stream-error: { after_tokens: 1 } }", "unavailable", "unavailable", 2),
    ("500", "{ status: 500 }", "unavailable", "unavailable", 2),
    ("502", "{ status: 502 }", "unavailable", "unavailable", 2),
    ("503", "{ status: 503 }", "unavailable", "unavailable", 2),
    ("504", "{ status: 504 }", "unavailable", "unavailable", 2),
    ("529", "{ status: 529 }", "unavailable", "unavailable", 2),
    ("408", "{ status: 408 }", "timed-out", "timed-out", 2),
    ("409", "{ status: 409 }", "unavailable", "unavailable", 2),
    ("429", "{ status: { code: 429, retry_after: 50ms } }", "rate-limited", "rate-limited", 2),
    ("429-bare", "{ status: 429 }", "rate-limited", "rate-limited", 2),
    ("html", "html", "malformed", "malformed", 2),
    ("truncated-json", "truncated-json", "malformed", "cut-stream", 2),
    ("error-object", "error-object", "unavailable", "unavailable", 2),
    ("no-choices", "no-choices", "malformed", "malformed", 2),
    ("empty", "empty", "empty", "empty", 2),
];

const PERMANENT: [Case; 6] = [
    ("400", "{ status: 400 }", "invalid-request", "invalid-request", 1),
    ("too-long", "{ status: { body: context-length } }", "context-length", "context-length", 1),
    ("filter", "{ status: { body: content-filter } }", "content-filter", "content-filter", 1),
    ("truncated", "{ truncated: { after_tokens: 0 } }", "truncated", "truncated", 1),
    ("refusal", "refusal", "content-filter", "content-filter", 1),
    ("404", "{ status: 404 }", "not-found", "not-found", 1),
];

/// These close the key, so each has one of its own.
const CLOSING: [Case; 5] = [
    ("401", "{ status: 401 }", "auth", "auth", 1),
    ("403", "{ status: 403 }", "auth", "auth", 1),
    ("402", "{ status: 402 }", "quota", "quota", 1),
    ("quota", "{ status: { body: insufficient-quota } }", "quota", "quota", 1),
    ("spent", "{ status: { body: spend-limit } }", "quota", "quota", 1),
];

/// The kinds of providers, with what stands behind the address of the server.
const FORMATS: [(&str, &str); 4] =
    [("openai", "/v1"), ("openai-responses", "/v1"), ("anthropic", ""), ("gemini", "")];

fn cases() -> impl Iterator<Item = Case> {
    TRANSIENT.into_iter().chain(PERMANENT).chain(CLOSING)
}

#[test]
fn every_fault_is_the_failure_and_is_asked_as_often_as_the_page_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = serve(&folder);
    for (kind, path) in FORMATS {
        for streams in [false, true] {
            let name = format!("{kind}-{streams}");
            let base_url = format!("http://{}{path}", served.address);
            fs::write(folder.path().join("run.yaml"), scenario(kind, &base_url, streams))
                .expect("a write");
            let store = format!("{name}.sqlite");
            let run = ["run", "run.yaml", "-o", &name, "--quiet", "--store", &store];
            let mut command = quorumbench(folder.path(), &run);
            command.envs(CLOSING.map(|(model, ..)| (format!("KEY_{model}"), "k")));
            ends(&mut command, 0);
            let kept = kept(folder.path(), &name);
            for (model, _, whole, streamed, n_attempts) in cases() {
                let failure = if streams { streamed } else { whole };
                // This format has no choices: a reply without any content is its empty one.
                let is_empty = (model, kind) == ("no-choices", "anthropic");
                let failure = if is_empty { "empty" } else { failure };
                let expected = (failure.to_owned(), n_attempts);
                assert_eq!(kept[model], expected, "{model} by {kind}, streamed: {streams}");
            }
            assert_eq!(kept["well"], ("ok".to_owned(), 1), "{kind}, streamed: {streams}");
        }
    }
}

/// A server whose models meet a fault each, all but `well`.
fn serve(folder: &TempDir) -> Served {
    let (mut faults, mut answers) = (String::new(), String::new());
    let models = cases().map(|(model, ..)| model).chain(["well"]);
    for model in models {
        answers += &format!(
            "{{\"id\":1,\"model\":\"{model}\",\"response\":\"one two three\",\
             \"prompt_tokens\":4,\"completion_tokens\":3,\"latency_ms\":5}}\n"
        );
    }
    for (model, reply, ..) in cases() {
        faults += &format!(
            "  f-{model}: {{ outage: {{ of: {{ model: \"{model}\" }}, reply: {reply} }} }}\n"
        );
    }
    let item = "{\"id\":1,\"input\":\"Say it\",\"target\":\"one two three\"}\n";
    let text = format!(
        "version: 1\nname: faults\ntasks:\n  say: {{ dataset: items.jsonl }}\n\
         providers:\n  tape: {{ recorded: {{ answers: answers.jsonl }} }}\nfaults:\n{faults}"
    );
    for (name, text) in [("items.jsonl", item), ("answers.jsonl", &answers), ("s.yaml", &text)] {
        fs::write(folder.path().join(name), text).expect("a write");
    }
    Served::start(folder.path(), &["--latency", "0ms"])
}

fn scenario(kind: &str, base_url: &str, streams: bool) -> String {
    let (mut models, mut providers) = (String::new(), String::new());
    let mut declare = |model: &str, provider: &str| {
        let limits = "limits: { attempts: 2, timeout: 500ms }";
        models += &format!(
            "  \"{model}\": {{ provider: \"{provider}\", stream: {streams}, {limits} }}\n"
        );
    };
    declare("well", "p");
    TRANSIENT.iter().chain(&PERMANENT).for_each(|(model, ..)| declare(model, "p"));
    for (model, ..) in CLOSING {
        declare(model, model);
        // Another address of the same server is another key.
        providers += &format!(
            "  \"{model}\": {{ {kind}: {{ base_url: \"{base_url}\", api_key_env: KEY_{model} }} }}\n"
        );
    }
    format!(
        "version: 1\nname: asks\ntasks:\n  say: {{ dataset: items.jsonl }}\n\
         providers:\n  p: {{ {kind}: {{ base_url: \"{base_url}\" }} }}\n{providers}models:\n{models}"
    )
}

/// Status and attempts that a run kept, by model.
fn kept(folder: &Path, run: &str) -> BTreeMap<String, (String, u64)> {
    ends(&mut quorumbench(folder, &["report", run, "--format", "recorded"]), 0);
    let text = fs::read_to_string(folder.join(run).join("answers.jsonl")).expect("answers.jsonl");
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| row[name].as_str().unwrap_or("ok").to_owned();
        (text("model"), (text("status"), row["attempts"].as_u64().expect("a number")))
    };
    text.lines().map(row).collect()
}

#[test]
fn every_wire_format_of_the_scenario_about_them_is_asked_and_answers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(root.join(name)).expect("a file");
    let datasets = format!("{}/datasets", root.display());
    let folder = tempfile::tempdir().expect("a folder");
    let provider = read("scenarios/bad-day.yaml").replace("../datasets", &datasets);
    fs::write(folder.path().join("s.yaml"), provider).expect("a write");
    let served = Served::start(folder.path(), &["--latency", "0ms"]);
    let wires = read("scenarios/kinds/wires.yaml").replace("../../datasets", &datasets);
    assert_eq!(wires.matches("127.0.0.1:8399").count(), 4);
    let wires = wires.replace("127.0.0.1:8399", &served.address.to_string());
    fs::write(folder.path().join("wires.yaml"), wires).expect("a write");
    let args = ["run", "wires.yaml", "--quiet", "--limit", "5", "-o", "out"];
    ends(&mut quorumbench(folder.path(), &args), 0);
    let text = fs::read_to_string(folder.path().join("out/summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&text).expect("JSON");
    let models = summary["models"].as_array().expect("models");
    assert_eq!(models.len(), 6);
    for model in models {
        assert_eq!((&model["asked"], &model["failed"]), (&5.into(), &0.into()), "{model}");
    }
}
