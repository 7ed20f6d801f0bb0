//! What each member adds to the whole.

use super::estimate::{Scored, difference};
use super::intervals::Intervals;
use crate::data::Estimate;
use crate::kernel::PolicyId;

/// What a member adds: a paired difference, above 0 where the member helps.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// The accuracy with the member less that without.
    pub difference: Estimate,
    /// The two-sided p-value of no difference.
    pub p: f64,
    /// Items that go better with the member.
    pub wins: u64,
    /// Items that go better without.
    pub losses: u64,
}

/// What leaving a member out takes away, from the scores with the member and without, item by
/// item; `None` without items.
///
/// The scores are held out: whatever was fitted to get them was fitted on other items. Interval
/// and p-value are those of [`difference`].
pub fn leave_one_out(
    with_and_without: &[(Scored, Scored)],
    intervals: Intervals,
) -> Option<Contribution> {
    let versus = difference(&PolicyId::default(), with_and_without, intervals)?;
    let (p, wins, losses) = (versus.p, versus.wins, versus.losses);
    Some(Contribution { difference: versus.difference, p, wins, losses })
}

/// More members than this have too many subsets.
pub const MOST_PLAYERS: usize = 12;

/// The Shapley value of each player: what the player adds to those who came before, on average
/// over all orders of coming, by full enumeration.
///
/// `value` is asked once for each subset of `0..n_players`, given in ascending order, the empty
/// one among them. The values add up to that of all less that of none; what a player never changes
/// is worth 0, and players who change the same are worth the same, both up to rounding. `None` for
/// more than [`MOST_PLAYERS`], and where a value is not finite.
/// Source: L. S. Shapley, in Contributions to the Theory of Games II (1953), 307-317. Checked
/// against games with known solutions (test below).
pub fn shapley(n_players: usize, mut value: impl FnMut(&[usize]) -> f64) -> Option<Vec<f64>> {
    if n_players > MOST_PLAYERS {
        return None;
    }
    let values: Vec<f64> =
        (0..1_usize << n_players).map(|subset| value(&members(subset, n_players))).collect();
    if !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let of_player = |player: usize| {
        let mut added: Vec<Vec<f64>> = vec![Vec::new(); n_players];
        for subset in (0..values.len()).filter(|subset| subset >> player & 1 == 0) {
            let by = values[subset | 1 << player] - values[subset];
            added[subset.count_ones() as usize].push(by);
        }
        // Each number of players before this one is equally likely, and so is each such subset.
        let means = added.into_iter().map(|mut of_size| {
            // Sorted, so that equal players have equal values in whatever order they stand.
            of_size.sort_by(f64::total_cmp);
            of_size.iter().sum::<f64>() / of_size.len() as f64
        });
        means.sum::<f64>() / n_players as f64
    };
    Some((0..n_players).map(of_player).collect())
}

fn members(subset: usize, n_players: usize) -> Vec<usize> {
    (0..n_players).filter(|player| subset >> player & 1 == 1).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_values(name: &str, got: Option<Vec<f64>>, wanted: &[f64]) {
        let got = got.unwrap();
        assert_eq!(got.len(), wanted.len(), "{name}");
        for (got, wanted) in got.iter().zip(wanted) {
            assert!((got - wanted).abs() < 1e-12, "{name}: {got} is not {wanted}");
        }
    }

    #[test]
    fn known_games_have_their_known_values() {
        // One left and two right gloves: a pair is worth 1.
        let gloves =
            |players: &[usize]| f64::from(u8::from(players.contains(&0) && players.len() > 1));
        assert_values("gloves", shapley(3, gloves), &[2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]);
        // S. C. Littlechild and G. Owen, Manage. Sci. 20 (1973): planes that need a runway of 1,
        // 2, 3 and 10 share its costs.
        let runway = |players: &[usize]| {
            players.iter().map(|plane| [1.0, 2.0, 3.0, 10.0][*plane]).fold(0.0, f64::max)
        };
        let shares = [1.0 / 4.0, 1.0 / 4.0 + 1.0 / 3.0, 13.0 / 12.0, 97.0 / 12.0];
        assert_values("runway", shapley(4, runway), &shares);
        // L. S. Shapley and M. Shubik, Am. Polit. Sci. Rev. 48 (1954): votes 4, 3, 2 and 1, of
        // which 6 decide.
        let council = |players: &[usize]| {
            let votes: u32 = players.iter().map(|member| [4, 3, 2, 1][*member]).sum();
            f64::from(u8::from(votes >= 6))
        };
        let powers = [5.0 / 12.0, 3.0 / 12.0, 3.0 / 12.0, 1.0 / 12.0];
        assert_values("council", shapley(4, council), &powers);
        assert_values("nobody", shapley(0, |_| 1.0), &[]);
        assert_values("one", shapley(1, |players| 3.0 + players.len() as f64), &[1.0]);
    }

    #[test]
    fn too_many_players_and_values_that_are_none_have_no_shares() {
        assert!(shapley(MOST_PLAYERS, |players| players.len() as f64).is_some());
        assert_eq!(shapley(MOST_PLAYERS + 1, |_| panic!("asked for a value")), None);
        assert_eq!(shapley(2, |players| 1.0 / players.len() as f64), None);
    }

    #[test]
    fn leaving_out_gives_the_paired_difference() {
        let scored = |(score, cluster): (f64, u32)| Scored { score, cluster };
        let pair = |(cluster, (with, without)): (u32, (f64, f64))| {
            (scored((with, cluster)), scored((without, cluster)))
        };
        // Newcombe's example: 36 both, 12 and 2 alone; (12 - 2) / 50.
        let scores = [(1.0, 1.0); 36].into_iter().chain([(1.0, 0.0); 12]).chain([(0.0, 1.0); 2]);
        let pairs: Vec<(Scored, Scored)> = (0..).zip(scores).map(pair).collect();
        let got = leave_one_out(&pairs, Intervals::default()).unwrap();
        assert_eq!((got.wins, got.losses, got.difference.n), (12, 2, 50));
        assert!((got.difference.point - 0.2).abs() < 1e-12, "{got:?}");
        // Mid-p: 2 (1 + 14) / 2^14 + 91 / 2^14.
        assert!((got.p - 121.0 / 16384.0).abs() < 1e-12, "{got:?}");
        assert_eq!(leave_one_out(&[], Intervals::default()), None);
    }

    /// A value for each subset of four players, the first of whom never changes anything.
    fn with_dummy(values: &[f64], players: &[usize]) -> f64 {
        let subset: usize = players.iter().filter(|it| **it > 0).map(|it| 1 << (it - 1)).sum();
        values[subset]
    }

    proptest! {
        #[test]
        fn all_is_shared_out_and_who_changes_nothing_gets_nothing(
            values in prop::collection::vec(-1.0..1.0f64, 8),
        ) {
            let shares = shapley(4, |players| with_dummy(&values, players)).unwrap();
            prop_assert!((shares.iter().sum::<f64>() - (values[7] - values[0])).abs() < 1e-12);
            prop_assert_eq!(shares[0], 0.0);
        }

        #[test]
        fn equal_players_get_equal_shares_wherever_they_stand(
            // By the number of equal players, without and with the one who differs.
            values in prop::collection::vec(-1.0..1.0f64, 8), at in 0usize..4,
        ) {
            let value = |players: &[usize]| {
                let n_equal = players.iter().filter(|it| **it != at).count();
                values[2 * n_equal + usize::from(players.contains(&at))]
            };
            let shares = shapley(4, value).unwrap();
            let mut equal = (0..4).filter(|it| *it != at).map(|it| shares[it]);
            let first = equal.next().unwrap();
            prop_assert!(equal.all(|share| share == first), "{:?}", shares);
        }
    }
}
