//! `median`: the middle value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ascending, middle};

/// The middle of the values, and of an even number of them the mean of the two middles.
///
/// Up to half of the members may be off by any amount without moving it past the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Median {}

impl Median {
    /// What the values come to; see [`median`].
    pub fn of(self, values: &[f64]) -> Option<f64> {
        median(values)
    }
}

/// The median of finite values in any order, in their unit.
///
/// `None` without values or where one is not finite. Of an even number it is the mean of the two
/// middles, which no member need have said. Checked against numpy 2.3.5 (test below).
pub fn median(values: &[f64]) -> Option<f64> {
    ascending(values).map(|sorted| middle(&sorted))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{CHEM, DARWIN, OUTLIER, close};
    use super::*;

    #[test]
    fn medians_are_those_of_numpy() {
        for (name, values, expected) in [
            ("Darwin's maize", &DARWIN[..], Some(24.0)),
            ("copper in flour", &CHEM, Some(3.385)),
            ("one far off", &OUTLIER, Some(3.0)),
            ("two", &[1.0, 0.0], Some(0.5)),
            ("one", &[-7.0], Some(-7.0)),
            ("huge", &[f64::MAX, f64::MAX], Some(f64::MAX)),
            ("none", &[], None),
            ("not a number", &[1.0, f64::NAN], None),
            ("infinite", &[1.0, 2.0, f64::INFINITY], None),
        ] {
            let got = Median {}.of(values);
            assert!(close(got, expected), "{name}: {got:?} is not {expected:?}");
        }
    }
}
