//! `irv`: the option with the fewest first places goes, until one is left.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Profile, WeakOrder};

/// Instant runoff: each ballot counts for the first option left on it, and the option with the
/// least weight is eliminated, again and again; the last one left wins.
///
/// Options that share the least weight are eliminated together, unless they are all that is left:
/// then they tie. A ballot is split in equal parts among options that it ties, and counts for
/// everybody left alike, which is for nobody, when it ranks none of them. Whoever comes next is
/// whoever wins among the others, by a runoff of their own: the order of elimination would say
/// little of it, because it knows only first places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Irv {}

impl Irv {
    /// The winners of the runoff among all options, then those among the rest, and so on.
    ///
    /// Stopping as soon as an option has more than half of the weight would elect the same: it can
    /// no longer have the least.
    /// Source: the single transferable vote of T. Hare, 1857, with one seat; eliminating all tied
    /// options as pref-voting 1.18.2 `instant_runoff` does, against which it is checked
    /// (`tests/golden_ranked.rs`, and below).
    pub fn order(self, profile: &Profile) -> WeakOrder {
        let mut left: Vec<usize> = (0..profile.n_options()).collect();
        let mut groups = Vec::new();
        while !left.is_empty() {
            let winners = winners(profile, &left);
            left.retain(|option| !winners.contains(option));
            groups.push(winners);
        }
        WeakOrder::of(groups)
    }
}

/// Who is left at the end of a runoff among at least one option.
fn winners(profile: &Profile, among: &[usize]) -> Vec<usize> {
    let mut left = among.to_vec();
    loop {
        // The groups of this order hold positions among those left.
        let by_share = WeakOrder::by_score(&profile.first_choices(&left));
        let [stay @ .., _] = by_share.groups() else { return left };
        if stay.is_empty() {
            return left;
        }
        left = stay.iter().flatten().map(|place| left[*place]).collect();
        left.sort_unstable();
    }
}
