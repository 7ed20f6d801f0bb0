//! From ballots to totals, by the rule that the scenario names.

use crate::data::AnswerIdx;
use crate::kernel::{Probability, Ranking};
use crate::policy::vote::learned::Learned;
use crate::policy::vote::pool::Pool;
use crate::task::numeral;
use crate::vote::numeric::{median, weighted_median};
use crate::vote::ranked::{Profile, WeakOrder};
use crate::vote::{Ballot, Rule, Tally, Total, Voter};

/// What may become the answer, who is for which, and by how much.
pub(super) struct Counted {
    /// Answers made of several, which ballots and totals then go by; else they go by the pool.
    pub(super) composed: Option<Vec<String>>,
    pub(super) ballots: Vec<Ballot>,
    pub(super) tally: Tally,
    /// How many ballots the rule could read.
    pub(super) n_read: usize,
}

/// Counts `ballots`, where `weights` has one entry per voter; `None` where the rule can read none
/// of them, say words as numbers.
pub(super) fn count(
    rule: &Rule,
    learned: Learned<'_>,
    weights: &[f64],
    pool: &Pool<'_>,
    ballots: &[Ballot],
) -> Option<Counted> {
    let n_read = ballots.len();
    let given = |tally| Counted { composed: None, ballots: ballots.to_vec(), tally, n_read };
    Some(match rule {
        Rule::Medoid(medoid) => {
            let texts: Vec<&str> = ballots.iter().map(|ballot| pool.text(ballot.answer)).collect();
            let winners = medoid.of(&texts);
            given(for_winners(ballots, |at| winners.contains(&at)))
        }
        Rule::Median(_)
        | Rule::TrimmedMean(_)
        | Rule::Huber(_)
        | Rule::WeightedMedian(_)
        | Rule::Cluster(_) => number(rule, weights, pool, ballots)?,
        Rule::Borda(_)
        | Rule::Copeland(_)
        | Rule::Schulze(_)
        | Rule::RankedPairs(_)
        | Rule::Irv(_) => ranking(rule, pool, ballots)?,
        _ => match learned {
            Learned::Beliefs(beliefs) => given(believed(beliefs, ballots)),
            _ => given(Tally::count(ballots, weights)),
        },
    })
}

/// The weight of each voter's ballot.
pub(super) fn weights(
    rule: &Rule,
    learned: Learned<'_>,
    voters: &[Voter<'_>],
    n_classes: u32,
) -> Vec<f64> {
    match (rule, learned) {
        (_, Learned::Weights(weights)) => weights.to_vec(),
        (Rule::Weighted(weighted), _) => weighted.weights(voters, n_classes),
        (Rule::WeightedMedian(median), _) => median.weights(voters, n_classes),
        (Rule::Confidence(confidence), Learned::Confidences(confidences)) => {
            let weight = |confidence_of: &Option<f64>| {
                let known = confidence_of.and_then(|value| Probability::try_from(value).ok());
                known.map_or(0.0, |known| confidence.weights(&[known], n_classes)[0])
            };
            confidences.iter().map(weight).collect()
        }
        _ => vec![1.0; voters.len()],
    }
}

/// Totals by how much each answer is believed.
fn believed(beliefs: &[f64], ballots: &[Ballot]) -> Tally {
    let mut totals = totals(ballots);
    for total in &mut totals {
        total.weight = beliefs.get(usize::from(total.answer.0)).copied().unwrap_or(0.0);
    }
    Tally::of(totals)
}

/// Totals of 1 for the answers of the ballots that won, and 0 for all others.
fn for_winners(ballots: &[Ballot], has_won: impl Fn(usize) -> bool) -> Tally {
    let winners: Vec<AnswerIdx> =
        (0..ballots.len()).filter(|at| has_won(*at)).map(|at| ballots[at].answer).collect();
    let mut totals = totals(ballots);
    for total in &mut totals {
        total.weight = f64::from(u8::from(winners.contains(&total.answer)));
    }
    Tally::of(totals)
}

fn totals(ballots: &[Ballot]) -> Vec<Total> {
    let answers = |ballots: &[Ballot]| -> Vec<AnswerIdx> {
        let mut answers: Vec<AnswerIdx> = ballots.iter().map(|ballot| ballot.answer).collect();
        answers.sort();
        answers
    };
    let sorted = answers(ballots);
    let runs = sorted.chunk_by(|a, b| a == b);
    let total = |run: &[AnswerIdx]| Total {
        answer: run[0],
        weight: run.len() as f64,
        n_ballots: run.len() as u32,
    };
    runs.map(total).collect()
}

/// A number made of the numbers that were given; whatever is no number does not vote.
fn number(rule: &Rule, weights: &[f64], pool: &Pool<'_>, ballots: &[Ballot]) -> Option<Counted> {
    let read = |ballot: &Ballot| {
        let number = numeral::only_numeral(pool.text(ballot.answer))?.value();
        number.is_finite().then_some((*ballot, number))
    };
    let (ballots, values): (Vec<Ballot>, Vec<f64>) = ballots.iter().filter_map(read).unzip();
    let made = match rule {
        Rule::Median(_) => median(&values),
        Rule::TrimmedMean(trimmed) => trimmed.of(&values),
        Rule::Huber(huber) => huber.of(&values),
        Rule::WeightedMedian(_) => {
            let weights: Vec<f64> = ballots.iter().map(|ballot| weights[ballot.voter]).collect();
            weighted_median(&values, &weights).or_else(|| median(&values))
        }
        Rule::Cluster(cluster) => {
            let chains = cluster.chains(&values);
            let mut cast = Vec::with_capacity(ballots.len());
            for (chain, answer) in chains.iter().zip(0..) {
                let member =
                    |at: &usize| Ballot { voter: ballots[*at].voter, answer: AnswerIdx(answer) };
                cast.extend(chain.members.iter().map(member));
            }
            let composed: Vec<String> =
                chains.iter().map(|chain| chain.median.to_string()).collect();
            return (!composed.is_empty()).then(|| composed_of(composed, cast));
        }
        _ => None,
    };
    let cast = ballots.iter().map(|ballot| Ballot { answer: AnswerIdx(0), ..*ballot }).collect();
    Some(composed_of(vec![made?.to_string()], cast))
}

fn composed_of(composed: Vec<String>, ballots: Vec<Ballot>) -> Counted {
    let (tally, n_read) = (Tally::of(totals(&ballots)), ballots.len());
    Counted { composed: Some(composed), ballots, tally, n_read }
}

/// An order made of the orders that were given; whatever is no ranking does not vote.
///
/// Each candidate is the common order with one of its winners put first; whoever ranks that one
/// above the other winners is for it.
fn ranking(rule: &Rule, pool: &Pool<'_>, ballots: &[Ballot]) -> Option<Counted> {
    let read = |ballot: &Ballot| Some((*ballot, pool.text(ballot.answer).parse().ok()?));
    let (ballots, rankings): (Vec<Ballot>, Vec<Ranking>) = ballots.iter().filter_map(read).unzip();
    let mut options: Vec<&str> = rankings.iter().flat_map(Ranking::options).collect();
    options.sort_unstable();
    options.dedup();
    let weighted: Vec<(&Ranking, f64)> = rankings.iter().map(|ranking| (ranking, 1.0)).collect();
    let profile = Profile::new(&options, &weighted).ok()?;
    let order = match rule {
        Rule::Borda(rule) => rule.order(&profile),
        Rule::Copeland(rule) => rule.order(&profile),
        Rule::Schulze(rule) => rule.order(&profile),
        Rule::RankedPairs(rule) => rule.order(&profile),
        Rule::Irv(rule) => rule.order(&profile),
        _ => return None,
    };
    let winners = order.winners();
    let first = |ranking: &Ranking| {
        let place = |at: &usize| {
            let winner = options[winners[*at]];
            ranking.places().position(|place| place.iter().any(|option| option == winner))
        };
        // Whoever ranks no winner, or several of them alike above the others, is for none.
        let best = (0..winners.len()).filter_map(|at| place(&at)).min()?;
        let mut first = (0..winners.len()).filter(|at| place(at) == Some(best));
        first.next().filter(|_| first.next().is_none())
    };
    let cast: Vec<Ballot> = ballots
        .iter()
        .zip(&rankings)
        .filter_map(|(ballot, ranking)| {
            Some(Ballot { answer: AnswerIdx(first(ranking)? as u16), ..*ballot })
        })
        .collect();
    let composed: Vec<String> =
        winners.iter().map(|winner| written(&order, &options, *winner)).collect();
    // All winners are equal to the rule, so that its ties are broken as any other.
    let n_for = |answer| cast.iter().filter(|ballot| ballot.answer == answer).count() as u32;
    let total = |at: usize| {
        let answer = AnswerIdx(at as u16);
        Total { answer, weight: 1.0, n_ballots: n_for(answer) }
    };
    let tally = Tally::of((0..composed.len()).map(total).collect());
    let n_read = rankings.len();
    (!composed.is_empty()).then_some(Counted {
        composed: Some(composed),
        ballots: cast,
        tally,
        n_read,
    })
}

/// The order as a ranking is written, with `winner` first.
fn written(order: &WeakOrder, options: &[&str], winner: usize) -> String {
    let mut places = vec![options[winner].to_owned()];
    for group in order.groups() {
        let mut names: Vec<&str> = group
            .iter()
            .filter(|option| **option != winner)
            .map(|option| options[*option])
            .collect();
        names.sort_unstable();
        if !names.is_empty() {
            places.push(names.join(" = "));
        }
    }
    places.join(" > ")
}
