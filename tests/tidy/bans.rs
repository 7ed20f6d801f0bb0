//! What is not written here: silenced lints, half-done work, printing, and traps of serde.

use super::source::{Complaint, Part, Source, is_word};
use super::tokens::{Token, attributes, reads, test_items, tokens};

/// Something that is not written, and where it may be all the same.
pub(crate) struct Ban {
    pub(crate) what: Banned,
    /// Which folders and files the ban holds in.
    pub(crate) holds_in: &'static [&'static str],
    pub(crate) except: &'static [&'static str],
    /// What to do instead.
    pub(crate) instead: &'static str,
}

/// How a banned thing is recognised.
pub(crate) enum Banned {
    /// An attribute of this name: `#[ignore]`.
    Attribute(&'static str),
    /// An attribute of the first name without the second word in it: `#[expect(..)]`, `reason`.
    AttributeWithout(&'static str, &'static str),
    /// An attribute of the first name with the second word in it: `#[serde(flatten)]`.
    AttributeWith(&'static str, &'static str),
    /// These tokens in a row, set apart by spaces: `todo !`.
    Code(&'static str),
    /// The same, but welcome in tests.
    CodeOutsideTests(&'static str),
    /// A word in a comment.
    Comment(&'static str),
}

impl Ban {
    pub(crate) fn check(&self, source: &Source) -> Vec<Complaint> {
        if source.is_in(self.except) || !source.is_in(self.holds_in) {
            return Vec::new();
        }
        let (lines, what) = match self.what {
            Banned::Attribute(name) => (with_attribute(source, name, |_| true), name),
            Banned::AttributeWithout(name, word) => {
                (with_attribute(source, name, |tokens| !has(tokens, word)), name)
            }
            Banned::AttributeWith(name, word) => {
                (with_attribute(source, name, |tokens| has(tokens, word)), word)
            }
            Banned::Code(pattern) => (with_code(&tokens(source), pattern), pattern),
            Banned::CodeOutsideTests(pattern) => (with_code(&untested(source), pattern), pattern),
            Banned::Comment(word) => (with_comment(source, word), word),
        };
        let reason = format!("`{}`: {}", what.replace(' ', ""), self.instead);
        lines.into_iter().map(|line| source.complain(line, reason.clone())).collect()
    }
}

fn has(tokens: &[Token], word: &str) -> bool {
    tokens.iter().any(|token| token.text == word)
}

/// The lines of the attributes of this name, also behind a `cfg_attr`, that `is_meant` holds of.
fn with_attribute(source: &Source, name: &str, is_meant: impl Fn(&[Token]) -> bool) -> Vec<usize> {
    let tokens = tokens(source);
    let is_named = |attribute: &[Token]| {
        let named_at = attribute.iter().position(|token| token.is_word());
        let conditional = named_at.is_some_and(|at| attribute[at].text == "cfg_attr");
        named_at.is_some_and(|at| attribute[at].text == name) || conditional && has(attribute, name)
    };
    let attributes = attributes(&tokens).into_iter().map(|range| &tokens[range]);
    attributes
        .filter(|attribute| is_named(attribute) && is_meant(attribute))
        .map(|attribute| attribute[0].line)
        .collect()
}

fn with_code(tokens: &[Token], pattern: &str) -> Vec<usize> {
    (0..tokens.len()).filter(|&at| reads(tokens, at, pattern)).map(|at| tokens[at].line).collect()
}

/// The tokens outside `#[cfg(test)]`; none of a file that holds nothing but tests.
fn untested(source: &Source) -> Vec<Token> {
    if source.path.ends_with("/tests.rs") || source.path.contains("/tests/") {
        return Vec::new();
    }
    let tokens = tokens(source);
    let tests = test_items(&tokens);
    let is_tested = |at| tests.iter().any(|range| range.contains(&at));
    tokens.iter().enumerate().filter(|&(at, _)| !is_tested(at)).map(|(_, t)| t.clone()).collect()
}

fn with_comment(source: &Source, word: &str) -> Vec<usize> {
    let comments = source.only(&[Part::Comment]);
    let lines = (1..).zip(comments.lines());
    lines
        .filter(|(_, text)| text.split(|c| !is_word(c)).any(|found| found == word))
        .map(|(line, _)| line)
        .collect()
}

#[test]
fn what_is_banned_is_found() {
    for (path, text, lines) in [
        ("src/vote/rank.rs", "\n#[allow(dead_code)]", vec![2]),
        ("src/vote/rank.rs", "#![allow(dead_code)]", vec![1]),
        ("benches/a.rs", "#[cfg_attr(test, allow(dead_code))]", vec![1]),
        ("src/vote/rank.rs", "breaker.allow(now); // #[allow(x)]", vec![]),
        ("src/vote/rank.rs", "#[expect(dead_code)]", vec![1]),
        ("src/vote/rank.rs", "#[expect(dead_code, reason = \"why\")]", vec![]),
        ("tests/a.rs", "#[ignore]", vec![1]),
        ("tests/a.rs", "#[ignore = \"slow\"]", vec![1]),
        ("tests/a.rs", "let ignore = [ignore];", vec![]),
        ("tests/a.rs", "todo!()", vec![1]),
        ("src/vote/rank.rs", "unimplemented!(\"x\")", vec![1]),
        ("src/vote/rank.rs", "std::dbg!(x)", vec![1]),
        ("src/vote/rank.rs", "let todo = \"todo!()\";", vec![]),
        ("src/vote/rank.rs", "// TODO later", vec![1]),
        ("src/vote/rank.rs", "/* a\n * FIXME: b */", vec![2]),
        ("src/vote/rank.rs", "/// XXX", vec![1]),
        ("src/vote/rank.rs", "// METHODOLOGY\nlet x = \"TODO\";", vec![]),
        ("src/vote/rank.rs", "println!(); eprintln!(); print!(); eprint!();", vec![1, 1, 1, 1]),
        ("src/cmd/run.rs", "println!()", vec![]),
        ("examples/a.rs", "println!()", vec![]),
        ("src/vote/rank.rs", "#[serde(untagged)]", vec![1]),
        ("src/vote/rank.rs", "#[serde(default, flatten)]", vec![1]),
        ("src/data/summary.rs", "#[serde(flatten)]", vec![]),
        ("src/vote/rank.rs", "x.into_iter().flatten()", vec![]),
        ("src/vote/rank.rs", "a\n  .unwrap()", vec![2]),
        ("src/vote/rank.rs", "a.unwrap_or(b); a.unwrap(b)", vec![]),
        ("src/vote/rank.rs", "#[cfg(test)] mod tests { fn f() { a.unwrap() } }", vec![]),
        ("src/vote/rank.rs", "#[cfg(test)] mod tests { {} } fn f() { a.unwrap() }", vec![1]),
        ("src/vote/tests.rs", "a.unwrap()", vec![]),
        ("tests/a.rs", "a.unwrap()", vec![]),
    ] {
        let source = Source::new(path, text);
        let complaints: Vec<_> = crate::BANS.iter().flat_map(|ban| ban.check(&source)).collect();
        let found: Vec<_> = complaints.iter().map(|complaint| complaint.line).collect();
        assert_eq!(found, lines, "{path}: {text}: {complaints:?}");
    }
}
