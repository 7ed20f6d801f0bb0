//! A suite: several scenario files that are run as one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::diagnostic::Diagnostic;
use super::load::{Loaded, diagnostic, load, sha256, text_of};
use super::read::{self, Complaint};
use crate::kernel::{Seed, Spanned};

/// Several scenario files that are run as one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSuite {
    /// The version of this format: 1.
    pub version: Spanned<u32>,
    /// What the run folder and the reports are called.
    pub name: Spanned<String>,
    /// The scenario files, as seen from this one.
    pub suite: Vec<Spanned<PathBuf>>,
}

/// What a file turned out to be.
#[derive(Debug)]
pub enum Opened {
    /// A scenario.
    Scenario(Box<Loaded>),
    /// A suite.
    Suite(Suite),
}

/// A suite with every scenario of it.
#[derive(Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: PathBuf,
    /// The SHA-256 of its file followed by those of its scenarios, in hexadecimal.
    pub sha256: String,
    /// The seed that all of its scenarios have.
    pub seed: Seed,
    /// The scenarios in their order, each with a name of its own.
    pub scenarios: Vec<Loaded>,
}

/// Reads a file that is a scenario or a suite of them.
///
/// # Errors
/// Every mistake that was found in it, and in every scenario of a suite.
pub fn open(file: &Path) -> Result<Opened, Vec<Diagnostic>> {
    let text = text_of(file)?;
    if place(&text).is_none() {
        return load(file, &[]).map(|loaded| Opened::Scenario(Box::new(loaded)));
    }
    let told = |complaint| diagnostic(file, &text, complaint);
    let (raw, complaints) = read::read_as::<RawSuite>(&text);
    let mut found: Vec<Diagnostic> = complaints.into_iter().map(told).collect();
    let Some(raw) = raw else { return Err(found) };
    found.extend(mistakes(&raw).into_iter().map(told));
    let mut scenarios = Vec::new();
    for entry in &raw.suite {
        let beside = file.parent().unwrap_or(Path::new("")).join(&entry.value);
        match load(&beside, &[]) {
            Ok(loaded) => scenarios.push((entry, loaded)),
            Err(mistakes) => found.extend(mistakes),
        }
    }
    found.extend(at_odds(&scenarios).into_iter().map(told));
    if !found.is_empty() {
        return Err(found);
    }
    let scenarios: Vec<Loaded> = scenarios.into_iter().map(|(_, loaded)| loaded).collect();
    let parts = scenarios.iter().map(|it| it.plan.sha256.as_str());
    let hashes: String = [sha256(text.as_bytes()).as_str()].into_iter().chain(parts).collect();
    Ok(Opened::Suite(Suite {
        name: raw.name.value,
        file: file.to_owned(),
        sha256: sha256(hashes.as_bytes()),
        seed: scenarios.first().map(|it| it.plan.seed).unwrap_or_default(),
        scenarios,
    }))
}

/// Where a text says that it is a suite, if it does.
pub(super) fn place(text: &str) -> Option<Range<usize>> {
    read::place_of(text, "suite")
}

/// What is wrong with the suite by itself.
fn mistakes(raw: &RawSuite) -> Vec<Complaint> {
    let mut found = Vec::new();
    let mut complain = |span: &Range<usize>, message: String, help: &str| {
        found.push(Complaint { message, help: Some(help.to_owned()), span: span.clone() });
    };
    if raw.version.value != 1 {
        let message = format!("version {} is not known", raw.version.value);
        complain(&raw.version.span, message, "this program reads version 1");
    }
    if raw.name.value.trim().is_empty() || raw.name.value.contains(['/', '\\', '\0']) {
        let help = "the run folder is called by it, so it is not empty and has no slash";
        complain(&raw.name.span, "not a name for a suite".into(), help);
    }
    if raw.suite.is_empty() {
        complain(&raw.name.span, "there is no scenario".into(), "add one to `suite`");
    }
    found
}

/// Where scenarios can't stand beside each other.
fn at_odds(scenarios: &[(&Spanned<PathBuf>, Loaded)]) -> Vec<Complaint> {
    let mut found = Vec::new();
    let mut named: BTreeMap<&str, &Path> = BTreeMap::new();
    for (entry, Loaded { plan, .. }) in scenarios {
        if let Some(other) = named.insert(&plan.name, &entry.value) {
            let message = format!("`{}` is the name of {} too", plan.name, other.display());
            let help = "the rows of each go by its name, so give it another".to_owned();
            found.push(Complaint { message, help: Some(help), span: entry.span.clone() });
        }
        let first = &scenarios[0].1.plan;
        if plan.seed != first.seed {
            let (own, its) = (plan.seed.0, first.seed.0);
            let message = format!("its seed is {own}, and that of `{}` is {its}", first.name);
            let help = "a suite has one seed, so give all of them the same".to_owned();
            found.push(Complaint { message, help: Some(help), span: entry.span.clone() });
        }
    }
    found
}
