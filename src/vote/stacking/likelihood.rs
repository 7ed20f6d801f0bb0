//! How likely the right answers are under given weights, and which way is up.

use super::patterns::{Camp, Pattern, Patterns};

/// The penalised log-likelihood of patterns, as a function of the weights.
pub(super) struct Likelihood<'a> {
    pub(super) patterns: &'a Patterns,
    pub(super) l2: f64,
}

/// Which way is up at some weights, and how that changes. Matrices are row by row.
pub(super) struct Slope {
    /// The derivative by each weight.
    pub(super) gradient: Vec<f64>,
    /// Minus the second derivatives. Where some items have several right answers it need not be
    /// positive definite.
    pub(super) curvature: Vec<f64>,
    /// A positive definite matrix that bends at least as much, and is the same where each item has
    /// one right answer.
    pub(super) bound: Vec<f64>,
}

impl Likelihood<'_> {
    pub(super) fn n_weights(&self) -> usize {
        self.patterns.n_weights()
    }

    /// The sum over items of ln(chance of a right answer), less the penalty.
    pub(super) fn value(&self, weights: &[f64]) -> f64 {
        let of_pattern = |(pattern, count): (&Pattern, f64)| {
            let scores = self.scores(pattern, weights);
            count * (log_sum(&of_right(&scores, &pattern.camps)) - log_sum(&scores))
        };
        let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
        self.patterns.iter().map(of_pattern).sum::<f64>() - self.l2 / 2.0 * squares
    }

    pub(super) fn slope(&self, weights: &[f64]) -> Slope {
        let (n_members, n_weights) = (self.patterns.n_members(), self.n_weights());
        let mut gradient: Vec<f64> = weights.iter().map(|weight| -self.l2 * weight).collect();
        // By pairs of members: of items without a category, then of those of each category.
        let n_blocks = n_weights / n_members.max(1);
        let mut curvature = vec![vec![0.0; n_members * n_members]; n_blocks];
        let mut bound = curvature.clone();
        for (pattern, count) in self.patterns.iter() {
            let scores = self.scores(pattern, weights);
            let chances = shares(&scores);
            let mut of_right = shares(&of_right(&scores, &pattern.camps)).into_iter();
            let block = pattern.category.map_or(0, |category| category + 1);
            let mut voters = Vec::new();
            for (camp, chance) in std::iter::zip(&pattern.camps, chances) {
                let if_right = if camp.is_right { of_right.next().unwrap_or(0.0) } else { 0.0 };
                for member in &camp.members {
                    voters.push(Word { member: *member, of: camp, chance, if_right });
                    for at in positions(*member, block, n_members) {
                        gradient[at] += count * (if_right - chance);
                    }
                }
            }
            for one in &voters {
                for other in &voters {
                    let at = one.member * n_members + other.member;
                    let [all, right] = one.spreads_with(other);
                    bound[block][at] += count * all;
                    curvature[block][at] += count * (all - right);
                }
            }
        }
        let [curvature, bound] = [curvature, bound].map(|pairs| self.assemble(&pairs));
        Slope { gradient, curvature, bound }
    }

    /// The whole matrix: all items bear on the weights that all share, those of a category also on
    /// its adjustments, and on both together.
    fn assemble(&self, by_category: &[Vec<f64>]) -> Vec<f64> {
        let (n_members, n_weights) = (self.patterns.n_members(), self.n_weights());
        let mut whole = vec![0.0; n_weights * n_weights];
        for (block, pairs) in by_category.iter().enumerate() {
            for one in 0..n_members {
                for other in 0..n_members {
                    for row in positions(one, block, n_members) {
                        for column in positions(other, block, n_members) {
                            whole[row * n_weights + column] += pairs[one * n_members + other];
                        }
                    }
                }
            }
        }
        for at in 0..n_weights {
            whole[at * n_weights + at] += self.l2;
        }
        whole
    }

    fn scores(&self, pattern: &Pattern, weights: &[f64]) -> Vec<f64> {
        let n_members = self.patterns.n_members();
        let block = pattern.category.map_or(0, |category| category + 1);
        let weight = |member: &usize| -> f64 {
            positions(*member, block, n_members).map(|at| weights[at]).sum()
        };
        pattern.camps.iter().map(|camp| camp.members.iter().map(weight).sum()).collect()
    }
}

/// What a member says on an item.
struct Word<'a> {
    member: usize,
    /// Those who give the same answer.
    of: &'a Camp,
    /// How likely their answer is.
    chance: f64,
    /// How likely it is if a right one is given; 0 where it is wrong.
    if_right: f64,
}

impl Word<'_> {
    /// How two members' words go together, among all answers and among the right ones: the
    /// covariances of being the answer that a draw by these chances gives.
    fn spreads_with(&self, other: &Self) -> [f64; 2] {
        let is_same = std::ptr::eq(self.of, other.of);
        let together = |chance: f64| if is_same { chance } else { 0.0 };
        [
            together(self.chance) - self.chance * other.chance,
            together(self.if_right) - self.if_right * other.if_right,
        ]
    }
}

/// Where a member's weights stand: the one for all items and, in a block after the first, the one
/// for that category.
fn positions(member: usize, block: usize, n_members: usize) -> impl Iterator<Item = usize> {
    std::iter::once(member).chain((block > 0).then_some(block * n_members + member))
}

fn of_right(scores: &[f64], camps: &[Camp]) -> Vec<f64> {
    std::iter::zip(scores, camps).filter(|(_, camp)| camp.is_right).map(|(s, _)| *s).collect()
}

/// Each score's share of e to the scores; they add up to 1.
pub(super) fn shares(scores: &[f64]) -> Vec<f64> {
    let whole = log_sum(scores);
    scores.iter().map(|score| (score - whole).exp()).collect()
}

/// ln of the sum of e to the scores, which may be too large for a number of its own.
fn log_sum(scores: &[f64]) -> f64 {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + scores.iter().map(|score| (score - top).exp()).sum::<f64>().ln()
}
