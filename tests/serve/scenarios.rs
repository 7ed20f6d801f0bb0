//! Faults as a scenario writes them: whom they reach, what is wrong with them, how they are told.

use std::fs;
use std::path::Path;

use crate::support::command::quorumbench;
use quorumbench::kernel::ModelId;
use quorumbench::scenario::{Loaded, load};
use tempfile::TempDir;

const MODELS: &str = "providers:
  east: { synthetic: { groups: [cloud-a] } }
  west: { openai: { base_url: \"http://127.0.0.1:9/v1\", groups: [cloud-b] } }
models:
  small: { provider: east }
  large: { provider: west, groups: [cloud-a] }
  other: { provider: west }
";

#[test]
fn a_fault_reaches_a_model_a_provider_a_group_or_everybody() {
    for (of, reached) in [
        ("of: { model: small }, ", "small"),
        ("of: { provider: west }, ", "large other"),
        ("of: { group: cloud-a }, ", "large small"),
        ("of: { group: cloud-b }, ", "large other"),
        ("", "large other small"),
    ] {
        let folder = scenario(&format!("faults:\n  f: {{ outage: {{ {of}for: 1h }} }}\n"));
        let loaded = loaded(folder.path());
        let models: Vec<&str> =
            loaded.plan.faults.0[0].models.iter().map(ModelId::as_str).collect();
        assert_eq!(models.join(" "), reached, "{of}");
    }
}

#[test]
fn every_mistake_in_a_fault_is_told_at_its_word() {
    let faults = "faults:
  a: { outage: { of: { model: smal } } }
  b: { outage: { of: { provider: eest }, reply: { status: 200 } } }
  c: { outage: { of: { group: cloud-c }, at: 5x } }
  d: { outage: { of: { modell: small } } }
  e: { rate-limit: { of: { model: small } } }
  f: { slow-down: { share: 1.5 } }
  g: { slow-down: {} }
  h: { wrong-model: { of: { model: small }, serves: lrge } }
  i: { outagee: {} }
  j: { outage: { of: { group: cloud-c } } }
  k: { outage: { of: { provider: eest } } }
  l: { gilbert-elliott: { good_for: 1s, step: 1s } }
  m: { outage: { reply: hangs } }
  n: { wrong-model: { serves: small, says: nothing } }
";
    let folder = scenario(faults);
    let wrong = load(&folder.path().join("s.yaml"), &[]).expect_err("it is full of mistakes");
    let told: Vec<(String, &str)> = wrong
        .iter()
        .map(|one| (one.message.clone(), one.text.get(one.span.clone()).unwrap_or_default()))
        .collect();
    for (message, word) in [
        ("unknown model `smal`", "smal"),
        ("expected a status from 400 to 599", "200"),
        ("`5x` is not a length of time", "5x"),
        ("unknown kind `modell`", "modell"),
        ("`e` is a rate-limit that can't be", "e"),
        ("1.5 is not between 0 and 1", "1.5"),
        ("`g` is a slow-down that can't be", "g"),
        ("unknown model `lrge`", "lrge"),
        ("unknown kind `outagee`", "outagee"),
        ("unknown group `cloud-c`", "cloud-c"),
        ("unknown provider `eest`", "eest"),
        ("`l` is a gilbert-elliott that can't be", "l"),
        ("unknown kind `hangs`", "hangs"),
        ("unknown kind `nothing`", "nothing"),
    ] {
        let is_it = |(said, at): &(String, &str)| said.starts_with(message) && *at == word;
        assert!(told.iter().any(is_it), "{message} at {word}: {told:#?}");
    }
    let of_f = told.iter().filter(|(message, _)| message.starts_with("`f`")).count();
    assert_eq!(of_f, 0, "what a broken fault lacks is no news: {told:#?}");
    let help = wrong.iter().find(|one| one.message == "unknown model `smal`");
    let help = help.and_then(|one| one.help.as_deref()).unwrap_or_default();
    assert!(help.starts_with("did you mean `small`?"), "{help}");
}

#[test]
fn the_resolved_plan_has_every_option_of_a_fault_and_of_what_is_made_up() {
    let folder = scenario(
        "faults:\n  june: { outage: { of: { provider: west }, at: 30h 36m, for: 15h 24m, \
         error_rate: 0.25, reply: { status: 503 } } }\n  bare: degraded\n",
    );
    let yaml = loaded(folder.path()).plan.to_yaml();
    for line in [
        "    outage:",
        "        provider: west",
        "      at: 1d 6h 36m",
        "      for: 15h 24m",
        "      error_rate: 0.25",
        "          code: 503",
        "    degraded:",
        "    synthetic:",
        "      accuracy: 0.75",
    ] {
        assert!(yaml.lines().any(|it| it == line), "{line:?} is not in\n{yaml}");
    }
}

#[test]
fn the_list_of_faults_has_the_processes_and_what_a_call_meets() {
    let output = quorumbench(Path::new("."), &["list", "faults"]).output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let names: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        names.join(" "),
        "outage renewal gilbert-elliott diurnal common-shock slow-down rate-limit degraded \
         wrong-model incident refused dns tls connect-timeout reset hang slow-first-token slow-stream stall cut-stream bad-sse \
         stream-error status html truncated-json error-object no-choices empty truncated refusal"
    );
    assert!(text.lines().all(|line| line.ends_with('.')), "{text}");
}

fn loaded(folder: &Path) -> Loaded {
    load(&folder.join("s.yaml"), &[]).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

fn scenario(faults: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let item = "{\"id\":1,\"input\":\"Say w\",\"target\":\"w\"}\n";
    fs::write(folder.path().join("items.jsonl"), item).expect("a write");
    let text =
        format!("version: 1\nname: f\ntasks:\n  t: {{ dataset: items.jsonl }}\n{MODELS}{faults}");
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    folder
}
