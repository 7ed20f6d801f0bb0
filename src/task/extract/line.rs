//! Where a line ends: responses hold `\r`, U+2028 and the like beside `\n`.

/// The lines of a text, without what ends them.
pub(super) fn lines(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(is_line_end)
}

/// Whether a line ends at this character.
pub(super) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The lines that hold more than white space, trimmed.
pub(super) fn filled_lines(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    lines(text).map(str::trim).filter(|line| !line.is_empty())
}
