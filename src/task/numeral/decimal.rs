//! An exact decimal number of any length, in its one canonical writing.

use std::fmt;

/// The most zeros that an exponent may add, so that `1e999999999` does not fill the memory.
const EXPONENT_MAX: u32 = 300;

/// Significant digits kept of a fraction that does not end, such as 1/3.
const FRACTION_DIGITS: u32 = 15;

/// A decimal number as text: no separators, no leading or trailing zeros, no `-0`, no exponent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(String);

impl Decimal {
    /// From its digits before and after the point, times ten to an exponent; `None` when the
    /// exponent is out of reach.
    pub(super) fn new(whole: &str, fraction: &str, exponent: i32) -> Option<Self> {
        if exponent.unsigned_abs() > EXPONENT_MAX {
            return None;
        }
        if fraction.is_empty() && exponent == 0 {
            let whole = whole.trim_start_matches('0');
            return Some(Self(if whole.is_empty() { "0" } else { whole }.to_owned()));
        }
        let mut digits = format!("{whole}{fraction}");
        let mut point = whole.len() as i64 + i64::from(exponent);
        if point < 0 {
            digits.insert_str(0, &"0".repeat(point.unsigned_abs() as usize));
            point = 0;
        }
        let missing = (point as usize).saturating_sub(digits.len());
        digits.push_str(&"0".repeat(missing));
        let (whole, fraction) = digits.split_at(point as usize);
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if fraction.is_empty() { "" } else { "." };
        Some(Self(format!("{whole}{point}{fraction}")))
    }

    /// The fraction of two numbers; `None` for a denominator of 0, and for more digits than a
    /// fraction is written with. One that does not end is cut after fifteen significant digits.
    pub(super) fn ratio(numerator: &Self, denominator: &Self) -> Option<Self> {
        let (above, above_scale) = numerator.scaled()?;
        let (below, below_scale) = denominator.scaled()?;
        let mut left = above.checked_rem(below)?;
        let whole = (above / below).to_string();
        let mut fraction = String::new();
        let mut n_significant = if whole == "0" { 0 } else { whole.len() as u32 };
        while left > 0 && n_significant < FRACTION_DIGITS && fraction.len() < 40 {
            left *= 10;
            let digit = left / below;
            left %= below;
            fraction.push_str(&digit.to_string());
            n_significant += u32::from(n_significant > 0 || digit > 0);
        }
        Self::new(&whole, &fraction, below_scale - above_scale)
    }

    /// The sum of a whole number and a fraction below 1.
    pub(super) fn plus_fraction(&self, fraction: &Self) -> Option<Self> {
        let after_point = fraction.0.strip_prefix("0.")?;
        self.is_whole().then(|| Self(format!("{}.{after_point}", self.0)))
    }

    /// With the other sign.
    pub(super) fn negated(self) -> Self {
        match self.0.strip_prefix('-') {
            Some(size) => Self(size.to_owned()),
            None if self.0 == "0" => self,
            None => Self(format!("-{}", self.0)),
        }
    }

    /// The nearest floating-point number.
    pub(crate) fn value(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Whether it has nothing after the point.
    pub(crate) fn is_whole(&self) -> bool {
        !self.0.contains('.')
    }

    /// As a whole number and the digits that it has after the point.
    fn scaled(&self) -> Option<(u128, i32)> {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let digits = format!("{whole}{fraction}");
        let is_short = digits.len() <= 18;
        Some((is_short.then(|| digits.parse().ok())??, fraction.len() as i32))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_writing() {
        for (whole, fraction, exponent, text) in [
            ("18", "", 0, Some("18")),
            ("018", "00", 0, Some("18")),
            ("", "4", 0, Some("0.4")),
            ("0", "0", 0, Some("0")),
            ("1", "", 3, Some("1000")),
            ("1", "5", 3, Some("1500")),
            ("15", "", -3, Some("0.015")),
            ("123", "45", -2, Some("1.2345")),
            ("12345678901234567890123", "", 0, Some("12345678901234567890123")),
            ("1", "", 301, None),
        ] {
            let found = Decimal::new(whole, fraction, exponent).map(|number| number.to_string());
            assert_eq!(found.as_deref(), text, "{whole}.{fraction}e{exponent}");
        }
    }

    #[test]
    fn a_fraction_is_exact_or_cut_after_fifteen_digits() {
        let number = |text: &str| {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            Decimal::new(whole, fraction, 0).unwrap()
        };
        for (above, below, text) in [
            ("1", "2", Some("0.5")),
            ("10", "5", Some("2")),
            ("1", "3", Some("0.333333333333333")),
            ("20", "3", Some("6.66666666666666")),
            ("1", "300", Some("0.00333333333333333")),
            ("9.5", "0.5", Some("19")),
            ("1", "0", None),
            ("1234567890123456789", "2", None),
        ] {
            let found = Decimal::ratio(&number(above), &number(below));
            assert_eq!(found.map(|number| number.to_string()).as_deref(), text, "{above}/{below}");
        }
        assert_eq!(number("0").negated().to_string(), "0");
        assert_eq!(number("2").negated().negated().to_string(), "2");
    }
}
