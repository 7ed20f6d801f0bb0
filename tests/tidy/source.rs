//! A source file taken apart into code, text literals and comments.

use std::path::Path;
use std::{fs, io};

/// What a character of a source file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Code,
    /// A string or character literal, with its quotes.
    Text,
    /// A raw string, which cannot be continued on another line.
    RawText,
    Comment,
}

/// A file with the part of each of its characters.
pub(crate) struct Source {
    /// From the root of the repository, with forward slashes.
    pub(crate) path: String,
    chars: Vec<(char, Part)>,
}

/// A broken rule, and where.
#[derive(Debug, PartialEq)]
pub(crate) struct Complaint {
    pub(crate) path: String,
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) reason: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), chars: classify(&text.chars().collect::<Vec<_>>()) }
    }

    /// The file with everything but some parts blanked; lines and columns stay where they are.
    pub(crate) fn only(&self, parts: &[Part]) -> String {
        let shown = |&(c, part): &(char, Part)| {
            if c == '\n' || parts.contains(&part) { c } else { ' ' }
        };
        self.chars.iter().map(shown).collect()
    }

    /// The lines, each as its characters and their parts.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[(char, Part)]> {
        let lines = self.chars.split(|&(c, _)| c == '\n');
        let ends_with_newline = self.chars.last().is_some_and(|&(c, _)| c == '\n');
        let n_lines = lines.clone().count() - usize::from(ends_with_newline);
        lines.take(n_lines)
    }

    pub(crate) fn complain(&self, line: usize, reason: impl Into<String>) -> Complaint {
        Complaint { path: self.path.clone(), line, reason: reason.into() }
    }

    /// Does the file lie in one of these folders (`src/cmd/`), or is it one of these files?
    pub(crate) fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| {
            if place.ends_with('/') { self.path.starts_with(place) } else { self.path == *place }
        })
    }
}

/// All files below `folder` whose name ends in `suffix`, as path and text, in the order of paths.
pub(crate) fn files(folder: &str, suffix: &str) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    if !Path::new(folder).is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().display());
        if entry.file_type()?.is_dir() {
            found.extend(files(&path, suffix)?);
        } else if path.ends_with(suffix) {
            let text = fs::read_to_string(&path)?;
            found.push((path, text));
        }
    }
    found.sort();
    Ok(found)
}

fn classify(chars: &[char]) -> Vec<(char, Part)> {
    let mut parts = Vec::with_capacity(chars.len());
    while let Some(rest) = chars.get(parts.len()..).filter(|rest| !rest.is_empty()) {
        let in_word = parts.last().is_some_and(|&(c, part)| part == Part::Code && is_word(c));
        let (part, length) = next_part(rest, in_word);
        parts.extend(rest[..length].iter().map(|&c| (c, part)));
    }
    parts
}

/// The part that `rest` begins with, and how long that is. `in_word` says that `rest` goes on
/// with a word, so that the `r` of `for"` begins no raw string.
fn next_part(rest: &[char], in_word: bool) -> (Part, usize) {
    match rest {
        ['/', '/', ..] => (Part::Comment, until(rest, |tail| tail[0] == '\n')),
        ['/', '*', ..] => (Part::Comment, block_comment(rest)),
        ['"', ..] => (Part::Text, quoted(rest, '"')),
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => (Part::Text, quoted(rest, '\'')),
        ['r' | 'b' | 'c', ..] if !in_word => raw_string(rest).unwrap_or((Part::Code, 1)),
        _ => (Part::Code, 1),
    }
}

/// How many characters pass before `is_end` holds of what remains.
fn until(rest: &[char], is_end: impl Fn(&[char]) -> bool) -> usize {
    (0..rest.len()).find(|&start| is_end(&rest[start..])).unwrap_or(rest.len())
}

/// The length of a block comment, which may hold others.
fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a literal whose first character is its opening quote.
fn quoted(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    rest.len().min(at + 1)
}

/// The literal behind one of the prefixes `r`, `br` and `cr`, if there is one; what has only a
/// `b` or `c` before its quote is read as an ordinary literal after that letter.
fn raw_string(rest: &[char]) -> Option<(Part, usize)> {
    let n_prefix = if rest[0] == 'r' { 1 } else { 1 + usize::from(rest.get(1) == Some(&'r')) };
    if rest[n_prefix - 1] != 'r' {
        return None;
    }
    let n_hashes = rest[n_prefix..].iter().take_while(|&&c| c == '#').count();
    let start = n_prefix + n_hashes + 1;
    if rest.get(start - 1) != Some(&'"') {
        return None;
    }
    let ends = |tail: &[char]| {
        tail[0] == '"'
            && tail[1..].iter().take_while(|&&c| c == '#').take(n_hashes).count() == n_hashes
    };
    let end = start + until(&rest[start..], ends) + 1 + n_hashes;
    Some((Part::RawText, end.min(rest.len())))
}

/// May `c` stand in an identifier?
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn comments_and_literals_are_told_from_code() {
    for (text, code) in [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (r#"f("// no \" comment") + g"#, r"f(                  ) + g"),
        (r###"r#"a " b"# c"###, r"           c"),
        (r##"br#"x"# y"##, "        y"),
        ("for x in r#type", "for x in r#type"),
        (r"'a' 'b: 'static '\'' x", r"    'b: 'static      x"),
        (r#"b"x" y"#, "b    y"),
        ("\"a\nb\" c", "  \n   c"),
    ] {
        assert_eq!(Source::new("x.rs", text).only(&[Part::Code]), code, "{text}");
    }
    let source = Source::new("x.rs", "a \"b\" // c");
    assert_eq!(source.only(&[Part::Text]), "  \"b\"     ");
    assert_eq!(source.only(&[Part::Comment]), "      // c");
}

#[test]
fn a_place_is_a_folder_or_a_file() {
    let source = Source::new("src/cmd/run.rs", "");
    assert!(source.is_in(&["src/cmd/"]) && source.is_in(&["src/cmd/run.rs"]));
    assert!(!source.is_in(&["src/cmd", "src/c/", "run.rs"]));
}
