//! What a model gets right in several attempts, and whether it is as sure as it is right.

use super::estimate::{Scored, accuracy};
use super::intervals::Intervals;
use crate::data::summary::{BinRow, CalibrationRow, SampleRow};
use crate::data::{Cell, Matrix, ModelIdx, Verdict};
use crate::stats::calibration::{Binning, Forecast, brier, reliability};
use crate::stats::{Attempts, pass_at_k, pass_hat_k};

/// Bins of a calibration.
const N_BINS: usize = 10;

/// A row for each model with several samples and each k from 1 to their number. "Right" is a score
/// of 1; a refusal and a response that can't be read are not right; items with a sample that failed
/// or was not run are left out. `clusters` has the cluster of each item.
pub fn samples(matrix: &Matrix, clusters: &[u32], intervals: Intervals) -> Vec<SampleRow> {
    let n_samples = matrix.n_samples();
    let mut rows = Vec::new();
    for model in matrix.model_idxs().filter(|_| n_samples > 1) {
        let attempts = attempts(matrix, model, clusters);
        for k in 1..=n_samples {
            let mean = |chance: fn(Attempts, u64) -> Option<f64>| {
                let scored = attempts.iter().filter_map(|(attempts, cluster)| {
                    Some(Scored { score: chance(*attempts, k.into())?, cluster: *cluster })
                });
                accuracy(&scored.collect::<Vec<_>>(), intervals)
            };
            let Some((at, hat)) = mean(pass_at_k).zip(mean(pass_hat_k)) else { continue };
            rows.push(SampleRow {
                task: matrix.task().clone(),
                model: matrix.models()[usize::from(model.0)].clone(),
                n_samples,
                k,
                pass_at_k: at,
                pass_hat_k: hat,
            });
        }
    }
    rows
}

fn attempts(matrix: &Matrix, model: ModelIdx, clusters: &[u32]) -> Vec<(Attempts, u32)> {
    let of_item = |(item, cluster): (_, &u32)| {
        let scores = (0..matrix.n_samples())
            .map(|sample| Verdict::from(matrix.cell(item, model, sample).state).judged())
            .collect::<Option<Vec<f64>>>()?;
        let right = scores.iter().filter(|score| **score == 1.0).count() as u64;
        Some((Attempts { n: scores.len() as u64, right }, *cluster))
    };
    matrix.item_idxs().zip(clusters).filter_map(of_item).collect()
}

/// A row for each model that says how sure it is, over the answers of its first sample.
pub fn calibration(matrix: &Matrix) -> Vec<CalibrationRow> {
    let row = |model: ModelIdx| {
        let forecasts: Vec<Forecast> =
            matrix.item_idxs().filter_map(|item| forecast(matrix.cell(item, model, 0))).collect();
        let reliability = reliability(&forecasts, Binning::EqualWidth, N_BINS)?;
        let bin = |bin: crate::stats::calibration::Bin| BinRow {
            range: bin.range,
            n: bin.n,
            confidence: bin.confidence,
            accuracy: bin.accuracy,
        };
        Some(CalibrationRow {
            task: matrix.task().clone(),
            model: matrix.models()[usize::from(model.0)].clone(),
            n: forecasts.len() as u64,
            expected_error: reliability.expected_error,
            largest_error: reliability.largest_error,
            brier: brier(&forecasts)?,
            bins: reliability.bins.into_iter().map(bin).collect(),
        })
    };
    matrix.model_idxs().filter_map(row).collect()
}

fn forecast(cell: &Cell) -> Option<Forecast> {
    let right = Verdict::from(cell.state).score()? == 1.0;
    Some(Forecast { confidence: cell.confidence?, right })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{CellState, Failure, Item};

    /// A matrix of one model, an item a row, a letter a sample: `R` right, `w` wrong, `?` unparsed,
    /// `!` failed. It is as sure as `confidences` say.
    fn matrix(rows: &[&str], confidences: &[f64]) -> Matrix {
        let item = |id: usize| Item::new(id.to_string());
        let cell = |(letter, confidence): (char, f64)| {
            let answered = |score| CellState::Answered { answer: None, score };
            let state = match letter {
                'R' => answered(1.0),
                'w' => answered(0.0),
                '?' => CellState::Unparsed,
                _ => CellState::Failed(Failure::TimedOut),
            };
            Cell { state, confidence: Some(confidence), ..Cell::NOT_RUN }
        };
        let cells = rows.iter().zip(confidences);
        let cells = cells.flat_map(|(row, confidence)| row.chars().map(move |c| (c, *confidence)));
        Matrix::new(
            "t".into(),
            (0..rows.len()).map(item).collect(),
            vec!["m".into()],
            rows[0].len() as u32,
            vec![Vec::new(); rows.len()],
            cells.map(cell).collect(),
        )
    }

    #[test]
    fn attempts_are_right_once_at_least_or_every_time() {
        // 2 of 4, 0 of 4 and 4 of 4 are right; the last item has a call that failed.
        let matrix = matrix(&["RRww", "w?ww", "RRRR", "RRR!"], &[0.5; 4]);
        let rows = samples(&matrix, &[0, 1, 2, 3], Intervals::default());
        assert_eq!(rows.len(), 4);
        for (row, (at, hat)) in rows.iter().zip([
            (1.5, 1.5),
            (5.0 / 6.0 + 1.0, 1.0 / 6.0 + 1.0),
            (2.0, 1.0),
            (2.0, 1.0),
        ]) {
            let [got_at, got_hat] = [&row.pass_at_k, &row.pass_hat_k];
            assert!((got_at.point - at / 3.0).abs() < 1e-12, "pass@{}: {}", row.k, got_at.point);
            assert!((got_hat.point - hat / 3.0).abs() < 1e-12, "pass^{}: {}", row.k, got_hat.point);
            assert_eq!((got_at.n, got_hat.n), (3, 3));
        }
    }

    #[test]
    fn confidence_is_held_against_what_is_right() {
        let matrix = matrix(&["R", "w", "R", "?"], &[0.95, 0.95, 0.15, 0.5]);
        let [row] = &calibration(&matrix)[..] else { panic!("one model") };
        // Half of those at .95 are right, and the one at .15: gaps .45, .45 and .85.
        assert!((row.expected_error - 1.75 / 3.0).abs() < 1e-12, "{}", row.expected_error);
        assert!((row.largest_error - 0.85).abs() < 1e-12, "{}", row.largest_error);
        let brier = (0.05_f64.powi(2) + 0.95_f64.powi(2) + 0.85_f64.powi(2)) / 3.0;
        assert!((row.brier - brier).abs() < 1e-12, "{}", row.brier);
        assert_eq!(row.bins.iter().map(|bin| bin.n).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(row.n, 3, "what is no answer has no confidence");
    }
}
