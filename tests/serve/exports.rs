//! What `recommend --export` writes is what the gateways themselves take: each is started with it,
//! asks the recommended model, and falls back to the next one when that is down.
//!
//! Run where `QUORUMBENCH_GATEWAY_PYTHON` names a Python that has LiteLLM and TensorZero (`pip
//! install litellm tensorzero`), and `QUORUMBENCH_PORTKEY` the start script of Portkey's gateway
//! (`npm install @portkey-ai/gateway`: `node_modules/@portkey-ai/gateway/build/start-server.js`);
//! skipped elsewhere. Checked with litellm 1.110.2, tensorzero 2026.6.0 and gateway 1.15.2.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::command::{ends, quorumbench};
use crate::support::serve::Served;

/// Two made-up models: one that is mostly right, and one that is not.
const SERVED: &str = "version: 1
name: upstream
tasks:
  words: { dataset: items.jsonl }
providers:
  good: { synthetic: { accuracy: 0.95, latency: 1ms, input_tokens: 9, output_tokens: 3 } }
  poor: { synthetic: { accuracy: 0.5, latency: 1ms, input_tokens: 9, output_tokens: 3 } }
models:
  best: { provider: good }
  other: { provider: poor }
";

const DOWN: &str = "faults:
  down: { outage: { of: { model: best }, reply: { status: { code: 503 } } } }
";

/// A folder with a run over models that are served at the address, exported for all gateways.
fn exported(folder: &Path, address: &str) {
    let live = format!(
        "version: 1
name: export-test
tasks:
  words: {{ dataset: items.jsonl }}
providers:
  one: {{ openai: {{ base_url: \"{address}/v1\", api_key_env: QUORUMBENCH_TEST_KEY }} }}
models:
  best: {{ provider: one, price: {{ input: 0.15, output: 0.60, as_of: 2026-11-01 }} }}
  other: {{ provider: one, price: {{ input: 0.10, output: 0.20, as_of: 2026-11-01 }} }}
"
    );
    fs::write(folder.join("live.yaml"), live).expect("a write");
    let gateways = "litellm,portkey,tensorzero,openrouter";
    let args = ["recommend", "live.yaml", "-o", "run", "--quiet", "--export", gateways];
    ends(quorumbench(folder, &args).env("QUORUMBENCH_TEST_KEY", "k"), 0);
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let item = |id: u32| format!("{{\"id\":{id},\"input\":\"Say w{id}\",\"target\":\"w{id}\"}}\n");
    let items: String = (0..300).map(item).collect();
    fs::write(folder.path().join("items.jsonl"), items).expect("a write");
    folder
}

/// Serves the models, and then others at another address of which the best one is down.
fn run_and_outage() -> (TempDir, Served, Served) {
    let folder = folder();
    fs::write(folder.path().join("s.yaml"), SERVED).expect("a write");
    let up = Served::start(folder.path(), &[]);
    exported(folder.path(), &format!("http://{}", up.address));
    fs::write(folder.path().join("s.yaml"), format!("{SERVED}{DOWN}")).expect("a write");
    let down = Served::start(folder.path(), &[]);
    (folder, up, down)
}

/// The exported file, as it is and with the address of the server whose best model is down.
fn both(folder: &Path, file: &str, up: &Served, down: &Served) -> [PathBuf; 2] {
    let text = fs::read_to_string(folder.join("run").join(file)).expect("the exported file");
    assert!(text.contains(&up.address.to_string()), "{text}");
    let text = text.replace(&up.address.to_string(), &down.address.to_string());
    let other = folder.join(format!("down-{file}"));
    fs::write(&other, text).expect("a write");
    [folder.join("run").join(file), other]
}

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn variable(name: &str, what: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    if value.is_none() {
        println!("skipped: {name} names no {what}");
    }
    value
}

/// What the script prints of each file: the model that answered.
fn answers(python: &str, script: &str, files: &[PathBuf], more: &[&str]) -> String {
    let output = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve/exports").join(script))
        .args(files)
        .args(more)
        .env("QUORUMBENCH_TEST_KEY", "k")
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .output()
        .expect("the Python starts");
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{talk}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn litellms_router_takes_the_export_and_falls_back() {
    let Some(python) = variable("QUORUMBENCH_GATEWAY_PYTHON", "Python with litellm") else {
        return;
    };
    let (folder, up, down) = run_and_outage();
    let files = both(folder.path(), "litellm.yaml", &up, &down);
    assert_eq!(answers(&python, "litellm_router.py", &files, &[]), "best\nother\n");
}

#[test]
fn tensorzeros_gateway_takes_the_export_and_falls_back() {
    let Some(python) = variable("QUORUMBENCH_GATEWAY_PYTHON", "Python with tensorzero") else {
        return;
    };
    let (folder, up, down) = run_and_outage();
    let files = both(folder.path(), "tensorzero.toml", &up, &down);
    assert_eq!(answers(&python, "tensorzero_gateway.py", &files, &[]), "best\nother\n");
}

#[test]
fn portkeys_gateway_takes_the_export_and_falls_back() {
    let Some(python) = variable("QUORUMBENCH_GATEWAY_PYTHON", "Python") else { return };
    let Some(script) = variable("QUORUMBENCH_PORTKEY", "script of Portkey's gateway") else {
        return;
    };
    let (folder, up, down) = run_and_outage();
    let files = both(folder.path(), "portkey.json", &up, &down);
    assert_eq!(answers(&python, "portkey_gateway.py", &files, &[&script]), "best\nother\n");
}

#[test]
fn what_a_gateway_cannot_express_is_refused_and_the_model_alone_is_written() {
    let folder = folder();
    // Of three models two are right on every item, and no two are wrong together.
    let mut rows = String::new();
    for id in 0..300 {
        for model in 0..3 {
            let is_right = id % 3 != model;
            let answer = if is_right { format!("w{id}") } else { format!("x{model}") };
            rows += &format!("{{\"id\":{id},\"model\":\"m{model}\",\"answer\":\"{answer}\"}}\n");
        }
    }
    fs::write(folder.path().join("answers.jsonl"), rows).expect("a write");
    let scenario = "version: 1\nname: votes\ntasks:\n  t: { dataset: items.jsonl }\n\
                    providers:\n  tape: { recorded: { answers: answers.jsonl } }\n";
    fs::write(folder.path().join("s.yaml"), scenario).expect("a write");
    let args = ["recommend", "s.yaml", "-o", "run", "--export", "litellm"];
    let stderr = ends(&mut quorumbench(folder.path(), &args), 2);
    let told = "failed to write the recommendation for LiteLLM: it gives a question to one model, \
                and this is cascade(m0, m1 agree 100 %, else m2); the nearest that it can do: \
                m";
    assert!(stderr.contains(told), "{stderr}");
    assert!(!folder.path().join("run/litellm.yaml").exists());
    let args = ["recommend", "run", "-o", "again", "--export", "litellm", "--of", "m1"];
    ends(&mut quorumbench(folder.path(), &args), 0);
    let text = fs::read_to_string(folder.path().join("again/litellm.yaml")).expect("the export");
    assert!(text.contains("model: \"openai/m1\""), "{text}");
    let args = ["recommend", "run", "-o", "again", "--export", "litellm", "--of", "nobody"];
    let stderr = ends(&mut quorumbench(folder.path(), &args), 2);
    assert!(stderr.contains("no model or policy of the scenario is called so"), "{stderr}");
}
