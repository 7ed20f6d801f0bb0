//! Every crate of a build is under a licence that `deny.toml` allows.

use std::fs;
use std::process::Command;

use serde_json::Value;

#[test]
fn every_crate_is_under_an_allowed_licence() {
    let allowed = allowed();
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("cargo lists packages");
    assert!(packages.len() > 1, "cargo lists no dependencies");
    let refused: Vec<_> = packages
        .iter()
        .map(|package| (&package["name"], package["license"].as_str().unwrap_or("unknown")))
        .filter(|(_, licence)| !is_allowed(licence, &allowed))
        .map(|(name, licence)| format!("{name}: {licence}"))
        .collect();
    assert!(refused.is_empty(), "not allowed by deny.toml:\n{}", refused.join("\n"));
}

#[test]
fn an_expression_is_allowed_where_its_licences_suffice() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    for (licence, is_fine) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("unknown", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("MIT AND ISC", true),
        ("(GPL-3.0 OR MIT) AND ISC", true),
        ("(GPL-3.0 OR MIT) AND LGPL-2.1", false),
        ("GPL-3.0 OR MIT AND ISC", true),
        ("Apache-2.0", false),
        ("Apache-2.0 WITH LLVM-exception", true),
    ] {
        assert_eq!(is_allowed(licence, &allowed), is_fine, "{licence}");
    }
}

/// What cargo knows about the crates that are built for this machine; those of other systems may
/// never have been downloaded.
fn metadata() -> Value {
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.expect("cargo names its host");
    let options = ["--format-version=1", "--offline", "--locked", "--filter-platform", host];
    let json = cargo(&[&["metadata"], &options[..]].concat());
    serde_json::from_str(&json).expect("cargo writes JSON")
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).output().expect("cargo starts");
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?} failed: {talk}");
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

/// The list `allow` of the section `[licenses]`.
fn allowed() -> Vec<String> {
    let deny = fs::read_to_string("deny.toml").expect("deny.toml can be read");
    let (_, section) = deny.split_once("[licenses]\nallow = [").expect("the list comes first");
    let (list, _) = section.split_once(']').expect("the list is closed");
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Do the allowed licences satisfy an SPDX expression? `/` is the old way to write `OR`.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    split(expression, &[" OR ", "/"]).iter().any(|choice| {
        split(choice, &[" AND "]).iter().all(|licence| {
            let licence = licence.trim();
            match licence.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                Some(inner) => is_allowed(inner, allowed),
                None => allowed.iter().any(|name| name == licence),
            }
        })
    })
}

/// Splits at the separators that stand outside parentheses.
fn split<'a>(expression: &'a str, separators: &[&str]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0);
    for (at, c) in expression.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        let separator =
            separators.iter().find(|separator| expression[at..].starts_with(**separator));
        if let Some(separator) = separator.filter(|_| depth == 0) {
            parts.push(&expression[start..at]);
            start = at + separator.len();
        }
    }
    parts.push(&expression[start..]);
    parts
}
