//! Outages as a user meets them: the scenarios that come along, their claims, and the page.

mod support {
    pub(crate) mod command;
}

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::command::{ends, quorumbench};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).expect("a file")
}

/// The files of a folder, in order of name.
fn files(folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(Path::new(ROOT).join(folder)).expect("a folder");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

/// A scenario with its datasets found from anywhere, and so many requests in place of its own.
fn at_rate(text: &str, rate: &str) -> String {
    let text = text.replace("../../datasets", &format!("{ROOT}/datasets"));
    let line = |line: &str| match (line.starts_with("traffic:"), line.find("rate: ")) {
        (true, Some(at)) => {
            let rest = &line[at..];
            format!("{}rate: {rate}{}", &line[..at], &rest[rest.find(',').expect("options")..])
        }
        _ => line.to_owned(),
    };
    text.lines().map(|it| line(it) + "\n").collect()
}

/// What the simulation of a text came to.
fn simulate(text: &str, args: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("s.yaml"), text).expect("the folder can be written");
    let mut command = quorumbench(folder.path(), &["simulate", "s.yaml", "-o", "out"]);
    ends(command.args(args), 0);
    let summary = folder.path().join("out/summary.json");
    serde_json::from_str(&fs::read_to_string(summary).expect("a summary")).expect("JSON")
}

/// The row of a policy.
fn row<'a>(summary: &'a Value, policy: &str) -> &'a Value {
    let rows = summary["simulated"].as_array().expect("rows");
    rows.iter().find(|row| row["policy"] == policy).expect("the policy")
}

/// The row of a policy and a fault.
fn outage<'a>(summary: &'a Value, policy: &str, fault: &str) -> &'a Value {
    let rows = summary["outages"].as_array().expect("rows");
    let is_meant = |row: &&Value| row["policy"] == policy && row["fault"] == fault;
    rows.iter().find(is_meant).expect("the policy and the fault")
}

fn point(estimate: &Value) -> f64 {
    estimate["point"].as_f64().expect("an estimate")
}

/// Every file of a run folder but `run.json`, which holds its time.
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files =
        fs::read_dir(folder).expect("a run folder").map(|file| file.expect("a file").path());
    let of_run = |path: &PathBuf| path.file_name() != Some("run.json".as_ref());
    let with_bytes = |path: PathBuf| {
        let bytes = fs::read(&path).expect("a file");
        (path.file_name().expect("a name").into(), bytes)
    };
    files.filter(of_run).map(with_bytes).collect()
}

#[test]
fn every_outage_simulates_offline_and_twice_alike() {
    let all = ["scenarios/incidents", "scenarios/outages"].into_iter().flat_map(files);
    let mut n_files = 0;
    for file in all {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("s.yaml"), at_rate(&read(&file), "20/h")).expect("it can be written");
        for out in ["one", "two"] {
            let args = ["simulate", "s.yaml", "--replicates", "2", "-o", out];
            ends(&mut quorumbench(folder.path(), &args), 0);
        }
        assert_eq!(bytes(&path("one")), bytes(&path("two")), "{}", file.display());
        let summary = fs::read_to_string(path("one/summary.json")).expect("a summary");
        let summary: Value = serde_json::from_str(&summary).expect("JSON");
        let models = summary["models"].as_array().expect("models").len();
        let rows = summary["simulated"].as_array().expect("rows").len();
        // Models and the best of them are policies too.
        assert!(rows >= models + 3, "{}: {rows} rows", file.display());
        assert_ne!(summary["outages"], Value::Array(Vec::new()), "{}", file.display());
        n_files += 1;
    }
    assert!(n_files >= 12, "{n_files} files");
}

/// Two recorded models, with these groups and faults.
fn with(groups: &str, faults: &str) -> String {
    format!(
        "version: 1\nname: own\ntasks: {{ triage: {{ dataset: {ROOT}/datasets/support-triage, \
         extract: choice, score: choice }} }}\nproviders:\n  tape:\n    recorded:\n      \
         answers: {ROOT}/datasets/support-triage/answers.jsonl\n      \
         models: [qwen25c-1.5b, qwen25c-0.5b]\nmodels:\n  qwen25c-1.5b: {{ provider: tape, \
         groups: [{groups}] }}\n{faults}\n"
    )
}

#[test]
fn the_timeline_of_each_incident_is_for_whoever_has_its_groups() {
    let groups = "openai, openai-realtime, anthropic, gcp, aws, cloudflare";
    for file in files("scenarios/incidents") {
        let name = file.file_stem().and_then(|it| it.to_str()).expect("a name");
        let faults = format!("faults: {{ again: {{ incident: {name} }} }}");
        let text = with(groups, &faults) + "traffic: { poisson: { rate: 10/h, for: 48h } }\n";
        let summary = simulate(&text, &["--replicates", "2"]);
        let hit = summary["outages"].as_array().expect("rows").iter();
        let mut hit = hit.map(|row| (row["policy"].as_str(), row["fault"].as_str()));
        let is_part = |fault: Option<&str>| fault.is_some_and(|it| it.starts_with("again/"));
        assert!(hit.clone().any(|(policy, _)| policy == Some("qwen25c-1.5b")), "{name}");
        let spared = |policy: Option<&str>| policy != Some("qwen25c-0.5b");
        assert!(hit.all(|(policy, fault)| is_part(fault) && spared(policy)), "{name}");
    }
}

#[test]
fn an_unknown_incident_or_group_is_told_at_its_word() {
    let traffic = "traffic: { poisson: { rate: 1/s, for: 1h } }\n";
    for (groups, faults, words) in [
        (
            "openai",
            "faults: { x: { incident: openai-2025-06-11 } }",
            ["unknown incident `openai-2025-06-11`", "openai-2025-06-10", ":11:26"],
        ),
        (
            "mine",
            "faults: { x: { incident: openai-2025-06-10 } }",
            ["unknown group `openai`", "mine", ":11:26"],
        ),
        (
            "mine",
            "faults: { x: { outage: { of: { group: other } } } }",
            ["unknown group `other`", "mine", ":11:39"],
        ),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let text = with(groups, faults) + traffic;
        fs::write(folder.path().join("s.yaml"), text).expect("the folder can be written");
        let told = ends(&mut quorumbench(folder.path(), &["simulate", "s.yaml"]), 3);
        for word in words {
            assert!(told.contains(word), "{word}\n{told}");
        }
    }
}

#[test]
fn half_of_the_calls_never_fail_on_that_day_and_a_tenth_do() {
    let text = at_rate(&read("scenarios/outages/breaker-sweep.yaml"), "1/s");
    let summary = simulate(&text, &["--replicates", "2", "--policy", "at-50,at-10,no-breaker"]);
    let trips = |policy| point(&row(&summary, policy)["trips"]);
    assert_eq!((trips("no-breaker"), trips("at-50")), (0.0, 0.0));
    assert!(trips("at-10") >= 10.0, "{}", trips("at-10"));
    let peak = |policy| outage(&summary, policy, "june/peak");
    assert_eq!(["at-50", "at-10"].map(|it| peak(it)["detected"].as_f64()), [Some(0.0), Some(1.0)]);
    // A call in four still goes to whoever is known to fail where nothing opens.
    let failed = |policy| point(&peak(policy)["failed_calls_per_request"]);
    assert!((failed("at-50") - 0.25).abs() < 0.02, "{}", failed("at-50"));
    assert!(failed("at-10") < 0.1, "{}", failed("at-10"));
    // Three trials in four go well, so it closes again and again.
    assert!(point(&peak("at-10")["flaps"]) > 10.0, "{}", peak("at-10")["flaps"]);
    assert_eq!(peak("at-50")["flaps"], Value::Null);
}

#[test]
fn probes_notice_what_few_calls_tell_nobody_and_are_paid_for() {
    let text = at_rate(&read("scenarios/outages/probes.yaml"), "2/m");
    let args = ["--replicates", "3", "--policy", "usual,eager,probed,often-probed"];
    let summary = simulate(&text, &args);
    let hanging = |policy| outage(&summary, policy, "hanging");
    let detected = |policy| hanging(policy)["detected"].as_f64().expect("a share");
    assert!(detected("usual") < 0.5 && detected("probed") > 0.8, "{}", detected("usual"));
    let after = |policy| point(&hanging(policy)["detected_s"]);
    // Three in a row that take their time, one every so often, from half of that on average.
    for (policy, every) in [("probed", 30.0), ("often-probed", 10.0)] {
        let expected = 2.5 * every + 5.0;
        assert!((after(policy) - expected).abs() < 0.2 * expected, "{policy}: {}", after(policy));
    }
    // Whoever hangs answers no trial and no probe.
    assert_eq!(["eager", "probed"].map(|it| point(&hanging(it)["flaps"])), [0.0, 0.0]);
    let failed = |policy| point(&hanging(policy)["failed_calls_per_request"]);
    assert!(failed("probed") < failed("eager") / 3.0, "{} {}", failed("probed"), failed("eager"));
    // Two models, every thirty seconds of a week.
    let of = |policy, figure: &str| point(&row(&summary, policy)[figure]);
    assert!((of("probed", "probes") - 2.0 * 20_160.0).abs() <= 2.0);
    assert!((of("often-probed", "probes") - 6.0 * 20_160.0).abs() <= 2.0);
    assert_eq!(row(&summary, "usual")["probes"], Value::Null);
    let requests = row(&summary, "probed")["requests"].as_f64().expect("a count") / 3.0;
    let probes = of("probed", "probe_usd") / requests * 1e3;
    let more = of("probed", "cost_per_1k") - probes;
    assert!((more / of("usual", "cost_per_1k") - 1.0).abs() < 0.02, "{more} without them");
}

#[test]
fn probes_that_can_not_be_are_told_of_each_at_its_word() {
    let breakers = "breakers:
  a: { probe: { every: 5s, timeout: 6s } }
  b: { like: litellm, probe: { every: 10us } }
  c: { probe: { timeout: 40s } }
  d: { probe: { fall: 0 } }
  e: { probe: { each: 5s } }
  f: { probe: {} }";
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("s.yaml"), with("x", breakers)).expect("it can be written");
    let told = ends(&mut quorumbench(folder.path(), &["check", "s.yaml"]), 3);
    for (place, words) in [
        ("12:37", "a probe that may take 6s is sent every 5s"),
        ("13:39", "a probe every 10us is too often"),
        ("14:26", "a probe that may take 40s is sent every 30s"),
        ("15:23", "expected a nonzero u32, found the number `0`"),
        ("16:17", "unknown key `each`"),
    ] {
        let mistake = format!("error: {words}\n  --> s.yaml:{place}\n");
        assert!(told.contains(&mistake), "{mistake}\n{told}");
    }
    assert!(told.contains("5 mistakes"), "{told}");
}

#[test]
fn places_that_can_not_be_shared_are_told_of() {
    let traffic = "traffic: { poisson: { rate: 1/s, for: 1h } }\nsimulate: ";
    let folder = tempfile::tempdir().expect("a folder");
    for (options, mistake) in [
        ("{ shared_capacity: { tap: 2 } }", "a `shared_capacity` for `tap`, no provider of any"),
        (
            "{ capacity: { qwen25c-0.5b: 1 }, shared_capacity: { tape: 2 } }",
            "`qwen25c-0.5b` with a `capacity` and a `shared_capacity`",
        ),
    ] {
        let text = with("x", "") + traffic + options;
        fs::write(folder.path().join("s.yaml"), text).expect("it can be written");
        let told = ends(&mut quorumbench(folder.path(), &["check", "s.yaml"]), 3);
        assert!(told.contains(mistake) && told.contains("1 mistake"), "{mistake}\n{told}");
    }
}

#[test]
fn a_month_is_as_available_as_it_was_measured() {
    let text = at_rate(&read("scenarios/outages/month.yaml"), "10/h");
    let summary =
        simulate(&text, &["--replicates", "120", "--policy", "patient,qwen25c-1.5b,qwen25c-0.5b"]);
    // Strict availability of two interfaces in the year up to August 2024.
    for (model, measured) in [("qwen25c-1.5b", 0.99481), ("qwen25c-0.5b", 0.99688)] {
        let served = &row(&summary, model)["served"];
        let half = (served["high"].as_f64().expect("a limit") - point(served)).max(1e-5);
        let off = (point(served) - measured).abs();
        // Months differ much, so that even 120 of them leave a tenth of a point.
        assert!(off < 1.5 * half && half < 0.0015, "{model}: {served} and {measured}");
    }
    assert!(point(&row(&summary, "patient")["served"]) > 0.998);
}

#[test]
fn each_fault_answers_for_its_own_calls_and_each_request_for_when_it_came() {
    let faults = "faults:
  first: { outage: { of: { model: qwen25c-1.5b }, at: 1h, for: 1h, error_rate: 0.3 } }
  second: { outage: { of: { model: qwen25c-1.5b }, at: 1h, for: 1h, error_rate: 0.5 } }
  hang: { outage: { of: { model: qwen25c-1.5b }, at: 3h, for: 20s, reply: hang } }
  unseen: { outage: { of: { model: qwen25c-0.5b }, at: 4h, for: 10m } }
policies:
  net: { failover: { rungs: [qwen25c-1.5b, qwen25c-0.5b] } }
  net-short: { failover: { rungs: [qwen25c-1.5b], timeout: 30s } }
traffic: { poisson: { rate: 1/s, for: 5h } }
";
    let summary = simulate(&with("any", faults), &["--replicates", "4"]);
    let failed = |fault| point(&outage(&summary, "net", fault)["failed_calls_per_request"]);
    // The second hears of what the first let pass: half of 70 %.
    assert!((failed("first") - 0.3).abs() < 0.02, "{}", failed("first"));
    assert!((failed("second") - 0.35).abs() < 0.02, "{}", failed("second"));
    // Whoever came while it hung waits for half a minute, longer than it was there.
    let hung = outage(&summary, "net-short", "hang");
    assert!(point(&hung["served"]) < 0.01, "{hung}");
    // Nobody asked whom it hit, so nobody failed over, and nobody came back.
    let unseen = outage(&summary, "net", "unseen");
    for figure in ["failed_over_s", "failed_back_s"] {
        assert_eq!(unseen[figure], Value::Null, "{unseen}");
    }
    let over = point(&outage(&summary, "net", "hang")["failed_over_s"]);
    assert!((60.0..90.0).contains(&over), "{over}: a minute of waiting, and then the other");
}

#[test]
fn who_waits_for_a_place_in_vain_costs_nothing() {
    let scenario = "policies: { short: { failover: { rungs: [qwen25c-1.5b], timeout: 6s } } }
simulate: { capacity: { qwen25c-1.5b: 1 } }
";
    let price = "groups: [any], price: { input: 1, output: 1, assumed: for the test }";
    let text = with("any", scenario).replace("groups: [any]", price);
    let cost = |traffic: &str| {
        let summary = simulate(&format!("{text}traffic: {traffic}\n"), &["--replicates", "5"]);
        point(&row(&summary, "short")["cost_per_1k"])
    };
    // Ten at once, every minute. An answer takes four seconds, so one is given within six, and a
    // second call is begun.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("at.csv");
    let rows: String = (0..300).map(|at| format!("{}\n", at / 10 * 60_000)).collect();
    fs::write(&file, format!("arrival_ms\n{rows}")).expect("the folder can be written");
    let paid = cost(&format!("{{ trace: {{ file: {} }} }}", file.display()));
    let all = cost("{ poisson: { rate: 30/h, for: 10h } }");
    assert!(paid < 0.3 * all, "{paid} of {all}: somebody paid for calls that were never begun");
}

#[test]
fn a_model_that_stands_in_two_places_fails_in_each_by_itself() {
    let scenario = "faults: { third: { outage: { of: { model: qwen25c-1.5b }, error_rate: 0.3 } } }
policies:
  pair: { vote: { members: [qwen25c-1.5b, qwen25c-0.5b], quorum: 2 } }
  again: { failover: { rungs: [pair, qwen25c-1.5b] } }
traffic: { poisson: { rate: 1/s, for: 1h } }
";
    let summary = simulate(&with("any", scenario), &["--replicates", "4"]);
    let served = point(&row(&summary, "again")["served"]);
    // Failing with 0.3 twice is failing with 0.09; four standard errors of 14,400 are 0.01.
    assert!((served - 0.91).abs() < 0.01, "{served}");
}

#[test]
fn a_fault_that_is_there_too_often_is_not_told_by_halves() {
    let faults = "faults:
  flaps: { gilbert-elliott: { good_for: 2s, bad_for: 2s } }
  once: { outage: { at: 1h, for: 2h } }
traffic: { poisson: { rate: 10/h, for: 1d } }
";
    let summary = simulate(&with("any", faults), &["--replicates", "2"]);
    let rows = summary["outages"].as_array().expect("rows");
    let faults: Vec<&str> = rows.iter().filter_map(|row| row["fault"].as_str()).collect();
    assert!(faults.contains(&"once") && !faults.contains(&"flaps"), "{faults:?}");
}

#[test]
fn the_example_of_the_page_runs() {
    let page = read("docs/outages.md");
    let example = page.split("```yaml\n").nth(1).and_then(|it| it.split("```").next());
    let example = example.expect("an example").replace("../datasets", "../../datasets");
    let summary = simulate(&at_rate(&example, "60/h"), &["--replicates", "2"]);
    assert!(summary["simulated"].as_array().expect("rows").len() > 5);
}
