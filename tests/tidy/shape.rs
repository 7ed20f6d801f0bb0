//! Files, lines and functions are short, and a file says first what it is for.

use super::source::{Complaint, Part, Source};
use super::tokens::{body, closing, reads, tokens};

/// The longest that things may be.
pub(crate) struct Limits {
    pub(crate) file_lines: usize,
    pub(crate) line_columns: usize,
    pub(crate) function_lines: usize,
}

impl Limits {
    pub(crate) fn check(&self, source: &Source) -> Vec<Complaint> {
        let mut complaints = self.long_functions(source);
        complaints.extend(self.long_lines(source));
        let n_lines = source.lines().count();
        if n_lines > self.file_lines {
            let reason = format!("a file of {n_lines} lines, {} are allowed", self.file_lines);
            complaints.push(source.complain(n_lines, reason));
        }
        complaints
    }

    fn long_lines(&self, source: &Source) -> Vec<Complaint> {
        (1..)
            .zip(source.lines())
            .filter(|(_, line)| line.len() > self.line_columns && !self.is_whole(line))
            .map(|(number, line)| {
                let reason =
                    format!("a line of {} columns, {} are allowed", line.len(), self.line_columns);
                source.complain(number, reason)
            })
            .collect()
    }

    /// Three kinds of line cannot be split: with a URL, with a raw string across the limit, and
    /// with one literal and a comma, as in a table.
    fn is_whole(&self, line: &[(char, Part)]) -> bool {
        let text: String = line.iter().map(|(c, _)| c).collect();
        let is_row = line.iter().all(|&(c, part)| part == Part::Text || c == ' ' || c == ',');
        text.contains("://") || line[self.line_columns].1 == Part::RawText || is_row
    }

    fn long_functions(&self, source: &Source) -> Vec<Complaint> {
        let tokens = tokens(source);
        let starts = (0..tokens.len()).filter(|&at| {
            reads(&tokens, at, "fn") && tokens.get(at + 1).is_some_and(|name| name.is_word())
        });
        starts
            .filter_map(|start| {
                let end = closing(&tokens, body(&tokens, start)?);
                let line = tokens[start].line;
                let n_lines = tokens[end].line - line + 1;
                let name = &tokens[start + 1].text;
                let reason =
                    format!("`{name}` has {n_lines} lines, {} are allowed", self.function_lines);
                (n_lines > self.function_lines).then(|| source.complain(line, reason))
            })
            .collect()
    }
}

/// A file opens with `//!` and a sentence, which may go over several lines.
pub(crate) fn opening_sentence(source: &Source) -> Option<Complaint> {
    let comments = source.only(&[Part::Comment]);
    let opening: Vec<_> =
        comments.lines().map_while(|line| line.strip_prefix("//! ")).map(str::trim_end).collect();
    let begins_well = opening
        .first()
        .is_some_and(|line| line.starts_with(|c: char| c.is_uppercase() || c == '`'));
    let ends_well = opening.iter().any(|line| line.ends_with('.') || line.contains(". "));
    let reason = "a file opens with `//!` and a sentence that says what it is for";
    (!begins_well || !ends_well).then(|| source.complain(1, reason))
}

#[test]
fn what_is_too_long_is_found() {
    let limits = Limits { file_lines: 4, line_columns: 20, function_lines: 3 };
    for (text, expected) in [
        ("a\nb\nc\nd\n", vec![]),
        ("a\nb\nc\nd\ne\n", vec![5]),
        ("let a = bbbbbbbbbbbb;\n", vec![1]),
        ("let a = bbbbbbbbbbb;\n", vec![]),
        ("let ä = üüüüüüüüüüü;\n", vec![]),
        ("// see https://example.org/b\n", vec![]),
        ("// a comment that is too long\n", vec![1]),
        ("    \"a row of a table of text\",\n", vec![]),
        ("f(\"a text that could be split\")\n", vec![1]),
        ("f(r\"a raw one could not\")\n", vec![]),
        ("x\nfn f() {\n\n}\n", vec![]),
        ("fn f() {\n\n\n}\n", vec![1]),
        ("fn f(x: [u8; 3])\n{ \"}\"\n;\n}\n", vec![1]),
        ("x: fn(u8) {\n\n\n}", vec![]),
    ] {
        let complaints = limits.check(&Source::new("src/a.rs", text));
        let lines: Vec<_> = complaints.iter().map(|complaint| complaint.line).collect();
        assert_eq!(lines, expected, "{text:?}: {complaints:?}");
    }
}

#[test]
fn a_file_without_an_opening_sentence_is_found() {
    for (text, is_fine) in [
        ("//! What it is for.\nuse a;", true),
        ("//! What it\n//! is for. And more,\n//!\n", true),
        ("//! `Names` open it.\n", true),
        ("//! a fragment.\n", false),
        ("//! A heading\n", false),
        ("// A comment.\n", false),
        ("use a;\n//! Too late.\n", false),
        ("", false),
    ] {
        assert_eq!(opening_sentence(&Source::new("src/a.rs", text)).is_none(), is_fine, "{text:?}");
    }
}
