//! Ballots added up.

use crate::data::AnswerIdx;

/// What one voter voted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ballot {
    /// The voter's position.
    pub voter: usize,
    /// The answer.
    pub answer: AnswerIdx,
}

/// What one answer got.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Total {
    /// The answer.
    pub answer: AnswerIdx,
    /// The weight of its ballots.
    pub weight: f64,
    /// How many they are.
    pub n_ballots: u32,
}

/// The totals of all answers that got a ballot.
///
/// Weights are added from the smallest up, so that neither the order of the ballots nor that of
/// the members can change a total. Totals closer than one part in 10^12 are equal: they differ by
/// rounding alone. Totals of a majority are small whole numbers, for which that is exact equality.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    totals: Vec<Total>,
    weightless: bool,
}

/// How close two totals must be, relative to the larger, to be a tie.
const TOLERANCE: f64 = 1e-12;

impl Tally {
    /// Adds up `ballots`, where `weights` has one entry per voter.
    ///
    /// Where no ballot has any weight, each counts 1.
    pub fn count(ballots: &[Ballot], weights: &[f64]) -> Self {
        let weightless = ballots.iter().all(|ballot| weights[ballot.voter] == 0.0);
        let weight = |ballot: &Ballot| if weightless { 1.0 } else { weights[ballot.voter] };
        let mut cast: Vec<(AnswerIdx, f64)> =
            ballots.iter().map(|ballot| (ballot.answer, weight(ballot))).collect();
        cast.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let totals = cast
            .chunk_by(|a, b| a.0 == b.0)
            .map(|of_one| Total {
                answer: of_one[0].0,
                weight: of_one.iter().map(|(_, weight)| weight).sum(),
                n_ballots: of_one.len() as u32,
            })
            .collect();
        Self { totals, weightless }
    }

    /// Totals that were made otherwise than by adding ballots, in order of answer.
    pub fn of(totals: Vec<Total>) -> Self {
        debug_assert!(totals.is_sorted_by_key(|total| total.answer));
        Self { totals, weightless: false }
    }

    /// The totals in order of answer.
    pub fn totals(&self) -> &[Total] {
        &self.totals
    }

    /// The answers that share the largest total: none without ballots, several in a tie.
    pub fn leaders(&self) -> Vec<AnswerIdx> {
        let [top, _] = self.top_two();
        let shares_top = |total: &&Total| !exceeds(top, total.weight);
        self.totals.iter().filter(shares_top).map(|total| total.answer).collect()
    }

    /// The largest total and the next one, which equals it in a tie; 0 where there is none.
    pub fn top_two(&self) -> [f64; 2] {
        self.totals.iter().fold([0.0, 0.0], |[first, second], total| {
            if total.weight > first {
                [total.weight, first]
            } else {
                [first, second.max(total.weight)]
            }
        })
    }

    /// The share of all weight that one of the totals is; `None` where none has any.
    pub fn share(&self, total: &Total) -> Option<f64> {
        let all: f64 = self.totals.iter().map(|total| total.weight).sum();
        (all > 0.0).then(|| total.weight / all)
    }

    /// Whether no ballot had any weight, so that each counted 1.
    pub fn is_weightless(&self) -> bool {
        self.weightless
    }
}

/// Whether `more` is larger than `less` by more than rounding.
pub(crate) fn exceeds(more: f64, less: f64) -> bool {
    more - less > TOLERANCE * more.abs().max(less.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ballots for the answers of those numbers, from voter 0 on.
    fn ballots(answers: &[u16]) -> Vec<Ballot> {
        let ballot = |(voter, answer): (usize, &u16)| Ballot { voter, answer: AnswerIdx(*answer) };
        answers.iter().enumerate().map(ballot).collect()
    }

    #[test]
    fn the_largest_total_leads_and_equal_totals_tie() {
        for (name, answers, weights, leaders) in [
            ("nobody", &[][..], &[][..], &[][..]),
            ("one", &[4], &[1.0], &[4]),
            ("two to one", &[1, 0, 1], &[1.0; 3], &[1]),
            ("one each", &[2, 0, 1], &[1.0; 3], &[0, 1, 2]),
            ("the heavier minority", &[0, 1, 1], &[2.2, 0.4, 0.4], &[0]),
            ("rounding is no lead", &[0, 0, 0, 1], &[0.1, 0.1, 0.1, 0.3], &[0, 1]),
            ("a real lead", &[0, 1], &[1.0, 1.0 + 1e-9], &[1]),
            ("no weight against some", &[0, 0, 1], &[0.0, 0.0, 0.1], &[1]),
            ("no weight at all counts heads", &[0, 0, 1], &[0.0; 3], &[0]),
        ] {
            let leading: Vec<u16> =
                Tally::count(&ballots(answers), weights).leaders().iter().map(|a| a.0).collect();
            assert_eq!(leading, leaders, "{name}");
        }
    }

    #[test]
    fn a_total_does_not_depend_on_the_order_of_ballots() {
        let weights = [1e-17, 1.0, 0.3, 1e-17, 0.7, 1e-16];
        let mut cast = ballots(&[0, 0, 0, 0, 1, 0]);
        let forth = Tally::count(&cast, &weights);
        cast.reverse();
        assert_eq!(forth, Tally::count(&cast, &weights));
        assert_eq!(forth.totals()[0].n_ballots, 5);
    }
}
