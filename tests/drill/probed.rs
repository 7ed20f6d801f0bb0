//! Probes that fail where nothing is wrong are doubted, in virtual time and in real time.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::command::{ends, quorumbench};

const SCENARIO: &str = "version: 1
name: probed
tasks: { t: { dataset: items.jsonl } }
providers: { p: { recorded: { answers: answers.jsonl } } }
breakers: { b: { probe: { every: 1s, timeout: 300ms } } }
policies: { net: { failover: { rungs: [slow, fast], breaker: b } } }
traffic: { poisson: { rate: 5/s, for: 2s } }
simulate: { replicates: 2 }
";

/// What a run of this command doubts of probes.
fn doubts(folder: &Path, args: &[&str]) -> Vec<Value> {
    ends(&mut quorumbench(folder, &[args, &["s.yaml", "-o", "out"]].concat()), 0);
    let summary = fs::read_to_string(folder.join("out/summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&summary).expect("JSON");
    let mut warnings = summary["warnings"].as_array().expect("warnings").clone();
    warnings.retain(|it| it["kind"] == "slow_probe");
    warnings
}

#[test]
fn a_probe_that_is_too_short_for_its_model_is_told_of_by_simulations_and_drills() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let (mut items, mut answers) = (String::new(), String::new());
    for id in 0..8 {
        items += &format!("{{\"id\":{id},\"input\":\"q{id}\",\"target\":\"x\"}}\n");
        for (model, ms) in [("slow", 400), ("fast", 20)] {
            answers += &format!(
                "{{\"id\":{id},\"model\":\"{model}\",\"answer\":\"x\",\"latency_ms\":{ms}}}\n"
            );
        }
    }
    for (name, text) in
        [("items.jsonl", &*items), ("answers.jsonl", &answers), ("s.yaml", SCENARIO)]
    {
        fs::write(folder.join(name), text).expect("a write");
    }
    let simulated = doubts(folder, &["simulate"]);
    assert_eq!((simulated.len(), &simulated[0]["on"]), (1, &Value::from("slow")));
    let drill = ["drill", "--for", "1s", "--repetitions", "1"];
    assert_eq!(doubts(folder, &drill), simulated);
    assert_eq!(doubts(folder, &[&drill[..], &["--latency", "0.1x"]].concat()), [] as [Value; 0]);
}
