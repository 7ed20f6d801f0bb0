//! Whether a vote is decided before everybody has voted.

use crate::vote::Tally;
use crate::vote::tally::exceeds;

/// Whether no ballot still out can take the lead from the leader, or draw level with it.
///
/// `outstanding` holds the weights of those who have not voted. The rule is lossless: whoever
/// stops by it has the answer of the full vote, and the full vote is no tie.
pub fn is_decided(tally: &Tally, outstanding: &[f64]) -> bool {
    let [first, second] = tally.top_two();
    if !tally.is_weightless() {
        let mut outstanding = outstanding.to_vec();
        outstanding.sort_by(f64::total_cmp);
        return exceeds(first, second + outstanding.iter().sum::<f64>());
    }
    // Ballots without weight count only until one with weight comes.
    outstanding.iter().all(|weight| *weight == 0.0)
        && exceeds(first, second + outstanding.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::AnswerIdx;
    use crate::vote::Ballot;

    #[test]
    fn a_vote_is_decided_when_the_leader_can_be_neither_caught_nor_equalled() {
        for (name, cast, outstanding, decided) in [
            ("nobody has voted", &[][..], &[1.0][..], false),
            ("nobody at all", &[], &[], false),
            ("two of three", &[(0, 1.0), (0, 1.0)], &[1.0], true),
            ("two of four can be equalled", &[(0, 1.0), (0, 1.0)], &[1.0, 1.0], false),
            ("one to one", &[(0, 1.0), (1, 1.0)], &[1.0], false),
            ("a heavy one", &[(0, 2.2)], &[0.4, 0.4], true),
            ("a tie by rounding", &[(0, 0.3)], &[0.1, 0.1, 0.1], false),
            ("one without weight left", &[(0, 0.4)], &[0.0], true),
            ("no weight yet", &[(0, 0.0), (0, 0.0)], &[0.1], false),
            ("no weight at all", &[(0, 0.0), (0, 0.0)], &[0.0], true),
            ("no weight at all, one each", &[(0, 0.0)], &[0.0], false),
            ("a tie of all", &[(0, 1.0), (1, 1.0)], &[], false),
        ] {
            let ballot = |(voter, (answer, _)): (usize, &(u16, f64))| Ballot {
                voter,
                answer: AnswerIdx(*answer),
            };
            let ballots: Vec<Ballot> = cast.iter().enumerate().map(ballot).collect();
            let weights: Vec<f64> = cast.iter().map(|(_, weight)| *weight).collect();
            let tally = Tally::count(&ballots, &weights);
            assert_eq!(is_decided(&tally, outstanding), decided, "{name}");
        }
    }
}
