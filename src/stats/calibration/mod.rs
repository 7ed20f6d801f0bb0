//! Whether confidences come true as often as they say, and how to correct them.

mod isotonic;
mod platt;
mod reliability;
mod scores;
mod temperature;

pub use isotonic::Isotonic;
pub use platt::{Platt, Targets};
pub use reliability::{Bin, Binning, Reliability, reliability};
pub use scores::{CLIP, brier, log_loss};
pub use temperature::Temperature;

/// A confidence, and whether it came true.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// How sure it was, in [0, 1].
    pub confidence: f64,
    /// Whether the answer was right.
    pub right: bool,
}

impl Forecast {
    /// 1 for a right answer, 0 for a wrong one.
    fn outcome(self) -> f64 {
        f64::from(u8::from(self.right))
    }
}

/// By confidence, and wrong before right, so that the order of the items changes nothing; `None`
/// without forecasts and where a confidence is not in [0, 1].
fn ascending(forecasts: &[Forecast]) -> Option<Vec<Forecast>> {
    let inside = |it: &Forecast| (0.0..=1.0).contains(&it.confidence);
    if forecasts.is_empty() || !forecasts.iter().all(inside) {
        return None;
    }
    let mut sorted = forecasts.to_vec();
    sorted.sort_by(|one, other| {
        one.confidence.total_cmp(&other.confidence).then(one.right.cmp(&other.right))
    });
    Some(sorted)
}

/// The chance whose log-odds these are.
fn sigmoid(log_odds: f64) -> f64 {
    // By the sign, so that nothing overflows and a small chance keeps its digits.
    if log_odds >= 0.0 {
        1.0 / (1.0 + (-log_odds).exp())
    } else {
        let odds = log_odds.exp();
        odds / (1.0 + odds)
    }
}

/// The log-odds of a confidence, which is kept away from 0 and 1 by [`CLIP`].
fn log_odds(confidence: f64) -> f64 {
    let clipped = confidence.clamp(CLIP, 1.0 - CLIP);
    (clipped / (1.0 - clipped)).ln()
}

/// Confidences, and 1 for what came true.
#[cfg(test)]
type Rows = [(f64, u8)];

#[cfg(test)]
fn forecasts(rows: &Rows) -> Vec<Forecast> {
    let forecast =
        |(confidence, right): &(f64, u8)| Forecast { confidence: *confidence, right: *right == 1 };
    rows.iter().map(forecast).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_and_sigmoid_undo_each_other() {
        for confidence in [1e-6, 0.01, 0.5, 0.9, 0.999_99] {
            let got = sigmoid(log_odds(confidence));
            assert!((got - confidence).abs() <= 1e-12 * confidence, "{confidence}: {got}");
        }
        assert_eq!((log_odds(0.0), log_odds(1.0)), (log_odds(CLIP), log_odds(1.0 - CLIP)));
        assert_eq!((sigmoid(-800.0), sigmoid(800.0), sigmoid(0.0)), (0.0, 1.0, 0.5));
    }

    #[test]
    fn only_confidences_within_the_unit_are_sorted() {
        for rows in [&[][..], &[(0.5, 1), (1.1, 0)], &[(f64::NAN, 1)], &[(-0.1, 0)]] {
            assert_eq!(ascending(&forecasts(rows)), None, "{rows:?}");
        }
        let got = ascending(&forecasts(&[(0.5, 1), (0.2, 1), (0.5, 0)])).expect("forecasts");
        assert_eq!(got, forecasts(&[(0.2, 1), (0.5, 0), (0.5, 1)]));
    }
}
