//! How likely each of several is right, by a few things that all of them share.

use super::bag::Sparse;
use super::descent::bottom;
use super::logistic::{chance, log_odds, softplus};
use crate::kernel::{Key, Seed};

/// How a table of texts and members is made of a few factors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factors {
    /// How many factors there are.
    pub rank: usize,
    /// How strongly everything but the biases is held to 0.
    pub l2: f64,
}

/// Texts, each with how right each member was; `None` where it was not asked.
pub type Rows<'a> = [(&'a Sparse, Vec<Option<f64>>)];

/// Factors that were fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Factored {
    /// Place after place, what a term says of each factor.
    terms: Vec<f64>,
    /// Member after member, what it makes of each factor.
    members: Vec<f64>,
    biases: Vec<f64>,
    rank: usize,
}

/// Steps of the search at most. To stop early holds factors back as the penalty does: on fourteen
/// tasks of others, more steps did no better.
const MOST_STEPS: usize = 30;

impl Factors {
    /// The factors that make the rows most likely, less the penalty `l2 / 2` times the sum of
    /// squares: member m is right on the text x with chance `σ(b_m + v_m · Wᵀx)`.
    ///
    /// There are many equally good solutions, and local ones: the search begins at small numbers
    /// drawn from a stream of their own, so that the same rows always lead to the same one.
    /// Source: the matrix-factorisation router of I. Ong et al., `RouteLLM`, arXiv 2406.18665
    /// (2024), section 3.2: a bilinear score of member and question, with terms in place of their
    /// embedding and every member's own outcome in place of pairwise preferences; factors as in Y.
    /// Koren et al., Computer 42 (2009), 30-37. Checked by rows that were made of factors (test
    /// below).
    pub fn fit(self, n_places: usize, n_members: usize, rows: &Rows<'_>) -> Factored {
        let Self { rank, l2 } = self;
        let (n_terms, n_of_members) = (n_places * rank, n_members * rank);
        let key = Key::new(Seed(0), "factors", &[]);
        let small = |at: usize| (key.with(at as u64).uniform() - 0.5) / rank as f64;
        let mut start: Vec<f64> = (0..n_terms + n_of_members).map(small).collect();
        start.extend((0..n_members).map(|member| {
            log_odds(&rows.iter().filter_map(|row| row.1[member]).collect::<Vec<_>>())
        }));
        let mut mixed = vec![0.0; rank];
        let mut pulled = vec![0.0; rank];
        let all = bottom(start, MOST_STEPS, |at, slope| {
            let held = &at[..n_terms + n_of_members];
            for (slope, it) in slope.iter_mut().zip(held) {
                *slope = l2 * it;
            }
            slope[n_terms + n_of_members..].fill(0.0);
            let mut value = held.iter().map(|it| it * it).sum::<f64>() * l2 / 2.0;
            for (vector, targets) in rows {
                mix(&at[..n_terms], vector, &mut mixed);
                pulled.fill(0.0);
                for (member, target) in targets.iter().enumerate() {
                    let Some(target) = target else { continue };
                    let from = n_terms + member * rank;
                    let bias = n_terms + n_of_members + member;
                    let z = at[bias] + dot(&at[from..from + rank], &mixed);
                    value += softplus(z) - target * z;
                    let off = chance(z) - target;
                    slope[bias] += off;
                    for factor in 0..rank {
                        slope[from + factor] += off * mixed[factor];
                        pulled[factor] += off * at[from + factor];
                    }
                }
                for (place, it) in *vector {
                    let from = *place as usize * rank;
                    for factor in 0..rank {
                        slope[from + factor] += it * pulled[factor];
                    }
                }
            }
            value
        });
        let (terms, rest) = all.split_at(n_terms);
        let (members, biases) = rest.split_at(n_of_members);
        Factored { terms: terms.to_vec(), members: members.to_vec(), biases: biases.to_vec(), rank }
    }
}

impl Factored {
    /// How likely each member is right on a text.
    pub fn chances(&self, vector: &Sparse) -> Vec<f64> {
        let mut mixed = vec![0.0; self.rank];
        mix(&self.terms, vector, &mut mixed);
        let of_member = |(member, bias): (&[f64], &f64)| chance(bias + dot(member, &mixed));
        self.members.chunks(self.rank).zip(&self.biases).map(of_member).collect()
    }
}

/// What a text's terms say of each factor.
fn mix(terms: &[f64], vector: &Sparse, mixed: &mut [f64]) {
    mixed.fill(0.0);
    for (place, it) in vector {
        let from = *place as usize * mixed.len();
        let of_term = &terms[from..from + mixed.len()];
        mixed.iter_mut().zip(of_term).for_each(|(sum, term)| *sum += it * term);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two kinds of texts, of which each of two members knows one and a third knows both a little.
    #[test]
    fn who_knows_what_is_learned_across_members() {
        let kinds: [Sparse; 2] = [vec![(0, 0.8), (2, 0.6)], vec![(1, 0.8), (2, 0.6)]];
        let right = [[0.95, 0.1, 0.6], [0.1, 0.95, 0.6]];
        let rows: Vec<(&Sparse, Vec<Option<f64>>)> = (0..200)
            .map(|at| {
                let kind = at % 2;
                // The last member was asked on every fifth text alone.
                let target =
                    |(member, right): (usize, &f64)| (member < 2 || at % 5 == 0).then_some(*right);
                (&kinds[kind], right[kind].iter().enumerate().map(target).collect())
            })
            .collect();
        let fitted = Factors { rank: 2, l2: 0.1 }.fit(3, 3, &rows);
        for (kind, right) in kinds.iter().zip(right) {
            for (got, wanted) in fitted.chances(kind).into_iter().zip(right) {
                assert!((got - wanted).abs() < 0.05, "{got} is not {wanted}");
            }
        }
        assert_eq!(fitted, Factors { rank: 2, l2: 0.1 }.fit(3, 3, &rows));
        // A text without any known term: what each member comes to overall.
        let unknown = fitted.chances(&Sparse::new());
        assert!((unknown[0] - unknown[1]).abs() < 0.05, "{unknown:?}");
        assert_eq!(Factors { rank: 2, l2: 1.0 }.fit(0, 2, &[]).chances(&vec![]), [0.5, 0.5]);
    }
}
