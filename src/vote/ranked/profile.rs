//! All ballots of one vote over rankings.

use std::collections::BTreeMap;

use super::sum;
use crate::kernel::Ranking;

/// Ballots over a number of options, each with a weight.
///
/// Options are known by their position in the list from which the profile was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    n_options: usize,
    ballots: Vec<Placed>,
}

/// A ballot as the place of each option, 0 for the best; tied options share a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) places: Vec<usize>,
    pub(super) weight: f64,
}

/// A ballot names something that is no option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not one of the options")]
pub struct UnknownOption(pub String);

impl Profile {
    /// The ballots over `options`, which are all different, where a ballot's weight is finite and
    /// 0 or more.
    ///
    /// Options that a ballot leaves out share the last place. Where no ballot has any weight, each
    /// counts 1. Without ballots, every rule ties all options.
    pub fn new(options: &[&str], ballots: &[(&Ranking, f64)]) -> Result<Self, UnknownOption> {
        let position: BTreeMap<&str, usize> =
            options.iter().enumerate().map(|(idx, option)| (*option, idx)).collect();
        debug_assert_eq!(position.len(), options.len(), "options are all different");
        let weightless = ballots.iter().all(|(_, weight)| *weight == 0.0);
        let placed = |(ranking, weight): &(&Ranking, f64)| {
            let mut places = vec![ranking.places().count(); options.len()];
            for (place, tied) in ranking.places().enumerate() {
                for option in tied {
                    let unknown = || UnknownOption(option.clone());
                    places[*position.get(option.as_str()).ok_or_else(unknown)?] = place;
                }
            }
            Ok(Placed { places, weight: if weightless { 1.0 } else { *weight } })
        };
        let ballots: Result<_, UnknownOption> = ballots.iter().map(placed).collect();
        Ok(Self { n_options: options.len(), ballots: ballots? })
    }

    /// How many options there are.
    pub fn n_options(&self) -> usize {
        self.n_options
    }

    pub(super) fn ballots(&self) -> &[Placed] {
        &self.ballots
    }

    /// The weight of the ballots that place option `a` before option `b`.
    pub(super) fn preferring(&self, a: usize, b: usize) -> f64 {
        let prefers = |ballot: &&Placed| ballot.places[a] < ballot.places[b];
        sum(self.ballots.iter().filter(prefers).map(|ballot| ballot.weight).collect())
    }

    /// The weight of all ballots.
    pub(super) fn weight(&self) -> f64 {
        sum(self.ballots.iter().map(|ballot| ballot.weight).collect())
    }

    /// What each of the `remaining` options gets when a ballot counts for the first of them on it,
    /// in equal parts where several are tied there.
    pub(super) fn first_choices(&self, remaining: &[usize]) -> Vec<f64> {
        let mut parts = vec![Vec::new(); remaining.len()];
        for Placed { places, weight } in &self.ballots {
            let best = remaining.iter().map(|option| places[*option]).min();
            let is_first = |option: &usize| Some(places[*option]) == best;
            let n_first = remaining.iter().filter(|option| is_first(option)).count();
            for (option, parts) in std::iter::zip(remaining, &mut parts) {
                if is_first(option) {
                    parts.push(weight / n_first as f64);
                }
            }
        }
        parts.into_iter().map(sum).collect()
    }
}

/// What the tests of the rules share.
#[cfg(test)]
pub(super) mod samples {
    use super::*;
    use crate::vote::ranked::WeakOrder;

    /// Options A, B, C and so on, and ballots such as `3 A>B=C`, set apart by `;`.
    pub(crate) fn profile(n_options: usize, ballots: &str) -> Profile {
        let options: Vec<String> = (b'A'..).take(n_options).map(|c| char::from(c).into()).collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let read = |ballot: &str| {
            let (weight, ranking) = ballot.trim().split_once(' ')?;
            Some((ranking.parse::<Ranking>().ok()?, weight.parse::<f64>().ok()?))
        };
        let ballots: Vec<(Ranking, f64)> = ballots
            .split(';')
            .filter(|ballot| !ballot.trim().is_empty())
            .map(|ballot| read(ballot).expect("a weight and a ranking"))
            .collect();
        let ballots: Vec<(&Ranking, f64)> =
            ballots.iter().map(|(ranking, weight)| (ranking, *weight)).collect();
        Profile::new(&options, &ballots).expect("options that are known")
    }

    /// Groups as `B > A = C`.
    pub(crate) fn letters(order: &WeakOrder) -> String {
        let letter = |option: &usize| char::from(b'A' + *option as u8).to_string();
        let group = |group: &[usize]| group.iter().map(letter).collect::<Vec<_>>().join(" = ");
        order.groups().iter().map(|tied| group(tied)).collect::<Vec<_>>().join(" > ")
    }
}

#[cfg(test)]
mod tests {
    use super::samples::profile;
    use super::*;

    #[test]
    fn options_left_out_share_the_last_place() {
        for (ballots, places) in [
            ("1 C>A", vec![vec![1, 2, 0, 2]]),
            ("1 B=D>A>C", vec![vec![1, 0, 2, 0]]),
            ("2 A; 1 D>B", vec![vec![0, 1, 1, 1], vec![2, 1, 2, 0]]),
        ] {
            let profile = profile(4, ballots);
            let got: Vec<Vec<usize>> = profile.ballots().iter().map(|b| b.places.clone()).collect();
            assert_eq!(got, places, "{ballots}");
        }
    }

    #[test]
    fn a_ballot_counts_for_its_first_option_left_and_is_split_among_tied_ones() {
        let profile = profile(4, "3 A>B>C>D; 2 B=C; 1 D");
        for (remaining, shares) in [
            (vec![0, 1, 2, 3], vec![3.0, 1.0, 1.0, 1.0]),
            (vec![1, 2, 3], vec![4.0, 1.0, 1.0]),
            // The last ballot ranks neither and is split.
            (vec![1, 2], vec![4.5, 1.5]),
        ] {
            assert_eq!(profile.first_choices(&remaining), shares, "{remaining:?}");
        }
    }

    #[test]
    fn ballots_without_any_weight_count_heads() {
        assert_eq!(profile(2, "0 A; 0 A; 0 B").first_choices(&[0, 1]), [2.0, 1.0]);
        assert_eq!(profile(2, "0 A; 0 A; 0.5 B").first_choices(&[0, 1]), [0.0, 0.5]);
    }

    #[test]
    fn what_is_no_option_is_refused() {
        let ranking: Ranking = "A > X".parse().expect("a ranking");
        let refused = Profile::new(&["A", "B"], &[(&ranking, 1.0)]);
        assert_eq!(refused, Err(UnknownOption("X".to_owned())));
    }
}
