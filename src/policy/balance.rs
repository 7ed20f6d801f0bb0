//! One of several that could all answer, chosen by how busy or fast they are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::Outcome;
use crate::kernel::lists::Named;
use crate::kernel::{Key, PolicyId, kinds};
use crate::policy::conduct::Conduct;

/// Members that share the requests.
///
/// A model whose breaker is open is passed over. A member that failed is followed by another,
/// chosen anew among those not yet asked, up to `tries` in all.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// Models or policies in the order in which they are listed.
    pub among: Vec<PolicyId>,
    /// What chooses.
    pub by: Choice,
    /// How many members a request may be given to.
    pub tries: u32,
    /// How models are asked.
    pub conduct: Conduct,
}

/// What chooses, with names resolved.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// At random, by these weights in the order of the members.
    Weighted(Vec<f64>),
    /// Whoever has the fewest calls in flight.
    LeastBusy,
    /// Whoever was fastest of late.
    Latency,
    /// Whoever was fastest of late, the later the more so.
    Ewma,
    /// Whoever has the least work in flight, times how long calls took at worst of late.
    PeakEwma,
    /// The less busy of two drawn at random.
    TwoChoices,
    /// Whoever has used the smallest share of its requests a minute.
    Usage,
}

kinds! {
    /// What chooses.
    By, "what to balance by, such as `least-busy` or `{ weighted: { shares: { a: 7 } } }`":
    "weighted" => Weighted: "At random, by weights.",
    "least-busy" => LeastBusy: "Whoever has the fewest calls in flight.",
    "latency" => Latency: "Whoever was fastest of late.",
    "ewma" => Ewma: "Whoever was fastest of late, the later the more so.",
    "peak-ewma" => PeakEwma: "The least work in flight, times the worst latency of late.",
    "two-choices" => TwoChoices: "The less busy of two drawn at random.",
    "usage" => Usage: "Whoever has used the smallest share of its requests a minute.",
}

/// At random, by weights.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Weighted {
    /// Members with their weights; whoever is not named has the weight 1.
    pub shares: Named<f64>,
}

impl PartialEq for Weighted {
    fn eq(&self, other: &Self) -> bool {
        let table = |it: &Self| -> Vec<(String, f64)> {
            it.shares.0.iter().map(|(name, share)| (name.value.clone(), *share)).collect()
        };
        table(self) == table(other)
    }
}

impl Serialize for Weighted {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shares: std::collections::BTreeMap<&str, f64> =
            self.shares.0.iter().map(|(name, share)| (name.value.as_str(), *share)).collect();
        serializer.collect_map([("shares", shares)])
    }
}

macro_rules! without_options {
    ($($(#[doc = $about:literal])+ $name:ident)*) => {$(
        $(#[doc = $about])+
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(deny_unknown_fields)]
        pub struct $name {}
    )*};
}

without_options! {
    /// Whoever has the fewest calls in flight; of several the first listed.
    LeastBusy
    /// Whoever's calls took least of late: the mean of the last ten, a failure counting as the
    /// timeout that it was. Whoever was not asked yet comes first.
    Latency
    /// Whoever's calls took least of late: a mean that is weighted exponentially, with ten seconds.
    /// Whoever was not asked yet comes first.
    Ewma
    /// The least cost of one call more: the exponentially weighted latency, which jumps to every
    /// peak and decays over ten seconds, times the calls in flight and this one (Finagle's).
    PeakEwma
    /// Two are drawn at random, and the less busy is taken (M. Mitzenmacher, IEEE Transactions on
    /// Parallel and Distributed Systems 12 (2001)).
    TwoChoices
    /// Whoever has used the smallest share of its `requests_per_minute` in the last minute; of
    /// several the first listed. Whoever has no limit has used nothing.
    Usage
}

impl Balance {
    /// Whom a request goes to when nothing is in flight and everybody is well: by weight, and
    /// evenly where loads decide. `key` is drawn for the request.
    pub fn choose(&self, key: Key) -> usize {
        match &self.by {
            Choice::Weighted(weights) => weighted(weights, key.uniform()),
            _ => key.below(self.among.len() as u64) as usize,
        }
    }

    /// What the user got from the member chosen.
    pub fn decide(&self, outcomes: &[&Outcome], key: Key) -> Outcome {
        super::oracle::chosen(outcomes[self.choose(key)])
    }
}

/// The position in which `drawn`, from 0 to 1, falls among weights.
pub(super) fn weighted(weights: &[f64], drawn: f64) -> usize {
    let mut left = drawn * weights.iter().sum::<f64>();
    for (at, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return at;
        }
    }
    weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_falls_where_its_weight_is() {
        for (drawn, at) in [(0.0, 0), (0.69, 0), (0.7, 2), (0.999_999, 2), (1.0, 2)] {
            assert_eq!(weighted(&[7.0, 0.0, 3.0], drawn), at, "{drawn}");
        }
    }
}
