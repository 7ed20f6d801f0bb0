//! Everything that is tried on some folds, with what it came to there.

use rayon::prelude::*;

use super::ballots::{Ballots, Won};
use super::pool::{Column, Pool};
use super::shape::Shape;
use super::slices::MOST_VOTERS;
use super::subsets::{Tried, subsets};
use crate::data::ItemIdx;
use crate::kernel::{PolicyId, Probability};

/// What one shape came to on the items that it was tried on.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) shape: Shape,
    /// Mean score, what is no answer counting 0.
    pub(super) score: f64,
    /// An item, in the pool's unit.
    pub(super) cost: f64,
    /// Mean of the paired difference to the baseline.
    pub(super) gain: f64,
    /// The standard error of that mean, items taken as independent.
    pub(super) error: f64,
}

/// How many of one kind there are, and how many were passed over because a bound showed that they
/// could not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Searched {
    pub(super) size: u64,
    pub(super) bounded: u64,
}

/// A search over the items of some folds.
pub(super) struct Search<'a> {
    pub(super) pool: &'a Pool,
    pub(super) ballots: Option<&'a Ballots>,
    pub(super) items: &'a [ItemIdx],
    /// How right the baseline is on each of them.
    pub(super) baseline: &'a [f64],
}

/// What a search came to.
pub(super) struct Trials {
    pub(super) found: Vec<Found>,
    /// Models that are too slow alone.
    pub(super) slow: Vec<Found>,
    pub(super) votes: Searched,
    pub(super) cascades: Searched,
    pub(super) chains: Searched,
}

/// First stages of a cascade have so many members at most.
const MOST_FIRST: usize = 3;

/// So many of the most accurate models that are too slow alone are tried behind others.
const MOST_SLOW: usize = 4;

/// With graded answers a vote has so many members at most: bits can't hold its score.
const MOST_GRADED: usize = 4;

impl Search<'_> {
    /// Singles, votes of every subset and cascades.
    pub(super) fn run(&self) -> Trials {
        let means: Vec<Mean> = self.pool.columns.iter().map(|it| self.mean(it)).collect();
        let single = |at: usize| {
            let column = &self.pool.columns[at];
            let score = |at: usize| column.scores[self.at(at)];
            self.found(Shape::Single(column.name.clone()), means[at].cost, score)
        };
        let (slow, fast): (Vec<usize>, Vec<usize>) =
            (0..means.len()).partition(|at| self.pool.slow[*at]);
        let mut found: Vec<Found> = fast.iter().map(|at| single(*at)).collect();
        let (mut votes, mut cascades) = (Searched::default(), Searched::default());
        // A vote takes as long as its slowest member, so whoever is too slow alone may only stand
        // behind others.
        let order = self.order(&means, fast);
        let behind: Vec<usize> =
            self.order(&means, slow.clone()).into_iter().take(MOST_SLOW).collect();
        let order = Order { first: &order, last: &[order.as_slice(), &behind].concat() };
        if let Some(ballots) = self.ballots {
            let of_votes = if ballots.is_binary {
                self.all_votes(ballots, order.first, &means)
            } else {
                self.graded_votes(ballots, order.first, &means)
            };
            votes.size = of_votes.len() as u64;
            found.extend(of_votes);
            let (of_cascades, searched) = self.cascades(ballots, order, &means, &found);
            cascades = searched;
            found.extend(of_cascades);
        }
        let (of_chains, chains) = self.chains(order, &means, &found);
        found.extend(of_chains);
        let slow = slow.into_iter().map(single).collect();
        Trials { found, slow, votes, cascades, chains }
    }

    /// Who votes, in order of accuracy here: of equals the cheapest, then by name. Where there are
    /// more than can be tried in every subset, those that no other outdoes in accuracy and cost
    /// come first, then the most accurate.
    fn order(&self, means: &[Mean], mut order: Vec<usize>) -> Vec<usize> {
        order.sort_by(|a, b| {
            let by_cost = means[*a].cost.total_cmp(&means[*b].cost);
            means[*b].score.total_cmp(&means[*a].score).then(by_cost).then(a.cmp(b))
        });
        if order.len() > MOST_VOTERS {
            let mut least = f64::INFINITY;
            let is_undone = |at: &usize| {
                let is = means[*at].cost < least;
                least = least.min(means[*at].cost);
                is
            };
            let (mut kept, rest): (Vec<usize>, Vec<usize>) =
                order.iter().copied().partition(is_undone);
            kept.extend(rest);
            kept.truncate(MOST_VOTERS);
            order.retain(|at| kept.contains(at));
        }
        order
    }

    /// Every subset of two and more, exactly.
    fn all_votes(&self, ballots: &Ballots, order: &[usize], means: &[Mean]) -> Vec<Found> {
        let is_binary = self.baseline.iter().all(|score| *score == 0.0 || *score == 1.0);
        let places: std::collections::BTreeMap<ItemIdx, usize> =
            self.items.iter().enumerate().map(|(at, item)| (*item, at)).collect();
        let baseline = |item: ItemIdx| self.baseline[places[&item]] == 1.0;
        let slices = ballots.slices(self.items, order, baseline);
        let tried = subsets(&slices);
        let n = self.items.len() as f64;
        let of_baseline: f64 = self.baseline.iter().sum();
        let found = |(subset, Tried { right, both }): (usize, &Tried)| {
            let members = || (0..order.len()).filter(|voter| subset >> voter & 1 == 1);
            let right = f64::from(*right);
            // One item more on each side, as Bonett and Price have it: no spread is no certainty.
            let only = right - f64::from(*both) + 1.0;
            let lost = of_baseline - f64::from(*both) + 1.0;
            let centre = (only - lost) / (n + 2.0);
            let variance = (only + lost) / (n + 2.0) - centre * centre;
            Found {
                shape: Shape::Vote(self.names(members().map(|voter| order[voter]))),
                score: right / n,
                cost: members().map(|voter| means[order[voter]].cost).sum(),
                gain: (right - of_baseline) / n,
                error: if is_binary { (variance / (n + 2.0)).sqrt() } else { f64::INFINITY },
            }
        };
        tried.par_iter().enumerate().filter(|it| it.0.count_ones() > 1).map(found).collect()
    }

    fn graded_votes(&self, ballots: &Ballots, order: &[usize], means: &[Mean]) -> Vec<Found> {
        let found = |members: &Vec<usize>| {
            let cost = members.iter().map(|member| means[*member].cost).sum();
            let shape = Shape::Vote(self.names(members.iter().copied()));
            self.found(shape, cost, |at| ballots.plurality(self.items[at], members).score)
        };
        combinations(order, MOST_GRADED).par_iter().map(found).collect()
    }

    /// Pairs and trios that agree, and one model where they don't.
    ///
    /// A cascade is at best right wherever its last one is asked, and that for nothing; where a
    /// vote or a model is as good as that for no more, it is passed over.
    fn cascades(
        &self,
        ballots: &Ballots,
        order: Order<'_>,
        means: &[Mean],
        known: &[Found],
    ) -> (Vec<Found>, Searched) {
        let frontier = Frontier::of(known);
        let stages = combinations(order.first, MOST_FIRST);
        let of_stage = |members: &Vec<usize>| {
            let won: Vec<Won> =
                self.items.iter().map(|item| ballots.plurality(*item, members)).collect();
            let stage = Stage { members, won: &won };
            let mut searched = Searched::default();
            let mut found = Vec::new();
            let mut before = usize::MAX;
            for agreement in agreements(members.len()) {
                let left: Vec<usize> =
                    (0..won.len()).filter(|at| won[*at].agreement < agreement.value()).collect();
                // As many agree by a lower bar: the same cascade once more.
                if left.len() == before {
                    continue;
                }
                before = left.len();
                for last in order.last.iter().filter(|it| !members.contains(it)) {
                    searched.size += 1;
                    match self.cascade(stage, &left, *last, agreement, means, &frontier) {
                        Some(one) => found.push(one),
                        None => searched.bounded += 1,
                    }
                }
            }
            (found, searched)
        };
        let parts: Vec<(Vec<Found>, Searched)> = stages.par_iter().map(of_stage).collect();
        let (mut found, mut searched) = (Vec::new(), Searched::default());
        for (some, of_some) in parts {
            found.extend(some);
            searched.size += of_some.size;
            searched.bounded += of_some.bounded;
        }
        (found, searched)
    }

    fn cascade(
        &self,
        stage: Stage<'_>,
        left: &[usize],
        last: usize,
        agreement: Probability,
        means: &[Mean],
        frontier: &Frontier,
    ) -> Option<Found> {
        let n = self.items.len() as f64;
        let of_first: f64 = stage.members.iter().map(|member| means[*member].cost).sum();
        let column = &self.pool.columns[last];
        let given_up: f64 = left.iter().map(|at| stage.won[*at].score).sum();
        let all: f64 = stage.won.iter().map(|won| won.score).sum();
        if frontier.has(of_first, (all - given_up + left.len() as f64) / n) {
            return None;
        }
        let of_last: f64 = left.iter().map(|at| column.costs[self.at(*at)]).sum();
        let mut is_left = vec![false; stage.won.len()];
        left.iter().for_each(|at| is_left[*at] = true);
        let first = self.names(stage.members.iter().copied());
        let shape = Shape::Cascade { first, last: column.name.clone(), agreement };
        // Where the last one has nothing to say, it yields to the answer there is.
        let score = |at: usize| match is_left[at] && column.answers[self.at(at)] {
            true => column.scores[self.at(at)],
            false => stage.won[at].score,
        };
        Some(self.found(shape, of_first + of_last / n, score))
    }

    fn found(&self, shape: Shape, cost: f64, score: impl Fn(usize) -> f64) -> Found {
        let n = self.items.len() as f64;
        let (mut sum, mut gain, mut squares) = (0.0, 0.0, 0.0);
        for (at, baseline) in self.baseline.iter().enumerate() {
            let score = score(at);
            let difference = score - baseline;
            sum += score;
            gain += difference;
            squares += difference * difference;
        }
        let (gain, squares) = (gain / n, squares / n);
        // The same two items more as for votes, so that kinds compare.
        let variance = (squares * n + 2.0) / (n + 2.0) - gain * gain;
        Found { shape, score: sum / n, cost, gain, error: (variance / (n + 2.0)).sqrt() }
    }

    /// One that was run by the ordinary policies: how right and how dear it was on each item.
    pub(super) fn of_outcomes(&self, shape: Shape, scores: &[f64], cost: f64) -> Found {
        self.found(shape, cost, |at| scores[at])
    }

    fn names(&self, members: impl Iterator<Item = usize>) -> Vec<PolicyId> {
        members.map(|member| self.pool.columns[member].name.clone()).collect()
    }

    /// The position in the whole dataset.
    fn at(&self, at: usize) -> usize {
        self.items[at].0 as usize
    }

    fn mean(&self, column: &Column) -> Mean {
        let mean = |of: &[f64]| {
            (0..self.items.len()).map(|at| of[self.at(at)]).sum::<f64>() / self.items.len() as f64
        };
        Mean { score: mean(&column.scores), cost: mean(&column.costs) }
    }
}

/// Models in the order in which they are tried.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    /// Those that may vote, and be asked first.
    pub(super) first: &'a [usize],
    /// Those that may be asked behind others, the same among them.
    pub(super) last: &'a [usize],
}

/// A model by itself on the items of the search.
pub(super) struct Mean {
    pub(super) score: f64,
    pub(super) cost: f64,
}

/// The first stage of a cascade, and what it came to on each item.
#[derive(Clone, Copy)]
struct Stage<'a> {
    members: &'a [usize],
    won: &'a [Won],
}

/// What nothing among many outdoes: the best score for each cost.
pub(super) struct Frontier(Vec<(f64, f64)>);

impl Frontier {
    pub(super) fn of(found: &[Found]) -> Self {
        let mut points: Vec<(f64, f64)> = found.iter().map(|it| (it.cost, it.score)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let mut best = f64::NEG_INFINITY;
        points.retain(|(_, score)| {
            let is_better = *score > best;
            best = best.max(*score);
            is_better
        });
        Self(points)
    }

    /// Whether something has that score for that cost, or better.
    pub(super) fn has(&self, cost: f64, score: f64) -> bool {
        let cheaper = self.0.partition_point(|point| point.0 <= cost);
        cheaper > 0 && self.0[cheaper - 1].1 >= score
    }
}

/// Every combination of 2 to `most` of these, each in their order.
fn combinations(order: &[usize], most: usize) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut grown: Vec<(Vec<usize>, usize)> =
        order.iter().enumerate().map(|(at, one)| (vec![*one], at + 1)).collect();
    for _ in 1..most {
        let larger = |(some, next): &(Vec<usize>, usize)| {
            let add = |at: usize| ([some.as_slice(), &[order[at]]].concat(), at + 1);
            (*next..order.len()).map(add).collect::<Vec<_>>()
        };
        grown = grown.iter().flat_map(larger).collect();
        found.extend(grown.iter().map(|(some, _)| some.clone()));
    }
    found
}

/// The shares of a stage that are worth asking for: all, and of more than two a majority, in whole
/// percent so that it reads well.
fn agreements(n_members: usize) -> Vec<Probability> {
    let percent = (100 * (n_members / 2 + 1) / n_members) as f64;
    let majority = Probability::try_from(percent / 100.0).ok().filter(|_| n_members > 2);
    majority.into_iter().chain([Probability::ALWAYS]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_all_there_are_in_their_order() {
        let pairs = combinations(&[7, 5, 9], 2);
        assert_eq!(pairs, [vec![7, 5], vec![7, 9], vec![5, 9]]);
        // Of sixteen: 120 pairs and 560 trios.
        let order: Vec<usize> = (0..16).collect();
        assert_eq!(combinations(&order, 3).len(), 680);
        assert!(combinations(&[1], 3).is_empty());
    }

    #[test]
    fn what_is_as_good_for_no_more_outdoes_a_bound() {
        let found = |(cost, score): (f64, f64)| Found {
            shape: Shape::Single("m".into()),
            score,
            cost,
            gain: 0.0,
            error: 0.0,
        };
        let frontier = Frontier::of(&[(1.0, 0.5), (3.0, 0.8), (2.0, 0.4)].map(found));
        for (cost, score, has) in [
            (0.9, 0.1, false),
            (1.0, 0.5, true),
            (2.9, 0.6, false),
            (3.0, 0.8, true),
            (9.0, 0.81, false),
        ] {
            assert_eq!(frontier.has(cost, score), has, "{score} for {cost}");
        }
    }
}
