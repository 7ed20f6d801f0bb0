//! The ready drills: every file loads, its faults are there, and a short one runs.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::command::{ends, quorumbench};

pub(super) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Every scenario of `scenarios/drills`.
fn files() -> Vec<PathBuf> {
    let files = fs::read_dir(Path::new(ROOT).join("scenarios/drills")).expect("a folder");
    let files = files.map(|file| file.expect("a file").path());
    files.filter(|file| file.extension().is_some_and(|it| it == "yaml")).collect()
}

/// The summary of a drill of `scenarios/drills/FILE` with these arguments.
pub(super) fn drill(
    file: &str,
    folder: &Path,
    args: &[&str],
    environment: &[(&str, &str)],
) -> Value {
    // A path of its own stays what it is.
    let scenario = Path::new(ROOT).join("scenarios/drills").join(file).display().to_string();
    let mut command = quorumbench(folder, &["drill", &scenario, "-o", "out"]);
    ends(command.args(args).envs(environment.iter().copied()), 0);
    let summary = fs::read_to_string(folder.join("out/summary.json")).expect("a summary");
    serde_json::from_str(&summary).expect("JSON")
}

/// A figure of a drilled policy, or of what was asked of a gateway.
pub(super) fn figure(summary: &Value, of: &str, figure: &str) -> f64 {
    let rows = summary["drilled"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["policy"] == of).expect("its row");
    row[figure]["point"].as_f64().unwrap_or_else(|| panic!("{of}: {figure} in {row}"))
}

#[test]
fn every_ready_drill_loads() {
    let files = files();
    assert!(files.len() >= 6, "{files:?}");
    for file in &files {
        ends(&mut quorumbench(Path::new(ROOT), &["check", &file.display().to_string()]), 0);
    }
}

#[test]
fn every_model_with_a_fault_is_in_every_gateways_configuration() {
    let gateways = ["litellm.yaml", "litellm-tuned.yaml", "litellm-pool.yaml", "tensorzero.toml"];
    let folder = Path::new(ROOT).join("scenarios/drills");
    for file in files() {
        let text = fs::read_to_string(&file).expect("a scenario");
        let faults = text.split("\nfaults:\n").nth(1).expect("faults");
        let names: Vec<&str> = faults
            .split("model: ")
            .skip(1)
            .map(|rest| rest.split([' ', ',', '}']).next().expect("a name"))
            .collect();
        assert!(!names.is_empty(), "{}", file.display());
        for gateway in gateways {
            let text = fs::read_to_string(folder.join("gateways").join(gateway)).expect("it");
            for name in &names {
                let words = [
                    format!("openai/{name} "),
                    format!("openai/{name},"),
                    format!("model_name = \"{name}\""),
                ];
                let is_known = words.iter().any(|word| text.contains(word));
                assert!(is_known, "{gateway} knows no {name} of {}", file.display());
            }
        }
    }
}

#[test]
fn own_policies_are_drilled_and_the_run_folder_says_how_they_fared() {
    let folder = tempfile::tempdir().expect("a folder");
    let only = "status-503-net,status-503-guarded";
    let args = ["--for", "1s", "--repetitions", "2", "--policy", only];
    let summary = drill("errors.yaml", folder.path(), &args, &[]);
    // Two hits on whoever is down and one on the fallback, for every request.
    assert!((figure(&summary, "status-503-net", "served") - 1.0).abs() < 1e-9);
    assert!((figure(&summary, "status-503-net", "calls_per_request") - 3.0).abs() < 1e-9);
    assert!((figure(&summary, "status-503-net", "failed_calls_per_request") - 2.0).abs() < 1e-9);
    assert!(figure(&summary, "status-503-guarded", "failed_calls_per_request") < 2.0);
    let table = fs::read_to_string(folder.path().join("out/drilled.csv")).expect("a table");
    assert!(table.lines().next().expect("a head").contains("failed_calls_per_request"), "{table}");
    assert!(table.contains("status-503-guarded"), "{table}");
    let report = fs::read_to_string(folder.path().join("out/report.md")).expect("a report");
    assert!(report.contains("Drilled over HTTP 2 times"), "{report}");
}
