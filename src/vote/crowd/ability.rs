//! The two halves of a GLAD round, over items with equal votes taken as one.

use crate::vote::crowd::distinct::{Distinct, Row, Scratch};
use crate::vote::crowd::exact::{Grid, LogChances};
use crate::vote::crowd::{Beliefs, Votes};

/// The votes, prepared for rounds. Items with equal votes are equally easy.
pub(crate) struct Abilities {
    distinct: Distinct,
    n_voters: usize,
    n_votes: f64,
    n_voted_on: f64,
}

/// What a round goes by.
#[derive(Clone)]
pub(crate) struct Model {
    /// The ability of each voter.
    pub(crate) alphas: Vec<f64>,
    /// The logarithm of the ease of each row's items.
    pub(crate) log_betas: Vec<f64>,
}

/// The mean of both priors, and where learning starts.
const PRIOR_MEAN: f64 = 1.0;

/// The turns of abilities and ease in a round, at most.
const MOST_TURNS: usize = 50;

/// The largest change of a turn after which no other follows.
const STILL: f64 = 1e-3;

impl Abilities {
    pub(crate) fn new(votes: &Votes) -> Self {
        let distinct = Distinct::of(votes);
        Self {
            n_voters: votes.n_voters(),
            n_votes: votes.n_votes() as f64,
            n_voted_on: distinct.row_of_items().flatten().count() as f64,
            distinct,
        }
    }

    pub(crate) fn start(&self) -> Model {
        Model {
            alphas: vec![PRIOR_MEAN; self.n_voters],
            log_betas: vec![PRIOR_MEAN; self.distinct.n_rows()],
        }
    }

    /// The row of each item; `None` where nobody voted.
    pub(crate) fn row_of_items(&self) -> impl Iterator<Item = Option<usize>> {
        self.distinct.row_of_items()
    }

    /// The belief that each vote of the rows is right, and the logarithm of the posterior.
    pub(crate) fn rights(&self, model: &Model) -> (Vec<f64>, f64) {
        let logs = self.logs(model);
        let farthest = |values: &[f64]| {
            let off = values.iter().map(|value| (value - PRIOR_MEAN).abs());
            off.fold(0.0, f64::max)
        };
        let most = farthest(&model.alphas).max(farthest(&model.log_betas)).powi(2);
        let n_terms = self.n_votes + 2.0 * self.n_voted_on + self.n_voters as f64;
        let grid = Grid::for_sums_to(n_terms * (self.largest_log(model) + most));
        let of_prior = |value: f64| grid.place(-0.5 * (value - PRIOR_MEAN).powi(2));
        let of_chunks = self.distinct.by_chunk(|range| {
            let mut scratch = self.distinct.scratch();
            let (mut rights, mut log_posterior) = (Vec::new(), 0);
            for row in self.distinct.rows(range) {
                let log_likelihood = believe(row, model, logs, &mut scratch);
                let of_items = grid.place(log_likelihood) + of_prior(model.log_betas[row.idx]);
                log_posterior += row.weight * of_items;
                let right = |label: u16| scratch.beliefs[usize::from(label)];
                rights.extend(row.casts.iter().map(|cast| right(cast.label)));
            }
            (rights, log_posterior)
        });
        let (rights, log_posteriors): (Vec<_>, Vec<i64>) = of_chunks.into_iter().unzip();
        let of_voters: i64 = model.alphas.iter().copied().map(of_prior).sum();
        let log_posterior = log_posteriors.iter().sum::<i64>() + of_voters;
        (rights.concat(), grid.value(log_posterior))
    }

    /// The belief in each label of each item.
    pub(crate) fn beliefs(&self, votes: &Votes, model: &Model) -> Beliefs {
        let logs = self.logs(model);
        self.distinct.beliefs(votes, |row, scratch, of_labels| {
            believe(row, model, logs, scratch);
            of_labels.copy_from_slice(&scratch.beliefs[..row.n_classes]);
        })
    }

    /// A model that explains the votes better, given the belief that each is right.
    pub(crate) fn learn(&self, model: &Model, rights: &[f64]) -> Model {
        let mut model = model.clone();
        for _ in 0..MOST_TURNS {
            let alphas = self.better_alphas(&model, rights);
            let mut change = largest_change(&alphas, &model.alphas);
            model.alphas = alphas;
            let log_betas = self.better_log_betas(&model, rights);
            change = change.max(largest_change(&log_betas, &model.log_betas));
            model.log_betas = log_betas;
            if change < STILL {
                break;
            }
        }
        model
    }

    /// The abilities that maximise the bound at the model.
    fn better_alphas(&self, model: &Model, rights: &[f64]) -> Vec<f64> {
        let most = model.log_betas.iter().map(|log_beta| log_beta.exp()).fold(1.0, f64::max);
        let grid = Grid::for_sums_to(self.n_voted_on * most * most);
        let totals = self.distinct.total(2 * self.n_voters, |row, _, totals| {
            let beta = model.log_betas[row.idx].exp();
            for (cast, right) in std::iter::zip(row.casts, &rights[row.start..]) {
                let voter = usize::from(cast.voter);
                let bend = curvature(model.alphas[voter] * beta) * beta * beta;
                totals[2 * voter] += row.weight * grid.place((right - 0.5) * beta);
                totals[2 * voter + 1] += row.weight * grid.place(bend);
            }
        });
        let alpha = |sums: &[i64; 2]| {
            let [pull, bend] = sums.map(|sum| grid.value(sum));
            (pull + PRIOR_MEAN) / (bend + 1.0)
        };
        totals.as_chunks().0.iter().map(alpha).collect()
    }

    /// Easier or harder items, by the bound at the model.
    fn better_log_betas(&self, model: &Model, rights: &[f64]) -> Vec<f64> {
        let most = model.alphas.iter().map(|alpha| alpha.abs()).fold(1.0, f64::max);
        let grid = Grid::for_sums_to(self.distinct.most_votes() as f64 * most * most);
        let of_chunks = self.distinct.by_chunk(|range| {
            let log_beta = |row: Row<'_>| {
                let from = model.log_betas[row.idx];
                let beta = from.exp();
                let (mut pull, mut bend) = (0, 0);
                for (cast, right) in std::iter::zip(row.casts, &rights[row.start..]) {
                    let alpha = model.alphas[usize::from(cast.voter)];
                    pull += grid.place((right - 0.5) * alpha);
                    bend += grid.place(curvature(alpha * beta) * alpha * alpha);
                }
                climb(Slope { pull: grid.value(pull), bend: grid.value(bend) }, from)
            };
            self.distinct.rows(range).map(log_beta).collect::<Vec<f64>>()
        });
        of_chunks.concat()
    }

    fn logs(&self, model: &Model) -> LogChances {
        let bound = (self.distinct.most_votes() + 1) as f64 * self.largest_log(model);
        LogChances::new(bound, self.distinct.most_classes())
    }

    /// What the logarithms that one vote adds to a label come to at most.
    fn largest_log(&self, model: &Model) -> f64 {
        let ability = model.alphas.iter().map(|alpha| alpha.abs()).fold(0.0, f64::max);
        let ease = model.log_betas.iter().map(|log_beta| log_beta.exp()).fold(0.0, f64::max);
        2.0 * (ability * ease + (self.distinct.most_classes() as f64).ln().max(0.0) + 1.0)
    }
}

/// Writes the beliefs of a row, and returns the logarithm of the likelihood of its votes.
fn believe(row: Row<'_>, model: &Model, logs: LogChances, scratch: &mut Scratch) -> f64 {
    let beta = model.log_betas[row.idx].exp();
    // One label leaves no wrong one; a vote for it is right, and is as likely as that.
    let ln_n_wrong = (row.n_classes.saturating_sub(1).max(1) as f64).ln();
    let of_labels = &mut scratch.logs[..row.n_classes];
    of_labels.fill(0);
    let mut if_all_wrong = 0;
    for cast in row.casts {
        let odds = model.alphas[usize::from(cast.voter)] * beta;
        if_all_wrong += logs.grid.place(-softplus(odds) - ln_n_wrong);
        of_labels[usize::from(cast.label)] += logs.grid.place(odds + ln_n_wrong);
    }
    let beliefs = &mut scratch.beliefs[..row.n_classes];
    let ln_prior = -(row.n_classes as f64).ln();
    logs.normalise(of_labels, beliefs) + logs.grid.value(if_all_wrong) + ln_prior
}

/// A bound `pull * beta - bend * beta^2 / 2` on how well an item's votes are explained.
#[derive(Clone, Copy)]
struct Slope {
    pull: f64,
    bend: f64,
}

/// A step of Newton's this small is the last.
const LAST_STEP: f64 = 1e-6;

/// The log ease that betters bound and prior, uphill from `from` by Newton's steps.
///
/// A step that leads down is halved, and where the ground bends up the step is the slope.
fn climb(Slope { pull, bend }: Slope, from: f64) -> f64 {
    let height = |log_beta: f64| {
        let beta = log_beta.exp();
        pull * beta - 0.5 * bend * beta * beta - 0.5 * (log_beta - PRIOR_MEAN).powi(2)
    };
    let mut at = from;
    for _ in 0..MOST_TURNS {
        let beta = at.exp();
        let slope = pull * beta - bend * beta * beta - (at - PRIOR_MEAN);
        let falling = 2.0 * bend * beta * beta - pull * beta + 1.0;
        let step = if falling > 0.0 { slope / falling } else { slope };
        let mut step = step.clamp(-1.0, 1.0);
        while step.abs() > LAST_STEP && height(at + step) < height(at) {
            step /= 2.0;
        }
        if step.abs() <= LAST_STEP {
            break;
        }
        at += step;
    }
    at
}

/// The curvature tanh(x / 2) / 2x of the bound on the logistic function that touches it at x.
fn curvature(odds: f64) -> f64 {
    let x = odds.abs();
    if x < 1e-3 {
        // The first terms of its series: the quotient would lose its digits.
        return 0.25 - x * x / 48.0;
    }
    let falling = (-x).exp();
    (1.0 - falling) / (1.0 + falling) / (2.0 * x)
}

/// ln(1 + exp(x)), without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn largest_change(new: &[f64], old: &[f64]) -> f64 {
    std::iter::zip(new, old).map(|(new, old)| (new - old).abs()).fold(0.0, f64::max)
}
