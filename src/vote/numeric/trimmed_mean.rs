//! `trimmed-mean`: the mean without the least and the largest values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ascending, middle};
use crate::vote::bounded::bounded;

bounded! {
    /// The share of the values that is cut off at each end, from 0 to one half; 0.2 where it is
    /// left out.
    Trim: f64 "f64", 0.0 to 0.5, else 0.2;
}

/// The mean of what is left when a share of the values is cut off at each end.
///
/// Of n values, `share * n` are cut off at each end, rounded down: with a share of 0.2 none of
/// four, one of five. Where nothing is left, which takes a share of one half, it is the median.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrimmedMean {
    /// The share that is cut off at each end.
    pub share: Trim,
}

/// A share such as 0.29 times 100 must not lose one by rounding, as it does in scipy.
const ROUNDING: f64 = 1.0 + 1e-12;

impl TrimmedMean {
    /// The trimmed mean of finite values in any order, in their unit.
    ///
    /// `None` without values, where one is not finite, and where their sum is out of reach.
    /// Source: J. W. Tukey and D. H. McLaughlin, Sankhya A 25 (1963), 331-352. Checked against
    /// scipy 1.17.1 `trim_mean` (test below).
    pub fn of(self, values: &[f64]) -> Option<f64> {
        let sorted = ascending(values)?;
        let n_cut = (self.share.value() * sorted.len() as f64 * ROUNDING).floor() as usize;
        let kept = &sorted[n_cut..sorted.len() - n_cut];
        if kept.is_empty() {
            return Some(middle(&sorted));
        }
        Some(kept.iter().sum::<f64>() / kept.len() as f64).filter(|mean| mean.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{CHEM, DARWIN, OUTLIER, close};
    use super::*;

    #[test]
    fn trimmed_means_are_those_of_scipy() -> Result<(), Box<dyn std::error::Error>> {
        let twenty: Vec<f64> = (0..20).map(f64::from).collect();
        let squares: Vec<f64> = (0..100).map(|root| f64::from(root * root)).collect();
        for (name, share, values, expected) in [
            // From scipy's documentation.
            ("scipy's example", 0.1, &twenty[..], Some(9.5)),
            ("scipy's rows", 0.25, &[1.0, 2.0, 3.0, 5.0], Some(2.5)),
            ("Darwin's maize", 0.1, &DARWIN, Some(23.538_461_538_461_54)),
            ("Darwin's maize", 0.2, &DARWIN, Some(25.777_777_777_777_78)),
            ("Darwin's maize", 0.4, &DARWIN, Some(25.0)),
            ("copper in flour", 0.0, &CHEM, Some(4.280_416_666_666_666_5)),
            ("copper in flour", 0.1, &CHEM, Some(3.205)),
            ("copper in flour", 0.2, &CHEM, Some(3.239_375)),
            ("one far off", 0.2, &OUTLIER, Some(3.0)),
            ("too few to cut", 0.1, &OUTLIER, Some(202.0)),
            // Decided here: the median where scipy has no value left.
            ("nothing left of four", 0.5, &[1.0, 2.0, 4.0, 90.0], Some(3.0)),
            ("one left of five", 0.5, &OUTLIER, Some(3.0)),
            // The mean of the squares of 29 to 70: scipy cuts 28, because .29 * 100 is below 29.
            ("29 of 100", 0.29, &squares, Some(2_597.166_666_666_666_5)),
            ("none", 0.2, &[], None),
            ("not a number", 0.2, &[f64::NAN; 5], None),
            ("out of reach", 0.0, &[f64::MAX; 2], None),
        ] {
            let got = TrimmedMean { share: Trim::try_from(share)? }.of(values);
            assert!(close(got, expected), "{name}, {share}: {got:?} is not {expected:?}");
        }
        Ok(())
    }

    #[test]
    fn options_read_with_their_defaults_and_nonsense_is_refused() {
        let share = |text| {
            let read: Result<TrimmedMean, _> = serde_json::from_str(text);
            read.ok().map(|rule| rule.share.value())
        };
        for (text, expected) in [
            ("{}", Some(0.2)),
            (r#"{"share": 0.5}"#, Some(0.5)),
            (r#"{"share": 0.6}"#, None),
            (r#"{"share": -0.1}"#, None),
            (r#"{"trim": 0.1}"#, None),
        ] {
            assert_eq!(share(text), expected, "{text}");
        }
    }
}
