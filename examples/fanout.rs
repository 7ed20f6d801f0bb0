//! What `docs/performance.md` measures fan-out with: a scenario of many short questions, and the
//! same calls made by a bare loop around reqwest that keeps and scores nothing.
//!
//! ```text
//! cargo run --release --example fanout -- write FOLDER ITEMS
//! cargo run --release --example fanout -- bare BASE_URL ITEMS CONNECTIONS
//! ```

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{StreamExt, stream};

const MODELS: [&str; 3] = ["a", "b", "c"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", folder, n] => write(folder, number(n)).expect("the files can be written"),
        ["bare", base_url, n, connections] => bare(base_url, number(n), number(connections)),
        _ => panic!("usage: write FOLDER ITEMS | bare BASE_URL ITEMS CONNECTIONS"),
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a whole number")
}

fn question(at: usize) -> String {
    format!("What is {} plus {}? Answer with the number only.", at % 97, at / 97)
}

/// `serve.yaml` with recorded answers, and `run.yaml` that asks it at the port 8399.
fn write(folder: &str, n_items: usize) -> std::io::Result<()> {
    let (mut items, mut answers) = (String::new(), String::new());
    for at in 0..n_items {
        let (sum, question) = (at % 97 + at / 97, question(at));
        let item = serde_json::json!({ "id": at, "input": question, "target": sum.to_string() });
        let _ = writeln!(items, "{item}");
        for (wrong, model) in MODELS.iter().enumerate() {
            let said = if at % 7 < wrong { sum + 1 } else { sum };
            let answer = serde_json::json!({
                "id": at, "model": model, "response": said.to_string(), "latency_ms": 1.0,
                "prompt_tokens": 20, "completion_tokens": 2,
            });
            let _ = writeln!(answers, "{answer}");
        }
    }
    let task = "version: 1\nname: fanout\ntasks:\n  sums: { dataset: items.jsonl, extract: number, \
                score: numeric }\nproviders:\n";
    let recorded = "  tape: { recorded: { answers: answers.jsonl } }\n";
    let mut live =
        "  loopback: { openai: { base_url: \"http://127.0.0.1:8399/v1\" } }\nmodels:\n".to_owned();
    for model in MODELS {
        let price = "price: { input: 0.15, output: 0.6 }";
        let _ = writeln!(live, "  {model}: {{ provider: loopback, {price} }}");
    }
    std::fs::create_dir_all(folder)?;
    for (name, text) in [
        ("items.jsonl", &items),
        ("answers.jsonl", &answers),
        ("serve.yaml", &format!("{task}{recorded}")),
        ("run.yaml", &format!("{task}{live}")),
    ] {
        std::fs::write(std::path::Path::new(folder).join(name), text)?;
    }
    Ok(())
}

/// Every question of every model, so many at once; the replies are parsed and forgotten.
fn bare(base_url: &str, n_items: usize, connections: usize) {
    rustls::crypto::ring::default_provider().install_default().expect("nobody else installs one");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let client = reqwest::Client::builder().tcp_nodelay(true).build().expect("a client");
    let url = format!("{base_url}/chat/completions");
    let n_read = AtomicU64::new(0);
    let ask = |(at, model): (usize, &'static str)| {
        let body = serde_json::json!({
            "model": model, "messages": [{ "role": "user", "content": question(at) }],
        });
        let sent = client.post(&url).header("content-type", "application/json");
        let sent = sent.body(body.to_string()).send();
        let n_read = &n_read;
        async move {
            let bytes = sent.await.expect("a response").bytes().await.expect("its body");
            let reply: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
            let said = reply["choices"][0]["message"]["content"].as_str();
            n_read.fetch_add(u64::from(said.is_some()), Ordering::Relaxed);
        }
    };
    let all = (0..n_items).flat_map(|at| MODELS.map(|model| (at, model)));
    let work = stream::iter(all).map(ask).buffer_unordered(connections).collect::<Vec<()>>();
    runtime.expect("a runtime").block_on(work);
    assert_eq!(n_read.into_inner(), (n_items * MODELS.len()) as u64, "answers were lost");
}
