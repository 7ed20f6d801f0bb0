//! How often something happens, as people write it: `2/s`, `120/m`, `5000/h`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number of events a second, above 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^[0-9]+(\.[0-9]+)?/(s|m|h|d)$"))]
pub struct Rate(f64);

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rate; write it as 2/s, 120/m or 5000/h")]
pub struct NotARate(String);

const UNITS: [(&str, f64); 4] = [("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

impl Rate {
    /// Events a second.
    pub const fn per_second(self) -> f64 {
        self.0
    }
}

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        let wrong = || NotARate(text.to_owned());
        let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
        let unit = UNITS.iter().find(|(name, _)| *name == unit.trim()).ok_or_else(wrong)?;
        let number: f64 = number.trim().parse().map_err(|_| wrong())?;
        // Written positively so that NaN is refused.
        if number > 0.0 && number <= 1e9 { Ok(Self(number / unit.1)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_whole = |(_, seconds): &&(&str, f64)| {
            let number = self.0 * seconds;
            number >= 0.999 && (number - number.round()).abs() < 1e-9 * number
        };
        let (unit, seconds) = UNITS.iter().find(is_whole).unwrap_or(&UNITS[0]);
        let number = self.0 * seconds;
        let rounded = number.round();
        let number = if (number - rounded).abs() < 1e-9 * number { rounded } else { number };
        f.pad(&format!("{number}/{unit}"))
    }
}

impl TryFrom<String> for Rate {
    type Error = NotARate;

    fn try_from(text: String) -> Result<Self, NotARate> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_reads_and_is_written_with_the_smallest_unit_that_is_whole() {
        for (text, per_second, written) in [
            ("2/s", 2.0, "2/s"),
            ("120/m", 2.0, "2/s"),
            ("1/m", 1.0 / 60.0, "1/m"),
            ("0.5/s", 0.5, "30/m"),
            ("5000/h", 5000.0 / 3600.0, "5000/h"),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert!((rate.per_second() - per_second).abs() < 1e-12, "{text}");
            assert_eq!(rate.to_string(), written, "{text}");
        }
        for text in ["", "2", "2/", "/s", "-1/s", "0/s", "NaN/s", "2/y", "two/s"] {
            assert_eq!(text.parse::<Rate>(), Err(NotARate(text.into())), "{text}");
        }
    }
}
