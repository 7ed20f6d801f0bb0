//! What a model costs where a scenario does not say: its file of prices, then the catalogue.

mod support {
    pub(crate) mod command;
}

use std::fs;
use std::path::Path;

use quorumbench::data::PriceList;
use quorumbench::scenario::{self, Catalogue};
use support::command::{ends, quorumbench};
use tempfile::TempDir;

/// As the providers have published them.
#[test]
fn known_models_have_their_known_prices_in_the_catalogue() {
    for (url, name, input, output, assumed) in [
        ("https://api.openai.com/v1", "gpt-4o-mini", 0.15, 0.6, false),
        ("https://api.openai.com/v1", "gpt-4o-mini-2024-07-18", 0.15, 0.6, false),
        ("https://api.openai.com/v1", "gpt-4o-2024-05-13", 5.0, 15.0, false),
        ("https://mine.openai.azure.com/openai/v1", "gpt-4o", 2.5, 10.0, false),
        ("https://api.anthropic.com", "claude-haiku-4-5-20251001", 1.0, 5.0, false),
        ("http://127.0.0.1:4000/v1", "anthropic/claude-haiku-4-5", 1.0, 5.0, true),
    ] {
        let price = Catalogue::shipped().price(url, name).expect(name);
        assert_eq!((f64::from(price.input), f64::from(price.output)), (input, output), "{name}");
        assert_eq!(price.assumed.is_some(), assumed, "{name}");
        assert!(price.as_of.is_some() && price.source.is_some(), "{name}");
    }
    // A server of one's own is nobody's, though the weights are.
    for name in ["openai/gpt-oss-120b", "gpt-oss-120b", "mistral-small-2603"] {
        assert_eq!(Catalogue::shipped().price("http://127.0.0.1:8000/v1", name), None, "{name}");
    }
}

const MODELS: &str = "
  own: { provider: openai, name: gpt-4o-mini, price: { input: 9, output: 9 } }
  filed: { provider: openai, name: gpt-4o }
  by-id: { provider: openai, name: nobody-knows }
  listed: { provider: openai, name: gpt-4.1 }
  gateway: { provider: gateway, name: openai/gpt-4.1 }
  unknown: { provider: openai, name: nobody-knows-either }
";

const PRICES: &str = "
openai/gpt-4o: { input: 1, output: 2, input_cache_write: 1, input_cache_read: 0.5 }
openai/gpt-4o-mini: { input: 1, output: 2, input_cache_write: 1, input_cache_read: 0.5 }
by-id: { input: 3, output: 4, cached_input: 0.1, as_of: 2026-11-01 }
tape: { input: 7, output: 7 }
";

#[test]
fn a_price_is_the_scenarios_else_the_files_else_the_catalogues_else_unknown() {
    let folder = folder(MODELS, "prices: prices.yaml\n", PRICES);
    let plan = scenario::load(&folder.path().join("s.yaml"), &[]).expect("a scenario").plan;
    let price = |name: &str| -> Option<PriceList> {
        let mut candidates = plan.candidates.iter();
        candidates.find(|one| one.id.as_str() == name).expect(name).price.clone()
    };
    for (name, input, assumed) in [
        ("own", Some(9.0), false),
        ("filed", Some(1.0), false),
        ("by-id", Some(3.0), false),
        ("listed", Some(2.0), false),
        ("gateway", Some(2.0), true),
        ("unknown", None, false),
        ("tape", Some(7.0), false),
        ("gpt-4o-mini", Some(1.0), false),
        ("gpt-4.1", None, false),
    ] {
        let price = price(name);
        assert_eq!(price.as_ref().map(|price| f64::from(price.input)), input, "{name}");
        assert_eq!(price.is_some_and(|price| price.assumed.is_some()), assumed, "{name}");
    }
}

#[test]
fn a_plan_says_when_and_where_its_prices_are_from() {
    let folder = folder(MODELS, "", "");
    let text = stdout(folder.path(), &["check", "s.yaml", "--plan"]);
    let line = |name: &str| {
        let start = format!("#   {name}: ");
        text.lines().find(|line| line.starts_with(&start)).expect(name).to_owned()
    };
    assert!(line("unknown").ends_with("cost unknown"), "{text}");
    assert!(line("own").ends_with("cost unknown"), "no limit of tokens was set: {text}");
    let listed = line("listed");
    assert!(listed.contains("prices of 20") && listed.contains("from LiteLLM"), "{listed}");
    assert!(line("gateway").contains("assumed: the list price of OpenAI"), "{text}");
    assert!(text.contains("source: LiteLLM") && text.contains("as_of: "), "{text}");
}

#[test]
fn mistakes_in_a_file_of_prices_are_told_where_they_are() {
    let both = "one/gpt-4o: { input: 1, output: 2 }\ntwo/gpt-4o: { input: 2, output: 3 }\n";
    for (models, prices, parts) in [
        ("a: { provider: openai, name: m }", "m: { input: -1, output: 1 }", ["prices.yaml", "-1"]),
        ("a: { provider: openai, name: m }", "m: { input: 1 }", ["prices.yaml", "`output`"]),
        ("a: { provider: openai, name: gpt-4o }", both, ["s.yaml", "`one/gpt-4o`, `two/gpt-4o`"]),
    ] {
        let folder = folder(&format!("{{ {models} }}"), "prices: prices.yaml\n", prices);
        let stderr = ends(&mut quorumbench(folder.path(), &["check", "s.yaml"]), 3);
        for part in parts {
            assert!(stderr.contains(part), "{part}: {stderr}");
        }
    }
    let folder = folder("{ a: { provider: openai, name: m } }", "prices: none.yaml\n", "");
    let stderr = ends(&mut quorumbench(folder.path(), &["check", "s.yaml"]), 3);
    assert!(stderr.contains("none.yaml can't be read"), "{stderr}");
}

#[test]
fn list_prints_the_catalogue_and_no_scenario_that_is_none() {
    let text = stdout(Path::new(env!("CARGO_MANIFEST_DIR")), &["list", "models"]);
    let mini = text.lines().find(|line| line.starts_with("gpt-4o-mini ")).expect("a line");
    assert!(mini.contains("OpenAI, a million tokens: $0.15 sent, $0.075 from cache"), "{mini}");
    assert_eq!(text.lines().count(), Catalogue::shipped().models().count());
    let text = stdout(Path::new(env!("CARGO_MANIFEST_DIR")), &["list", "scenarios"]);
    assert!(text.contains("quickstart.yaml") && !text.contains("models.yaml"), "{text}");
}

/// A folder with a scenario `s.yaml` of these models, further keys, and a file of prices.
fn folder(models: &str, keys: &str, prices: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a write");
    };
    write("items.jsonl", "{\"id\":1,\"input\":\"Say w\",\"target\":\"w\"}\n");
    let row = |model| format!("{{\"id\":1,\"model\":\"{model}\",\"response\":\"w\"}}\n");
    write("answers.jsonl", &["tape", "gpt-4o-mini", "gpt-4.1"].map(row).concat());
    write("prices.yaml", prices);
    let text = format!(
        "version: 1\nname: prices\ntasks:\n  words: {{ dataset: items.jsonl }}\nproviders:\n  \
         openai: {{ openai: {{ base_url: \"https://api.openai.com/v1\" }} }}\n  \
         gateway: {{ openai: {{ base_url: \"http://127.0.0.1:4000/v1\" }} }}\n  \
         taped: {{ recorded: {{ answers: answers.jsonl }} }}\n{keys}models: {models}\n"
    );
    write("s.yaml", &text);
    folder
}

fn stdout(folder: &Path, args: &[&str]) -> String {
    let output = quorumbench(folder, args).output().expect("the command starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("stdout is UTF-8")
}
