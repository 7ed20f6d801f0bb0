//! What is expected of some numbers once others are known: least squares on any subset of signs.

/// Sums over rows from which least squares on any subset of the signs follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    n_signs: usize,
    n_targets: usize,
    n_rows: f64,
    /// Of signs, then targets.
    sums: Vec<f64>,
    /// Of products of every sign with every sign and target, row by row.
    products: Vec<f64>,
}

/// What signs say about targets, as least squares have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The signs that it looks at.
    signs: Vec<usize>,
    /// Of each target what is expected where every sign is 0, and what one more of each sign adds.
    lines: Vec<(f64, Vec<f64>)>,
    /// How much what is expected of the targets varies from row to row, and varies together, row
    /// by row.
    pub explained: Vec<f64>,
}

impl Moments {
    /// Of so many signs and targets; no row yet.
    pub fn new(n_signs: usize, n_targets: usize) -> Self {
        let width = n_signs + n_targets;
        let (sums, products) = (vec![0.0; width], vec![0.0; n_signs * width]);
        Self { n_signs, n_targets, n_rows: 0.0, sums, products }
    }

    /// Adds a row: its signs, and behind them its targets.
    pub fn add(&mut self, row: &[f64]) {
        debug_assert_eq!(row.len(), self.n_signs + self.n_targets);
        self.n_rows += 1.0;
        self.sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        let width = row.len();
        for (sign, of_sign) in row[..self.n_signs].iter().enumerate() {
            // Most signs are 0 most of the time.
            if *of_sign != 0.0 {
                let products = &mut self.products[sign * width..][..width];
                products.iter_mut().zip(row).for_each(|(sum, value)| *sum += of_sign * value);
            }
        }
    }

    /// Least squares of every target on these signs and a constant, each weight held to 0 by `l2`.
    ///
    /// With that, what is expected by more signs varies by at least as much as by fewer of them:
    /// the difference of the two `explained` is the covariance of what the further signs will
    /// change, for weights that are held to 0 are what is expected of normal numbers that are seen
    /// with noise. Of no row everything is 0.
    ///
    /// Source: A. E. Hoerl and R. W. Kennard, Technometrics 12 (1970), 55-67. Checked against
    /// sums worked out by hand (test below).
    pub fn on(&self, signs: &[usize], l2: f64) -> Projection {
        let n = self.n_rows.max(1.0);
        let (width, size) = (self.n_signs + self.n_targets, signs.len());
        let centred =
            |a: usize, b: usize| self.products[a * width + b] - self.sums[a] * self.sums[b] / n;
        let mut matrix = vec![0.0; size * size];
        for (row, a) in signs.iter().enumerate() {
            for (column, b) in signs.iter().enumerate() {
                matrix[row * size + column] = centred(*a, *b) + if a == b { l2 } else { 0.0 };
            }
        }
        let root = root(matrix, size);
        let right = |target: usize| -> Vec<f64> {
            signs.iter().map(|sign| centred(*sign, self.n_signs + target)).collect()
        };
        // What half of the solution leaves: its products are what is explained.
        let halves: Vec<Vec<f64>> =
            (0..self.n_targets).map(|target| down(&root, right(target))).collect();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut explained = Vec::with_capacity(self.n_targets * self.n_targets);
        for a in &halves {
            explained.extend(halves.iter().map(|b| product(a, b) / n));
        }
        let line = |(target, half): (usize, Vec<f64>)| {
            let weights = up(&root, half);
            let means = signs.iter().map(|sign| self.sums[*sign] / n);
            let of_means: f64 = weights.iter().zip(means).map(|(weight, mean)| weight * mean).sum();
            (self.sums[self.n_signs + target] / n - of_means, weights)
        };
        let lines = halves.into_iter().enumerate().map(line).collect();
        Projection { signs: signs.to_vec(), lines, explained }
    }
}

impl Projection {
    /// What is expected of a target where all signs, those that it doesn't look at too, are these.
    pub fn expected(&self, target: usize, signs: &[f64]) -> f64 {
        let (constant, weights) = &self.lines[target];
        let parts = self.signs.iter().zip(weights).map(|(sign, weight)| weight * signs[*sign]);
        constant + parts.sum::<f64>()
    }
}

/// The lower triangle whose square a symmetric matrix is, row by row. What rounding leaves below 0
/// on the diagonal says nothing, and its row counts for nothing.
///
/// Source: A.-L. Cholesky, 1910.
fn root(mut matrix: Vec<f64>, n: usize) -> Vec<f64> {
    for row in 0..n {
        for column in 0..=row {
            let known: f64 =
                (0..column).map(|k| matrix[row * n + k] * matrix[column * n + k]).sum();
            let left = matrix[row * n + column] - known;
            let on_diagonal = matrix[column * n + column];
            matrix[row * n + column] = match row == column {
                true => left.max(0.0).sqrt(),
                false if on_diagonal > 0.0 => left / on_diagonal,
                false => 0.0,
            };
        }
    }
    matrix
}

/// Solves for the root itself.
fn down(root: &[f64], mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for row in 0..n {
        let known: f64 = (0..row).map(|k| root[row * n + k] * right[k]).sum();
        let on_diagonal = root[row * n + row];
        right[row] = if on_diagonal > 0.0 { (right[row] - known) / on_diagonal } else { 0.0 };
    }
    right
}

/// Solves for the root turned over.
fn up(root: &[f64], mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|k| root[k * n + row] * right[k]).sum();
        let on_diagonal = root[row * n + row];
        right[row] = if on_diagonal > 0.0 { (right[row] - known) / on_diagonal } else { 0.0 };
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(rows: &[[f64; 3]]) -> Moments {
        let mut moments = Moments::new(2, 1);
        rows.iter().for_each(|row| moments.add(row));
        moments
    }

    #[test]
    fn a_line_through_points_is_that_of_the_textbook() {
        // y = 1 + 2 a - b goes through all of them.
        let rows = [[0.0, 0.0, 1.0], [1.0, 0.0, 3.0], [0.0, 1.0, 0.0], [1.0, 1.0, 2.0]];
        let both = moments(&rows).on(&[0, 1], 0.0);
        for [a, b, y] in rows {
            assert!((both.expected(0, &[a, b]) - y).abs() < 1e-12, "{a}, {b}");
        }
        // The variance of 2 a - b, where each is 0 or 1 as often: 4 / 4 + 1 / 4.
        assert!((both.explained[0] - 1.25).abs() < 1e-12);
        let first = moments(&rows).on(&[0], 0.0);
        assert!((first.expected(0, &[1.0, 9.0]) - 2.5).abs() < 1e-12);
        assert!((first.explained[0] - 1.0).abs() < 1e-12);
        // Held to 0: the sum of squares of a is 1, its product with y 2, so the weight 2 / (1 + 1).
        let held = moments(&rows).on(&[0], 1.0);
        assert!(
            (held.expected(0, &[1.0, 0.0]) - held.expected(0, &[0.0, 0.0]) - 1.0).abs() < 1e-12
        );
    }

    #[test]
    fn by_nothing_the_mean_is_expected_and_signs_that_never_differ_say_nothing() {
        let rows = [[1.0, 1.0, 0.2], [1.0, 1.0, 0.4]];
        for signs in [&[][..], &[0], &[0, 1]] {
            let got = moments(&rows).on(signs, 0.0);
            assert!((got.expected(0, &[1.0, 1.0]) - 0.3).abs() < 1e-12, "{signs:?}");
            assert_eq!(got.explained, [0.0]);
        }
        assert_eq!(moments(&[]).on(&[0], 1.0).expected(0, &[1.0, 1.0]), 0.0);
    }

    #[test]
    fn more_signs_never_explain_less() {
        let rows = [[0.0, 1.0, 0.3], [1.0, 0.5, 0.9], [0.2, 0.1, 0.4], [0.7, 0.9, 0.1]];
        for l2 in [0.0, 0.1, 3.0] {
            let by = |signs: &[usize]| moments(&rows).on(signs, l2).explained[0];
            assert!(by(&[0, 1]) >= by(&[0]) && by(&[0, 1]) >= by(&[1]) && by(&[0]) >= by(&[]));
        }
    }
}
