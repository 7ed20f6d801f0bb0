//! The average quality that a router has over all prices: `RouterBench`'s AIQ.

use crate::analysis::blend::{Priced, hull};

/// Which curve is laid through what a router comes to at its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// The upper hull that never falls: what mixing settings by chance can reach. This is the
    /// paper's, and lets a router that gets worse with its price keep its best.
    NonDecreasingHull,
    /// Straight lines from each setting to the next dearer one, as they are, falls included. Of
    /// settings that cost the same only the most accurate counts.
    AsMeasured,
}

/// The average quality over prices, in the two readings of one definition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aiq {
    /// The area below the curve over the range of prices, from the cheapest setting to the largest
    /// price compared: an average quality, as the paper defines it.
    pub mean_quality: f64,
    /// The same area over the largest price, as `RouterBench`'s code divides: that there is nothing
    /// to be had below the cheapest setting counts as a quality of 0.
    pub over_largest_cost: f64,
}

/// The average quality of a router that comes to these settings; beyond its dearest one it stays as
/// it is, up to `most_cost`, the largest price of all that are compared.
///
/// `None` without settings, where the range of prices has no length, where a setting costs more
/// than `most_cost`, and for what is not finite.
/// Source: Q. J. Hu et al., `RouterBench`, arXiv 2403.12031 (2024), section 3. Its code has no
/// value for two settings, where it ends in an error; there is one here. Checked against
/// independent code and its own (`tests/golden_routing.rs`).
pub fn aiq(settings: &[Priced], most_cost: f64, curve: Curve) -> Option<Aiq> {
    let is_known = |it: &Priced| it.cost.is_finite() && it.accuracy.is_finite();
    if !settings.iter().all(is_known) || settings.iter().any(|it| it.cost > most_cost) {
        return None;
    }
    let mut points: Vec<Priced> = match curve {
        Curve::NonDecreasingHull => hull(settings).into_iter().map(|at| settings[at]).collect(),
        Curve::AsMeasured => in_order(settings),
    };
    let (first, last) = (*points.first()?, *points.last()?);
    points.push(Priced { cost: most_cost, ..last });
    let of_pair = |pair: &[Priced]| {
        (pair[1].cost - pair[0].cost) * (pair[0].accuracy + pair[1].accuracy) / 2.0
    };
    let area: f64 = points.windows(2).map(of_pair).sum();
    let range = most_cost - first.cost;
    (most_cost.is_finite() && range > 0.0 && most_cost > 0.0)
        .then(|| Aiq { mean_quality: area / range, over_largest_cost: area / most_cost })
}

/// The cheapest first, the most accurate at each price.
fn in_order(settings: &[Priced]) -> Vec<Priced> {
    let mut sorted = settings.to_vec();
    sorted.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(b.accuracy.total_cmp(&a.accuracy)));
    sorted.dedup_by(|next, kept| next.cost == kept.cost);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(rows: &[(f64, f64)]) -> Vec<Priced> {
        rows.iter().map(|(cost, accuracy)| Priced { cost: *cost, accuracy: *accuracy }).collect()
    }

    #[test]
    fn two_readings_of_two_curves_by_hand() {
        // From 0.4 at 1 to 0.8 at 2, and down to 0.6 at 4.
        let settings = settings(&[(4.0, 0.6), (1.0, 0.4), (2.0, 0.8), (2.0, 0.1)]);
        for (curve, area) in
            [(Curve::NonDecreasingHull, 0.6 + 1.6 + 0.8), (Curve::AsMeasured, 0.6 + 1.4 + 0.6)]
        {
            let Aiq { mean_quality, over_largest_cost } = aiq(&settings, 5.0, curve).unwrap();
            assert!((mean_quality - area / 4.0).abs() < 1e-12, "{curve:?}: {mean_quality}");
            assert!((over_largest_cost - area / 5.0).abs() < 1e-12, "{curve:?}");
        }
    }

    #[test]
    fn without_a_range_of_prices_there_is_no_average() {
        for (rows, most) in [
            (&[][..], 1.0),
            (&[(1.0, 0.5)], 1.0),
            (&[(2.0, 0.5)], 1.0),
            (&[(1.0, f64::NAN)], 2.0),
            (&[(1.0, 0.5)], f64::INFINITY),
            (&[(1.0, 0.5)], f64::NAN),
        ] {
            for curve in [Curve::NonDecreasingHull, Curve::AsMeasured] {
                assert_eq!(aiq(&settings(rows), most, curve), None, "{rows:?} up to {most}");
            }
        }
        let one = aiq(&settings(&[(1.0, 0.5)]), 2.0, Curve::AsMeasured);
        assert_eq!(one, Some(Aiq { mean_quality: 0.5, over_largest_cost: 0.25 }));
    }
}
