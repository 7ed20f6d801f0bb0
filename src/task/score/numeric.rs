//! `numeric`: the answer is the number that a target is.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Classes, right_or_wrong};
use crate::kernel::words::normal;
use crate::task::numeral::{Decimal, numerals, only_numeral, plain};

/// The relative tolerance between two numbers of which one isn't whole, where none is given.
const ROUNDING: f64 = 1e-9;

/// Equality of numbers: 18, `18.0`, `$18` and `1.8e1` are one answer.
///
/// Two numbers are equal when they differ by no more than either tolerance allows. Both texts
/// may have separators, currency, a percent sign and punctuation around, but no words. A percent
/// sign is a unit like any other: `60%` equals a target `60` and `60%`, and `33.5%` is not .335
/// as in inspect's `math`, because datasets give percentages as plain numbers and then it would
/// be wrong where `60` is right. A target that is no number but ends in `#### 72`, as those of
/// GSM8K do, is that number. What is no number is compared as `exact` compares it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Numeric {
    /// The difference that does not count.
    pub absolute: Tolerance,
    /// The difference that does not count, as a share of the larger number. Left out, it is 1e-9,
    /// and 0 between whole numbers, so that long ones are told apart.
    pub relative: Option<Tolerance>,
}

/// A difference that does not count: 0 or more.
#[derive(
    Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64", extend("minimum" = 0))]
pub struct Tolerance(f64);

/// Why a number is no tolerance.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a tolerance: it is 0 or more")]
pub struct NotATolerance(f64);

impl TryFrom<f64> for Tolerance {
    type Error = NotATolerance;

    fn try_from(value: f64) -> Result<Self, NotATolerance> {
        // Written positively so that NaN is refused.
        if value >= 0.0 && value.is_finite() { Ok(Self(value)) } else { Err(NotATolerance(value)) }
    }
}

impl From<Tolerance> for f64 {
    fn from(tolerance: Tolerance) -> Self {
        tolerance.0
    }
}

impl Numeric {
    pub(super) fn score(self, answer: &str, target: &str) -> f64 {
        right_or_wrong(match (only_numeral(answer), target_number(target)) {
            (Some(answer), Some(target)) => self.are_equal(&answer, &target),
            (None, None) => normal(answer) == normal(target),
            _ => false,
        })
    }

    /// Numbers in ascending order, where each that equals its neighbour below joins the
    /// neighbour's class (single linkage). With a tolerance, the ends of a long chain may
    /// therefore be further apart than it allows. A class goes by its least number.
    pub(super) fn classes(self, answers: &[&str]) -> Classes {
        let numbers: Vec<Option<Decimal>> = answers.iter().map(|text| only_numeral(text)).collect();
        let mut sorted: Vec<&Decimal> = numbers.iter().flatten().collect();
        sorted.sort_by(|a, b| ascending(a, b));
        sorted.dedup();
        let mut first_of: Vec<(&Decimal, &Decimal)> = Vec::new();
        for number in sorted {
            let first = match first_of.last() {
                Some((below, first)) if self.are_equal(below, number) => *first,
                _ => number,
            };
            first_of.push((number, first));
        }
        let key = |(number, text): (&Option<Decimal>, &&str)| match number {
            Some(number) => {
                let place = first_of.binary_search_by(|(other, _)| ascending(other, number));
                let first = place.map_or(number, |place| first_of[place].1).to_string();
                ((true, first.clone()), first)
            }
            // "8-" is no number, though without its sign it reads as one.
            None => ((false, normal(text)), text.trim().to_owned()),
        };
        Classes::by_key(numbers.iter().zip(answers).map(key).collect())
    }

    fn are_equal(self, a: &Decimal, b: &Decimal) -> bool {
        if a == b {
            return true;
        }
        let relative = match self.relative {
            Some(Tolerance(relative)) => relative,
            None if a.is_whole() && b.is_whole() => 0.0,
            None => ROUNDING,
        };
        let (x, y) = (a.value(), b.value());
        let allowed = self.absolute.0.max(relative * x.abs().max(y.abs()));
        // Long whole numbers may differ and yet have the same nearest floating-point number.
        allowed > 0.0 && (x - y).abs() <= allowed
    }
}

/// By value, and by text where values are too long to be told apart.
fn ascending(a: &Decimal, b: &Decimal) -> Ordering {
    a.value().total_cmp(&b.value()).then_with(|| a.cmp(b))
}

fn target_number(target: &str) -> Option<Decimal> {
    only_numeral(target).or_else(|| {
        let (_, result) = target.rsplit_once("####")?;
        numerals(&plain(result)).next().map(|numeral| numeral.value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tolerance(absolute: f64, relative: Option<f64>) -> Numeric {
        let relative = relative.map(Tolerance);
        Numeric { absolute: Tolerance(absolute), relative }
    }

    #[test]
    fn numbers_are_equal_by_value() {
        let none = tolerance(0.0, None);
        for (numeric, answer, target, score) in [
            // From inspect_ai, tests/scorer/test_match.py and math_cases.json.
            (none, "25", "5", 0.0),
            (none, "5", "-5", 0.0),
            (none, "33.14", "3.14", 0.0),
            (none, "1000", "1e3", 1.0),
            (none, "2.0", "2", 1.0),
            (none, "5abc", "5", 0.0),
            (none, "½", ".5", 1.0),
            (none, "60%", "60%", 1.0),
            (none, "60%", "60", 1.0),
            (none, r"33.5\%", "0.335", 0.0), // Decided otherwise than there.
            (none, r"74°", "74", 1.0),
            // From HELM.
            (none, "3,420", "3420", 1.0),
            (none, "33", "-33", 0.0),
            (none, "34.2", "2", 0.0),
            // Ours.
            (none, "18.0", "18", 1.0),
            (none, "$18", "6 * 3 = 18\n#### 18", 1.0),
            (none, "1/3", "0.3333333333", 1.0),
            (none, "1/3", "0.333", 0.0),
            (none, "12345678901234567890", "12345678901234567891", 0.0),
            (none, "", "", 1.0),
            (none, "none", "None.", 1.0),
            (none, "", "0", 0.0),
            (tolerance(0.5, None), "18.5", "18", 1.0),
            (tolerance(0.5, None), "18.6", "18", 0.0),
            (tolerance(0.0, Some(0.01)), "101", "100", 1.0),
            (tolerance(0.0, Some(0.0)), "0.1000000000001", "0.1", 0.0),
        ] {
            assert_eq!(numeric.score(answer, target), score, "{answer:?} against {target:?}");
        }
    }

    #[test]
    fn a_chain_of_neighbours_is_one_class() {
        for (absolute, answers, texts, of) in [
            (
                0.0,
                &["18.0", "x", "$18", "9", "X."][..],
                &["18", "9", "x"][..],
                &[0, 2, 0, 1, 2][..],
            ),
            (1.0, &["3", "1", "2", "7"], &["1", "7"], &[0, 0, 0, 1]),
            (0.0, &["-0", "0", "-1"], &["-1", "0"], &[1, 1, 0]),
        ] {
            let classes = tolerance(absolute, None).classes(answers);
            assert_eq!(
                (classes.texts, classes.of),
                (texts.iter().map(|text| (*text).to_owned()).collect(), of.to_vec())
            );
        }
    }

    #[test]
    fn a_tolerance_is_zero_or_more() {
        for value in [-0.1, f64::NAN, f64::INFINITY] {
            assert!(Tolerance::try_from(value).is_err(), "{value}");
        }
    }
}
