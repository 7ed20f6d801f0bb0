//! How likely something is, by what stands in a text.

use super::bag::Sparse;
use super::descent::bottom;

/// Weights of terms that make known outcomes most likely.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    weights: Vec<f64>,
    bias: f64,
}

/// Steps of the search at most; most fits take fewer than fifty.
const MOST_STEPS: usize = 200;

/// Fits `targets`, from 0 to 1, to the vectors of as many places as `n_places`: the weights w and
/// the bias b with the least `Σ ln(1 + e^z) - target z + l2 / 2 |w|²`, where `z = b + w x`. The
/// bias is not held to 0. Without examples everything is as likely as not.
///
/// Source: D. R. Cox, J. R. Statist. Soc. B 20 (1958), 215-242, with the penalty of S. le Cessie
/// and J. van Houwelingen, Applied Statistics 41 (1992), 191-201. Checked against scikit-learn
/// 1.9.1 `LogisticRegression(C=1/l2)` (test below).
pub fn logistic(vectors: &[&Sparse], n_places: usize, targets: &[f64], l2: f64) -> Logistic {
    let mut start = vec![0.0; n_places + 1];
    if let Some(bias) = start.last_mut() {
        *bias = log_odds(targets);
    }
    let weights = bottom(start, MOST_STEPS, |at, slope| {
        let (weights, bias) = at.split_at(n_places);
        for (slope, weight) in slope.iter_mut().zip(weights) {
            *slope = l2 * weight;
        }
        slope[n_places] = 0.0;
        let mut value = weights.iter().map(|weight| weight * weight).sum::<f64>() * l2 / 2.0;
        for (vector, target) in vectors.iter().zip(targets) {
            let z = bias[0] + product(weights, vector);
            value += softplus(z) - target * z;
            let off = chance(z) - target;
            vector.iter().for_each(|(place, it)| slope[*place as usize] += off * it);
            slope[n_places] += off;
        }
        value
    });
    let (weights, bias) = weights.split_at(n_places);
    Logistic { weights: weights.to_vec(), bias: bias[0] }
}

impl Logistic {
    /// How likely it is for a text.
    pub fn chance(&self, vector: &Sparse) -> f64 {
        chance(self.bias + product(&self.weights, vector))
    }
}

/// The log-odds of the mean, where nothing is certain.
pub(super) fn log_odds(targets: &[f64]) -> f64 {
    let mean = (targets.iter().sum::<f64>() + 0.5) / (targets.len() as f64 + 1.0);
    (mean / (1.0 - mean)).ln()
}

pub(super) fn product(weights: &[f64], vector: &Sparse) -> f64 {
    vector.iter().map(|(place, it)| weights[*place as usize] * it).sum()
}

pub(super) fn chance(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// ln(1 + e^z), also where e^z is too large for a number.
pub(super) fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_those_of_scikit_learn() {
        let vectors: Vec<Sparse> = vec![
            vec![(0, 1.0), (2, 2.0)],
            vec![(1, 1.0)],
            vec![(0, 1.0), (1, 1.0)],
            vec![(2, 1.0)],
            vec![(0, 0.5)],
            vec![(1, 0.25), (2, 1.0)],
            vec![(0, 1.0)],
            vec![(1, 1.0), (2, 1.0)],
        ];
        let vectors: Vec<&Sparse> = vectors.iter().collect();
        let targets = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0];
        for (l2, wanted) in [
            (1.0, [0.644_974_368_7, 0.442_640_080_6, 0.582_154_876_9, 0.433_065_809_1]),
            (10.0, [0.522_375_863_5, 0.490_369_552_3, 0.508_492_523_4, 0.492_625_313_7]),
            (0.1, [0.860_504_248_6, 0.371_356_193_0, 0.807_227_848_2, 0.259_435_506_5]),
        ] {
            let fitted = logistic(&vectors, 3, &targets, l2);
            for (vector, wanted) in vectors.iter().zip(wanted) {
                let got = fitted.chance(vector);
                assert!((got - wanted).abs() < 1e-4, "{l2}: {got} is not {wanted}");
            }
        }
    }

    #[test]
    fn without_examples_it_is_as_likely_as_not_and_without_terms_as_it_was_before() {
        assert_eq!(logistic(&[], 3, &[], 1.0).chance(&vec![(1, 1.0)]), 0.5);
        let nothing = Sparse::new();
        let fitted = logistic(&[&nothing; 4], 0, &[1.0, 1.0, 0.0, 1.0], 1.0);
        assert!((fitted.chance(&nothing) - 0.75).abs() < 1e-6);
    }
}
