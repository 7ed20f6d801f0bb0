//! The code of a source file as a row of tokens, and the attributes and bodies among them.

use std::ops::Range;

use super::source::{Part, Source, is_word};

/// A word, a `::`, or any other single character of code.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) text: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(is_word)
    }
}

pub(crate) fn tokens(source: &Source) -> Vec<Token> {
    let code = source.only(&[Part::Code]);
    let mut tokens = Vec::new();
    for (line, mut rest) in (1..).zip(code.lines()) {
        rest = rest.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                ':' if rest.starts_with("::") => 2,
                _ => first.len_utf8(),
            };
            let (text, tail) = rest.split_at(length);
            tokens.push(Token { text: text.to_owned(), line });
            rest = tail.trim_start();
        }
    }
    tokens
}

/// Do the tokens from `start` on read like `pattern`, whose parts are set apart by spaces?
pub(crate) fn reads(tokens: &[Token], start: usize, pattern: &str) -> bool {
    let texts = tokens.get(start..).unwrap_or_default().iter().map(|token| token.text.as_str());
    let n_parts = pattern.split(' ').count();
    texts.take(n_parts).eq(pattern.split(' '))
}

/// Where every attribute stands, from its `#` to its `]`.
pub(crate) fn attributes(tokens: &[Token]) -> Vec<Range<usize>> {
    let opens = |start| reads(tokens, start, "# [") || reads(tokens, start, "# ! [");
    let ends = |start: usize| {
        let bracket = start + if reads(tokens, start, "# [") { 1 } else { 2 };
        closing(tokens, bracket)
    };
    (0..tokens.len()).filter(|&start| opens(start)).map(|start| start..ends(start) + 1).collect()
}

/// Where the bracket that opens at `open` is closed; the last token where it never is.
pub(crate) fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 1 => return at,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
    }
    tokens.len() - 1
}

/// Where the body of the item that begins at `start` opens; `None` where it has none.
///
/// A `;` inside brackets, as in `[u8; 3]`, does not end the item.
pub(crate) fn body(tokens: &[Token], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        match tokens.get(at)?.text.as_str() {
            "{" => return Some(at),
            ";" => return None,
            "(" | "[" => at = closing(tokens, at) + 1,
            _ => at += 1,
        }
    }
}

/// The items under `#[cfg(test)]`.
pub(crate) fn test_items(tokens: &[Token]) -> Vec<Range<usize>> {
    let marks = (0..tokens.len()).filter(|&at| reads(tokens, at, "# [ cfg ( test ) ]"));
    marks.filter_map(|at| body(tokens, at + 1).map(|open| at..closing(tokens, open) + 1)).collect()
}

#[test]
fn code_falls_into_words_colons_and_the_rest() {
    let source = Source::new("x.rs", "use a::b;\n// c\nf(1)?;");
    let found: Vec<_> = tokens(&source).into_iter().map(|token| (token.text, token.line)).collect();
    let expected = [
        ("use", 1),
        ("a", 1),
        ("::", 1),
        ("b", 1),
        (";", 1),
        ("f", 3),
        ("(", 3),
        ("1", 3),
        (")", 3),
        ("?", 3),
        (";", 3),
    ];
    assert_eq!(found, expected.map(|(text, line)| (text.to_owned(), line)));
}

#[test]
fn attributes_bodies_and_test_items_are_found() {
    let text = "#![a] #[b([c])] fn f(x: [u8; 3]) { g() } #[cfg(test)] mod tests { h() } fn i();";
    let tokens = tokens(&Source::new("x.rs", text));
    let show =
        |range: Range<usize>| tokens[range].iter().map(|t| t.text.as_str()).collect::<String>();
    let attributes: Vec<_> = attributes(&tokens).into_iter().map(show).collect();
    assert_eq!(attributes, ["#![a]", "#[b([c])]", "#[cfg(test)]"]);
    let test_items: Vec<_> = test_items(&tokens).into_iter().map(show).collect();
    assert_eq!(test_items, ["#[cfg(test)]modtests{h()}"]);
    let functions: Vec<_> = (0..tokens.len()).filter(|&at| reads(&tokens, at, "fn")).collect();
    let bodies = functions.iter().map(|&at| body(&tokens, at).is_some());
    assert_eq!(bodies.collect::<Vec<_>>(), [true, false]);
}
