//! How alike models are, and what no choice among their answers could exceed.

use crate::data::summary::{CeilingRow, PairRow};
use crate::data::{AnswerIdx, ItemIdx, Matrix, ModelIdx, Verdict};
use crate::stats::{self, PairedCounts};

/// A row per pair of models, over the items on which both were served. "Right" is a score of 1.
pub fn pairs(matrix: &Matrix) -> Vec<PairRow> {
    let models: Vec<ModelIdx> = matrix.model_idxs().collect();
    let verdicts: Vec<Vec<Verdict>> = models.iter().map(|model| verdicts(matrix, *model)).collect();
    let mut rows = Vec::new();
    for a in 0..models.len() {
        for b in a + 1..models.len() {
            rows.push(pair(matrix, models[a], models[b], &verdicts[a], &verdicts[b]));
        }
    }
    rows
}

/// What no choice among the models' answers could exceed; `None` where no model was served.
pub fn ceiling(matrix: &Matrix, pairs: &[PairRow]) -> Option<CeilingRow> {
    let best = |item: ItemIdx| {
        let scores = matrix.model_idxs().filter_map(|model| verdict(matrix, item, model).judged());
        scores.fold(None, |best: Option<f64>, score| Some(best.map_or(score, |it| it.max(score))))
    };
    let best: Vec<f64> = matrix.item_idxs().filter_map(best).collect();
    if best.is_empty() {
        return None;
    }
    let n = best.len() as f64;
    let phis: Vec<f64> = pairs.iter().filter_map(|pair| pair.phi).collect();
    let mean_phi = phis.iter().sum::<f64>() / phis.len() as f64;
    let n_models = matrix.models().len();
    Some(CeilingRow {
        task: matrix.task().clone(),
        n: best.len() as u64,
        any_right: best.iter().sum::<f64>() / n,
        all_wrong: best.iter().filter(|score| **score < 1.0).count() as f64 / n,
        effective_votes: (!phis.is_empty())
            .then(|| stats::effective_votes(n_models, mean_phi))
            .flatten(),
    })
}

fn pair(matrix: &Matrix, a: ModelIdx, b: ModelIdx, of_a: &[Verdict], of_b: &[Verdict]) -> PairRow {
    let mut counts = PairedCounts::default();
    let (mut both_wrong, mut same_wrong) = (0_u64, 0_u64);
    for (a, b) in of_a.iter().zip(of_b) {
        let (Some(score_a), Some(score_b)) = (a.judged(), b.judged()) else { continue };
        match (score_a == 1.0, score_b == 1.0) {
            (true, true) => counts.both += 1,
            (true, false) => counts.only_a += 1,
            (false, true) => counts.only_b += 1,
            (false, false) => counts.neither += 1,
        }
        if let (Some((a, false)), Some((b, false))) = (answer(*a), answer(*b)) {
            both_wrong += 1;
            same_wrong += u64::from(a == b);
        }
    }
    PairRow {
        task: matrix.task().clone(),
        a: matrix.models()[usize::from(a.0)].clone(),
        b: matrix.models()[usize::from(b.0)].clone(),
        n: counts.n(),
        both_right: counts.both,
        only_a: counts.only_a,
        only_b: counts.only_b,
        neither: counts.neither,
        phi: stats::phi(counts),
        q: stats::yules_q(counts),
        same_wrong_answer: (both_wrong > 0).then(|| same_wrong as f64 / both_wrong as f64),
    }
}

/// Which answer, and whether it is right.
fn answer(verdict: Verdict) -> Option<(AnswerIdx, bool)> {
    match verdict {
        Verdict::Answered { answer: Some(answer), score } => Some((answer, score == 1.0)),
        _ => None,
    }
}

fn verdicts(matrix: &Matrix, model: ModelIdx) -> Vec<Verdict> {
    matrix.item_idxs().map(|item| verdict(matrix, item, model)).collect()
}

fn verdict(matrix: &Matrix, item: ItemIdx, model: ModelIdx) -> Verdict {
    matrix.cell(item, model, 0).state.into()
}
