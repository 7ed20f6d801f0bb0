//! The committed report as a reader uses it: in a browser without a screen, where there is one.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// What browsers that can do this are called.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Where .ci/run puts axe-core.
const AXE: &str = "AXE_CORE";

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/quickstart")
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

/// What `scripts`, put before the end of the committed report, leave in its element `seen`.
fn seen(browser: &Path, scripts: &[&str], arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let page = fs::read_to_string(committed().join("report.html")).expect("the report");
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
    let seen = seen(&browser, &[include_str!("html/drive.js")], &[]);
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
    for arguments in [
        ["--window-size=1280,900", "--blink-settings=preferredColorScheme=1"],
        ["--window-size=1280,900", "--blink-settings=preferredColorScheme=0"],
        ["--window-size=500,900", "--blink-settings=preferredColorScheme=1"],
    ] {
        let seen = seen(&browser, &scripts, &arguments);
        assert_eq!(seen["violations"], json!([]), "{arguments:?}");
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
