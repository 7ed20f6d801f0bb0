//! The many ways to write a digit, a sign or a space, brought to one.

/// The space that separates thousands, whichever it was.
pub(super) const THIN_SPACE: char = '\u{a0}';

/// The text with plain digits, signs and spaces, without what LaTeX puts into numbers.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (piece, n_bytes) = match c {
            '\\' | '{' => latex(rest),
            _ => (Piece::Char(digit(c, plain.chars().next_back(), rest)), c.len_utf8()),
        };
        match piece {
            Piece::Char(c) if is_invisible(c) => {}
            Piece::Char(c) => plain.push(c),
            Piece::Nothing => {}
        }
        rest = &rest[n_bytes..];
    }
    plain
}

enum Piece {
    Char(char),
    Nothing,
}

/// LaTeX's spaces, escapes and signs; anything else of LaTeX stays.
fn latex(rest: &str) -> (Piece, usize) {
    const FORMS: [(&str, Piece); 12] = [
        ("{,}", Piece::Char(',')),
        ("\\!", Piece::Nothing),
        ("\\,", Piece::Char(THIN_SPACE)),
        ("\\;", Piece::Char(THIN_SPACE)),
        ("\\$", Piece::Char('$')),
        ("\\%", Piece::Char('%')),
        ("\\times", Piece::Char('×')),
        ("\\cdot", Piece::Char('·')),
        ("\\dfrac", Piece::Char('\u{1}')),
        ("\\tfrac", Piece::Char('\u{1}')),
        ("\\cfrac", Piece::Char('\u{1}')),
        ("\\frac", Piece::Char('\u{1}')),
    ];
    for (form, piece) in FORMS {
        if rest.starts_with(form) {
            return (piece, form.len());
        }
    }
    (Piece::Char(if rest.starts_with('{') { '{' } else { '\\' }), 1)
}

fn digit(c: char, before: Option<char>, rest: &str) -> char {
    /// The zero of each script whose ten digits stand in a row.
    const ZEROS: [u32; 6] = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10];
    const HAN: &str = "〇一二三四五六七八九";
    if c.is_ascii() {
        return c;
    }
    let code = u32::from(c);
    let in_row = ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|nth| *nth < 10));
    // A Han numeral is a word like any other unless it stands alone.
    let alone = || {
        let after = rest.chars().nth(1);
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    let nth = in_row.or_else(|| {
        let han = HAN.chars().position(|numeral| numeral == c)?;
        alone().then_some(han as u32)
    });
    match (nth.and_then(|nth| char::from_digit(nth, 10)), c) {
        (Some(digit), _) => digit,
        (None, '\u{2212}' | '\u{fe63}' | '\u{ff0d}') => '-',
        (None, '\u{a0}' | '\u{2007}' | '\u{2008}' | '\u{2009}' | '\u{202f}') => THIN_SPACE,
        (None, '\u{2044}' | '\u{ff0f}') => '/',
        (None, '\u{ff0e}') => '.',
        (None, '\u{ff05}') => '%',
        (None, other) => other,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_signs_and_spaces_come_in_one_writing() {
        for (text, left) in [
            ("１２３", "123"),
            ("٣٫ ۴ ५", "3٫ 4 5"),
            ("result: 三", "result: 3"),
            ("三月", "三月"),
            ("−5", "-5"),
            ("1\u{202f}000", "1\u{a0}000"),
            (r"15,\!000 1{,}000 \$5 5\% \times", "15,000 1,000 $5 5% ×"),
            (r"\text{x} {1}", r"\text{x} {1}"),
            ("1\u{200b}0", "10"),
        ] {
            assert_eq!(plain(text), left, "{text:?}");
        }
    }
}
