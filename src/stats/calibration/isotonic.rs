//! Isotonic regression: the best correction of confidences that keeps their order.

use super::{Forecast, ascending};

/// A fitted curve that never falls, straight between its points.
#[derive(Debug, Clone, PartialEq)]
pub struct Isotonic {
    /// Confidence and the share that was right, both ascending; the ends of each level stretch.
    pub points: Vec<(f64, f64)>,
}

impl Isotonic {
    /// The curve nearest to the outcomes, in squares, by pooling neighbours that fall.
    ///
    /// Items of equal confidence count as one, with their number. `None` without forecasts and
    /// where a confidence is not in [0, 1].
    /// Source: M. Ayer, H. D. Brunk, G. M. Ewing, W. T. Reid and E. Silverman, Ann. Math. Statist.
    /// 26 (1955), 641-647; for calibration, B. Zadrozny and C. Elkan, KDD 2002. Checked against
    /// scikit-learn `IsotonicRegression` (`tests/golden_calibration.rs`).
    pub fn fit(forecasts: &[Forecast]) -> Option<Self> {
        let sorted = ascending(forecasts)?;
        let mut levels: Vec<Level> = Vec::new();
        for equal in sorted.chunk_by(|one, other| one.confidence == other.confidence) {
            let confidence = equal[0].confidence;
            let mut level = Level {
                first: confidence,
                last: confidence,
                n_right: equal.iter().map(|it| it.outcome()).sum(),
                n: equal.len() as f64,
            };
            while let Some(before) = levels.pop_if(|before| before.share() >= level.share()) {
                level = before.pooled_with(level);
            }
            levels.push(level);
        }
        let ends = |level: &Level| {
            let (first, last) = ((level.first, level.share()), (level.last, level.share()));
            std::iter::once(first).chain((level.first < level.last).then_some(last))
        };
        Some(Self { points: levels.iter().flat_map(ends).collect() })
    }

    /// The calibrated confidence; beyond the confidences that were fitted, that of the nearest.
    pub fn apply(&self, confidence: f64) -> f64 {
        let at = self.points.partition_point(|(x, _)| *x < confidence);
        match (at.checked_sub(1).map(|before| self.points[before]), self.points.get(at)) {
            // Not beyond the upper end, by which rounding might leave [0, 1].
            (Some((x0, y0)), Some(&(x1, y1))) => {
                (y0 + (y1 - y0) * ((confidence - x0) / (x1 - x0))).min(y1)
            }
            (Some((_, y)), None) | (None, Some(&(_, y))) => y,
            (None, None) => confidence,
        }
    }
}

/// Neighbours that are given the same share.
#[derive(Debug, Clone, Copy)]
struct Level {
    first: f64,
    last: f64,
    n_right: f64,
    n: f64,
}

impl Level {
    fn share(self) -> f64 {
        self.n_right / self.n
    }

    fn pooled_with(self, next: Self) -> Self {
        Self { last: next.last, n_right: self.n_right + next.n_right, n: self.n + next.n, ..self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Rows, brier, forecasts};
    use super::*;

    #[test]
    fn falling_neighbours_are_pooled() {
        let rows: [(&Rows, &[(f64, f64)]); 5] = [
            (&[(0.2, 0), (0.8, 1)], &[(0.2, 0.0), (0.8, 1.0)]),
            (&[(0.2, 1), (0.8, 0)], &[(0.2, 0.5), (0.8, 0.5)]),
            (&[(0.5, 1)], &[(0.5, 1.0)]),
            // Equal confidences are one point of weight two.
            (&[(0.3, 1), (0.3, 0), (0.6, 0)], &[(0.3, 1.0 / 3.0), (0.6, 1.0 / 3.0)]),
            (
                &[(0.1, 0), (0.2, 1), (0.3, 0), (0.4, 1), (0.5, 1)],
                &[(0.1, 0.0), (0.2, 0.5), (0.3, 0.5), (0.4, 1.0), (0.5, 1.0)],
            ),
        ];
        for (rows, wanted) in rows {
            let got = Isotonic::fit(&forecasts(rows)).expect("a curve");
            assert_eq!(got.points, wanted, "{rows:?}");
        }
        for rows in [&[][..], &[(f64::NAN, 1)]] {
            assert_eq!(Isotonic::fit(&forecasts(rows)), None, "{rows:?}");
        }
    }

    #[test]
    fn the_curve_is_straight_between_its_points_and_level_beyond() {
        let curve = Isotonic { points: vec![(0.2, 0.1), (0.6, 0.1), (0.8, 0.9)] };
        let rows = [(0.0, 0.1), (0.2, 0.1), (0.4, 0.1), (0.7, 0.5), (0.8, 0.9), (1.0, 0.9)];
        for (confidence, wanted) in rows {
            let got = curve.apply(confidence);
            assert!((got - wanted).abs() < 1e-12, "{confidence}: {got} is not {wanted}");
        }
        // A third and two thirds are a little more than 1 when taken by way of a fifth.
        let curve = Isotonic { points: vec![(0.8, 1.0 / 3.0), (1.0, 1.0)] };
        assert_eq!(curve.apply(1.0), 1.0);
    }

    proptest! {
        #[test]
        fn the_curve_never_falls_and_is_better_than_what_it_was_fitted_to(
            rows in prop::collection::vec((0u8..=20, 0u8..2), 1..60),
        ) {
            let rows: Vec<(f64, u8)> =
                rows.into_iter().map(|(c, right)| (f64::from(c) / 20.0, right)).collect();
            let sample = forecasts(&rows);
            let curve = Isotonic::fit(&sample).expect("a curve");
            prop_assert!(curve.points.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{:?}", curve);
            let after: Vec<(f64, u8)> = rows.iter().map(|(c, r)| (curve.apply(*c), *r)).collect();
            let (before, after) = (brier(&sample), brier(&forecasts(&after)));
            prop_assert!(after.zip(before).is_some_and(|(after, before)| after <= before + 1e-12));
            // As many are right as it says, on the whole.
            let said: f64 = sample.iter().map(|it| curve.apply(it.confidence)).sum();
            let right: f64 = sample.iter().map(|it| it.outcome()).sum();
            prop_assert!((said - right).abs() < 1e-9, "{} {}", said, right);
        }
    }
}
