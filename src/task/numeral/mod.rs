//! Numbers as people and models write them, found in running text.
//!
//! Read: separators between thousands (`1,234,567`, `1.234.567`, `1 000`, `12,34,567`), decimals
//! with a point or a comma (`2,74`), a bare fraction (`.4`), signs, exponents (`1e3`,
//! `1.5 × 10^3`), fractions (`1/2`, `½`, `2½`, `2 1/2`, `\frac{1}{2}`), digits of other scripts.
//! A comma separates thousands where the groups have the right size, so `3,420` is 3420 and
//! `2,74` is 2.74; `1,2,3` is a list. Currency, percent signs and units are not part of a number.
//! Not read: digits after a letter (`AZYUK2A`), versions (`1.2.3`), dates as fractions, words
//! (`three`), roots, powers and other expressions.

mod decimal;
mod group;
mod plain;

pub(crate) use decimal::Decimal;
pub(crate) use plain::plain;

use group::Group;

/// A number and where it stands, in bytes of the plain text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numeral {
    /// What it is.
    pub(crate) value: Decimal,
    /// Where it begins, its sign included.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
}

/// The numbers in a text which `plain` has made, in order.
pub(crate) fn numerals(plain: &str) -> impl Iterator<Item = Numeral> + '_ {
    let mut scan = Scan { text: plain, at: 0, list_end: 0 };
    std::iter::from_fn(move || scan.next_numeral())
}

/// The number that a whole text is, apart from currency, percent, emphasis and punctuation.
pub(crate) fn only_numeral(text: &str) -> Option<Decimal> {
    let text = plain(text);
    let mut found = numerals(&text);
    let numeral = found.next()?;
    let around = [&text[..numeral.start], &text[numeral.end..]];
    let is_dress = |c: char| c.is_whitespace() || "*_`\"'()[]{}$€£¥₹%°.,;:!?+=~≈".contains(c);
    (found.next().is_none() && around.iter().all(|part| part.chars().all(is_dress)))
        .then_some(numeral.value)
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Up to here, commas stand between the numbers of a list.
    list_end: usize,
}

impl Scan<'_> {
    fn next_numeral(&mut self) -> Option<Numeral> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let start = self.at;
            match bytes[start] {
                b'0'..=b'9' | b'.' | 1 | 0xc2 | 0xe2 => {}
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if !self.text.is_char_boundary(start) {
                self.at += 1;
                continue;
            }
            match self.read(start) {
                Some((value, end)) => {
                    self.at = end;
                    return Some(self.signed(value, start, end));
                }
                // A refused reader has gone past what it refused, or one step is taken here.
                None => self.at = self.at.max(start + 1),
            }
        }
        None
    }

    fn read(&mut self, start: usize) -> Option<(Decimal, usize)> {
        let before = self.text[..start].chars().next_back();
        match self.byte(start) {
            1 => self.latex_fraction(start + 1),
            b'.' if before == Some('.') => None,
            b'0'..=b'9' | b'.' if before.is_some_and(joins_words) => {
                let word = self.text[start..].bytes().take_while(|b| b.is_ascii_alphanumeric());
                self.at = start + word.count();
                None
            }
            b'0'..=b'9' | b'.' => self.decimal(start),
            _ => self.vulgar(start),
        }
    }

    fn decimal(&mut self, start: usize) -> Option<(Decimal, usize)> {
        let group = match group::read(self.text, start, start < self.list_end) {
            Group::Number(number) => number,
            Group::List { first, list_end } => {
                self.list_end = list_end;
                first
            }
            Group::Version { end } => {
                self.at = end;
                return None;
            }
            Group::Nothing => return None,
        };
        let (exponent, end) = self.exponent(group.end);
        let value = Decimal::new(&group.whole, &group.fraction, exponent)?;
        if exponent != 0 {
            return Some((value, end));
        }
        if let Some((fraction, end)) = self.fraction_after(&value, start, end) {
            return Some((fraction, end));
        }
        Some(self.mixed(&value, end).unwrap_or((value, end)))
    }

    /// `e3`, or `× 10^3`.
    fn exponent(&self, at: usize) -> (i32, usize) {
        let rest = &self.text[at..];
        let plain = rest.strip_prefix(['e', 'E']);
        let power = || {
            let rest = rest.trim_start_matches([' ', plain::THIN_SPACE]);
            let rest = rest.strip_prefix(['×', '·', 'x', '*'])?;
            let rest = rest.trim_start_matches([' ', plain::THIN_SPACE]).strip_prefix("10^")?;
            Some(rest.strip_prefix('{').unwrap_or(rest))
        };
        let Some(digits) = plain.or_else(power) else { return (0, at) };
        let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        let n_digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
        let after = &unsigned[n_digits..];
        let signed = &digits[..digits.len() - after.len()];
        let in_word = after.starts_with(|c: char| c.is_ascii_alphanumeric());
        match signed.parse() {
            Ok(exponent) if !in_word => {
                let after = after.strip_prefix('}').filter(|_| plain.is_none()).unwrap_or(after);
                (exponent, self.text.len() - after.len())
            }
            _ => (0, at),
        }
    }

    /// `/2` after a numerator; a further slash makes a date of it.
    fn fraction_after(&self, above: &Decimal, start: usize, at: usize) -> Option<(Decimal, usize)> {
        if self.byte(at) != b'/' || (start > 0 && self.byte(start - 1) == b'/') {
            return None;
        }
        let Group::Number(group) = group::read(self.text, at + 1, true) else { return None };
        let is_date = self.byte(group.end) == b'/';
        let below = Decimal::new(&group.whole, &group.fraction, 0).filter(|_| !is_date)?;
        Some((Decimal::ratio(above, &below)?, group.end))
    }

    /// `½` or ` 1/2` after a whole number.
    fn mixed(&self, whole: &Decimal, at: usize) -> Option<(Decimal, usize)> {
        let rest = &self.text[at..];
        let next =
            at + rest.len() - rest.strip_prefix([' ', plain::THIN_SPACE]).unwrap_or(rest).len();
        if let Some((fraction, end)) = self.vulgar(next) {
            return Some((whole.plus_fraction(&fraction)?, end));
        }
        if next == at || !self.byte(next).is_ascii_digit() {
            return None;
        }
        let Group::Number(group) = group::read(self.text, next, true) else { return None };
        let above = Decimal::new(&group.whole, &group.fraction, 0).filter(Decimal::is_whole)?;
        let (fraction, end) = self.fraction_after(&above, next, group.end)?;
        Some((whole.plus_fraction(&fraction)?, end))
    }

    fn vulgar(&self, at: usize) -> Option<(Decimal, usize)> {
        let c = self.text.get(at..)?.chars().next()?;
        let (above, below) = match c {
            '½' => ("1", "2"),
            '⅓' => ("1", "3"),
            '⅔' => ("2", "3"),
            '¼' => ("1", "4"),
            '¾' => ("3", "4"),
            '⅕' => ("1", "5"),
            '⅖' => ("2", "5"),
            '⅗' => ("3", "5"),
            '⅘' => ("4", "5"),
            '⅙' => ("1", "6"),
            '⅚' => ("5", "6"),
            '⅛' => ("1", "8"),
            '⅜' => ("3", "8"),
            '⅝' => ("5", "8"),
            '⅞' => ("7", "8"),
            _ => return None,
        };
        let value = Decimal::ratio(&Decimal::new(above, "", 0)?, &Decimal::new(below, "", 0)?)?;
        Some((value, at + c.len_utf8()))
    }

    /// `{1}{2}` after `\frac`.
    fn latex_fraction(&self, at: usize) -> Option<(Decimal, usize)> {
        let (above, at) = self.braced(at)?;
        let (below, at) = self.braced(at)?;
        Some((Decimal::ratio(&above, &below)?, at))
    }

    fn braced(&self, at: usize) -> Option<(Decimal, usize)> {
        let inner = self.text.get(at..)?.strip_prefix('{')?;
        let Group::Number(group) = group::read(self.text, self.text.len() - inner.len(), false)
        else {
            return None;
        };
        let value = Decimal::new(&group.whole, &group.fraction, 0)?;
        (self.byte(group.end) == b'}').then_some((value, group.end + 1))
    }

    /// A minus sign counts unless it stands between two things, as in `16-7`.
    fn signed(&self, value: Decimal, start: usize, end: usize) -> Numeral {
        let before = self.text[..start].trim_end_matches(['$', '€', '£', '¥', '₹']);
        let Some(rest) = before.strip_suffix('-') else { return Numeral { value, start, end } };
        let between = rest
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | ')' | ']' | '}' | '%' | '°'));
        match between {
            true => Numeral { value, start, end },
            false => Numeral { value: value.negated(), start: rest.len(), end },
        }
    }

    /// The byte there; 0 at the end.
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }
}

/// Whether a digit after this character belongs to a word. Scripts without spaces between words
/// (from U+2E80 on) join nothing.
fn joins_words(c: char) -> bool {
    c == '_' || (c.is_alphabetic() && u32::from(c) < 0x2e80)
}

#[cfg(test)]
mod tests;
