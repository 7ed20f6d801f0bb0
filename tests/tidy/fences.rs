//! Some crates and some words are known in few places only.

use super::paths::{Root, paths};
use super::source::{Complaint, Part, Source};

/// A crate and where it may be named.
pub(crate) struct Fence {
    /// The crate, with every other whose name begins like it (`polars_io`).
    pub(crate) name: &'static str,
    /// Folders, with a slash at the end, and files.
    pub(crate) inside: &'static [&'static str],
    /// An item of the crate that may be named anywhere.
    pub(crate) except: Option<&'static str>,
}

/// Words that code and text literals may hold in few places only, in whatever case.
pub(crate) struct WordFence {
    pub(crate) words: &'static [&'static str],
    pub(crate) inside: &'static [&'static str],
}

impl Fence {
    pub(crate) fn check(&self, source: &Source) -> Vec<Complaint> {
        if source.is_in(self.inside) || !source.path.starts_with("src/") {
            return Vec::new();
        }
        let is_fenced = |segments: &[String]| {
            segments.first().is_some_and(|first| {
                first
                    .strip_prefix(self.name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
            }) && segments.get(1).map(String::as_str).is_none_or(|item| Some(item) != self.except)
        };
        let uses = paths(source).into_iter();
        uses.filter(|used| used.root == Root::Name && is_fenced(&used.segments))
            .map(|used| {
                let reason = format!("`{}` stays in {}", self.name, self.inside.join(", "));
                source.complain(used.line, reason)
            })
            .collect()
    }
}

impl WordFence {
    pub(crate) fn check(&self, source: &Source) -> Vec<Complaint> {
        if source.is_in(self.inside) || !source.path.starts_with("src/") {
            return Vec::new();
        }
        let spoken = source.only(&[Part::Code, Part::Text, Part::RawText]).to_lowercase();
        let lines = (1..).zip(spoken.lines());
        lines
            .flat_map(|(line, text)| {
                self.words.iter().filter(move |word| text.contains(**word)).map(move |word| {
                    let places = self.inside.join(", ");
                    source.complain(line, format!("the word \"{word}\" stays in {places}"))
                })
            })
            .collect()
    }
}

#[test]
fn a_crate_stays_inside_its_fence() {
    for (path, text, n_complaints) in [
        ("src/vote/rank.rs", "use tokio::time;", 1),
        ("src/vote/rank.rs", "#[tokio::test] async fn f() {}", 1),
        ("src/engine/drill/mod.rs", "use tokio::time;", 0),
        ("src/engine/simulate/mod.rs", "tokio::spawn(x)", 1),
        ("src/provider/http.rs", "use {reqwest::Client, tokio::time};", 0),
        ("src/provider/wire.rs", "use reqwest::Client;", 1),
        ("src/report/frame.rs", "use polars::prelude::*; use polars_io::x;", 0),
        ("src/store/db.rs", "use polars_io::x; use rusqlite::Connection;", 1),
        ("src/data/item.rs", "use rusqlite::Connection;", 1),
        ("src/vote/rank.rs", "statrs::erf(x)", 1),
        ("src/vote/rank.rs", "#[derive(clap::Parser)] struct A;", 1),
        ("src/vote/rank.rs", "use anyhow as e;", 1),
        ("src/main.rs", "fn main() -> anyhow::Result<()> { clap::x() }", 0),
        ("src/policy/vote.rs", "use serde_saphyr::{Spanned, from_str};", 1),
        ("src/policy/vote.rs", "fn f(x: serde_saphyr::Spanned<A>) {}", 0),
        ("src/scenario/raw.rs", "serde_saphyr::from_str(x)", 0),
        ("src/cmd/telemetry.rs", "use {opentelemetry::Value, opentelemetry_sdk::Resource};", 0),
        ("src/cmd/run.rs", "opentelemetry_sdk::x()", 1),
        ("src/provider/span.rs", "use tracing::Span; tracing_opentelemetry::layer()", 1),
        ("src/vote/rank.rs", "// tokio::spawn\nlet tokio = 1;", 0),
    ] {
        let source = Source::new(path, text);
        let complaints: Vec<_> = crate::FENCES.iter().flat_map(|f| f.check(&source)).collect();
        assert_eq!(complaints.len(), n_complaints, "{path}: {text}: {complaints:?}");
    }
}

#[test]
fn vendor_words_stay_inside_their_fence() {
    for (path, text, n_complaints) in [
        ("src/vote/rank.rs", "struct OpenAiKey;", 1),
        ("src/vote/rank.rs", "let x = r\"claude by Anthropic\";", 1),
        ("src/vote/rank.rs", "// as Gemini does", 0),
        ("src/provider/gemini.rs", "struct Gemini;", 0),
        ("src/engine/serve/wire.rs", "struct Gemini;", 0),
    ] {
        let complaints = crate::VENDOR_WORDS.check(&Source::new(path, text));
        assert_eq!(complaints.len(), n_complaints, "{path}: {text}: {complaints:?}");
    }
}
