//! Platt's sigmoid: two numbers that shift confidences and make them more or less extreme.

use super::{Forecast, ascending, sigmoid};

/// A fitted sigmoid of the confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Platt {
    /// What a confidence is multiplied by.
    pub slope: f64,
    /// What is added then, to give log-odds.
    pub intercept: f64,
}

/// What right and wrong answers count as in the fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// `(n + 1) / (n + 2)` for the n right ones and `1 / (m + 2)` for the m wrong ones, as Platt
    /// has it: there is always a fit, and it is never certain.
    Smoothed,
    /// 1 and 0: plain logistic regression.
    Hard,
}

/// After so many steps Newton's method has arrived, or never will.
const MOST_STEPS: usize = 100;

impl Platt {
    /// The sigmoid under which the log loss is least.
    ///
    /// `None` where all confidences are equal, for then there is nothing to go by; with hard
    /// targets also where all right answers were surer than all wrong ones, or the other way
    /// around, for then the steeper the better. Also without forecasts and where a confidence is
    /// not in [0, 1].
    /// Source: J. Platt, in Advances in Large Margin Classifiers (1999); by Newton's method with
    /// halved steps, after H.-T. Lin, C.-J. Lin and R. C. Weng, Machine Learning 68 (2007),
    /// 267-276. Checked against a solution in 30 digits (test below), and with hard targets against
    /// scipy's minimiser (`tests/golden_calibration.rs`).
    pub fn fit(forecasts: &[Forecast], targets: Targets) -> Option<Self> {
        let sorted = ascending(forecasts)?;
        let (first, last) = (sorted[0].confidence, sorted[sorted.len() - 1].confidence);
        if first == last || (targets == Targets::Hard && are_separate(&sorted)) {
            return None;
        }
        let n_right = sorted.iter().filter(|it| it.right).count() as f64;
        let n_wrong = sorted.len() as f64 - n_right;
        let (of_right, of_wrong) = match targets {
            Targets::Smoothed => ((n_right + 1.0) / (n_right + 2.0), 1.0 / (n_wrong + 2.0)),
            Targets::Hard => (1.0, 0.0),
        };
        // Around their middle, so that slope and intercept don't pull at each other.
        let middle = sorted.iter().map(|it| it.confidence).sum::<f64>() / sorted.len() as f64;
        let target = |it: &Forecast| if it.right { of_right } else { of_wrong };
        let fit =
            Fit { points: sorted.iter().map(|it| (it.confidence - middle, target(it))).collect() };
        let (slope, intercept) = fit.newton()?;
        Some(Self { slope, intercept: intercept - slope * middle })
    }

    /// The calibrated confidence.
    pub fn apply(&self, confidence: f64) -> f64 {
        sigmoid(self.slope * confidence + self.intercept)
    }
}

/// Whether one cut parts right from wrong; also where all are one of them.
fn are_separate(sorted: &[Forecast]) -> bool {
    let ends = |right: bool| {
        let mut of_kind = sorted.iter().filter(|it| it.right == right).map(|it| it.confidence);
        let first = of_kind.next();
        first.map(|first| (first, of_kind.next_back().unwrap_or(first)))
    };
    match (ends(true), ends(false)) {
        (Some(right), Some(wrong)) => wrong.1 <= right.0 || right.1 <= wrong.0,
        _ => true,
    }
}

/// A logistic regression on one variable.
struct Fit {
    /// The variable and the target, which lies in [0, 1].
    points: Vec<(f64, f64)>,
}

impl Fit {
    /// Slope and intercept; `None` where the steps lead nowhere.
    fn newton(&self) -> Option<(f64, f64)> {
        let mean = self.points.iter().map(|(_, target)| target).sum::<f64>();
        let mean = mean / self.points.len() as f64;
        let (mut slope, mut intercept) = (0.0, (mean / (1.0 - mean)).ln());
        for _ in 0..MOST_STEPS {
            let (by_slope, by_intercept) = self.step(slope, intercept)?;
            let loss = self.loss(slope, intercept);
            let is_worse = |part: f64| {
                let next = self.loss(slope + part * by_slope, intercept + part * by_intercept);
                // Near the end the loss changes by less than its rounding.
                next > loss + 1e-12 * loss
            };
            let mut part = 1.0;
            while is_worse(part) && part > 1e-9 {
                part /= 2.0;
            }
            slope += part * by_slope;
            intercept += part * by_intercept;
            let is_there = |by: f64, value: f64| by.abs() <= 1e-13 * value.abs().max(1.0);
            if is_there(by_slope, slope) && is_there(by_intercept, intercept) {
                break;
            }
        }
        (slope.is_finite() && intercept.is_finite()).then_some((slope, intercept))
    }

    /// Sum of the log losses.
    fn loss(&self, slope: f64, intercept: f64) -> f64 {
        let of_point = |(x, target): &(f64, f64)| {
            let log_odds = slope * x + intercept;
            log_odds.max(0.0) - target * log_odds + (-log_odds.abs()).exp().ln_1p()
        };
        self.points.iter().map(of_point).sum()
    }

    /// Newton's step.
    fn step(&self, slope: f64, intercept: f64) -> Option<(f64, f64)> {
        let (mut g_slope, mut g_intercept) = (0.0, 0.0);
        let (mut h_slope, mut h_both, mut h_intercept) = (0.0, 0.0, 0.0);
        for (x, target) in &self.points {
            let chance = sigmoid(slope * x + intercept);
            let (miss, weight) = (chance - target, chance * (1.0 - chance));
            g_slope += miss * x;
            g_intercept += miss;
            h_slope += weight * x * x;
            h_both += weight * x;
            h_intercept += weight;
        }
        let determinant = h_slope * h_intercept - h_both * h_both;
        let by_slope = (h_both * g_intercept - h_intercept * g_slope) / determinant;
        let by_intercept = (h_both * g_slope - h_slope * g_intercept) / determinant;
        (determinant > 0.0).then_some((by_slope, by_intercept))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::check::close;
    use super::super::{Rows, forecasts, log_loss};
    use super::*;

    const MIXED: [(f64, u8); 8] =
        [(0.95, 1), (0.9, 0), (0.8, 1), (0.7, 1), (0.6, 0), (0.4, 1), (0.3, 0), (0.1, 0)];

    #[test]
    fn sigmoids_by_other_code() {
        let parted: &Rows = &[(0.9, 1), (0.8, 1), (0.3, 0), (0.2, 0), (0.1, 0)];
        let rows: [(&Rows, Targets, (f64, f64)); 3] = [
            (&MIXED, Targets::Hard, (3.345_966_165_603, -2.010_157_062_792)),
            (&MIXED, Targets::Smoothed, (2.075_016_228_284, -1.238_124_080_05)),
            (parted, Targets::Smoothed, (3.703_870_553_445, -2.104_452_589_192)),
        ];
        for (rows, targets, (slope, intercept)) in rows {
            let got = Platt::fit(&forecasts(rows), targets).expect("a sigmoid");
            let same = close(got.slope, slope, 1e-9) && close(got.intercept, intercept, 1e-9);
            assert!(same, "{targets:?} of {rows:?}: {got:?} is not {slope} {intercept}");
        }
    }

    #[test]
    fn a_sigmoid_is_applied_to_the_confidence() {
        let platt = Platt { slope: 2.0, intercept: -1.0 };
        assert_eq!(platt.apply(0.5), 0.5);
        assert!(close(platt.apply(1.0), 1.0 / (1.0 + (-1f64).exp()), 1e-15));
    }

    #[test]
    fn where_no_sigmoid_is_best_there_is_none() {
        let rows: [(&Rows, bool); 6] = [
            (&[], false),
            (&[(1.5, 1), (0.5, 0)], false),
            (&[(0.7, 1), (0.7, 0)], false),
            // Smoothed targets are never certain.
            (&[(0.9, 1), (0.2, 0)], true),
            (&[(0.9, 0), (0.2, 1)], true),
            (&[(0.9, 1), (0.2, 1)], true),
        ];
        for (rows, has_smoothed) in rows {
            let of = |targets| Platt::fit(&forecasts(rows), targets);
            assert_eq!(of(Targets::Hard), None, "{rows:?}");
            assert_eq!(of(Targets::Smoothed).is_some(), has_smoothed, "{rows:?}");
        }
    }

    proptest! {
        #[test]
        fn with_hard_targets_it_never_raises_the_log_loss(
            rows in prop::collection::vec((0.01..0.99f64, 0u8..2), 2..60),
        ) {
            let sample = forecasts(&rows);
            let Some(fitted) = Platt::fit(&sample, Targets::Hard) else { return Ok(()) };
            // A constant is a sigmoid, too: the share of right answers.
            let share = sample.iter().map(|it| it.outcome()).sum::<f64>() / rows.len() as f64;
            let loss = |confidence: &dyn Fn(f64) -> f64| {
                let rows: Vec<(f64, u8)> = rows.iter().map(|(c, r)| (confidence(*c), *r)).collect();
                log_loss(&forecasts(&rows)).expect("a loss")
            };
            let (fitted, constant) = (loss(&|c| fitted.apply(c)), loss(&|_| share));
            prop_assert!(fitted <= constant + 1e-9, "{} {}", fitted, constant);
        }
    }
}
