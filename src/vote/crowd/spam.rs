//! The two halves of a MACE round, over items with equal votes taken as one.

use crate::stats::digamma;
use crate::vote::crowd::distinct::{Distinct, Row, Scratch};
use crate::vote::crowd::exact::{Grid, LogChances};
use crate::vote::crowd::{Annotator, Beliefs, MaceMethod, Votes};

/// The votes, prepared for rounds. A cell is a voter with a label.
pub(crate) struct Spam {
    distinct: Distinct,
    n_voters: usize,
    n_labels: usize,
    logs: LogChances,
    counts: Grid,
    likelihood: Grid,
}

/// What a vote tells, by cell.
struct Tables {
    /// The logarithm on a grid of its chance where it is wrong, which only habit explains.
    ln_wrong: Vec<i64>,
    /// What its being right adds to that.
    ln_gain: Vec<i64>,
    /// The chance that it was known, where it is right.
    known: Vec<f64>,
}

/// Below this a chance is taken as this.
const LEAST: f64 = 1e-20;

/// A magnitude that two logarithms of chances don't reach together.
const LARGEST_LOG: f64 = 128.0;

/// What is added to each count under `em`, shared out among the labels.
const SMOOTHING: f64 = 0.01;

/// The Beta prior of knowing and of not knowing under `vb`, and the Dirichlet prior of habits.
const KNOWING_PRIOR: f64 = 0.5;
const STRATEGY_PRIOR: f64 = 10.0;

impl Spam {
    pub(crate) fn new(votes: &Votes, n_labels: usize) -> Self {
        let distinct = Distinct::of(votes);
        let n_voted_on = distinct.row_of_items().flatten().count() as f64;
        let bound = (distinct.most_votes() + 1) as f64 * LARGEST_LOG;
        Self {
            n_voters: votes.n_voters(),
            n_labels,
            logs: LogChances::new(bound, n_labels),
            counts: Grid::for_sums_to(n_voted_on),
            likelihood: Grid::for_sums_to((votes.n_votes() as f64 + n_voted_on) * LARGEST_LOG),
            distinct,
        }
    }

    /// By voter the votes that were known, then by cell those that were habit, as expected; and the
    /// logarithm of the likelihood.
    pub(crate) fn counts(&self, annotators: &[Annotator]) -> (Vec<i64>, f64) {
        let tables = self.tables(annotators);
        let n_totals = self.n_voters * (1 + self.n_labels) + 1;
        let counts = self.distinct.total(n_totals, |row, scratch, totals| {
            let log_likelihood = self.believe(row, &tables, scratch);
            let (of_voters, rest) = totals.split_at_mut(self.n_voters);
            for cast in row.casts {
                let (voter, label) = (usize::from(cast.voter), usize::from(cast.label));
                let cell = voter * self.n_labels + label;
                let known = self.counts.place(scratch.beliefs[label] * tables.known[cell]);
                of_voters[voter] += row.weight * known;
                rest[cell] += row.weight * (self.counts.place(1.0) - known);
            }
            if let Some(total) = rest.last_mut() {
                *total += row.weight * self.likelihood.place(log_likelihood);
            }
        });
        let log_likelihood = counts.last().map_or(0.0, |total| self.likelihood.value(*total));
        (counts, log_likelihood)
    }

    /// What the expected counts say of each voter.
    pub(crate) fn learn(&self, counts: &[i64], method: MaceMethod) -> Vec<Annotator> {
        let (of_voters, rest) = counts.split_at(self.n_voters);
        let [of_knowing, of_habits] = match method {
            MaceMethod::Em => [SMOOTHING / self.n_labels as f64; 2],
            MaceMethod::Vb => [KNOWING_PRIOR, STRATEGY_PRIOR],
        };
        let of_voter = |(voter, known): (usize, &i64)| {
            let habits = &rest[voter * self.n_labels..(voter + 1) * self.n_labels];
            let knowing = self.chances(&[*known, habits.iter().sum()], of_knowing, method);
            let strategy = self.chances(habits, of_habits, method);
            Annotator { knowing: knowing[0], spamming: knowing[1], strategy }
        };
        of_voters.iter().enumerate().map(of_voter).collect()
    }

    /// The belief in each label of each item.
    pub(crate) fn beliefs(&self, votes: &Votes, annotators: &[Annotator]) -> Beliefs {
        let tables = self.tables(annotators);
        self.distinct.beliefs(votes, |row, scratch, of_labels| {
            self.believe(row, &tables, scratch);
            of_labels.copy_from_slice(&scratch.beliefs[..self.n_labels]);
        })
    }

    /// The chances behind expected counts, to each of which `added` is added.
    fn chances(&self, counts: &[i64], added: f64, method: MaceMethod) -> Vec<f64> {
        let total = self.counts.value(counts.iter().sum()) + added * counts.len() as f64;
        let chance = |count: &i64| {
            let count = self.counts.value(*count) + added;
            match method {
                MaceMethod::Em => count / total,
                MaceMethod::Vb => (digamma(count) - digamma(total)).exp(),
            }
        };
        counts.iter().map(chance).collect()
    }

    fn tables(&self, annotators: &[Annotator]) -> Tables {
        let n_cells = self.n_voters * self.n_labels;
        let mut tables = Tables {
            ln_wrong: Vec::with_capacity(n_cells),
            ln_gain: Vec::with_capacity(n_cells),
            known: Vec::with_capacity(n_cells),
        };
        for annotator in annotators {
            for habit in &annotator.strategy {
                let wrong = (annotator.spamming * habit).max(LEAST);
                tables.ln_wrong.push(self.logs.grid.place(wrong.ln()));
                tables.ln_gain.push(self.logs.grid.place((annotator.knowing / wrong).ln_1p()));
                tables.known.push(annotator.knowing / (wrong + annotator.knowing));
            }
        }
        tables
    }

    /// Writes the beliefs of a row, and returns the logarithm of the likelihood of its votes.
    fn believe(&self, row: Row<'_>, tables: &Tables, scratch: &mut Scratch) -> f64 {
        let logs = &mut scratch.logs[..self.n_labels];
        logs.fill(0);
        let mut if_all_wrong = 0;
        for cast in row.casts {
            let cell = usize::from(cast.voter) * self.n_labels + usize::from(cast.label);
            if_all_wrong += tables.ln_wrong[cell];
            logs[usize::from(cast.label)] += tables.ln_gain[cell];
        }
        let beliefs = &mut scratch.beliefs[..self.n_labels];
        let of_votes = self.logs.normalise(logs, beliefs) + self.logs.grid.value(if_all_wrong);
        of_votes - (self.n_labels as f64).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::crowd::Classes;

    /// One item with three votes, worked out by hand.
    #[test]
    fn a_round_is_what_it_comes_to_by_hand() {
        let votes = Votes::new(3, Classes::Shared(2), &[vec![(0, 0), (1, 0), (2, 1)]]);
        let start = Annotator { knowing: 0.5, spamming: 0.5, strategy: vec![0.5; 2] };
        let spam = Spam::new(&votes, 2);
        let (counts, log_likelihood) = spam.counts(&vec![start; 3]);
        // A vote has chance 0.75 where it is right and 0.25 where it is wrong; two thirds of the
        // former were known.
        let (first, second) = (0.75 * 0.75 * 0.25 / 2.0, 0.25 * 0.25 * 0.75 / 2.0);
        assert!((log_likelihood - f64::ln(first + second)).abs() < 1e-12, "{log_likelihood}");
        let belief = first / (first + second);
        let learned = spam.learn(&counts, MaceMethod::Em);
        for (voter, belief) in [(0, belief), (1, belief), (2, 1.0 - belief)] {
            let knowing = (belief * 2.0 / 3.0 + 0.005) / 1.01;
            assert!((learned[voter].knowing - knowing).abs() < 1e-12, "voter {voter}: {learned:?}");
            assert!((learned[voter].spamming - (1.0 - knowing)).abs() < 1e-12, "voter {voter}");
        }
        let habit = 1.0 - belief * 2.0 / 3.0;
        let expected = (habit + 0.005) / (habit + 0.01);
        assert!((learned[0].strategy[0] - expected).abs() < 1e-12, "{learned:?}");
    }
}
