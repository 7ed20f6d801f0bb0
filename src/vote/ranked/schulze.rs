//! `schulze`: who beats whom along the strongest path of majorities.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::majorities::Majorities;
use super::{Profile, WeakOrder};

/// An option beats another when the strongest path of majorities to it is stronger than the one
/// back; whom nobody beats wins.
///
/// A path is as strong as its smallest margin. The rule elects whoever wins every pair, and doesn't
/// change when a copy of an option joins. It leaves equal what it can't tell apart: the winners are
/// the first group, and each later group holds those whom nobody left beats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schulze {}

impl Schulze {
    /// All options in layers of the beats relation, which has no cycles.
    ///
    /// Source: M. Schulze, Social Choice and Welfare 36 (2011), 267-303, with margins as strength.
    /// Checked against pref-voting 1.18.2 `beat_path` (`tests/golden_ranked.rs`, and below).
    pub fn order(self, profile: &Profile) -> WeakOrder {
        let majorities = Majorities::of(profile);
        let n_options = majorities.n_options();
        let mut paths = majorities.strengths().to_vec();
        for via in 0..n_options {
            for from in 0..n_options {
                for to in 0..n_options {
                    let detour = paths[from][via].min(paths[via][to]);
                    paths[from][to] = paths[from][to].max(detour);
                }
            }
        }
        WeakOrder::by_layers(n_options, |a, b| paths[a][b] > paths[b][a])
    }
}
