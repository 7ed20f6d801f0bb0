//! Sums of many columns under many sets of weights: the dot products behind a paired bootstrap.

/// How many kinds are worked on at a time, so that the weights of a block stay in the cache.
const TILE: usize = 512;

/// How many products are summed side by side.
const LANES: usize = 8;

/// The sum of `column` under each row of `weights`, for every column: by row, then by column.
///
/// Each row of `weights` is as long as each column. The sums have a fixed order.
pub(super) fn weighted_sums(columns: &[&[f64]], weights: &[f64]) -> Vec<f64> {
    let n_kinds = columns.first().map_or(0, |column| column.len());
    if n_kinds == 0 {
        return Vec::new();
    }
    let n_rows = weights.len() / n_kinds;
    let mut sums = vec![0.0; n_rows * columns.len()];
    for start in (0..n_kinds).step_by(TILE) {
        let tile = start..n_kinds.min(start + TILE);
        for (at, column) in columns.iter().enumerate() {
            let part = &column[tile.clone()];
            let of_column = sums.iter_mut().skip(at).step_by(columns.len());
            for (sum, row) in of_column.zip(weights.chunks_exact(n_kinds)) {
                *sum += dot(part, &row[tile.clone()]);
            }
        }
    }
    sums
}

/// The sum of products, in lanes that are added up in a fixed order.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let (one, one_rest) = one.as_chunks::<LANES>();
    let (other, other_rest) = other.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (one, other) in one.iter().zip(other) {
        for lane in 0..LANES {
            lanes[lane] += one[lane] * other[lane];
        }
    }
    let rest: f64 = one_rest.iter().zip(other_rest).map(|(one, other)| one * other).sum();
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_and_lanes_add_up_to_the_plain_sums() {
        for n_kinds in [1, 7, 8, 9, 511, 512, 513, 1500] {
            let column = |by: usize| -> Vec<f64> {
                (0..n_kinds).map(|kind| ((kind * by) % 11) as f64 - 4.0).collect()
            };
            let columns = [column(3), column(5), column(7)];
            let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let weights: Vec<f64> = (0..2 * n_kinds).map(|at| (at % 4) as f64).collect();
            // Small whole numbers, whose sums are exact in any order.
            let wanted: Vec<f64> = weights
                .chunks(n_kinds)
                .flat_map(|row| {
                    let sum = |column: &Vec<f64>| row.iter().zip(column).map(|(w, v)| w * v).sum();
                    columns.iter().map(sum).collect::<Vec<f64>>()
                })
                .collect();
            assert_eq!(weighted_sums(&views, &weights), wanted, "{n_kinds} kinds");
        }
        assert!(weighted_sums(&[], &[]).is_empty());
    }
}
