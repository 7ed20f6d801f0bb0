//! The two halves of a Dawid-Skene round, over items with equal votes taken as one.

use crate::vote::crowd::distinct::{Distinct, LANES, Row, Scratch};
use crate::vote::crowd::exact::{Grid, LogChances};
use crate::vote::crowd::{Beliefs, Votes};

type Block = [i64; LANES];

/// Below this a chance, and an expected number of votes, is taken as this.
const LEAST: f64 = 1e-10;

/// A magnitude that the logarithm of no chance reaches: 10^-10 over as many items as there can be.
const LARGEST_LOG: f64 = 64.0;

/// The votes, prepared so that a round is sums over flat tables.
///
/// A cell is a voter with a label that was given. Tables have one run of blocks a cell, with a
/// number for each label that may be right.
pub(crate) struct Confusion {
    distinct: Distinct,
    labels: Vec<u16>,
    n_voters: usize,
    /// The cell of each vote of the rows.
    cells: Vec<u32>,
    /// Whether any vote is in the cell.
    is_used: Vec<bool>,
    n_blocks: usize,
    n_voted_on: f64,
    logs: LogChances,
    counts: Grid,
    likelihood: Grid,
}

/// What a round goes by, as logarithms on a grid: of the priors, and of the chances by cell.
pub(crate) struct Model {
    ln_priors: Vec<Block>,
    ln_chances: Vec<Block>,
    /// How often each label is right.
    pub(crate) priors: Vec<f64>,
    chances: Vec<f64>,
}

impl Confusion {
    pub(crate) fn new(votes: &Votes) -> Self {
        let distinct = Distinct::of(votes);
        let mut labels: Vec<u16> = distinct.casts().iter().map(|cast| cast.label).collect();
        labels.sort_unstable();
        labels.dedup();
        let n_labels = labels.len();
        let mut positions = vec![0; labels.last().map_or(0, |last| usize::from(*last) + 1)];
        for (position, label) in labels.iter().enumerate() {
            positions[usize::from(*label)] = position;
        }
        let mut is_used = vec![false; votes.n_voters() * n_labels];
        let cells = distinct.casts().iter().map(|cast| {
            let cell = usize::from(cast.voter) * n_labels + positions[usize::from(cast.label)];
            is_used[cell] = true;
            cell as u32
        });
        let cells = cells.collect();
        let n_voted_on = distinct.row_of_items().flatten().count() as f64;
        let bound = (distinct.most_votes() + 1) as f64 * LARGEST_LOG;
        Self {
            labels,
            n_voters: votes.n_voters(),
            cells,
            is_used,
            n_blocks: n_labels.div_ceil(LANES),
            n_voted_on,
            logs: LogChances::new(bound, n_labels),
            counts: Grid::for_sums_to(n_voted_on + n_labels as f64),
            likelihood: Grid::for_sums_to((votes.n_votes() as f64 + n_voted_on) * LARGEST_LOG),
            distinct,
        }
    }

    /// The labels that anybody ever gave, in order.
    pub(crate) fn labels(&self) -> &[u16] {
        &self.labels
    }

    /// The expected counts where each label is as likely as its share of the item's votes.
    pub(crate) fn counts_of_shares(&self) -> Vec<i64> {
        let n_labels = self.labels.len();
        self.distinct.total(self.n_totals(), |row, scratch, totals| {
            let beliefs = &mut scratch.beliefs[..n_labels];
            beliefs.fill(0.0);
            let cells = self.cells(row);
            for cell in cells {
                beliefs[*cell as usize % n_labels] += 1.0;
            }
            for belief in &mut *beliefs {
                *belief /= cells.len() as f64;
            }
            self.count(row, beliefs, totals);
        })
    }

    /// The expected counts under `model`, and the logarithm of its likelihood.
    pub(crate) fn counts(&self, model: &Model) -> (Vec<i64>, f64) {
        let counts = self.distinct.total(self.n_totals(), |row, scratch, totals| {
            let log_likelihood = self.believe(row, model, scratch);
            self.count(row, &scratch.beliefs[..self.labels.len()], totals);
            if let Some(total) = totals.last_mut() {
                *total += row.weight * self.likelihood.place(log_likelihood);
            }
        });
        let log_likelihood = counts.last().map_or(0.0, |total| self.likelihood.value(*total));
        (counts, log_likelihood)
    }

    /// The model under which the votes are likeliest, given expected counts.
    pub(crate) fn learn(&self, counts: &[i64]) -> Model {
        let n_labels = self.labels.len();
        let width = self.n_blocks * LANES;
        let n_cells = self.is_used.len();
        let mut model = Model {
            ln_priors: vec![[0; LANES]; self.n_blocks],
            ln_chances: vec![[0; LANES]; n_cells * self.n_blocks],
            priors: vec![0.0; n_labels],
            chances: vec![0.0; n_cells * n_labels],
        };
        let ln = |chance: f64| self.logs.grid.place(chance.ln());
        let ln_priors = model.ln_priors.as_flattened_mut();
        let ln_chances = model.ln_chances.as_flattened_mut();
        let least = self.counts.place(LEAST).max(1);
        for right in 0..n_labels {
            let prior = self.counts.value(counts[n_cells * width + right]) / self.n_voted_on;
            model.priors[right] = prior;
            ln_priors[right] = ln(prior.max(LEAST));
            for of_voter in 0..self.n_voters {
                let cells = of_voter * n_labels..(of_voter + 1) * n_labels;
                let used = || cells.clone().filter(|cell| self.is_used[*cell]);
                let count = |cell: usize| counts[cell * width + right].max(least);
                let total: i64 = used().map(count).sum();
                for cell in used() {
                    let chance = count(cell) as f64 / total as f64;
                    model.chances[cell * n_labels + right] = chance;
                    ln_chances[cell * width + right] = ln(chance);
                }
            }
        }
        model
    }

    /// The belief in each label of each item under `model`.
    pub(crate) fn beliefs(&self, votes: &Votes, model: &Model) -> Beliefs {
        self.distinct.beliefs(votes, |row, scratch, of_labels| {
            self.believe(row, model, scratch);
            for (label, belief) in std::iter::zip(&self.labels, &scratch.beliefs) {
                of_labels[usize::from(*label)] = *belief;
            }
        })
    }

    /// By voter, right label and given label; `None` for who never voted.
    pub(crate) fn chances(&self, model: &Model) -> Vec<Option<Vec<Vec<f64>>>> {
        let n_labels = self.labels.len();
        let of_voter = |voter: usize| {
            let cells = voter * n_labels..(voter + 1) * n_labels;
            let row =
                |right| cells.clone().map(|cell| model.chances[cell * n_labels + right]).collect();
            let has_voted = self.is_used[cells.clone()].contains(&true);
            has_voted.then(|| (0..n_labels).map(row).collect())
        };
        (0..self.n_voters).map(of_voter).collect()
    }

    /// Writes the beliefs of a row, and returns the logarithm of the likelihood of its votes.
    fn believe(&self, row: Row<'_>, model: &Model, scratch: &mut Scratch) -> f64 {
        let n_labels = self.labels.len();
        let cells = self.cells(row);
        let logs = scratch.logs.as_chunks_mut::<LANES>().0;
        for (block, logs) in logs[..self.n_blocks].iter_mut().enumerate() {
            let mut sums = model.ln_priors[block];
            for cell in cells {
                let chances = &model.ln_chances[*cell as usize * self.n_blocks + block];
                for lane in 0..LANES {
                    sums[lane] += chances[lane];
                }
            }
            *logs = sums;
        }
        self.logs.normalise(&scratch.logs[..n_labels], &mut scratch.beliefs[..n_labels])
    }

    /// Adds the row's items to the expected counts of its cells, and to those of the labels.
    fn count(&self, row: Row<'_>, beliefs: &[f64], totals: &mut [i64]) {
        let totals = totals.as_chunks_mut::<LANES>().0;
        let of_labels = self.is_used.len() * self.n_blocks;
        for (block, beliefs) in beliefs.chunks(LANES).enumerate() {
            let mut parts = [0; LANES];
            for (part, belief) in std::iter::zip(&mut parts, beliefs) {
                *part = row.weight * self.counts.place(*belief);
            }
            let add = |total: &mut Block| {
                for lane in 0..LANES {
                    total[lane] += parts[lane];
                }
            };
            add(&mut totals[of_labels + block]);
            for cell in self.cells(row) {
                add(&mut totals[*cell as usize * self.n_blocks + block]);
            }
        }
    }

    fn cells(&self, row: Row<'_>) -> &[u32] {
        &self.cells[row.start..row.start + row.casts.len()]
    }

    /// A run of blocks for each cell, one for the labels, and a number for the likelihood.
    fn n_totals(&self) -> usize {
        (self.is_used.len() + 1) * self.n_blocks * LANES + 1
    }
}
