//! How long a rule learns from the votes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many rounds of learning there are at most, from 1 to 10 000; 100 unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schemars(with = "u32", extend("minimum" = 1, "maximum" = 10000))]
pub struct Iterations(pub(super) u32);

/// By how much a round must better the fit, in nats a vote, for another to follow: from 0 to 1.
///
/// 0 does every round. 0.00001 unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64", extend("minimum" = 0, "maximum" = 1))]
pub struct Tolerance(f64);

/// Why a number is no number of rounds.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a number of iterations: it is from 1 to 10000")]
pub struct NotIterations(u32);

/// Why a number is no tolerance.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a tolerance: it is from 0 to 1")]
pub struct NotATolerance(f64);

impl Iterations {
    pub(super) fn value(self) -> u32 {
        self.0
    }
}

impl Default for Iterations {
    fn default() -> Self {
        Self(100)
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Self(1e-5)
    }
}

impl TryFrom<u32> for Iterations {
    type Error = NotIterations;

    fn try_from(value: u32) -> Result<Self, NotIterations> {
        if (1..=10_000).contains(&value) { Ok(Self(value)) } else { Err(NotIterations(value)) }
    }
}

impl From<Iterations> for u32 {
    fn from(iterations: Iterations) -> Self {
        iterations.0
    }
}

impl TryFrom<f64> for Tolerance {
    type Error = NotATolerance;

    fn try_from(value: f64) -> Result<Self, NotATolerance> {
        // Written positively so that NaN is refused.
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(NotATolerance(value)) }
    }
}

impl From<Tolerance> for f64 {
    fn from(tolerance: Tolerance) -> Self {
        tolerance.0
    }
}

/// How well the fit explains the votes, round by round.
///
/// Expectation maximisation never makes it worse, so a gain below the tolerance means that the fit
/// has settled, and not that it turned round.
pub(crate) struct Ascent {
    least_gain: f64,
    pub(crate) log_likelihoods: Vec<f64>,
}

impl Ascent {
    pub(crate) fn new(tolerance: Tolerance, n_votes: usize) -> Self {
        Self { least_gain: tolerance.0 * n_votes as f64, log_likelihoods: Vec::new() }
    }

    /// Notes the value before this round, and says whether the round before gained too little.
    pub(crate) fn has_settled(&mut self, log_likelihood: f64) -> bool {
        let before = self.log_likelihoods.last().copied();
        self.log_likelihoods.push(log_likelihood);
        let gained_little = before.is_some_and(|it| log_likelihood - it < self.least_gain);
        self.least_gain > 0.0 && gained_little
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_no_number_of_rounds_and_no_tolerance() {
        for (text, reads) in
            [("1", true), ("10000", true), ("0", false), ("10001", false), ("-1", false)]
        {
            let read: Result<Iterations, _> = serde_json::from_str(text);
            assert_eq!(read.is_ok(), reads, "{text}: {read:?}");
        }
        for (text, reads) in
            [("0", true), ("1", true), ("1e-9", true), ("-1e-9", false), ("1.1", false)]
        {
            let read: Result<Tolerance, _> = serde_json::from_str(text);
            assert_eq!(read.is_ok(), reads, "{text}: {read:?}");
        }
        assert!(Tolerance::try_from(f64::NAN).is_err());
    }

    #[test]
    fn a_fit_has_settled_when_a_round_gains_too_little() {
        for (tolerance, values, settled) in [
            (0.009, [-9.0, -8.0, -7.9], [false, false, false]),
            (0.02, [-9.0, -8.0, -7.9], [false, false, true]),
            (0.02, [-9.0, -9.0, -9.0], [false, true, true]),
            (0.0, [-9.0, -9.0, -9.5], [false, false, false]),
        ] {
            let mut ascent = Ascent::new(Tolerance(tolerance), 10);
            let seen = values.map(|value| ascent.has_settled(value));
            assert_eq!(seen, settled, "{tolerance} a vote, {values:?}");
        }
    }
}
