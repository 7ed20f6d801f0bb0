//! What is lost by answering only where one is confident: risk against coverage.

/// One answer: how confident it was, and what it cost to be wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Risked {
    /// The more the surer; in any unit, for only the order matters.
    pub confidence: f64,
    /// 0 for a right answer, 1 for a wrong one, or anything between.
    pub loss: f64,
}

/// What comes of answering where the confidence is at least `threshold`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoveragePoint {
    /// The least confidence that is answered.
    pub threshold: f64,
    /// The share of items answered.
    pub coverage: f64,
    /// Their mean loss.
    pub risk: f64,
}

/// Risk by coverage.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskCoverage {
    /// A point for every confidence that occurs, from the surest on; the last has coverage 1.
    pub points: Vec<CoveragePoint>,
    /// The mean of the risks after each of the items, from the surest on: smaller is better, and
    /// the risk at full coverage is what a confidence without information gives.
    pub area: f64,
}

/// The selective risk at every coverage.
///
/// Items of equal confidence are answered all or none; in the area they count in random order, on
/// average, so that the order of the items changes nothing. `None` without items and where a
/// number is not finite.
/// Source: R. El-Yaniv and Y. Wiener, J. Mach. Learn. Res. 11 (2010), 1605-1641; the area as in
/// Y. Geifman, G. Uziel and R. El-Yaniv, ICLR 2019. Checked by hand (test below).
pub fn risk_coverage(answers: &[Risked]) -> Option<RiskCoverage> {
    let is_finite = |it: &Risked| it.confidence.is_finite() && it.loss.is_finite();
    if answers.is_empty() || !answers.iter().all(is_finite) {
        return None;
    }
    let mut sorted = answers.to_vec();
    let surest_first = |one: &Risked, other: &Risked| {
        other.confidence.total_cmp(&one.confidence).then(one.loss.total_cmp(&other.loss))
    };
    sorted.sort_by(surest_first);
    let n = sorted.len() as f64;
    let (mut n_answered, mut lost, mut area) = (0.0, 0.0, 0.0);
    let mut points = Vec::new();
    for equal in sorted.chunk_by(|one, other| one.confidence == other.confidence) {
        let loss: f64 = equal.iter().map(|it| it.loss).sum();
        let mean = loss / equal.len() as f64;
        for more in 1..=equal.len() {
            area += (lost + mean * more as f64) / (n_answered + more as f64) / n;
        }
        n_answered += equal.len() as f64;
        lost += loss;
        let (coverage, risk) = (n_answered / n, lost / n_answered);
        points.push(CoveragePoint { threshold: equal[0].confidence, coverage, risk });
    }
    Some(RiskCoverage { points, area })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn risked(rows: &[(f64, f64)]) -> Vec<Risked> {
        rows.iter()
            .map(|(confidence, loss)| Risked { confidence: *confidence, loss: *loss })
            .collect()
    }

    #[test]
    fn four_answers_by_hand() {
        // Risks after each: 0, 1/2, 1/3, 1/2.
        let answers = risked(&[(0.2, 1.0), (0.9, 0.0), (0.5, 1.0), (0.4, 0.0)]);
        let got = risk_coverage(&answers).expect("a curve");
        let points: Vec<(f64, f64, f64)> =
            got.points.iter().map(|it| (it.threshold, it.coverage, it.risk)).collect();
        let third = 1.0 / 3.0;
        let wanted = [(0.9, 0.25, 0.0), (0.5, 0.5, 0.5), (0.4, 0.75, third), (0.2, 1.0, 0.5)];
        assert_eq!(points, wanted);
        assert!((got.area - (0.5 + third + 0.5) / 4.0).abs() < 1e-15, "{}", got.area);
        // All equally sure: one point, and on average half right after each.
        let got = risk_coverage(&risked(&[(0.7, 1.0), (0.7, 0.0)])).expect("a curve");
        assert_eq!(got.points, [CoveragePoint { threshold: 0.7, coverage: 1.0, risk: 0.5 }]);
        assert_eq!(got.area, 0.5);
    }

    #[test]
    fn nothing_and_what_is_no_number_have_no_curve() {
        for rows in [&[][..], &[(f64::NAN, 0.0)], &[(0.5, f64::INFINITY)]] {
            assert_eq!(risk_coverage(&risked(rows)), None, "{rows:?}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_the_items_and_the_scale_change_nothing(
            rows in prop::collection::vec((0u8..6, 0u8..2), 1..40), by in 0usize..40,
        ) {
            let answers = |scale: f64| -> Vec<(f64, f64)> {
                rows.iter().map(|(c, l)| (scale * f64::from(*c), f64::from(*l))).collect()
            };
            let one = risk_coverage(&risked(&answers(1.0))).expect("a curve");
            let mut others = answers(4.0);
            others.rotate_left(by % rows.len());
            let other = risk_coverage(&risked(&others)).expect("a curve");
            prop_assert_eq!(one.area, other.area);
            let of = |it: &RiskCoverage| -> Vec<f64> { it.points.iter().map(|p| p.risk).collect() };
            prop_assert_eq!(of(&one), of(&other));
        }

        #[test]
        fn knowing_what_is_wrong_is_best_and_its_opposite_worst(
            rows in prop::collection::vec((0.0..1.0f64, 0u8..2), 1..40),
        ) {
            let with = |confidence: fn(f64, f64) -> f64| {
                let losses = rows.iter().map(|(c, loss)| (*c, f64::from(*loss)));
                let rows: Vec<_> = losses.map(|(c, loss)| (confidence(c, loss), loss)).collect();
                risk_coverage(&risked(&rows)).expect("a curve").area
            };
            let (best, got, worst) = (with(|_, loss| -loss), with(|c, _| c), with(|_, loss| loss));
            prop_assert!(best <= got + 1e-12 && got <= worst + 1e-12, "{} {} {}", best, got, worst);
        }
    }
}
