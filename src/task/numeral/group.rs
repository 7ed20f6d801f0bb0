//! Digits with points, commas and spaces between them: one number, a list of them, or neither.

use super::plain::THIN_SPACE;

/// The digits of a number without sign or exponent.
#[derive(Debug, PartialEq)]
pub(super) struct Digits {
    pub(super) whole: String,
    pub(super) fraction: String,
    pub(super) end: usize,
}

/// What a run of digits and separators is.
#[derive(Debug, PartialEq)]
pub(super) enum Group {
    Number(Digits),
    /// Numbers with commas between them, the last of which ends at `list_end`.
    List {
        first: Digits,
        list_end: usize,
    },
    /// Like `1.2.3`.
    Version {
        end: usize,
    },
    Nothing,
}

/// Reads the run that begins at a digit or a point. In a list, a comma ends a number.
pub(super) fn read(text: &str, start: usize, in_list: bool) -> Group {
    let bytes = text.as_bytes();
    let run = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        &text[at..at + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()]
    };
    if bytes.get(start) == Some(&b'.') {
        let fraction = run(start + 1);
        let end = start + 1 + fraction.len();
        let is_version = bytes.get(end) == Some(&b'.') && !run(end + 1).is_empty();
        return match (fraction.is_empty(), is_version) {
            (true, _) => Group::Nothing,
            (false, true) => Group::Version { end },
            (false, false) => {
                Group::Number(Digits { whole: String::new(), fraction: fraction.to_owned(), end })
            }
        };
    }
    let first = run(start);
    if first.is_empty() {
        return Group::Nothing;
    }
    let mut runs = vec![first];
    let mut separators = Vec::new();
    let mut end = start + first.len();
    while let Some(separator) = bytes.get(end).filter(|byte| is_separator(**byte, in_list)) {
        let next = run(end + 1);
        if next.is_empty() {
            break;
        }
        separators.push(*separator);
        runs.push(next);
        end += 1 + next.len();
    }
    if separators.is_empty() {
        return Group::Number(spaced(text, start, first));
    }
    classify(&runs, &separators, Span { start, end })
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

fn is_separator(byte: u8, in_list: bool) -> bool {
    byte == b'.' || (byte == b',' && !in_list)
}

fn classify(runs: &[&str], separators: &[u8], span: Span) -> Group {
    let (last, others) = (separators[separators.len() - 1], &separators[..separators.len() - 1]);
    let number = |n_whole: usize| {
        let (whole, fraction) = runs.split_at(n_whole);
        Group::Number(Digits { whole: whole.concat(), fraction: fraction.concat(), end: span.end })
    };
    let all = |separator: u8, of: &[u8]| of.iter().all(|byte| *byte == separator);
    let n = runs.len();
    match last {
        b',' if all(b',', others) && are_thousands(runs) => number(n),
        b'.' if others.is_empty() => number(1),
        b'.' if all(b',', others) && are_thousands(&runs[..n - 1]) => number(n - 1),
        b'.' if all(b'.', others) && are_even_thousands(runs) => number(n),
        b'.' if all(b'.', others) => Group::Version { end: span.end },
        b',' if others.is_empty() => number(1),
        b',' if all(b'.', others) && are_even_thousands(&runs[..n - 1]) => number(n - 1),
        _ => list(runs, separators, span),
    }
}

/// The first number of a list, with its point if it has one.
fn list(runs: &[&str], separators: &[u8], span: Span) -> Group {
    let n_points = separators.iter().take_while(|byte| **byte == b'.').count();
    let n_bytes: usize = runs[..=n_points].iter().map(|run| run.len() + 1).sum();
    let end = span.start + n_bytes - 1;
    if n_points > 1 {
        return Group::Version { end };
    }
    let fraction = if n_points == 1 { runs[1].to_owned() } else { String::new() };
    let first = Digits { whole: runs[0].to_owned(), fraction, end };
    Group::List { first, list_end: span.end }
}

/// `1,234,567`, or as in India `12,34,567`.
fn are_thousands(runs: &[&str]) -> bool {
    let (Some(last), true) = (runs.last(), runs.len() >= 3) else {
        return are_even_thousands(runs);
    };
    let middle = &runs[1..runs.len() - 1];
    let indian = runs[0].len() <= 2 && last.len() == 3 && middle.iter().all(|run| run.len() == 2);
    are_even_thousands(runs) || (indian && !runs[0].starts_with('0'))
}

fn are_even_thousands(runs: &[&str]) -> bool {
    runs.len() >= 2
        && runs[0].len() <= 3
        && !runs[0].starts_with('0')
        && runs[1..].iter().all(|run| run.len() == 3)
}

/// `1 000 000,50`: groups of three after one of at most three, with the same space between.
fn spaced(text: &str, start: usize, first: &str) -> Digits {
    let mut end = start + first.len();
    let mut whole = first.to_owned();
    let mut fraction = String::new();
    let space = text[end..].chars().next().filter(|c| matches!(*c, ' ' | THIN_SPACE));
    let n_digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
    if let (Some(space), true) = (space, first.len() <= 3 && !first.starts_with('0')) {
        while let Some(rest) = text[end..].strip_prefix(space) {
            if n_digits(rest) != 3 {
                break;
            }
            whole.push_str(&rest[..3]);
            end += space.len_utf8() + 3;
        }
        let decimals = text[end..].strip_prefix(['.', ',']);
        let n_decimals = decimals.map_or(0, n_digits);
        if whole.len() > first.len() && n_decimals > 0 {
            fraction.push_str(&text[end + 1..end + 1 + n_decimals]);
            end += 1 + n_decimals;
        }
    }
    Digits { whole, fraction, end }
}
