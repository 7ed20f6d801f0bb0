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
    /// Of each target the rows in which it is unknown, as moments of the signs alone.
    unknown: Vec<Option<Moments>>,
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
        Self { n_signs, n_targets, n_rows: 0.0, sums, products, unknown: vec![None; n_targets] }
    }

    /// Adds a row: its signs, and its targets, of which one that is unknown leaves the row out for
    /// itself alone.
    pub fn add(&mut self, signs: &[f64], targets: &[Option<f64>]) {
        debug_assert_eq!((signs.len(), targets.len()), (self.n_signs, self.n_targets));
        let mut row = signs.to_vec();
        row.extend(targets.iter().map(|target| target.unwrap_or(0.0)));
        self.sum(&row);
        for (unknown, _) in self.unknown.iter_mut().zip(targets).filter(|it| it.1.is_none()) {
            unknown.get_or_insert_with(|| Self::new(signs.len(), 0)).sum(signs);
        }
    }

    fn sum(&mut self, row: &[f64]) {
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
    /// with noise. Of no row everything is 0. Between targets that are known in other rows the
    /// covariance is approximate.
    ///
    /// Source: A. E. Hoerl and R. W. Kennard, Technometrics 12 (1970), 55-67. Checked against
    /// sums worked out by hand (test below).
    pub fn on(&self, signs: &[usize], l2: f64) -> Projection {
        let all = self.root(signs, l2, None);
        let solved: Vec<Solved> = (0..self.n_targets)
            .map(|target| {
                let unknown = self.unknown[target].as_ref();
                let own = unknown.map(|it| self.root(signs, l2, Some(it)));
                self.solve((signs, target), own.as_deref().unwrap_or(&all))
            })
            .collect();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut explained = Vec::with_capacity(self.n_targets * self.n_targets);
        for a in &solved {
            explained.extend(solved.iter().map(|b| product(&a.half, &b.half) / (a.n * b.n).sqrt()));
        }
        let lines = solved.into_iter().map(|it| it.line).collect();
        Projection { signs: signs.to_vec(), lines, explained }
    }

    /// The root of how the signs vary together, without the rows in which a target is unknown.
    fn root(&self, signs: &[usize], l2: f64, unknown: Option<&Self>) -> Vec<f64> {
        let size = signs.len();
        let n = self.n_known(unknown);
        let mut matrix = vec![0.0; size * size];
        for (row, a) in signs.iter().enumerate() {
            for (column, b) in signs.iter().enumerate() {
                let product = self.products[a * self.sums.len() + b]
                    - unknown.map_or(0.0, |it| it.products[a * self.n_signs + b]);
                let of_sums = self.sum_of(*a, unknown) * self.sum_of(*b, unknown);
                let held = if a == b { l2 } else { 0.0 };
                matrix[row * size + column] = product - of_sums / n + held;
            }
        }
        root(matrix, size)
    }

    fn solve(&self, (signs, target): (&[usize], usize), root: &[f64]) -> Solved {
        let unknown = self.unknown[target].as_ref();
        let n = self.n_known(unknown);
        let (width, at) = (self.sums.len(), self.n_signs + target);
        let right = |sign: &usize| {
            self.products[sign * width + at] - self.sum_of(*sign, unknown) * self.sums[at] / n
        };
        let half = down(root, signs.iter().map(right).collect());
        let weights = up(root, half.clone());
        let means = signs.iter().map(|sign| self.sum_of(*sign, unknown) / n);
        let of_means: f64 = weights.iter().zip(means).map(|(weight, mean)| weight * mean).sum();
        Solved { n, half, line: (self.sums[at] / n - of_means, weights) }
    }

    fn n_known(&self, unknown: Option<&Self>) -> f64 {
        (self.n_rows - unknown.map_or(0.0, |it| it.n_rows)).max(1.0)
    }

    fn sum_of(&self, sign: usize, unknown: Option<&Self>) -> f64 {
        self.sums[sign] - unknown.map_or(0.0, |it| it.sums[sign])
    }
}

/// What the signs say about one target.
struct Solved {
    /// Rows in which it is known.
    n: f64,
    /// What half of the solution leaves: its products are what is explained.
    half: Vec<f64>,
    line: (f64, Vec<f64>),
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
        rows.iter().for_each(|row| moments.add(&row[..2], &[Some(row[2])]));
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
    fn where_a_target_is_unknown_its_row_is_left_out_for_it_alone() {
        let rows = [[0.0, 1.0, 0.3], [1.0, 0.5, 0.9], [0.2, 0.1, 0.4], [0.7, 0.9, 0.1]];
        let mut both = Moments::new(2, 2);
        for (at, row) in rows.iter().enumerate() {
            both.add(&row[..2], &[Some(row[2]), Some(row[2]).filter(|_| at != 1)]);
        }
        let got = both.on(&[0, 1], 0.1);
        let (all, known) = (moments(&rows), moments(&[rows[0], rows[2], rows[3]]));
        for (target, wanted) in [all, known].map(|it| it.on(&[0, 1], 0.1)).iter().enumerate() {
            let off = got.expected(target, &[0.4, 0.6]) - wanted.expected(0, &[0.4, 0.6]);
            assert!(off.abs() < 1e-12, "{target}");
            assert!((got.explained[3 * target] - wanted.explained[0]).abs() < 1e-12, "{target}");
        }
        let mut never = Moments::new(2, 1);
        rows.iter().for_each(|row| never.add(&row[..2], &[None]));
        assert_eq!(never.on(&[0, 1], 3.0).expected(0, &[1.0, 1.0]), 0.0);
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
