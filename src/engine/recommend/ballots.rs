//! Who said what on every item, as small numbers, and what a few of them come to by plurality.

use super::slices::{ABSENT, OneItem, Slices};
use crate::data::{AnswerIdx, CellState, ItemIdx, Matrix, ModelIdx};

/// Whoever was never asked, and so is no member on that item.
const NOT_ASKED: u8 = u8::MAX - 1;

/// The answers of some models to every item.
#[derive(Debug, Clone)]
pub(super) struct Ballots {
    n_voters: usize,
    /// Item after item, of each voter the number of its answer, [`ABSENT`] or [`NOT_ASKED`].
    said: Vec<u8>,
    /// Item after item, how right each of its answers is.
    scores: Vec<Vec<f64>>,
    /// Whether every answer is right or wrong, and none in between.
    pub(super) is_binary: bool,
}

/// What the plurality of a few came to on one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Won {
    /// How right its answer is; 0 without one.
    pub(super) score: f64,
    /// The share of those asked who gave it; 0 without one.
    pub(super) agreement: f64,
}

impl Ballots {
    /// The first samples of `voters`; `None` where answers were not recorded, but only whether
    /// they are right, and where an item has more answers than can be numbered.
    pub(super) fn of(matrix: &Matrix, voters: &[ModelIdx]) -> Option<Self> {
        let mut said = Vec::with_capacity(matrix.items().len() * voters.len());
        let mut scores = Vec::with_capacity(matrix.items().len());
        for item in matrix.item_idxs() {
            for voter in voters {
                said.push(match matrix.cell(item, *voter, 0).state {
                    CellState::Answered { answer: Some(AnswerIdx(answer)), .. } => {
                        u8::try_from(answer).ok().filter(|answer| *answer < NOT_ASKED)?
                    }
                    CellState::Answered { answer: None, .. } => return None,
                    CellState::NotRun => NOT_ASKED,
                    _ => ABSENT,
                });
            }
            scores.push(matrix.answers(item).iter().map(|answer| answer.score).collect());
        }
        let is_binary = scores.iter().flatten().all(|score: &f64| *score == 0.0 || *score == 1.0);
        Some(Self { n_voters: voters.len(), said, scores, is_binary })
    }

    fn on(&self, item: ItemIdx) -> &[u8] {
        let from = item.0 as usize * self.n_voters;
        &self.said[from..from + self.n_voters]
    }

    /// `items` in bits, with the voters in this order of priority; whether the baseline is right
    /// is told for each item.
    pub(super) fn slices(
        &self,
        items: &[ItemIdx],
        order: &[usize],
        baseline: impl Fn(ItemIdx) -> bool,
    ) -> Slices {
        let rows: Vec<(Vec<u8>, Vec<u8>, bool)> = items
            .iter()
            .map(|item| {
                let said = self.on(*item);
                let votes = |voter: &usize| match said[*voter] {
                    NOT_ASKED => ABSENT,
                    answer => answer,
                };
                let scores = &self.scores[item.0 as usize];
                let right = (0..).zip(scores).filter(|it| *it.1 == 1.0).map(|it| it.0);
                (order.iter().map(votes).collect(), right.collect(), baseline(*item))
            })
            .collect();
        let items = rows.iter().map(|row| OneItem { said: &row.0, right: &row.1, baseline: row.2 });
        Slices::new(order.len(), items)
    }

    /// The plurality of `members` on one item, ties to whoever stands first among them.
    pub(super) fn plurality(&self, item: ItemIdx, members: &[usize]) -> Won {
        let said = self.on(item);
        let votes = |answer: u8| members.iter().filter(|voter| said[**voter] == answer).count();
        let mut best = (0, ABSENT);
        for voter in members {
            let answer = said[*voter];
            if answer < NOT_ASKED {
                let n = votes(answer);
                if n > best.0 {
                    best = (n, answer);
                }
            }
        }
        let (n, answer) = best;
        if n == 0 {
            return Won { score: 0.0, agreement: 0.0 };
        }
        let n_asked = members.iter().filter(|voter| said[**voter] != NOT_ASKED).count();
        let score = self.scores[item.0 as usize][usize::from(answer)];
        Won { score, agreement: n as f64 / n_asked as f64 }
    }
}
