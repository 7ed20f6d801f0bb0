//! Who beats whom in pairs, and how strongly.

use super::Profile;
use crate::vote::tally::exceeds;

/// For each pair of options the strength of the majority for the first over the second.
///
/// Strengths are ranks: 0 without a majority, 1 for the smallest margin, and one more for each
/// larger one; equal margins have equal strength. A margin is the weight of the ballots that prefer
/// the one less the weight of those that prefer the other, so that a ballot which ties the two
/// counts for neither. From here on, all is whole numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Majorities {
    strengths: Vec<Vec<u32>>,
}

/// How close two margins must be to be equal, as a share of the weight of all ballots.
const TOLERANCE: f64 = 1e-12;

impl Majorities {
    pub(super) fn of(profile: &Profile) -> Self {
        let n_options = profile.n_options();
        let margin = |a, b| {
            let (more, less) = (profile.preferring(a, b), profile.preferring(b, a));
            if exceeds(more, less) { more - less } else { 0.0 }
        };
        let margins: Vec<Vec<f64>> =
            (0..n_options).map(|a| (0..n_options).map(|b| margin(a, b)).collect()).collect();
        let mut sorted: Vec<f64> = margins.iter().flatten().copied().filter(|m| *m > 0.0).collect();
        sorted.sort_by(f64::total_cmp);
        // The least of each run of equal margins.
        let mut steps: Vec<f64> = Vec::new();
        let mut last = f64::NEG_INFINITY;
        for margin in sorted {
            if margin - last > TOLERANCE * profile.weight() {
                steps.push(margin);
            }
            last = margin;
        }
        let strength = |margin: &f64| steps.partition_point(|step| step <= margin) as u32;
        let strengths = margins.iter().map(|of_one| of_one.iter().map(strength).collect());
        Self { strengths: strengths.collect() }
    }

    pub(super) fn n_options(&self) -> usize {
        self.strengths.len()
    }

    /// The strength of the majority for `a` over `b`, 0 without one.
    pub(super) fn strength(&self, a: usize, b: usize) -> u32 {
        self.strengths[a][b]
    }

    pub(super) fn beats(&self, a: usize, b: usize) -> bool {
        self.strength(a, b) > 0
    }

    /// The strengths of all pairs.
    pub(super) fn strengths(&self) -> &[Vec<u32>] {
        &self.strengths
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::samples::profile;
    use super::*;

    #[test]
    fn strengths_rank_the_margins() {
        for (ballots, strengths) in [
            // Margins: A over B 1, B over C 3, C over A 1.
            ("1 A>B>C; 1 B>C>A; 1 C>A>B; 1 B>C>A; 1 A>B>C", [[0, 1, 0], [0, 0, 2], [1, 0, 0]]),
            // B and C are tied on one ballot and even on the others.
            ("1 A>B=C; 1 B>C>A; 1 C>B>A", [[0, 0, 0], [1, 0, 0], [1, 0, 0]]),
            // .3 and .1 + .2 are one margin.
            ("0.3 A>B=C; 0.1 B>C=A; 0.2 B>C=A", [[0, 0, 1], [0, 0, 1], [0, 0, 0]]),
            ("", [[0; 3]; 3]),
        ] {
            let majorities = Majorities::of(&profile(3, ballots));
            assert_eq!(majorities.strengths(), strengths, "{ballots}");
        }
    }
}
