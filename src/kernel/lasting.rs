//! A length of time as people write it: `1d 6h 36m`, `90s`, `200ms`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Micros;

/// A length of time, 0 included, to the microsecond.
///
/// Written as numbers with units from `d h m s ms us`, white space between them; each unit at most
/// once and larger ones first. A bare `0` needs no unit.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = PATTERN))]
pub struct Lasting(pub Micros);

const PATTERN: &str = r"^(0|[0-9]+(\.[0-9]+)?(d|h|m|s|ms|us)( *[0-9]+(\.[0-9]+)?(h|m|s|ms|us))*)$";

/// Why a text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time; write it as 1d 6h 36m, 90s or 200ms")]
pub struct NotALasting(String);

/// Larger ones first, in microseconds.
const UNITS: [(&str, u64); 6] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1000),
    ("us", 1),
];

impl Lasting {
    /// So many whole seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Micros(seconds * 1_000_000))
    }

    /// So many whole milliseconds.
    pub const fn millis(millis: u64) -> Self {
        Self(Micros(millis * 1000))
    }
}

impl FromStr for Lasting {
    type Err = NotALasting;

    fn from_str(text: &str) -> Result<Self, NotALasting> {
        let wrong = || NotALasting(text.to_owned());
        let mut rest = text.trim();
        if rest == "0" {
            return Ok(Self::default());
        }
        let (mut micros, mut next_unit) = (0.0, 0);
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let n_digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
            let (number, tail) = rest.split_at(n_digits.ok_or_else(wrong)?);
            let n_letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(n_letters);
            let at = UNITS.iter().position(|(name, _)| *name == unit).ok_or_else(wrong)?;
            if at < next_unit {
                return Err(wrong());
            }
            next_unit = at + 1;
            micros += number.parse::<f64>().map_err(|_| wrong())? * UNITS[at].1 as f64;
            rest = tail.trim_start();
        }
        // Beyond 285 years a double has no whole microseconds.
        if micros <= 9e15 { Ok(Self(Micros(micros.round() as u64))) } else { Err(wrong()) }
    }
}

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Micros(mut left)) = *self;
        let mut words = Vec::new();
        for (unit, micros) in UNITS {
            if left >= micros {
                words.push(format!("{}{unit}", left / micros));
                left %= micros;
            }
        }
        f.pad(if words.is_empty() { "0s".to_owned() } else { words.join(" ") }.as_str())
    }
}

impl TryFrom<String> for Lasting {
    type Error = NotALasting;

    fn try_from(text: String) -> Result<Self, NotALasting> {
        text.parse()
    }
}

impl From<Lasting> for String {
    fn from(lasting: Lasting) -> Self {
        lasting.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_reads_and_is_written_with_the_largest_units() {
        for (text, micros, written) in [
            ("1d 6h 36m", 110_160_000_000, "1d 6h 36m"),
            ("90s", 90_000_000, "1m 30s"),
            ("1.5s", 1_500_000, "1s 500ms"),
            ("2m30s", 150_000_000, "2m 30s"),
            (" 200ms ", 200_000, "200ms"),
            ("7us", 7, "7us"),
            ("0", 0, "0s"),
            ("0s", 0, "0s"),
        ] {
            let read: Lasting = text.parse().unwrap();
            assert_eq!((read.0, read.to_string().as_str()), (Micros(micros), written), "{text}");
        }
        for text in ["", "5", "5x", "m", "-1s", "1s 1m", "1m 1m", "1..5s", "9999999d", "1 s"] {
            assert_eq!(text.parse::<Lasting>(), Err(NotALasting(text.into())), "{text}");
        }
    }
}
