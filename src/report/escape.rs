//! Names as text that can't break a table, a comment or a terminal: a name is any string.

/// A name on one line of a terminal: control characters and direction marks are spelt out.
pub(super) fn plain(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_control() || is_direction_mark(letter) {
            text.extend(letter.escape_default());
        } else {
            text.push(letter);
        }
    }
    text
}

/// A name in Markdown, as code: no markup, no mention of a user, no link to an issue.
pub(super) fn code(name: &str) -> String {
    let name = plain(name);
    if name.trim().is_empty() {
        return "(no name)".to_owned();
    }
    let longest = name.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{name}{space}{fence}")
}

/// Markdown in a cell of a table, where a bar would end the cell, even within code.
pub(super) fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

/// A sentence in Markdown, in which what stands in backticks is code and all else is no markup.
pub(super) fn prose(sentence: &str) -> String {
    let sentence = plain(sentence);
    let parts: Vec<_> = sentence.split('`').collect();
    let mut text = String::with_capacity(sentence.len());
    for (idx, part) in parts.iter().enumerate() {
        if idx > 0 {
            text.push('`');
        }
        // A last part of odd place has no closing backtick.
        if idx % 2 == 1 && idx + 1 < parts.len() {
            text.push_str(part);
        } else {
            part.chars().for_each(|letter| push_escaped(&mut text, letter));
        }
    }
    text
}

/// A sentence in HTML, in which what stands in backticks is code.
pub(super) fn html_prose(sentence: &str) -> String {
    let sentence = html(&plain(sentence));
    let mut text = String::with_capacity(sentence.len());
    let mut rest = sentence.as_str();
    while let Some((before, after)) = rest.split_once('`') {
        // A backtick that nothing closes is one.
        let Some((code, after)) = after.split_once('`') else { break };
        text.extend([before, "<code>", code, "</code>"]);
        rest = after;
    }
    text + rest
}

/// A text in HTML or SVG, in an element or an attribute.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // What XML can't hold.
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => {
                escaped.extend(letter.escape_default());
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn push_escaped(text: &mut String, letter: char) {
    match letter {
        '<' => text.push_str("&lt;"),
        '>' => text.push_str("&gt;"),
        '&' => text.push_str("&amp;"),
        // The space of no width keeps `@name` from calling a user, as in dependabot's texts.
        '@' => text.push_str("@\u{200b}"),
        '\\' | '*' | '_' | '[' | ']' | '~' | '|' | '#' => text.extend(['\\', letter]),
        _ => text.push(letter),
    }
}

fn is_direction_mark(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_markup() {
        for (name, on_terminal, in_markdown) in [
            ("mini", "mini", "`mini`"),
            ("a\nb", "a\\nb", "`a\\nb`"),
            ("\u{1b}[31mred", "\\u{1b}[31mred", "`\\u{1b}[31mred`"),
            ("right\u{202e}left", "right\\u{202e}left", "`right\\u{202e}left`"),
            ("a`b", "a`b", "`` a`b ``"),
            ("größe 大", "größe 大", "`größe 大`"),
            ("", "", "(no name)"),
        ] {
            assert_eq!(plain(name), on_terminal, "{name:?}");
            assert_eq!(code(name), in_markdown, "{name:?}");
        }
        assert_eq!(cell(&code("a|b")), "`a\\|b`");
    }

    #[test]
    fn a_sentence_of_a_page_shows_its_code_and_no_markup() {
        for (sentence, expected) in [
            ("set `max_tokens`, or `a<b`", "set <code>max_tokens</code>, or <code>a&lt;b</code>"),
            ("one ` and <b>", "one ` and &lt;b&gt;"),
            ("`a` and `b", "<code>a</code> and `b"),
        ] {
            assert_eq!(html_prose(sentence), expected, "{sentence:?}");
        }
    }

    #[test]
    fn a_sentence_keeps_its_code_and_nothing_else() {
        for (sentence, expected) in [
            ("set `max_tokens` for a_b", "set `max_tokens` for a\\_b"),
            ("one ` and <b>", "one ` and &lt;b&gt;"),
            ("@cache\n#1", "@\u{200b}cache\\\\n\\#1"),
        ] {
            assert_eq!(prose(sentence), expected, "{sentence:?}");
        }
    }
}
