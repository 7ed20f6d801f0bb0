//! `borda`: a point for every option that a ballot places below.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Profile, WeakOrder, sum};

/// The option with the most points wins: on each ballot an option gets a point for every option
/// below it and half a point for every other one in its place.
///
/// So the options that a ballot leaves out share the points of the last places, and every ballot
/// gives the same number of points, however much of it is filled in. Equal points tie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Borda {}

impl Borda {
    /// All options by points; see [`borda_scores`].
    pub fn order(self, profile: &Profile) -> WeakOrder {
        WeakOrder::by_score(&borda_scores(profile))
    }
}

/// The points of each option, times the weights of the ballots.
///
/// Source: J.-C. de Borda, Mémoire sur les élections au scrutin, 1784; half points for ties as in
/// D. Black, Partisan substitutes for the Condorcet and Borda criteria, Public Choice 28 (1976).
/// Checked against pref-voting 1.18.2 (`tests/golden_ranked.rs`).
pub fn borda_scores(profile: &Profile) -> Vec<f64> {
    let points = |option: usize| {
        let of_ballot = |places: &[usize]| -> f64 {
            let against = |other: &usize| match other.cmp(&places[option]) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
            // The option is level with itself, for which it gets nothing.
            places.iter().map(against).sum::<f64>() - 0.5
        };
        let ballots = profile.ballots().iter();
        sum(ballots.map(|ballot| ballot.weight * of_ballot(&ballot.places)).collect())
    };
    (0..profile.n_options()).map(points).collect()
}

#[cfg(test)]
mod tests {
    use super::super::profile::samples::{letters, profile};
    use super::*;

    #[test]
    fn ballots_give_a_point_for_each_option_below_and_half_a_point_for_each_beside() {
        for (ballots, scores, order) in [
            ("1 A>B>C>D", [3.0, 2.0, 1.0, 0.0], "A > B > C > D"),
            // The three left out share the points 0, 1 and 2.
            ("1 A", [3.0, 1.0, 1.0, 1.0], "A > B = C = D"),
            ("2 B=D>A>C", [2.0, 5.0, 0.0, 5.0], "B = D > A > C"),
            ("0.1 A>B; 0.2 A>B; 0.3 B>A", [1.5, 1.5, 0.3, 0.3], "A = B > C = D"),
            ("", [0.0; 4], "A = B = C = D"),
        ] {
            let profile = profile(4, ballots);
            let got = borda_scores(&profile);
            let close = std::iter::zip(&got, scores).all(|(a, b)| (a - b).abs() < 1e-12);
            assert!(close, "{ballots}: {got:?} is not {scores:?}");
            assert_eq!(letters(&Borda {}.order(&profile)), order, "{ballots}");
        }
    }
}
