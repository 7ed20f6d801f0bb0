//! `weighted-median`: the value with half of the weight on either side.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::median;
use crate::vote::tally::exceeds;
use crate::vote::{Voter, Weights};

/// The middle of the values when each counts as much as the member who gave it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WeightedMedian {
    /// Where the weights come from, as under `weighted`.
    pub weights: Weights,
}

impl WeightedMedian {
    /// The weight of each voter, on an item with that many possible answers.
    pub fn weights(&self, voters: &[Voter<'_>], n_classes: u32) -> Vec<f64> {
        self.weights.of(voters, n_classes)
    }
}

/// The least value that has, with those below it, at least half of the weight; where it is exactly
/// half, the mean of that value and the next that has weight.
///
/// Values are finite, in their unit and in any order; there is one weight for each, 0 or more.
/// Values without weight have no say, unless none has any: then each counts 1 and it is the
/// median, as it is where all weights are equal. Weights that differ from half by rounding alone
/// are half. `None` without values, and where a value or a weight is not finite or a weight is
/// negative.
/// Source: F. Y. Edgeworth, Philosophical Magazine 24 (1887), 222-223. Checked against statsmodels
/// 0.15.0 `DescrStatsW.quantile`, which takes the same mean (test below).
pub fn weighted_median(values: &[f64], weights: &[f64]) -> Option<f64> {
    debug_assert_eq!(values.len(), weights.len(), "one weight for each value");
    let is_weight = |weight: &f64| *weight >= 0.0 && weight.is_finite();
    if !values.iter().all(|value| value.is_finite()) || !weights.iter().all(is_weight) {
        return None;
    }
    let mut weighed: Vec<(f64, f64)> = std::iter::zip(values, weights)
        .map(|(value, weight)| (*value, *weight))
        .filter(|(_, weight)| *weight > 0.0)
        .collect();
    if weighed.is_empty() {
        return median(values);
    }
    weighed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let half = weighed.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut up_to = 0.0;
    for (place, (value, weight)) in weighed.iter().enumerate() {
        up_to += weight;
        if !exceeds(half, up_to) {
            let next = weighed.get(place + 1).filter(|_| !exceeds(up_to, half));
            return Some(next.map_or(*value, |(next, _)| f64::midpoint(*value, *next)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::samples::close;
    use super::*;

    #[test]
    fn weighted_medians_are_those_of_statsmodels() {
        for (name, values, weights, expected) in [
            ("equal weights", &[4.0, 1.0, 3.0, 2.0][..], &[1.0; 4][..], Some(2.5)),
            ("half at the second", &[1.0, 2.0, 3.0], &[1.0, 1.0, 2.0], Some(2.5)),
            ("unsorted", &[5.0, 1.0, 3.0], &[0.3, 0.1, 0.7], Some(3.0)),
            ("half by rounding", &[1.0, 2.0, 3.0, 10.0], &[0.1, 0.2, 0.3, 0.6], Some(6.5)),
            ("five", &[1., 2., 3., 4., 5.], &[0.15, 0.1, 0.2, 0.3, 0.25], Some(4.0)),
            ("one", &[7.0], &[2.0], Some(7.0)),
            ("two equal against one", &[9.0, 4.0, 4.0], &[2.0, 1.0, 1.0], Some(6.5)),
            // Decided here.
            ("no weight no say", &[1.0, 2.0, 3.0], &[1.0, 0.0, 1.0], Some(2.0)),
            ("no weight at all", &[1.0, 2.0, 9.0], &[0.0; 3], Some(2.0)),
            ("none", &[], &[], None),
            ("no number", &[1.0, f64::NAN], &[1.0; 2], None),
            ("no number, no weight", &[1.0, f64::NAN], &[1.0, 0.0], None),
            ("a negative weight", &[1.0, 2.0], &[1.0, -1.0], None),
            ("an infinite weight", &[1.0, 2.0], &[1.0, f64::INFINITY], None),
        ] {
            let got = weighted_median(values, weights);
            assert!(close(got, expected), "{name}: {got:?} is not {expected:?}");
        }
    }

    #[test]
    fn options_read_as_those_of_weighted_do() {
        for (text, reads) in [
            ("{}", true),
            (r#"{"weights": "log-odds"}"#, true),
            (r#"{"weights": {"given": {"mini": 2.0}}}"#, true),
            (r#"{"weights": {"given": {"mini": -2.0}}}"#, false),
            (r#"{"weight": "log-odds"}"#, false),
        ] {
            let read: Result<WeightedMedian, _> = serde_json::from_str(text);
            assert_eq!(read.is_ok(), reads, "{text}: {read:?}");
        }
    }
}
