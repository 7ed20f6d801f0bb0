//! Which answer it is when several share the largest total.

use std::cmp::Ordering;

use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::AnswerIdx;
use crate::kernel::{PolicyId, Usd};
use crate::vote::tally::exceeds;
use crate::vote::{Ballot, Election, Voter, log_odds};

/// Which of the tied answers is taken. An answer's supporters are the members who voted for it.
///
/// Where the rule ties as well, the answer wins whose supporters hold the name that sorts first; of
/// the samples of one model, the one that was drawn first.
/// So nothing but `priority` looks at the order in which members are listed, and nothing at all at
/// the order of answers or of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ties {
    /// The answer whose cheapest supporter costs least on average; an unknown cost comes last.
    Cheapest,
    /// The answer of the member listed first.
    Priority,
    /// The answer whose best supporter is most accurate on other items; unknown comes last.
    #[default]
    Accuracy,
    /// The answer whose supporters have the larger sum of log-odds weights.
    Weight,
    /// The answer that sorts first as text, as tools do that keep their counts sorted: relabelling
    /// the answers changes it, so it is there to be compared with.
    Alphabetical,
    /// Drawn by the scenario's seed, for each policy and item apart.
    Random,
    /// None: the policy declines to answer.
    Abstain,
}

/// Each kind with one sentence.
const KINDS: [(&str, &str); 7] = [
    ("cheapest", "The tied answer of the member that costs least on average."),
    ("priority", "The tied answer of the member listed first."),
    ("accuracy", "The tied answer of the member most accurate on other items."),
    ("weight", "The tied answer whose members have the larger sum of log-odds weights."),
    ("alphabetical", "The tied answer that sorts first; other names would change it."),
    ("random", "One of the tied answers, drawn by the seed for each policy and item."),
    ("abstain", "No answer: the policy declines."),
];

impl Ties {
    /// Every kind's name with a sentence about it.
    pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.into_iter()
    }

    /// Its name in files.
    pub fn name(self) -> &'static str {
        KINDS[self as usize].0
    }

    /// The answer to take of those that are `tied`; `None` to abstain, or where none is tied.
    pub fn choose(
        self,
        tied: &[AnswerIdx],
        ballots: &[Ballot],
        election: &Election<'_>,
    ) -> Option<AnswerIdx> {
        let mut camps: Vec<Camp<'_>> =
            tied.iter().map(|answer| Camp::of(*answer, ballots, election)).collect();
        // A stable sort by rule after this one leaves the last resort in force.
        camps.sort_by_key(|camp| {
            (camp.supporters.is_empty(), camp.first_name(), camp.first_listed())
        });
        match self {
            Self::Cheapest => camps.sort_by(|a, b| cheaper(a.least_cost(), b.least_cost())),
            Self::Priority => {
                camps.sort_by_key(|camp| (camp.supporters.is_empty(), camp.first_listed()));
            }
            Self::Accuracy => camps.sort_by(|a, b| b.accuracy().total_cmp(&a.accuracy())),
            Self::Alphabetical => camps.sort_by_key(|camp| camp.answer),
            Self::Weight => return heaviest(&camps, election.n_classes),
            Self::Random => return draw(&camps, election),
            Self::Abstain => return None,
        }
        camps.first().map(|camp| camp.answer)
    }
}

/// An answer with its supporters.
struct Camp<'a> {
    answer: AnswerIdx,
    supporters: Vec<(usize, Voter<'a>)>,
}

impl<'a> Camp<'a> {
    fn of(answer: AnswerIdx, ballots: &[Ballot], election: &Election<'a>) -> Self {
        let supporters = ballots
            .iter()
            .filter(|ballot| ballot.answer == answer)
            .map(|ballot| (ballot.voter, election.voters[ballot.voter]))
            .collect();
        Self { answer, supporters }
    }

    fn first_name(&self) -> Option<&'a PolicyId> {
        self.supporters.iter().map(|(_, voter)| voter.name).min()
    }

    fn first_listed(&self) -> Option<usize> {
        self.supporters.iter().map(|(listed, _)| *listed).min()
    }

    fn least_cost(&self) -> Option<Usd> {
        self.supporters.iter().filter_map(|(_, voter)| voter.standing.mean_cost).min()
    }

    /// Below every accuracy where none is known.
    fn accuracy(&self) -> f64 {
        let fitted = self.supporters.iter().filter_map(|(_, voter)| voter.standing.fitted);
        fitted.map(|fitted| fitted.accuracy.value()).fold(-1.0, f64::max)
    }

    fn weight(&self, n_classes: u32) -> f64 {
        let weight = |(_, voter): &(usize, Voter<'_>)| log_odds(voter.standing.fitted, n_classes);
        let mut weights: Vec<f64> = self.supporters.iter().map(weight).collect();
        weights.sort_by(f64::total_cmp);
        weights.iter().sum()
    }
}

/// An unknown cost comes after every known one.
fn cheaper(a: Option<Usd>, b: Option<Usd>) -> Ordering {
    a.is_none().cmp(&b.is_none()).then(a.cmp(&b))
}

/// The first of the camps that no other exceeds by more than rounding.
fn heaviest(camps: &[Camp<'_>], n_classes: u32) -> Option<AnswerIdx> {
    let weights: Vec<f64> = camps.iter().map(|camp| camp.weight(n_classes)).collect();
    let most = weights.iter().copied().fold(0.0, f64::max);
    let first = weights.iter().position(|weight| !exceeds(most, *weight))?;
    Some(camps[first].answer)
}

/// One camp, each as likely to within 2^-60, by a draw that no library's release can change.
fn draw(camps: &[Camp<'_>], election: &Election<'_>) -> Option<AnswerIdx> {
    let parts = [election.policy.as_str(), election.item.as_str()];
    let drawn = election.seed.stream("tie", &parts).next_u64();
    let idx = (u128::from(drawn) * camps.len() as u128) >> 64;
    camps.get(idx as usize).map(|camp| camp.answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{ItemId, Probability, Seed};
    use crate::vote::{Fitted, Standing};

    /// A member's name, answer, accuracy in percent and cost, each 0 where unknown.
    type Row = (&'static str, u16, u32, i64);

    fn choose(ties: Ties, rows: &[Row], item: &str) -> Option<u16> {
        let names: Vec<PolicyId> = rows.iter().map(|row| PolicyId::from(row.0)).collect();
        let standing = |(_, _, percent, cost): Row| Standing {
            fitted: Probability::try_from(f64::from(percent) / 100.0)
                .ok()
                .filter(|_| percent > 0)
                .map(|accuracy| Fitted { accuracy, n_items: 100 }),
            mean_cost: (cost > 0).then(|| Usd::from_picos(cost)),
        };
        let voters: Vec<Voter<'_>> = std::iter::zip(&names, rows)
            .map(|(name, row)| Voter { name, standing: standing(*row) })
            .collect();
        let ballot = |(voter, row): (usize, &Row)| Ballot { voter, answer: AnswerIdx(row.1) };
        let ballots: Vec<Ballot> = rows.iter().enumerate().map(ballot).collect();
        let mut tied: Vec<AnswerIdx> = ballots.iter().map(|ballot| ballot.answer).collect();
        tied.sort();
        tied.dedup();
        let (policy, item) = (PolicyId::from("trio"), ItemId::from(item));
        let election =
            Election { policy: &policy, item: &item, seed: Seed(7), n_classes: 4, voters: &voters };
        ties.choose(&tied, &ballots, &election).map(|answer| answer.0)
    }

    #[test]
    fn each_rule_takes_the_answer_that_its_name_says() {
        let rows: [Row; 4] =
            [("c", 0, 60, 50), ("b", 1, 80, 90), ("d", 0, 70, 40), ("a", 1, 45, 0)];
        for (ties, expected) in [
            (Ties::Cheapest, Some(0)),
            (Ties::Priority, Some(0)),
            (Ties::Accuracy, Some(1)),
            (Ties::Weight, Some(0)),
            (Ties::Alphabetical, Some(0)),
            (Ties::Abstain, None),
        ] {
            assert_eq!(choose(ties, &rows, "i"), expected, "{}", ties.name());
        }
    }

    #[test]
    fn where_the_rule_ties_the_name_that_sorts_first_decides() {
        for ties in [Ties::Cheapest, Ties::Accuracy, Ties::Weight] {
            for (name, rows) in [
                ("equal", [("b", 0, 80, 9), ("a", 1, 80, 9)]),
                ("unknown", [("b", 0, 0, 0), ("a", 1, 0, 0)]),
            ] {
                assert_eq!(choose(ties, &rows, "i"), Some(1), "{name}, {}", ties.name());
                let [first, second] = rows;
                assert_eq!(choose(ties, &[second, first], "i"), Some(1), "{name}, listed anew");
            }
        }
    }

    #[test]
    fn what_is_unknown_comes_last() {
        for (ties, known) in [(Ties::Cheapest, ("b", 0, 0, 900)), (Ties::Accuracy, ("b", 0, 1, 0))]
        {
            assert_eq!(choose(ties, &[("a", 1, 0, 0), known], "i"), Some(0), "{}", ties.name());
        }
    }

    #[test]
    fn chance_takes_each_answer_about_as_often_and_looks_at_no_order() {
        let rows: [Row; 3] = [("a", 0, 60, 1), ("b", 1, 60, 1), ("c", 2, 60, 1)];
        let relabelled: [Row; 3] = [("c", 0, 60, 1), ("b", 1, 60, 1), ("a", 2, 60, 1)];
        let mut taken = [0; 3];
        for item in 0..3000 {
            let answer = choose(Ties::Random, &rows, &item.to_string());
            let Some(idx) = answer else { panic!("item {item}: chance never abstains") };
            taken[usize::from(idx)] += 1;
            let again = choose(Ties::Random, &relabelled, &item.to_string());
            assert_eq!(again, Some(2 - idx), "item {item}");
        }
        // Each of 3000 draws has one chance in three: 1000 give or take 26.
        assert!(taken.iter().all(|n| (900..1100).contains(n)), "{taken:?}");
    }

    #[test]
    fn every_kind_reads_back_from_its_name() {
        for (name, _) in Ties::kinds() {
            let ties: Option<Ties> = serde_json::from_str(&format!("{name:?}")).ok();
            assert_eq!(ties.map(Ties::name), Some(name));
        }
    }
}
