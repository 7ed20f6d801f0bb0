//! The committed report as a reader uses it: in a browser without a screen, where there is one.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// What browsers that can do this are called.
const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "chrome", "chrome-headless-shell"];

/// Where .ci/run puts axe-core.
const AXE: &str = "AXE_CORE";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn committed() -> PathBuf {
    root().join("reports/quickstart")
}

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn skipped(why: &str) {
    println!("skipped: {why}");
}

fn browser() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let places = env::split_paths(&path).flat_map(|dir| BROWSERS.map(|name| dir.join(name)));
    places.into_iter().find(|place| place.is_file())
}

/// What `scripts`, put before the end of the page of this run, leave in its element `seen`.
fn seen(browser: &Path, run: &Path, scripts: &[&str], arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let page = fs::read_to_string(run.join("report.html")).expect("the report");
    let (head, tail) = page.rsplit_once("</body>").expect("a body");
    let scripts: String =
        scripts.iter().map(|script| format!("<script>{script}</script>")).collect();
    let file = folder.path().join("report.html");
    fs::write(&file, format!("{head}{scripts}</body>{tail}")).expect("a write");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"])
        .args(["--disable-background-networking", "--virtual-time-budget=60000"])
        .args(arguments)
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("the browser starts");
    let dom = String::from_utf8(output.stdout).expect("the page is UTF-8");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let (_, note) = dom.split_once("<pre id=\"seen\">").unwrap_or_else(|| panic!("{stderr}"));
    let (note, _) = note.split_once("</pre>").expect("an end");
    let note = note.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&note).expect("it is JSON")
}

#[test]
fn a_reader_sorts_filters_and_opens_items_and_nothing_is_fetched() {
    let Some(browser) = browser() else { return skipped("no Chromium is installed") };
    let seen = seen(&browser, &committed(), &[include_str!("html/drive.js")], &[]);
    assert_eq!(seen["error"], Value::Null, "{seen}");
    assert_eq!((&seen["violations"], &seen["resources"]), (&json!(0), &json!(0)), "{seen}");

    let text = fs::read_to_string(committed().join("summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&text).expect("it is JSON");
    let of_task = |table: &str| -> Vec<Value> {
        let rows = summary[table].as_array().expect("rows").iter();
        rows.filter(|row| row["task"] == "triage").cloned().collect()
    };
    let mut models = of_task("models");
    let price = |row: &Value| row["cost_usd"]["per_1k"].as_f64().expect("a price");
    models.sort_by(|one, other| price(one).total_cmp(&price(other)));
    let names: Vec<&Value> = models.iter().map(|row| &row["model"]).collect();
    assert_eq!(seen["cheapest"], json!(names));
    assert_eq!(seen["dearest"], json!(names.into_iter().rev().collect::<Vec<_>>()));
    assert_eq!(seen["sorted"], "ascending");

    let policies = of_task("policies");
    let votes = policies.iter().filter(|row| row["kind"] == "vote");
    assert_eq!(seen["votes"], json!(votes.map(|row| &row["policy"]).collect::<Vec<_>>()));
    assert!(policies.iter().any(|row| row["policy"] == seen["target"]), "{seen}");
    assert_ne!(seen["papers"][0], seen["papers"][1], "light and dark");

    let gains = of_task("gains");
    let gain = gains.iter().find(|row| row["policy"] == "everybody").expect("a row");
    let count = |name: &str| gain[name].as_u64().expect("a count");
    let n = count("n");
    let lost = count("overruled") + count("lost_to_ties") + count("no_answer");
    for (show, found) in [
        ("all", n),
        ("rescued", count("rescued")),
        ("overruled", lost),
        ("missed", lost + count("both_wrong_reachable")),
        ("none", count("out_of_reach")),
    ] {
        assert_eq!(seen["found"][show], format!("{found} of {n} items"), "{show}");
    }
    assert_eq!(seen["rows"], policies.len(), "an answer of each policy and model");
    assert!(seen["searched"].as_u64().is_some_and(|n| n >= 1), "{seen}");
}

#[test]
fn axe_has_nothing_to_complain_about() {
    let Some(browser) = browser() else { return skipped("no Chromium is installed") };
    let Some(axe) = env::var_os(AXE).and_then(|path| fs::read_to_string(path).ok()) else {
        return skipped("AXE_CORE names no axe.min.js");
    };
    let scripts = [axe.as_str(), include_str!("html/axe.js")];
    // Gates and what is recommended; traffic, faults and the timeline; accuracy without prices.
    let folder = tempfile::tempdir().expect("a folder");
    let made = [("run", "advice"), ("simulate", "replayed")].map(|(command, name)| {
        let run = folder.path().join(name);
        let scenario = format!("scenarios/kinds/{name}.yaml");
        let mut quorumbench = Command::new(env!("CARGO_BIN_EXE_quorumbench"));
        quorumbench.current_dir(root()).args([command, &scenario, "-o"]).arg(&run);
        let output = quorumbench.output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        run
    });
    let (wide, narrow) = ("--window-size=1280,900", "--window-size=500,900");
    let [light, dark] = [1, 0].map(|it| format!("--blink-settings=preferredColorScheme={it}"));
    for (run, arguments) in [
        (&committed(), [wide, &light]),
        (&committed(), [wide, &dark]),
        (&committed(), [narrow, &light]),
        (&made[0], [wide, &light]),
        (&made[1], [wide, &dark]),
    ] {
        let seen = seen(&browser, run, &scripts, &arguments);
        assert_eq!(seen["violations"], json!([]), "{} {arguments:?}", run.display());
        assert!(seen["passes"].as_u64().is_some_and(|n| n > 20), "{seen}");
    }
}

#[test]
fn the_page_names_nothing_elsewhere() {
    let page = fs::read_to_string(committed().join("report.html")).expect("the report");
    for fetched in [" src=", "<link", "@import", "url(", "fetch(", "XMLHttpRequest", "WebSocket"] {
        assert!(!page.contains(fetched), "{fetched}");
    }
    assert!(page.contains("default-src 'none'"), "nothing may be fetched");
}
