//! What `recommend --export` writes, started as the gateway that it is for and drilled while the
//! recommended model is down.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::gateways::{Gateway, litellm_command, portkey_command, tensorzero_command, variable};
use super::ready::figure;
use crate::support::command::{ends, quorumbench};
use crate::support::serve::Served;

/// Two made-up models: one that is mostly right, and one that is not.
const MODELS: &str = "version: 1
name: upstream
seed: 7
tasks:
  words: { dataset: items.jsonl }
providers:
  good: { synthetic: { accuracy: 0.95, latency: 1ms, input_tokens: 9, output_tokens: 3 } }
  poor: { synthetic: { accuracy: 0.5, latency: 1ms, input_tokens: 9, output_tokens: 3 } }
models:
  best: { provider: good }
  other: { provider: poor }
";

const DRILL: &str = "faults:
  down: { outage: { of: { model: best }, reply: { status: { code: 503 } } } }
traffic: { poisson: { rate: 5/s, for: 2s } }
";

/// What the recommendation is called in the exported files.
const NAME: &str = "export-test";

/// A folder with a recommendation that was made of these models and exported for all gateways, the
/// drill of its outage, and where the models were.
fn exported() -> (TempDir, SocketAddr) {
    let folder = tempfile::tempdir().expect("a folder");
    let item = |id: u32| format!("{{\"id\":{id},\"input\":\"Say w{id}\",\"target\":\"w{id}\"}}\n");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a write");
    };
    write("items.jsonl", &(0..200).map(item).collect::<String>());
    write("s.yaml", MODELS);
    write("drill.yaml", &format!("{MODELS}{DRILL}"));
    let up = Served::start(folder.path(), &[]);
    let price = |input: f64| format!("price: {{ input: {input}, output: 0.6, as_of: 2026-11-01 }}");
    write(
        "live.yaml",
        &format!(
            "version: 1
name: {NAME}
tasks:
  words: {{ dataset: items.jsonl }}
providers:
  one: {{ openai: {{ base_url: \"http://{}/v1\", api_key_env: QUORUMBENCH_TEST_KEY }} }}
models:
  best: {{ provider: one, {} }}
  other: {{ provider: one, {} }}
",
            up.address,
            price(0.15),
            price(0.1)
        ),
    );
    let gateways = "litellm,portkey,tensorzero";
    let args = ["recommend", "live.yaml", "-o", "run", "--quiet", "--export", gateways];
    ends(quorumbench(folder.path(), &args).env("QUORUMBENCH_TEST_KEY", "k"), 0);
    let address = up.address;
    (folder, address)
}

/// An exported file, with another address in it.
fn moved(folder: &Path, file: &str, from: SocketAddr, to: SocketAddr) -> String {
    let text = fs::read_to_string(folder.join("run").join(file)).expect("the exported file");
    assert!(text.contains(&from.to_string()), "{text}");
    text.replace(&from.to_string(), &to.to_string())
}

fn drilled(gateway: &Gateway, folder: &Path, path: &str, more: &[&str]) -> Value {
    let scenario = folder.join("drill.yaml").display().to_string();
    let args = [&["--ask", "best"], more].concat();
    gateway.drill(&scenario, path, &args)
}

/// Everybody is served, by the model behind, whose answers are as right as its own.
#[expect(clippy::print_stdout, reason = "the page has these figures")]
fn assert_served(summary: &Value) {
    for of in ["served", "accuracy", "calls_per_request", "failed_calls_per_request", "p95_ms"] {
        println!("{of}: {:.3}", figure(summary, "best", of));
    }
    assert!((figure(summary, "best", "served") - 1.0).abs() < 1e-9, "{}", summary["drilled"]);
    let accuracy = figure(summary, "best", "accuracy");
    assert!((0.2..0.8).contains(&accuracy), "half of the answers behind are right: {accuracy}");
}

#[test]
fn the_export_for_litellm_serves_everybody_while_the_first_model_is_down_and_cools_it_down() {
    let name = "QUORUMBENCH_GATEWAY_PYTHON";
    let Some(python) = variable(name, "Python with LiteLLM's proxy") else { return };
    let (folder, from) = exported();
    let gateway = Gateway::start_with(
        "litellm.yaml",
        |to| moved(folder.path(), "litellm.yaml", from, to),
        |config, address| litellm_command(&python, config, address),
    );
    let summary = drilled(&gateway, folder.path(), "/v1", &["--ask-as", NAME]);
    assert_served(&summary);
    // Without `allowed_fails` it would be asked in vain for every request, retries on top.
    let failed = figure(&summary, "best", "failed_calls_per_request");
    assert!(failed < 1.0, "{failed} calls to the dead model for each request");
}

#[test]
fn the_export_for_portkey_serves_everybody_while_the_first_model_is_down() {
    let name = "QUORUMBENCH_PORTKEY";
    let Some(script) = variable(name, "script of Portkey's gateway") else { return };
    let (folder, from) = exported();
    let gateway = Gateway::start_with(
        "portkey.json",
        |to| moved(folder.path(), "portkey.json", from, to),
        |_, address| portkey_command(&script, address),
    );
    let text = moved(folder.path(), "portkey.json", from, gateway.upstream);
    let config: Value = serde_json::from_str(&text).expect("it is JSON");
    let header = format!("x-portkey-config: {config}");
    let more = ["--ask-as", NAME, "--header", &header];
    let summary = drilled(&gateway, folder.path(), "/v1", &more);
    assert_served(&summary);
    // One call and one retry, for every request anew.
    assert!((figure(&summary, "best", "failed_calls_per_request") - 2.0).abs() < 1e-9);
}

#[test]
fn the_export_for_tensorzero_serves_everybody_while_the_first_model_is_down() {
    let name = "QUORUMBENCH_GATEWAY_PYTHON";
    let Some(python) = variable(name, "Python with TensorZero") else { return };
    let (folder, from) = exported();
    let gateway = Gateway::start_with(
        "tensorzero.toml",
        |to| moved(folder.path(), "tensorzero.toml", from, to),
        |config, address| tensorzero_command(&python, config, address),
    );
    let ask_as = format!("tensorzero::function_name::{NAME}");
    let summary = drilled(&gateway, folder.path(), "/openai/v1", &["--ask-as", &ask_as]);
    assert_served(&summary);
}
