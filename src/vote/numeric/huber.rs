//! `huber`: a mean in which values far from the others pull no harder than near ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ascending, middle};
use crate::vote::bounded::bounded;

bounded! {
    /// How many standard deviations off a value still pulls in full, from 0.1 to 100; 1.345 where
    /// it is left out, which costs 5 % of efficiency where the errors are normal.
    Tuning: f64 "f64", 0.1 to 100.0, else 1.345;
}

/// Huber's estimate of location: the mean where values are near, the median where they are not.
///
/// The scale is the median absolute deviation from the median, over 0.6745, and is fixed. Where it
/// is 0, because more than half of the values are equal, the estimate is the median.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Huber {
    /// How many standard deviations off a value still pulls in full.
    pub k: Tuning,
}

/// The median absolute deviation of a normal law of standard deviation 1, to the four digits that
/// the literature has.
const NORMAL_DEVIATION: f64 = 0.6745;

impl Huber {
    /// The estimate from finite values in any order, in their unit.
    ///
    /// It is the point at which the pulls of all values balance, where each pulls by its distance
    /// but no harder than `k` scales. The pull is linear between the points at which a value comes
    /// within reach or leaves it, so the balance is found exactly there, and is what reweighted
    /// least squares comes to after many steps. Where a whole stretch balances, it is the median,
    /// which lies in its middle.
    ///
    /// `None` without values, where one is not finite, and where distances are out of reach.
    /// Source: P. J. Huber, Annals of Mathematical Statistics 35 (1964), 73-101. Checked against
    /// statsmodels 0.15.0 `norms.estimate_location` with this scale and a tolerance of 1e-15, and
    /// against the figure in R's MASS (test below).
    pub fn of(self, values: &[f64]) -> Option<f64> {
        let sorted = ascending(values)?;
        let centre = middle(&sorted);
        let distances: Vec<f64> = sorted.iter().map(|value| (value - centre).abs()).collect();
        let deviation = middle(&ascending(&distances)?);
        let reach = self.k.value() * deviation / NORMAL_DEVIATION;
        if reach == 0.0 || pull(&sorted, centre, reach) == 0.0 {
            return Some(centre);
        }
        balance(&sorted, reach).filter(|estimate| estimate.is_finite())
    }
}

/// Where the pull, which falls from the least value to the largest, is 0.
fn balance(sorted: &[f64], reach: f64) -> Option<f64> {
    let mut bends: Vec<f64> =
        sorted.iter().flat_map(|value| [value - reach, value + reach]).collect();
    bends.sort_by(f64::total_cmp);
    let right = bends.partition_point(|bend| pull(sorted, *bend, reach) > 0.0);
    let (left, right) = (*bends.get(right.checked_sub(1)?)?, *bends.get(right)?);
    let (from, to) = (pull(sorted, left, reach), pull(sorted, right, reach));
    Some(left + (right - left) * (from / (from - to)))
}

/// How hard the values pull upwards at a point. Those beyond reach are counted, so that equal
/// numbers of them on both sides cancel out exactly.
fn pull(sorted: &[f64], at: f64, reach: f64) -> f64 {
    let n_below = sorted.partition_point(|value| value - at <= -reach);
    let n_up_to = sorted.partition_point(|value| value - at < reach);
    let near: f64 = sorted[n_below..n_up_to].iter().map(|value| value - at).sum();
    near + reach * ((sorted.len() - n_up_to) as f64 - n_below as f64)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{CHEM, DARWIN, OUTLIER, close};
    use super::*;

    #[test]
    fn estimates_are_those_of_statsmodels() -> Result<(), Box<dyn std::error::Error>> {
        for (name, k, values, expected) in [
            ("Darwin's maize", 1.345, &DARWIN[..], Some(26.675_067_951_569_06)),
            ("Darwin's maize", 1.5, &DARWIN, Some(26.349_518_161_601_182)),
            ("Darwin's maize", 0.5, &DARWIN, Some(24.433_654_558_932_524)),
            ("copper in flour", 1.345, &CHEM, Some(3.216_253_869_969_041)),
            ("copper in flour", 1.5, &CHEM, Some(3.206_725_146_198_830_4)),
            ("one far off", 1.345, &OUTLIER, Some(3.0)),
            ("one far off", 1.5, &OUTLIER, Some(3.055_967_383_246_85)),
            ("three", 1.345, &[10.0, 1.0, 2.0], Some(2.497_034_840_622_683_7)),
            ("both signs", 1.345, &[-3.5, 40.0, -1.25, 0.5, 2.0, 2.25], Some(0.875)),
            ("all within reach: the mean", 100.0, &[0.0, 1.0, 5.0], Some(2.0)),
            ("a stretch that balances", 0.1, &[0.0, 1.0], Some(0.5)),
            ("more than half equal", 1.345, &[18.0, 18.0, 18.0, 20.0, 5000.0], Some(18.0)),
            ("one", 1.345, &[-7.0], Some(-7.0)),
            ("none", 1.345, &[], None),
            ("not a number", 1.345, &[1.0, f64::NAN], None),
            ("out of reach", 1.345, &[f64::MAX, -f64::MAX], None),
        ] {
            let got = Huber { k: Tuning::try_from(k)? }.of(values);
            assert!(close(got, expected), "{name}, {k}: {got:?} is not {expected:?}");
        }
        Ok(())
    }

    /// `huber(chem)` of R's MASS prints 3.206724 and has four more digits of the scale.
    #[test]
    fn the_estimate_of_mass_is_reproduced() -> Result<(), Box<dyn std::error::Error>> {
        let got = Huber { k: Tuning::try_from(1.5)? }.of(&CHEM);
        assert!(got.is_some_and(|got| (got - 3.206_724).abs() < 2e-6), "{got:?}");
        Ok(())
    }

    #[test]
    fn options_read_with_their_defaults_and_nonsense_is_refused() {
        for (text, expected) in [
            ("{}", Some(1.345)),
            (r#"{"k": 2}"#, Some(2.0)),
            (r#"{"k": 0}"#, None),
            (r#"{"k": -1}"#, None),
            (r#"{"scale": 1}"#, None),
        ] {
            let read: Result<Huber, _> = serde_json::from_str(text);
            assert_eq!(read.ok().map(|rule| rule.k.value()), expected, "{text}");
        }
    }
}
