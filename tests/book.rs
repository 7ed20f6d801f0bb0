//! The pages: all in the book, a section for every kind, a scenario that uses it, and commands
//! that run as they stand there.

mod support {
    pub(crate) mod command;
}

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::command::{ends, quorumbench};

/// Where the sections of each kind are.
const SECTIONS: [(&str, &[&str]); 13] = [
    ("providers", &["collecting.md", "recorded.md", "serve.md"]),
    ("extractors", &["tasks.md"]),
    ("scorers", &["tasks.md"]),
    ("votes", &["votes.md"]),
    ("ties", &["votes.md"]),
    ("policies", &["policies.md", "outages.md"]),
    ("failures", &["collecting.md"]),
    ("faults", &["outages.md", "serve.md"]),
    ("gates", &["gates.md"]),
    ("traffic", &["outages.md"]),
    ("imports", &["recorded.md"]),
    ("exports", &["recommend.md"]),
    ("reports", &["reports.md"]),
];

/// Where a scenario names each kind: below this key, or, with `*`, below what users name there.
/// Failures come by themselves, and imports, exports and reports are named on the command line.
const PLACES: [(&str, &[&str]); 8] = [
    ("providers", &["providers.*"]),
    ("extractors", &["extract", "then", "compare_extract.*"]),
    ("scorers", &["score"]),
    ("votes", &["rule"]),
    ("ties", &["ties"]),
    ("faults", &["faults.*", "reply"]),
    ("gates", &["gates.*"]),
    ("traffic", &["traffic"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files below a folder with this ending, in order.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            let inner = path.strip_prefix(root()).expect("inside").to_path_buf();
            found.extend(files(inner.to_str().expect("UTF-8"), ending));
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What `list` names.
fn kinds(list: &str) -> Vec<String> {
    let output = quorumbench(root(), &["list", list]).output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let names: Vec<String> =
        text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert!(!names.is_empty(), "{list}");
    names
}

#[test]
fn every_page_is_in_the_book_once() {
    let summary = read("docs/SUMMARY.md");
    let linked = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let mut linked: Vec<String> = linked.map(str::to_owned).collect();
    linked.sort();
    let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut pages: Vec<String> = files("docs", "md").iter().map(name).collect();
    pages.retain(|page| page != "SUMMARY.md");
    assert_eq!(linked, pages);
    assert!(read("book.toml").contains("src = \"docs\""));
}

#[test]
fn every_kind_has_its_section() {
    let mut lost = Vec::new();
    for (list, pages) in SECTIONS {
        let texts: Vec<String> =
            pages.iter().map(|page| read(Path::new("docs").join(page))).collect();
        let titles: BTreeSet<String> =
            texts.iter().flat_map(|text| text.lines()).flat_map(titles).collect();
        let missing = kinds(list).into_iter().filter(|name| !titles.contains(name));
        lost.extend(missing.map(|name| format!("{list}: {name}, in {}", pages.join(" or "))));
    }
    assert!(lost.is_empty(), "no heading and no row of a table is about\n{}", lost.join("\n"));
}

/// What a line is about: the words of a heading, or the code that the cells of a row begin with.
fn titles(line: &str) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-_@".contains(c);
        text.split(|c| !is_part(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    if line.starts_with("##") {
        return words(line);
    }
    let cells = line.split('|').filter(|_| line.starts_with('|'));
    let codes = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    codes.filter_map(|code| words(code).into_iter().next()).collect()
}

#[test]
fn every_kind_is_used_by_a_scenario() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files("scenarios", "yaml") {
        let read: Result<Value, _> = serde_saphyr::from_str(&read(&path));
        let scenario = read.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // Others lie there too: prices, and configurations of gateways.
        if scenario["version"] == 1 && scenario["tasks"].is_object() {
            collect("", &scenario, &mut used);
        }
    }
    let mut lost = Vec::new();
    for (list, places) in PLACES {
        let names: BTreeSet<&String> =
            places.iter().filter_map(|place| used.get(*place)).flatten().collect();
        let missing = kinds(list).into_iter().filter(|name| !names.contains(name));
        lost.extend(missing.map(|name| format!("{list}: {name}")));
    }
    // Two policies are there unasked.
    let named = &used["policies.*"];
    let unasked = ["single", "best-single"];
    let policies = kinds("policies").into_iter();
    let missing = policies.filter(|it| !named.contains(it) && !unasked.contains(&it.as_str()));
    lost.extend(missing.map(|name| format!("policies: {name}")));
    assert!(lost.is_empty(), "no file under scenarios/ uses\n{}", lost.join("\n"));
}

/// Every word that stands below each key, and below each key and a name.
fn collect(key: &str, value: &Value, used: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut add = |key: &str, word: &str| {
        used.entry(key.to_owned()).or_default().insert(word.to_owned());
    };
    match value {
        Value::String(word) => add(key, word),
        Value::Array(values) => values.iter().for_each(|value| collect(key, value, used)),
        Value::Object(table) => {
            for (name, value) in table {
                add(key, name);
                match value {
                    Value::String(word) => add(&format!("{key}.*"), word),
                    Value::Object(below) => {
                        below.keys().for_each(|word| add(&format!("{key}.*"), word));
                    }
                    _ => {}
                }
            }
            table.iter().for_each(|(name, value)| collect(name, value, used));
        }
        _ => {}
    }
}

#[test]
fn the_scenarios_of_kinds_run() {
    let out = tempfile::tempdir().expect("a folder");
    let out = out.path().join("run");
    let run = |args: &[&str]| {
        let mut command = quorumbench(root(), args);
        ends(command.arg("-o").arg(&out), 0);
    };
    for path in files("scenarios/kinds", "yaml") {
        let scenario = path.to_str().expect("UTF-8");
        if read(&path).contains("\ntraffic:") {
            run(&["simulate", scenario]);
        } else if !scenario.ends_with("wires.yaml") {
            run(&["run", scenario, "--offline", "--quiet"]);
        }
    }
    assert!(files("scenarios/kinds", "yaml").len() >= 9);
}

/// What ends by itself and asks nobody; drills and servers have tests of their own.
const RUN: [&str; 8] =
    ["run", "check", "evaluate", "simulate", "recommend", "compare", "report", "list"];

#[test]
fn the_commands_of_the_pages_run() {
    let folder = playground();
    let mut n_run = 0;
    let pages = files("docs", "md").into_iter().chain([root().join("README.md")]);
    // The tutorial's have a folder, and a test, of their own.
    for page in pages.filter(|page| !page.ends_with("tutorial.md")) {
        for command in commands(&read(&page)) {
            let args: Vec<&str> = command.split_whitespace().skip(1).collect();
            let name = args.first().copied().unwrap_or_default();
            let help = quorumbench(root(), &[name, "--help"]).output().expect("it starts");
            let help = String::from_utf8(help.stdout).expect("UTF-8");
            for flag in args.iter().filter(|word| word.starts_with("--")) {
                assert!(help.contains(flag), "{}: {name} has no {flag}", page.display());
            }
            if RUN.contains(&name) {
                n_run += 1;
                ends(&mut quorumbench(folder.path(), &args), 0);
            }
        }
    }
    assert!(n_run >= 7, "{n_run} commands were found");
}

/// The commands of the blocks of a page that are for a shell, without their comments.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let text = blocks.collect::<String>().replace("\\\n", " ");
    let text = text.replace("cargo run --locked -- ", "quorumbench ");
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or(line).trim());
    lines.filter(|line| line.starts_with("quorumbench ")).map(str::to_owned).collect()
}

/// The repository's scenarios, a scenario of one's own, and two runs of it.
fn playground() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let datasets = format!("{}/datasets", root().display());
    for path in files("scenarios", "yaml").into_iter().chain(files("scenarios", "json")) {
        let place = folder.path().join(path.strip_prefix(root()).expect("inside"));
        fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        let text = read(&path).replace("../../datasets", &datasets);
        fs::write(place, text.replace("../datasets", &datasets)).expect("a write");
    }
    let quickstart = read("scenarios/quickstart.yaml").replace("../datasets", &datasets);
    let mut own: Value = serde_saphyr::from_str(&quickstart).expect("YAML");
    own["tasks"].as_object_mut().expect("tasks").retain(|task, _| task == "triage");
    // JSON is YAML too.
    fs::write(folder.path().join("my.yaml"), own.to_string()).expect("a write");
    // The last is what a gate of `scenarios/kinds/` takes for its baseline.
    for (run, limit) in [("main", "40"), ("mine", "40"), ("my-run", "40"), ("quickstart", "1000")] {
        let out = format!("reports/{run}");
        let args = ["run", "my.yaml", "--limit", limit, "--quiet", "-o", &out];
        ends(&mut quorumbench(folder.path(), &args), 0);
    }
    folder
}
