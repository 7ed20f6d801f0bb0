//! First places alone, which is what a vote of single answers is.

use super::{Profile, WeakOrder};

/// Options by the weight of the ballots that place them first, in equal parts where several share
/// a first place.
///
/// No rule of its own in a scenario, where `majority` is it; here to compare with.
/// Checked against pref-voting 1.18.2 (`tests/golden_ranked.rs`).
pub fn plurality(profile: &Profile) -> WeakOrder {
    let options: Vec<usize> = (0..profile.n_options()).collect();
    WeakOrder::by_score(&profile.first_choices(&options))
}
