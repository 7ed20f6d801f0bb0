//! A served scenario over bare sockets: who answers what, what goes wrong, and what is told.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::command::{ends, quorumbench};
use crate::support::formats::{FORMATS, Format};
use crate::support::raw::{End, Got, get, post};
use crate::support::serve::{Served, wait};
use quorumbench::provider::Sampling;
use serde_json::{Value, json};
use tempfile::TempDir;

#[test]
fn each_model_says_what_it_was_recorded_to_say_over_every_wire_format() {
    let folder = recorded("");
    let served = Served::start(folder.path(), &["--latency", "0ms"]);
    for format in FORMATS {
        for (model, text, said) in [
            ("one", "Say w0", "w0"),
            ("one", "Say w1", "not w1"),
            ("two", "Say w1", "w1"),
            ("vendor-two", "Say w1", "w1"),
        ] {
            for streams in [false, true] {
                let got = ask(&served, format, model, text, streams);
                let found =
                    if streams { format.stream(&got.body) } else { format.whole(&got.body) };
                let case = format!("{model} over {format:?}, streams: {streams}: {got:?}");
                assert_eq!(found.text.as_deref(), Some(said), "{case}");
                assert_eq!(
                    (got.status, got.end, found.n_broken),
                    (200, End::Complete, 0),
                    "{case}"
                );
                assert_eq!(got.header("x-quorumbench-fault"), None, "{case}");
            }
        }
    }
}

#[test]
fn the_next_time_a_prompt_is_asked_the_next_sample_comes_unless_a_seed_says_which() {
    let folder = recorded("");
    let served = Served::start(folder.path(), &["--latency", "0ms"]);
    let text = |got: &Got| Format::Chat.whole(&got.body).text.unwrap_or_default();
    let said: Vec<String> =
        (0..7).map(|_| text(&ask(&served, Format::Chat, "sampled", "Say w0", false))).collect();
    assert_eq!(said, ["s0", "s1", "s2", "s0", "s1", "s2", "s0"]);
    let of_draw = |sample| Sampling::seed_of_draw(100, &"0".into(), sample);
    // 7 is no seed of a sample, so the next in turn comes: ten were answered before.
    for (seed, said) in [(of_draw(0), "s0"), (of_draw(2), "s2"), (of_draw(1), "s1"), (7, "s1")] {
        let body = json!({
            "model": "sampled", "seed": seed, "messages": [{ "role": "user", "content": "Say w0" }],
        });
        let got = post(served.address, "/v1/chat/completions", &body.to_string(), "");
        assert_eq!(text(&got), said, "seed {seed}");
    }
}

#[test]
fn the_same_seed_has_the_same_bytes_and_another_seed_others() {
    let folder = synthetic("", "{ outage: { error_rate: 0.5, reply: cut-stream } }");
    let bodies = |more: &[&str]| -> Vec<(String, End)> {
        let served = Served::start(folder.path(), more);
        let questions = (0..20).flat_map(|item| FORMATS.map(|format| (item, format)));
        let got = questions.map(|(item, format)| {
            let got = ask(&served, format, "a", &format!("Say w{item}"), item % 2 == 0);
            (got.body, got.end)
        });
        got.collect()
    };
    let first = bodies(&[]);
    assert_eq!(first, bodies(&[]));
    assert_ne!(first, bodies(&["--seed", "8"]));
    let n_cut = first.iter().filter(|(_, end)| *end == End::Closed).count();
    assert!((20..60).contains(&n_cut), "{n_cut} of 80 were cut");
}

#[test]
fn usage_is_told_in_each_vendors_way() {
    let folder = recorded("");
    let served = Served::start(folder.path(), &["--latency", "0ms"]);
    let usage = |format: Format, key: &str| -> Value {
        let got = ask(&served, format, "one", "Say w0", false);
        serde_json::from_str::<Value>(&got.body).expect("JSON")[key].clone()
    };
    // Recorded were 37 tokens sent, 36 of them cached, and 5 received.
    let chat = usage(Format::Chat, "usage");
    let counts = [&chat["prompt_tokens"], &chat["completion_tokens"], &chat["total_tokens"]];
    assert_eq!(counts, [&json!(37), &json!(5), &json!(42)]);
    assert_eq!(chat["prompt_tokens_details"]["cached_tokens"], 36);
    let responses = usage(Format::Responses, "usage");
    assert_eq!((&responses["input_tokens"], &responses["output_tokens"]), (&json!(37), &json!(5)));
    let messages = usage(Format::Messages, "usage");
    assert_eq!(messages["input_tokens"], 1, "cached tokens are not among those sent");
    assert_eq!(messages["cache_read_input_tokens"], 36);
    let generate = usage(Format::Generate, "usageMetadata");
    assert_eq!(generate["promptTokenCount"], 37);
    assert_eq!(generate["cachedContentTokenCount"], 36);
    assert_eq!(generate["candidatesTokenCount"], 5);

    let body = |more: Value| {
        let mut body = json!({
            "model": "one", "stream": true, "messages": [{ "role": "user", "content": "Say w0" }],
        });
        body.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("too"));
        post(served.address, "/v1/chat/completions", &body.to_string(), "").body
    };
    assert!(!body(json!({})).contains("\"usage\""));
    let told = body(json!({ "stream_options": { "include_usage": true } }));
    let last = told.split("\n\n").filter(|event| event.contains("prompt_tokens")).count();
    assert_eq!(last, 1, "usage stands in the last event alone: {told}");
    let sure = body(json!({ "logprobs": true }));
    assert!(sure.contains("\"logprob\":-0."), "{sure}");
}

#[test]
fn a_limit_of_tokens_cuts_the_reply_and_is_its_reason() {
    let folder = synthetic("says: \"one two three four five six {answer}\"", "");
    let served = Served::start(folder.path(), &[]);
    for (format, limit) in [
        (Format::Chat, json!({ "max_tokens": 3 })),
        (Format::Chat, json!({ "max_completion_tokens": 3 })),
        (Format::Responses, json!({ "max_output_tokens": 3 })),
        (Format::Messages, json!({ "max_tokens": 3 })),
        (Format::Generate, json!({ "generationConfig": { "maxOutputTokens": 3 } })),
    ] {
        let (path, body) = format.question("a", "Say w0", false);
        let mut body: Value = serde_json::from_str(&body).expect("JSON");
        body.as_object_mut().expect("an object").extend(limit.as_object().cloned().expect("too"));
        let found = format.whole(&post(served.address, &path, &body.to_string(), "").body);
        let text = found.text.unwrap_or_default();
        let is_part =
            !text.is_empty() && text.len() < 20 && "one two three four".starts_with(&text);
        assert!(is_part, "{format:?} {limit}: {text}");
        assert_eq!(found.finish.as_deref(), Some(format.reasons()[1]), "{format:?} {limit}");
    }
}

#[test]
fn whoever_asks_amiss_is_told_so_in_the_vendors_words() {
    let folder = synthetic("", "");
    let served =
        Served::start_with(folder.path(), &["--api-key-env", "SERVE_KEY"], &[("SERVE_KEY", "k-1")]);
    for format in FORMATS {
        let (path, body) = format.question("a", "Say w0", false);
        let key = "authorization: Bearer k-1\r\n";
        let (unknown_path, unknown) = format.question("nobody", "Say w0", false);
        for (case, path, body, headers, status) in [
            ("with its key", &path, body.as_str(), key, 200),
            ("with the other header", &path, &body, "x-api-key: k-1\r\n", 200),
            ("without a key", &path, &body, "", 401),
            ("with another key", &path, &body, "authorization: Bearer k-2\r\n", 401),
            ("for an unknown model", &unknown_path, &unknown, key, 404),
            ("in no JSON", &path, "{", key, 400),
        ] {
            let got = post(served.address, path, body, headers);
            assert_eq!(got.status, status, "{format:?} {case}: {got:?}");
            let has_error = format.whole(&got.body).error.is_some();
            assert_eq!(has_error, status != 200, "{format:?} {case}: {got:?}");
        }
    }
    assert_eq!(get(served.address, "/v1/nothing").status, 404);
    let models: Value =
        serde_json::from_str(&get(served.address, "/v1/models").body).expect("JSON");
    assert_eq!(
        (&models["data"][0]["id"], &models["models"][0]["name"]),
        (&json!("a"), &json!("models/a"))
    );
}

#[test]
fn a_rate_limit_says_when_to_come_again_and_an_outage_of_a_group_takes_its_models() {
    let faults = "{ rate-limit: { of: { model: a }, requests_per_minute: 2 } }\n  \
                  cloud: { outage: { of: { group: east }, reply: { status: { code: 500 } } } }";
    let folder = synthetic("groups: [west]", faults);
    let text = fs::read_to_string(folder.path().join("s.yaml")).expect("the scenario");
    let text = text.replace("b: { provider: p }", "b: { provider: p, groups: [east] }");
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    let served = Served::start(folder.path(), &[]);
    let got: Vec<Got> =
        (0..3).map(|_| ask(&served, Format::Messages, "a", "Say w0", false)).collect();
    assert_eq!(got.iter().map(|got| got.status).collect::<Vec<_>>(), [200, 200, 429]);
    let wait: u64 = got[2].header("retry-after").and_then(|it| it.parse().ok()).expect("a number");
    assert!((1..=30).contains(&wait), "{wait} s until half a minute is over");
    let got = ask(&served, Format::Chat, "b", "Say w0", true);
    let named = got.header("x-quorumbench-fault");
    assert_eq!((got.status, named), (500, Some("status; by=\"cloud\"")));
}

#[test]
fn answers_may_be_another_models_or_turned_wrong_and_only_the_header_says_so() {
    for (fault, says, model, text) in [
        ("{ wrong-model: { of: { model: one }, serves: two } }", "wrong-model", "one", "w1"),
        (
            "{ wrong-model: { of: { model: one }, serves: two, says: answering } }",
            "wrong-model",
            "two",
            "w1",
        ),
    ] {
        let folder = recorded(&format!("faults:\n  f: {fault}\n"));
        let served = Served::start(folder.path(), &["--latency", "0ms"]);
        let got = ask(&served, Format::Chat, "one", "Say w1", false);
        let body: Value = serde_json::from_str(&got.body).expect("JSON");
        assert_eq!(body["model"], model, "{fault}");
        assert_eq!(body["choices"][0]["message"]["content"], text, "{fault}");
        let named = format!("{says}; by=\"f\"");
        assert_eq!(got.header("x-quorumbench-fault"), Some(named.as_str()), "{fault}");
    }
    let folder = recorded("faults:\n  f: degraded\n");
    let served = Served::start(folder.path(), &["--latency", "0ms"]);
    for (model, asked, is_turned) in [("two", "Say w1", true), ("one", "Say w1", false)] {
        let got = ask(&served, Format::Chat, model, asked, false);
        let text = Format::Chat.whole(&got.body).text.expect("a text");
        assert_eq!(text.starts_with("made-up wrong answer"), is_turned, "{model}: {text}");
    }
}

#[test]
fn while_every_model_is_refused_nobody_listens_and_then_somebody_does() {
    let connect = |served: &Served| std::net::TcpStream::connect(served.address).map(|_| ());
    let folder = synthetic("", "{ outage: { reply: refused } }");
    let refused = connect(&Served::start(folder.path(), &[])).map_err(|error| error.kind());
    assert_eq!(refused, Err(std::io::ErrorKind::ConnectionRefused));
    let folder = synthetic("", "{ outage: { for: 100ms, reply: refused } }");
    let served = Served::start(folder.path(), &[]);
    let answers = (0..500).any(|_| {
        wait(Duration::from_millis(20));
        connect(&served).is_ok()
    });
    assert!(answers, "it is refused for ever");
    assert_eq!(ask(&served, Format::Chat, "a", "Say w0", false).status, 200);
}

#[test]
fn what_was_served_is_told_while_it_runs_and_at_its_end() {
    let folder = synthetic("", "{ outage: { of: { model: b }, reply: reset } }");
    let served = Served::start(folder.path(), &[]);
    for item in [0, 1, 1] {
        ask(&served, Format::Chat, "a", &format!("Say w{item}"), false);
    }
    ask(&served, Format::Generate, "b", "Say w0", false);
    ask(&served, Format::Chat, "nobody", "Say w0", false);
    ask(&served, Format::Chat, "a", "Which of these responses is best?", false);
    let told =
        || -> Value { serde_json::from_str(&get(served.address, "/stats").body).expect("JSON") };
    // A reply may be read before the server has noticed that it is through with it.
    let is_idle = |stats: &Value| stats["rows"][0]["in_flight"] == 0;
    let stats = std::iter::repeat_with(told).take(500).find(is_idle).expect("an idle server");
    let row = &stats["rows"][0];
    assert_eq!((&row["model"], &row["format"]), (&json!("a"), &json!("chat")));
    let counts = ["requests", "answered", "prompts", "strange", "most_attempts", "in_flight"];
    let counts = counts.map(|key| row[key].as_u64().expect("a count"));
    assert_eq!(counts, [4, 4, 3, 1, 2, 0]);
    assert_eq!(stats["rows"][1]["faults"], json!({ "reset": 1 }));
    assert_eq!(stats["unknown"]["404"], 1);
    assert!(stats["connections"].as_u64() >= Some(7), "{stats}");
    let text = served.stop();
    assert!(
        text.contains("\n1 request to a had a prompt that nobody in the scenario asks"),
        "{text}"
    );
    let line = text.lines().find(|line| line.contains("generate-content")).expect("a row");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words, ["b", "generate-content", "1", "0", "1", "1", "1", "reset", "1"]);
}

#[test]
fn synthetic_models_run_like_recorded_ones_and_every_report_says_what_they_are() {
    let folder = synthetic("accuracy: 0.5", "");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run", "--offline"]), 0);
    let text = fs::read_to_string(folder.path().join("run/summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&text).expect("JSON");
    let point = summary["models"][0]["accuracy"]["point"].as_f64().expect("an accuracy");
    // Four standard errors of a half of 200 are 0.14.
    assert!((point - 0.5).abs() < 0.15, "{point}");
    let warned = summary["warnings"].as_array().expect("warnings");
    let warned = warned.iter().filter(|warning| warning["kind"] == "synthetic").count();
    assert_eq!(warned, 2);
    let report = fs::read_to_string(folder.path().join("run/report.md")).expect("a report");
    assert!(report.contains("made up"), "{report}");
}

fn ask(served: &Served, format: Format, model: &str, text: &str, streams: bool) -> Got {
    let (path, body) = format.question(model, text, streams);
    post(served.address, &path, &body, "")
}

/// Two models and a sampled one, recorded on two items; `more` stands at the end of the scenario.
fn recorded(more: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write_items(folder.path(), 2);
    let sampled = (0..3).map(|sample| {
        json!({ "id": 0, "model": "sampled", "sample": sample, "response": format!("s{sample}") })
    });
    let said = [
        json!({
            "id": 0, "model": "one", "response": "w0", "prompt_tokens": 37, "cached_tokens": 36,
            "completion_tokens": 5, "confidence": 0.9, "latency_ms": 40,
        }),
        json!({ "id": 1, "model": "one", "response": "not w1" }),
        json!({ "id": 1, "model": "two", "response": "w1" }),
    ];
    let rows: String = said.into_iter().chain(sampled).map(|row| format!("{row}\n")).collect();
    fs::write(folder.path().join("answers.jsonl"), rows).expect("a write");
    let text = format!(
        "version: 1\nname: tape\ntasks:\n  words: {{ dataset: items.jsonl }}\nproviders:\n  \
         p: {{ recorded: {{ answers: answers.jsonl }} }}\nmodels:\n  \
         two: {{ provider: p, name: vendor-two }}\n  \
         sampled: {{ provider: p, sampling: {{ seed: 100 }} }}\n{more}"
    );
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    folder
}

/// Two synthetic models that are right at once, with these options more and this fault.
fn synthetic(options: &str, fault: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write_items(folder.path(), 200);
    let options = if options.is_empty() { "accuracy: 1" } else { options };
    let faults = if fault.is_empty() { String::new() } else { format!("faults:\n  f: {fault}\n") };
    let text = format!(
        "version: 1\nname: made-up\ntasks:\n  words: {{ dataset: items.jsonl }}\nproviders:\n  \
         p: {{ synthetic: {{ latency: 0s, {options} }} }}\nmodels:\n  a: {{ provider: p }}\n  \
         b: {{ provider: p }}\n{faults}"
    );
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    folder
}

fn write_items(folder: &Path, n_items: usize) {
    let item = |at| format!("{{\"id\":{at},\"input\":\"Say w{at}\",\"target\":\"w{at}\"}}\n");
    let items: String = (0..n_items).map(item).collect();
    fs::write(folder.join("items.jsonl"), items).expect("a write");
}
