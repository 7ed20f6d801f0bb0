//! How much of the gap between a weak and a strong model a router recovers: `RouteLLM`'s figures.

/// What a router comes to at one of its thresholds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Routed {
    /// The share of the items that the strong model is asked, from 0 to 1.
    pub strong_share: f64,
    /// The accuracy, or any other quality.
    pub quality: f64,
}

/// The share of the gap between `weak` and `strong` that a quality recovers (PGR).
///
/// Not bound by 1: the weak model has items right that the strong one has not, so that a good
/// router can be better than both. Negative below the weak model. `None` where the two are equal,
/// and for what is not finite.
/// Source: I. Ong et al., `RouteLLM`, arXiv 2406.18665 (2024), eq. 4. Checked against independent
/// code (`tests/golden_routing.rs`).
pub fn gap_recovered(quality: f64, weak: f64, strong: f64) -> Option<f64> {
    let share = (quality - weak) / (strong - weak);
    share.is_finite().then_some(share)
}

/// A router at all its thresholds, from asking the strong model never to always; what lies between
/// two thresholds is reached by mixing them, so that the curve is made of straight lines.
#[derive(Debug, Clone, PartialEq)]
pub struct GapCurve {
    points: Vec<Routed>,
}

impl GapCurve {
    /// `None` unless the points begin at a share of 0 and end at 1, in whatever order, all finite,
    /// and those two ends differ in quality: they are the weak and the strong model alone.
    ///
    /// Points of one share stay in the order given.
    pub fn new(points: &[Routed]) -> Option<Self> {
        let is_finite = |it: &Routed| it.strong_share.is_finite() && it.quality.is_finite();
        let mut points = points.to_vec();
        points.sort_by(|a, b| a.strong_share.total_cmp(&b.strong_share));
        let (first, last) = (points.first()?, points.last()?);
        let spans = first.strong_share == 0.0 && last.strong_share == 1.0;
        let differs = first.quality != last.quality;
        (spans && differs && points.iter().all(is_finite)).then_some(Self { points })
    }

    /// The mean quality over all shares of strong calls: the area below the curve.
    pub fn mean_quality(&self) -> f64 {
        let of_pair = |pair: &[Routed]| {
            (pair[1].strong_share - pair[0].strong_share) * (pair[0].quality + pair[1].quality)
                / 2.0
        };
        self.points.windows(2).map(of_pair).sum()
    }

    /// The mean share of the gap that is recovered (APGR): one half for a router that draws lots.
    ///
    /// Source: as [`gap_recovered`], eq. 5, as the area by trapezoids, which is what its code
    /// computes. Checked as that is, and on `RouteLLM`'s own data (`tests/routellm.rs`).
    pub fn mean_gap_recovered(&self) -> Option<f64> {
        gap_recovered(self.mean_quality(), self.weak(), self.strong())
    }

    /// The least share of strong calls at which the curve recovers `share` of the gap (CPT), from 0
    /// to 1; `None` where it never does.
    ///
    /// `RouteLLM`'s code reads it off with `numpy.interp` as if quality grew with every call, which
    /// is undefined where it does not: on a curve that dips it may name a share far beyond the
    /// first one that is good enough. On curves that only rise the two are the same.
    /// Source: as [`gap_recovered`], section 4. Checked as that is.
    pub fn calls_to_recover(&self, share: f64) -> Option<f64> {
        let wanted = self.weak() + share * (self.strong() - self.weak());
        let sign = if self.strong() > self.weak() { 1.0 } else { -1.0 };
        let is_reached = |it: &Routed| sign * (it.quality - wanted) >= 0.0;
        let at = self.points.iter().position(is_reached)?;
        let Some(before) = at.checked_sub(1).map(|before| self.points[before]) else {
            return Some(self.points[at].strong_share);
        };
        let part = (wanted - before.quality) / (self.points[at].quality - before.quality);
        Some(before.strong_share + part * (self.points[at].strong_share - before.strong_share))
    }

    fn weak(&self) -> f64 {
        self.points[0].quality
    }

    fn strong(&self) -> f64 {
        self.points[self.points.len() - 1].quality
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, f64)]) -> Option<GapCurve> {
        let routed = |(strong_share, quality): &(f64, f64)| Routed {
            strong_share: *strong_share,
            quality: *quality,
        };
        GapCurve::new(&points.iter().map(routed).collect::<Vec<_>>())
    }

    #[test]
    fn a_line_recovers_as_much_as_it_calls() {
        let line = curve(&[(1.0, 0.8), (0.0, 0.6)]).unwrap();
        let close = |got: Option<f64>, wanted: f64| {
            assert!(got.is_some_and(|got| (got - wanted).abs() < 1e-12), "{got:?}, not {wanted}");
        };
        close(Some(line.mean_quality()), 0.7);
        close(line.mean_gap_recovered(), 0.5);
        for share in [0.0, 0.2, 0.5, 1.0] {
            close(line.calls_to_recover(share), share);
        }
        assert_eq!(line.calls_to_recover(1.1), None);
    }

    #[test]
    fn a_perfect_router_recovers_more_than_the_gap() {
        // Of ten items the strong one alone has two right, the weak one alone one.
        let oracle = curve(&[(0.0, 0.6), (0.2, 0.8), (0.9, 0.8), (1.0, 0.7)]).unwrap();
        let got = oracle.mean_gap_recovered().unwrap();
        assert!((got - (0.14 + 0.56 + 0.075 - 0.6) / 0.1).abs() < 1e-12, "{got}");
        let half = oracle.calls_to_recover(0.5).unwrap();
        assert!((half - 0.05).abs() < 1e-12, "{half}");
    }

    #[test]
    fn a_curve_that_dips_is_read_where_it_first_is_good_enough() {
        let dip = curve(&[(0.0, 60.0), (0.25, 72.0), (0.5, 66.0), (1.0, 80.0)]).unwrap();
        assert_eq!(dip.calls_to_recover(0.6), Some(0.25));
        // Where "strong" is the worse one, its gap is recovered downwards.
        let upside_down = curve(&[(0.0, 0.8), (0.5, 0.7), (1.0, 0.4)]).unwrap();
        let got = upside_down.calls_to_recover(0.25).unwrap();
        assert!((got - 0.5).abs() < 1e-12, "{got}");
    }

    #[test]
    fn what_is_no_curve_from_weak_to_strong_is_none() {
        for points in [
            &[][..],
            &[(0.0, 0.5)],
            &[(0.0, 0.5), (1.0, 0.5)],
            &[(0.1, 0.5), (1.0, 0.6)],
            &[(0.0, 0.5), (0.9, 0.6)],
            &[(0.0, 0.5), (0.5, f64::NAN), (1.0, 0.6)],
        ] {
            assert_eq!(curve(points), None, "{points:?}");
        }
        assert_eq!([gap_recovered(0.5, 0.6, 0.6), gap_recovered(f64::NAN, 0.1, 0.6)], [None; 2]);
    }
}
