//! The pages name only files that exist.

use std::path::Path;

use super::source::{Complaint, is_word};

/// How a page names files of the repository.
pub(crate) struct PageRules {
    /// A code span with a slash and one of these endings is a path wherever it begins.
    pub(crate) endings: &'static [&'static str],
    /// Folders that a path may be short for: `provider/http.rs` is in `src/`.
    pub(crate) shorthands: &'static [&'static str],
    /// Folders that come and go.
    pub(crate) made: &'static [&'static str],
}

impl PageRules {
    /// The code spans and links of a page that name what is not there. `exists` is told a path
    /// from the root of the repository.
    pub(crate) fn check(
        &self,
        path: &str,
        text: &str,
        exists: impl Fn(&str) -> bool,
    ) -> Vec<Complaint> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut complaints = Vec::new();
        for (line, prose) in prose(text) {
            let spans = code_spans(prose).into_iter();
            let lost_spans = spans.filter(|span| {
                let mut places = ["", folder].into_iter().chain(self.shorthands.iter().copied());
                self.is_path(span, &exists) && !places.any(|place| exists(&join(place, span)))
            });
            let links = links(prose).into_iter();
            let lost_links = links.filter(|link| !exists(&join(folder, link)));
            complaints.extend(lost_spans.chain(lost_links).map(|name| Complaint {
                path: path.to_owned(),
                line,
                reason: format!("names `{name}`, which does not exist"),
            }));
        }
        complaints
    }

    fn is_path(&self, span: &str, exists: impl Fn(&str) -> bool) -> bool {
        let is_part =
            |part: &str| !part.is_empty() && part.chars().all(|c| is_word(c) || ".@-".contains(c));
        let first = span.split('/').next().unwrap_or_default();
        let has_ending = self.endings.iter().any(|ending| span.ends_with(ending));
        span.contains('/')
            && span.strip_suffix('/').unwrap_or(span).split('/').all(is_part)
            && (has_ending || exists(first))
            && !self.made.contains(&first)
    }
}

/// The lines outside fenced blocks, with their numbers from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_fenced = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_fenced ^= is_fence;
        !is_fenced && !is_fence
    })
}

/// What stands between single backticks.
fn code_spans(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// The targets of the links that stay in the repository, without their anchors.
fn links(line: &str) -> Vec<&str> {
    let targets = line.split("](").skip(1).filter_map(|tail| tail.split([')', ' ']).next());
    targets
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains(':') && !target.contains('<'))
        .collect()
}

/// `path` as seen from `folder`, with each `..` taken away.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<_> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

pub(crate) fn exists(path: &str) -> bool {
    Path::new(path).exists()
}

#[test]
fn a_path_that_does_not_exist_is_found() {
    let there = ["src", "src/provider/http.rs", ".ci", ".ci/run", "docs", "docs/a.md", "README.md"];
    for (text, lost) in [
        ("`src/provider/http.rs`, `provider/http.rs`, `.ci/run`, `docs/`", vec![]),
        ("`src/gone.rs` and `src/provider/http.rs`", vec!["src/gone.rs"]),
        ("`provider/gone.rs`", vec!["provider/gone.rs"]),
        ("`gone/a.yaml`", vec!["gone/a.yaml"]),
        ("`docs/gone/`", vec!["docs/gone/"]),
        ("`src/<kind>.rs`, `src/*.rs`, `target/release/x`, `and/or`, `/etc/x.toml`", vec![]),
        ("`cargo run src/gone.rs`, `hf://a/b.jsonl`, `gone.rs`", vec![]),
        ("```\n`src/gone.rs`\n```\n", vec![]),
        ("[a](a.md) [b](../README.md#top) [c](#here) [d](https://x.y/z)", vec![]),
        ("[a](gone.md) ![b](../img.svg \"title\")", vec!["gone.md", "../img.svg"]),
    ] {
        let is_there = |path: &str| path.is_empty() || there.contains(&path);
        let complaints = crate::PAGES.check("docs/page.md", text, is_there);
        let reasons: Vec<_> = complaints.iter().map(|c| c.reason.as_str()).collect();
        let expected: Vec<_> =
            lost.iter().map(|name| format!("names `{name}`, which does not exist")).collect();
        assert_eq!(reasons, expected, "{text}");
    }
}
