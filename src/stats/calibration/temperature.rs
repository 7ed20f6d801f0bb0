//! Temperature scaling: one number that makes all confidences more or less extreme.

use super::super::root::crossing;
use super::{Forecast, ascending, log_odds, sigmoid};

/// A fitted temperature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Temperature {
    /// What log-odds are divided by; above 1 where the confidences were too extreme.
    pub temperature: f64,
}

/// Beyond this the fit has run away.
const COLDEST: f64 = 1e9;

impl Temperature {
    /// The temperature under which the log loss is least.
    ///
    /// `None` where there is no least one: where confidences above one half were all right and
    /// those below all wrong, which calls for ever lower temperatures, or where confidences tell
    /// nothing or the contrary, which calls for endless or negative ones. Also without forecasts
    /// and where a confidence is not in [0, 1].
    /// Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, ICML 2017. Checked against a
    /// 16-digit solution in other code (test below) and scipy's minimiser
    /// (`tests/golden_calibration.rs`).
    pub fn fit(forecasts: &[Forecast]) -> Option<Self> {
        let sorted = ascending(forecasts)?;
        let terms: Vec<(f64, f64)> =
            sorted.iter().map(|it| (log_odds(it.confidence), it.outcome())).collect();
        // The slope of the log loss in one over the temperature, which only grows.
        let slope = |inverse: f64| -> f64 {
            terms.iter().map(|(odds, outcome)| (sigmoid(inverse * odds) - outcome) * odds).sum()
        };
        if slope(0.0) >= 0.0 {
            return None;
        }
        let mut high = 1.0;
        while slope(high) <= 0.0 {
            high *= 2.0;
            if high > COLDEST {
                return None;
            }
        }
        Some(Self { temperature: 1.0 / crossing(0.0, high, |inverse| slope(inverse) > 0.0) })
    }

    /// The calibrated confidence. It keeps the order of confidences, and one half where it is.
    pub fn apply(&self, confidence: f64) -> f64 {
        sigmoid(log_odds(confidence) / self.temperature)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::check::close;
    use super::super::{Rows, forecasts, log_loss};
    use super::*;

    #[test]
    fn temperatures_by_hand_and_by_other_code() {
        // Three of four right at 0.9: the log-odds must come from ln 9 to ln 3.
        let sure = forecasts(&[(0.9, 1), (0.9, 1), (0.9, 1), (0.9, 0)]);
        let mixed = forecasts(&MIXED);
        for (sample, wanted) in [(&sure, 2.0), (&mixed, MIXED_TEMPERATURE)] {
            let got = Temperature::fit(sample).expect("a temperature").temperature;
            assert!(close(got, wanted, 1e-12), "{got} is not {wanted}");
        }
        let got = Temperature { temperature: 2.0 }.apply(0.9);
        assert!(close(got, 0.75, 1e-12), "{got}");
    }

    const MIXED: [(f64, u8); 8] =
        [(0.95, 1), (0.9, 0), (0.8, 1), (0.7, 1), (0.6, 0), (0.4, 1), (0.3, 0), (0.1, 0)];
    const MIXED_TEMPERATURE: f64 = 1.868_610_076_114_631;

    #[test]
    fn where_no_temperature_is_best_there_is_none() {
        let rows: [&Rows; 6] = [
            &[],
            &[(1.5, 1)],
            // Always right, always the contrary, and as good as a coin.
            &[(0.9, 1), (0.2, 0)],
            &[(0.9, 0), (0.2, 1)],
            &[(0.9, 1), (0.9, 0)],
            &[(0.5, 1), (0.5, 0)],
        ];
        for rows in rows {
            assert_eq!(Temperature::fit(&forecasts(rows)), None, "{rows:?}");
        }
    }

    proptest! {
        #[test]
        fn it_never_raises_the_log_loss_and_keeps_the_order(
            rows in prop::collection::vec((0.01..0.99f64, 0u8..2), 2..60),
        ) {
            let sample = forecasts(&rows);
            let Some(fitted) = Temperature::fit(&sample) else { return Ok(()) };
            let after: Vec<(f64, u8)> =
                rows.iter().map(|(c, right)| (fitted.apply(*c), *right)).collect();
            let (before, after) = (log_loss(&sample), log_loss(&forecasts(&after)));
            prop_assert!(after.zip(before).is_some_and(|(after, before)| after <= before + 1e-9));
            prop_assert!(fitted.apply(0.3) <= fitted.apply(0.6));
            prop_assert_eq!(fitted.apply(0.5), 0.5);
        }
    }
}
