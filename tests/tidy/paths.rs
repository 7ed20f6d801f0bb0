//! The paths that a source file uses, in `use` trees and in code, resolved as far as the text says.

use super::source::Source;
use super::tokens::{Token, reads, tokens};

/// A path in use.
#[derive(Debug, PartialEq)]
pub(crate) struct Used {
    pub(crate) root: Root,
    /// What follows the root: `["data", "Item"]`, or `["tokio", "spawn"]`.
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// Where a path begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// At the root of this crate: written with `crate`, `quorumbench`, `self` or `super`.
    Here,
    /// At a name, which may be another crate.
    Name,
}

/// Every path of the file, the branches of a `use` tree one by one.
pub(crate) fn paths(source: &Source) -> Vec<Used> {
    let tokens = tokens(source);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        module: module_of(&source.path),
        inline_depths: Vec::new(),
        depth: 0,
        used: Vec::new(),
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.used
}

/// `src/data/item.rs` is `data::item`, `src/data/mod.rs` is `data`, `src/lib.rs` is the root.
fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_prefix("src/").unwrap_or(path);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let is_root = ["lib", "main"].contains(&path);
    path.split('/').filter(|_| !is_root).map(str::to_owned).collect()
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// The module that the current token stands in, inline ones included.
    module: Vec<String>,
    /// At which depth of braces each inline module opened.
    inline_depths: Vec<usize>,
    depth: usize,
    used: Vec<Used>,
}

impl Reader<'_> {
    fn step(&mut self) {
        let token = &self.tokens[self.at];
        match token.text.as_str() {
            "mod" if reads(self.tokens, self.at + 2, "{") => {
                self.module.push(self.tokens[self.at + 1].text.clone());
                self.inline_depths.push(self.depth);
                self.at += 2;
                return;
            }
            "{" => self.depth += 1,
            "}" => self.close_brace(),
            "use" if !reads(self.tokens, self.at + 1, "<") => {
                self.at += 1;
                self.use_tree(Vec::new());
                return;
            }
            _ if token.is_word() && reads(self.tokens, self.at + 1, "::") => {
                self.path_in_code();
                return;
            }
            _ => {}
        }
        self.at += 1;
    }

    fn close_brace(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.inline_depths.last() == Some(&self.depth) {
            self.inline_depths.pop();
            self.module.pop();
        }
    }

    /// Reads one tree and stops behind it, at a `,`, `}` or `;`.
    fn use_tree(&mut self, mut prefix: Vec<String>) {
        let mut line = self.tokens[self.at].line;
        while let Some(token) = self.tokens.get(self.at) {
            match token.text.as_str() {
                "," | "}" | ";" => break,
                "{" => return self.use_branches(&prefix),
                // A new name is no part of the path.
                "as" => self.at += 1,
                "::" => {}
                _ => {
                    prefix.push(token.text.clone());
                    line = token.line;
                }
            }
            self.at += 1;
        }
        self.emit(prefix, line);
    }

    fn use_branches(&mut self, prefix: &[String]) {
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token.text.as_str() {
                "}" => break,
                _ if reads(self.tokens, self.at, "}") => {}
                _ => self.use_tree(prefix.to_vec()),
            }
        }
    }

    fn path_in_code(&mut self) {
        let line = self.tokens[self.at].line;
        let mut segments = vec![self.tokens[self.at].text.clone()];
        self.at += 1;
        while reads(self.tokens, self.at, "::")
            && self.tokens.get(self.at + 1).is_some_and(Token::is_word)
        {
            segments.push(self.tokens[self.at + 1].text.clone());
            self.at += 2;
        }
        // A `::<` goes on with types, which are read as paths of their own.
        if reads(self.tokens, self.at, "::") {
            self.at += 1;
        }
        self.emit(segments, line);
    }

    fn emit(&mut self, mut segments: Vec<String>, line: usize) {
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let first = segments.first().map(String::as_str);
        let (root, from) = match first {
            Some("crate" | "quorumbench") => (Root::Here, Vec::new()),
            Some("self" | "super") => (Root::Here, self.module.clone()),
            _ => (Root::Name, Vec::new()),
        };
        let absolute = segments.into_iter().enumerate().fold(from, |mut path, (idx, segment)| {
            match segment.as_str() {
                "crate" | "quorumbench" if idx == 0 => {}
                "self" => {}
                "super" => _ = path.pop(),
                _ => path.push(segment),
            }
            path
        });
        self.used.push(Used { root, segments: absolute, line });
    }
}

#[test]
fn paths_are_read_from_trees_and_code_and_resolved() {
    for (text, expected) in [
        ("use crate::data::Item;", "here data::Item"),
        ("use crate::{data::{A, self}, stats as s};", "here data::A; here data; here stats"),
        ("use crate::{data::A, stats,};", "here data::A; here stats"),
        ("pub(crate) use super::super::{stats, vote::*};", "here stats; here vote::*"),
        ("use ::tokio::{self, time};", "tokio; tokio::time"),
        ("use crate::*;", "here *"),
        ("use crate as c;", "here "),
        (
            "fn f() -> quorumbench::data::A { x::<crate::vote::B>::y() }",
            "here data::A; x; here vote::B",
        ),
        ("macro_rules! m { () => { $crate::data::X } }", "here data::X"),
        (
            "mod tests { use super::*; fn f() { super::super::g() } } super::h()",
            "here policy::vote::*; here policy::g; here policy::h",
        ),
        ("#[tokio::test] fn f() -> impl A + use<'a> {}", "tokio::test"),
        ("// use crate::data;\nlet x = \"crate::data\";", ""),
    ] {
        let used = paths(&Source::new("src/policy/vote.rs", text));
        let shown: Vec<_> = used
            .iter()
            .map(|used| {
                let root = if used.root == Root::Here { "here " } else { "" };
                format!("{root}{}", used.segments.join("::"))
            })
            .collect();
        assert_eq!(shown.join("; "), expected, "{text}");
    }
}

#[test]
fn a_path_is_on_the_line_of_its_own_branch() {
    let used = paths(&Source::new("src/policy/vote.rs", "use crate::{\n  data,\n  stats::A,\n};"));
    assert_eq!(used.iter().map(|used| used.line).collect::<Vec<_>>(), [2, 3]);
}
