//! The top of a smooth hill, by Newton's method.

use super::likelihood::{Likelihood, Slope};

/// Steps at most; a hill with one top takes about ten.
const MOST_STEPS: usize = 500;
/// Halvings of a step at most.
const MOST_HALVINGS: usize = 40;
/// The share of what the slope promises that a step has to keep (L. Armijo, 1966).
const ENOUGH: f64 = 1e-4;
/// A step that moves no weight by more than this is so near the top that values, which are large,
/// no longer tell what is higher. The slope still does.
const SHORT: f64 = 1e-5;
/// A step that moves no weight by more than this is the last.
const NEAR: f64 = 1e-13;

/// The weights at which the likelihood is highest, from 0 on.
///
/// Near the top each step is far shorter than the one before. Once it is not, rounding is all that
/// moves it, and the search ends.
pub(super) fn maximum(likelihood: &Likelihood<'_>) -> Vec<f64> {
    let mut weights = vec![0.0; likelihood.n_weights()];
    let mut before = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let Slope { gradient, curvature, bound } = likelihood.slope(&weights);
        // Between several right answers there can be a saddle, where only the bound leads upwards.
        let Some(step) = solve(curvature, &gradient).or_else(|| solve(bound, &gradient)) else {
            break;
        };
        let longest = step.iter().fold(0.0, |longest: f64, part| longest.max(part.abs()));
        if longest <= SHORT {
            weights = sum(&weights, &step, 1.0);
            if longest <= NEAR || longest > before / 2.0 {
                break;
            }
        } else {
            let gain = std::iter::zip(&gradient, &step).map(|(up, part)| up * part).sum();
            let Some(further) = upwards(likelihood, &weights, &step, gain) else { break };
            weights = further;
        }
        before = longest;
    }
    weights
}

/// Along the step as far as it helps; `None` where even a small part of it does not.
fn upwards(
    likelihood: &Likelihood<'_>,
    weights: &[f64],
    step: &[f64],
    gain: f64,
) -> Option<Vec<f64>> {
    let value = likelihood.value(weights);
    (0..MOST_HALVINGS).find_map(|n_halvings| {
        let length = 0.5_f64.powi(n_halvings as i32);
        let tried = sum(weights, step, length);
        (likelihood.value(&tried) >= value + ENOUGH * length * gain).then_some(tried)
    })
}

fn sum(weights: &[f64], step: &[f64], length: f64) -> Vec<f64> {
    std::iter::zip(weights, step).map(|(weight, part)| weight + length * part).collect()
}

/// The solution of a system whose matrix is symmetric and positive definite, row by row; `None`
/// where rounding leaves it singular.
///
/// Source: A.-L. Cholesky, 1910. Checked in the test below.
fn solve(mut matrix: Vec<f64>, right_side: &[f64]) -> Option<Vec<f64>> {
    let n = right_side.len();
    for row in 0..n {
        for column in 0..=row {
            let product: f64 =
                (0..column).map(|k| matrix[row * n + k] * matrix[column * n + k]).sum();
            let left = matrix[row * n + column] - product;
            if row != column {
                matrix[row * n + column] = left / matrix[column * n + column];
            } else if left > 0.0 {
                matrix[row * n + row] = left.sqrt();
            } else {
                return None;
            }
        }
    }
    let mut solution = right_side.to_vec();
    for row in 0..n {
        let product: f64 = (0..row).map(|k| matrix[row * n + k] * solution[k]).sum();
        solution[row] = (solution[row] - product) / matrix[row * n + row];
    }
    for row in (0..n).rev() {
        let product: f64 = (row + 1..n).map(|k| matrix[k * n + row] * solution[k]).sum();
        solution[row] = (solution[row] - product) / matrix[row * n + row];
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved_where_its_matrix_is_positive_definite() {
        for (matrix, right_side, expected) in [
            (&[4.0][..], &[2.0][..], Some(&[0.5][..])),
            // 2x + y = 3 and x + 2y = 0.
            (&[2.0, 1.0, 1.0, 2.0], &[3.0, 0.0], Some(&[2.0, -1.0])),
            // The textbook matrix of L = (2 0 0, 6 1 0, -8 5 3), with x = (1, 2, 3).
            (
                &[4.0, 12.0, -16.0, 12.0, 37.0, -43.0, -16.0, -43.0, 98.0],
                &[-20.0, -43.0, 192.0],
                Some(&[1.0, 2.0, 3.0]),
            ),
            (&[], &[], Some(&[])),
            (&[1.0, 2.0, 2.0, 1.0], &[1.0, 1.0], None),
            (&[0.0], &[1.0], None),
        ] {
            let got = solve(matrix.to_vec(), right_side);
            let equal = match (&got, expected) {
                (Some(got), Some(expected)) => {
                    std::iter::zip(got, expected).all(|(a, b)| (a - b).abs() < 1e-12)
                }
                (got, expected) => got.is_none() && expected.is_none(),
            };
            assert!(equal, "{matrix:?}: {got:?} is not {expected:?}");
        }
    }
}
