//! How good confidences are, in one number: Brier score and log loss.

use super::{Forecast, ascending};

/// How near to 0 and 1 a confidence may come before a logarithm is taken of it.
pub const CLIP: f64 = 1e-6;

/// The Brier score: the mean square of confidence less outcome, from 0 for certain and right to 1
/// for certain and wrong.
///
/// `None` without forecasts and where a confidence is not in [0, 1].
/// Source: G. W. Brier, Monthly Weather Review 78 (1950), 1-3, halved as is usual for two outcomes.
/// Checked against scikit-learn `brier_score_loss` (`tests/golden_calibration.rs`).
pub fn brier(forecasts: &[Forecast]) -> Option<f64> {
    mean(forecasts, |it| (it.confidence - it.outcome()).powi(2))
}

/// The log loss: the mean of minus the natural logarithm of the confidence in what came true.
///
/// A confidence is first moved [`CLIP`] away from 0 and 1, so that one that was certain and wrong
/// costs 13.8 and not infinity. `None` as for [`brier`].
/// Source: I. J. Good, J. R. Statist. Soc. B 14 (1952), 107-114. Checked against numpy
/// (`tests/golden_calibration.rs`).
pub fn log_loss(forecasts: &[Forecast]) -> Option<f64> {
    mean(forecasts, |it| {
        let confidence = it.confidence.clamp(CLIP, 1.0 - CLIP);
        if it.right { -confidence.ln() } else { -(-confidence).ln_1p() }
    })
}

/// In the order of the confidences, so that the order of the items changes nothing.
fn mean(forecasts: &[Forecast], loss: impl Fn(&Forecast) -> f64) -> Option<f64> {
    let sorted = ascending(forecasts)?;
    Some(sorted.iter().map(loss).sum::<f64>() / sorted.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::{Rows, forecasts};
    use super::*;

    #[test]
    fn scores_by_hand() {
        let rows: [(&Rows, Option<f64>, Option<f64>); 7] = [
            (&[(1.0, 1)], Some(0.0), Some(1e-6)),
            (&[(0.0, 0)], Some(0.0), Some(1e-6)),
            (&[(1.0, 0)], Some(1.0), Some(13.815_510_557_964_274)),
            (&[(0.5, 1), (0.5, 0)], Some(0.25), Some(2f64.ln())),
            (&[(0.8, 1), (0.4, 0)], Some(0.1), Some(-(0.8f64.ln() + 0.6f64.ln()) / 2.0)),
            (&[], None, None),
            (&[(0.5, 1), (f64::NAN, 0)], None, None),
        ];
        let near = |got: Option<f64>, wanted: Option<f64>| match (got, wanted) {
            (Some(got), Some(wanted)) => (got - wanted).abs() < 1e-10,
            (got, wanted) => got == wanted,
        };
        for (rows, wanted_brier, wanted_loss) in rows {
            let forecasts = forecasts(rows);
            let (got_brier, got_loss) = (brier(&forecasts), log_loss(&forecasts));
            assert!(near(got_brier, wanted_brier), "{rows:?}: {got_brier:?}");
            assert!(near(got_loss, wanted_loss), "{rows:?}: {got_loss:?}");
        }
    }
}
