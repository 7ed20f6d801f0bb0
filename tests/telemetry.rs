//! Traces of runs, as a collector on the loopback interface receives them.

mod support {
    pub(crate) mod collector;
    pub(crate) mod command;
    #[expect(dead_code, reason = "other tests ask more of it")]
    pub(crate) mod loopback;
}

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Value, json};
use support::collector::{Collector, attributes};
use support::command::{ends, quorumbench};
use support::loopback::{Answer, Asked, Loopback, wait};
use tempfile::TempDir;

const KEY: &str = "sk-telemetry-0123456789-abcdef";
const COLLECTOR: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

#[test]
fn every_attempt_is_a_span_below_the_run() {
    let server = Loopback::start(flaky());
    let collector = Collector::start();
    let folder = scenario(&server.base_url(), 4);
    ends(run(&folder).env(COLLECTOR, collector.endpoint()), 0);

    let spans = collector.spans();
    let (runs, attempts): (Vec<_>, Vec<_>) = spans.iter().partition(|it| it.name == "run traced");
    let [run] = &runs[..] else { panic!("{} spans of the run", runs.len()) };
    assert!(run.parent_span_id.is_empty(), "the run has a parent");
    let version = json!(env!("CARGO_PKG_VERSION"));
    let expected =
        [("quorumbench.scenario", json!("traced")), ("quorumbench.version", version)].map(owned);
    assert_eq!(attributes(&run.attributes), BTreeMap::from(expected));

    let mut seen = BTreeMap::new();
    for span in attempts {
        assert_eq!(span.name, "chat m-1");
        assert_eq!(span.kind(), SpanKind::Client);
        let (parent, trace) = (&span.parent_span_id, &span.trace_id);
        assert_eq!((parent, trace), (&run.span_id, &run.trace_id), "{span:?}");
        let is_within = |time| (run.start_time_unix_nano..=run.end_time_unix_nano).contains(&time);
        let is_after = span.start_time_unix_nano < span.end_time_unix_nano;
        assert!(is_within(span.start_time_unix_nano) && is_within(span.end_time_unix_nano));
        assert!(is_after && span.events.is_empty(), "{span:?}");
        let all = attributes(&span.attributes);
        let get = |name: &str| all.get(name).cloned().unwrap_or_default();
        let which = (get("quorumbench.item").to_string(), get("quorumbench.attempt").as_i64());
        let came = (get("http.response.status_code"), get("error.type"), status(span));
        assert!(seen.insert(which, came).is_none(), "an attempt has two spans: {span:?}");
    }
    let attempt = |item: &str, n| (format!("{item:?}"), Some(n));
    let expected = [
        (attempt("0", 1), (json!(200), Value::Null, StatusCode::Unset)),
        (attempt("1", 1), (json!(503), json!("unavailable"), StatusCode::Error)),
        (attempt("1", 2), (json!(200), Value::Null, StatusCode::Unset)),
        (attempt("2", 1), (json!(400), json!("invalid-request"), StatusCode::Error)),
        (attempt("3", 1), (json!(200), Value::Null, StatusCode::Unset)),
    ];
    assert_eq!(seen, BTreeMap::from(expected));
    assert_eq!(server.n_asked(), 5);
}

#[test]
fn a_span_says_what_was_wanted_and_what_it_took() {
    let server = Loopback::start(flaky());
    let collector = Collector::start();
    let folder = scenario(&server.base_url(), 2);
    ends(run(&folder).env(COLLECTOR, collector.endpoint()), 0);
    let spans = collector.spans();
    let attempts: Vec<_> = spans.iter().map(|span| attributes(&span.attributes)).collect();
    let of = |item: &str, n: i64| {
        let is_it = |it: &&BTreeMap<String, Value>| {
            let (item, n) = (json!(item), json!(n));
            it.get("quorumbench.item") == Some(&item) && it.get("quorumbench.attempt") == Some(&n)
        };
        attempts.iter().find(is_it).expect("this attempt has a span").clone()
    };

    let asked = server.asked().into_iter().find(|it| it.body.contains("prompt-marker w0"));
    let body: Value = serde_json::from_str(&asked.expect("it was asked").body).expect("JSON");
    let authority = server.base_url();
    let authority = authority.trim_start_matches("http://").trim_end_matches("/v1");
    let port: u16 = authority.split_once(':').expect("a port").1.parse().expect("a number");
    let mut first = of("0", 1);
    let queued = first.remove("quorumbench.queued_ms").and_then(|it| it.as_f64());
    assert!(queued.is_some_and(|ms| ms >= 0.0), "{queued:?}");
    let expected = [
        ("gen_ai.operation.name", json!("chat")),
        ("gen_ai.provider.name", json!("openai")),
        ("gen_ai.request.model", json!("m-1")),
        ("gen_ai.request.temperature", json!(0.5)),
        ("gen_ai.request.top_p", json!(0.9)),
        ("gen_ai.request.max_tokens", json!(16)),
        ("gen_ai.request.seed", body["seed"].clone()),
        ("gen_ai.request.stop_sequences", json!(["\n", "END"])),
        ("gen_ai.request.stream", json!(false)),
        ("gen_ai.response.model", json!("m-1-2026")),
        ("gen_ai.response.finish_reasons", json!(["stop"])),
        ("gen_ai.usage.input_tokens", json!(7)),
        ("gen_ai.usage.output_tokens", json!(3)),
        ("gen_ai.usage.cache_read.input_tokens", json!(4)),
        ("gen_ai.usage.reasoning.output_tokens", json!(2)),
        ("http.response.status_code", json!(200)),
        ("server.address", json!("127.0.0.1")),
        ("server.port", json!(port)),
        ("quorumbench.task", json!("words")),
        ("quorumbench.item", json!("0")),
        ("quorumbench.sample", json!(0)),
        ("quorumbench.attempt", json!(1)),
        ("quorumbench.slept_ms", json!(0.0)),
    ];
    assert!(body["seed"].is_u64(), "{body}");
    assert_eq!(first, BTreeMap::from(expected.map(owned)));
    let slept = of("1", 2)["quorumbench.slept_ms"].as_f64();
    assert!(slept.is_some_and(|ms| ms > 0.0), "it slept {slept:?} ms before it was asked again");
    let page = include_str!("../docs/collecting.md");
    for (name, _) in attempts.iter().flatten().filter(|(name, _)| !is_of_the_run(name)) {
        assert!(page.contains(&format!("| `{name}` |")), "docs/collecting.md lacks {name}");
    }
}

#[test]
fn neither_prompts_nor_answers_nor_keys_are_in_a_trace() {
    let server = Loopback::start(|asked| {
        let key = asked.authorization.clone().unwrap_or_default();
        if asked.body.contains("w2") {
            return Answer::fails(401, &format!("{key} may not ask {}", asked.body));
        }
        let body = json!({
            "model": format!("m-1 for {key}"),
            "choices": [{ "message": { "content": "answer-marker" }, "finish_reason": key }],
        });
        Answer { status: 200, body: body.to_string(), delay: Duration::ZERO }
    });
    let collector = Collector::start();
    let folder = scenario(&server.base_url(), 3);
    ends(run(&folder).env(COLLECTOR, collector.endpoint()), 0);
    let asked = server.asked();
    let sent_key = asked.iter().all(|it| it.authorization == Some(format!("Bearer {KEY}")));
    assert!(sent_key && asked.len() == 3, "{asked:?}");
    let received = collector.received();
    let has = |words: &str| {
        received.iter().any(|one| {
            one.body.windows(words.len()).any(|it| it == words.as_bytes())
                || one.head.contains(words)
        })
    };
    for words in ["gen_ai.request.model", "m-1 for Bearer [key]", "quorumbench.item"] {
        assert!(has(words), "{words} is not in what was sent");
    }
    for words in [KEY, "prompt-marker", "answer-marker", "may not ask"] {
        assert!(!has(words), "{words} is in what was sent");
    }
}

#[test]
fn the_usual_variables_are_honoured() {
    let server = Loopback::start(says_something);
    let collector = Collector::start();
    let folder = scenario(&server.base_url(), 1);
    let own = format!("{}/own/path", collector.endpoint());
    let mut command = run(&folder);
    command.env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", own);
    command.env("OTEL_EXPORTER_OTLP_HEADERS", "x-team=evaluation");
    command.env("OTEL_SERVICE_NAME", "nightly");
    command.env("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,deployment=blue");
    ends(&mut command, 0);
    let received = collector.received();
    let first = received.first().expect("something was sent");
    assert!(first.head.starts_with("POST /own/path HTTP/1.1\r\n"), "{}", first.head);
    assert!(first.head.contains("\r\nx-team: evaluation\r\n"), "{}", first.head);
    let decoded = first.decoded();
    let resource = decoded.resource_spans[0].resource.as_ref().expect("a resource");
    let resource = attributes(&resource.attributes);
    for (name, value) in [
        ("service.name", "nightly"),
        ("service.version", env!("CARGO_PKG_VERSION")),
        ("deployment", "blue"),
    ] {
        assert_eq!(resource.get(name), Some(&json!(value)), "{name}");
    }
}

#[test]
fn nobody_is_connected_to_unless_a_collector_is_named() {
    let server = Loopback::start(says_something);
    let elsewhere = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318");
    for (variables, is_sent) in [
        (vec![], false),
        (vec![("OTEL_SERVICE_NAME", "x"), ("OTEL_TRACES_EXPORTER", "otlp")], false),
        (vec![elsewhere, ("OTEL_SDK_DISABLED", "true")], false),
        (vec![elsewhere, ("OTEL_TRACES_EXPORTER", "none")], false),
        (vec![elsewhere, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")], false),
        (vec![elsewhere], true),
    ] {
        // Every connection that doesn't go to the server goes through this proxy.
        let proxy = Collector::start();
        let folder = scenario(&server.base_url(), 1);
        let mut command = run(&folder);
        command.env_remove("no_proxy").env("NO_PROXY", "127.0.0.1");
        command.env("HTTP_PROXY", proxy.endpoint());
        command.envs(variables.clone());
        let stderr = ends(&mut command, 0);
        assert_eq!(proxy.n_connections() > 0, is_sent, "{variables:?}");
        let is_grpc = variables.len() > 1 && variables[1].1 == "grpc";
        assert_eq!(stderr.contains("no traces are sent"), is_grpc, "{variables:?}: {stderr}");
    }
}

#[test]
fn a_collector_that_is_down_costs_one_line() {
    let server = Loopback::start(says_something);
    let folder = scenario(&server.base_url(), 3);
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = nobody.local_addr().expect("its address");
    drop(nobody);
    let stderr = ends(run(&folder).env(COLLECTOR, format!("http://{address}")), 0);
    let warnings: Vec<_> = stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
    let [warning] = warnings[..] else { panic!("{stderr}") };
    let counts = "4 of 4 spans did not reach the collector";
    assert!(warning.contains(counts), "{warning}");
    assert!(folder.path().join("out/summary.json").exists(), "the run wrote no summary");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_sends_what_it_has() {
    let server = Loopback::start(|_| Answer::says("late").after(Duration::from_secs(60)));
    let collector = Collector::start();
    let folder = scenario(&server.base_url(), 3);
    let mut command = run(&folder);
    command.env(COLLECTOR, collector.endpoint()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the command starts");
    while server.n_asked() < 3 {
        wait(Duration::from_millis(5));
    }
    // The second one stops it at once.
    let status = loop {
        let pid = child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().expect("kill runs");
        wait(Duration::from_millis(50));
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
    };
    assert!(!status.success(), "{status}");
    let spans = collector.spans();
    let names: BTreeSet<_> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!((spans.len(), names), (4, BTreeSet::from(["chat m-1", "run traced"])));
    for span in spans.iter().filter(|span| span.name == "chat m-1") {
        let error = attributes(&span.attributes).remove("error.type");
        assert_eq!((error, self::status(span)), (Some(json!("cancelled")), StatusCode::Error));
    }
}

fn run(folder: &TempDir) -> Command {
    let mut command = quorumbench(folder.path(), &["run", "s.yaml", "-o", "out", "--quiet"]);
    command.env("TELEMETRY_TEST_KEY", KEY);
    command
}

fn scenario(base_url: &str, n_items: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let item = |at| format!("{{\"id\":{at},\"input\":\"prompt-marker w{at}\",\"target\":\"x\"}}\n");
    let items: String = (0..n_items).map(item).collect();
    fs::write(folder.path().join("items.jsonl"), items).expect("a write");
    let text = format!(
        "version: 1\nname: traced\ntasks:\n  words: {{ dataset: items.jsonl }}\nproviders:\n  \
         p: {{ openai: {{ base_url: \"{base_url}\", api_key_env: TELEMETRY_TEST_KEY }} }}\n\
         models:\n  one:\n    provider: p\n    name: m-1\n    sampling:\n      \
         {{ temperature: 0.5, top_p: 0.9, max_tokens: 16, seed: 7, stop: [\"\\n\", \"END\"] }}\n"
    );
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    folder
}

fn says_something(_: &Asked) -> Answer {
    let body = json!({
        "model": "m-1-2026",
        "choices": [{ "message": { "content": "x" }, "finish_reason": "stop" }],
        "usage": {
            "prompt_tokens": 7,
            "completion_tokens": 3,
            "prompt_tokens_details": { "cached_tokens": 4 },
            "completion_tokens_details": { "reasoning_tokens": 2 },
        },
    });
    Answer { status: 200, body: body.to_string(), delay: Duration::ZERO }
}

/// Refuses `w2`, and `w1` the first time.
fn flaky() -> impl Fn(&Asked) -> Answer {
    let was_asked = AtomicBool::new(false);
    move |asked| {
        let is_first = || !was_asked.swap(true, Ordering::AcqRel);
        match &asked.body {
            body if body.contains("w2") => Answer::fails(400, "no such parameter"),
            body if body.contains("w1") && is_first() => Answer::fails(503, "come back"),
            _ => says_something(asked),
        }
    }
}

fn status(span: &Span) -> StatusCode {
    span.status.as_ref().map_or(StatusCode::Unset, |status| status.code())
}

fn is_of_the_run(name: &str) -> bool {
    ["quorumbench.scenario", "quorumbench.version"].contains(&name)
}

fn owned((name, value): (&str, Value)) -> (String, Value) {
    (name.to_owned(), value)
}
