//! How alike models are, and what no choice among their answers could exceed.

use crate::data::summary::{CeilingRow, PairRow};
use crate::data::{AnswerIdx, ItemIdx, Matrix, ModelIdx, Verdict};
use crate::stats::{self, PairedCounts};

/// A row per pair of models, over the items on which both were served. "Right" is a score of 1.
pub fn pairs(matrix: &Matrix) -> Vec<PairRow> {
    let models: Vec<ModelIdx> = matrix.model_idxs().collect();
    let verdicts: Vec<Vec<Verdict>> = models.iter().map(|model| verdicts(matrix, *model)).collect();
    let chances: Vec<Option<f64>> =
        matrix.item_idxs().map(|item| chance_of_same_wrong(matrix, item)).collect();
    let mut rows = Vec::new();
    for a in 0..models.len() {
        for b in a + 1..models.len() {
            let counted = count(&verdicts[a], &verdicts[b], &chances);
            rows.push(row(matrix, [models[a], models[b]], &counted));
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

/// What two models came to.
#[derive(Default)]
struct Counted {
    right: PairedCounts,
    /// Items that both answered wrong.
    both_wrong: u64,
    /// Those of them with the same answer.
    same_wrong: u64,
    /// The sum over those of the chance of that; `None` where one is unknown.
    by_chance: Option<f64>,
}

fn count(of_a: &[Verdict], of_b: &[Verdict], chances: &[Option<f64>]) -> Counted {
    let mut counted = Counted { by_chance: Some(0.0), ..Counted::default() };
    for ((a, b), chance) in of_a.iter().zip(of_b).zip(chances) {
        let (Some(score_a), Some(score_b)) = (a.judged(), b.judged()) else { continue };
        match (score_a == 1.0, score_b == 1.0) {
            (true, true) => counted.right.both += 1,
            (true, false) => counted.right.only_a += 1,
            (false, true) => counted.right.only_b += 1,
            (false, false) => counted.right.neither += 1,
        }
        if let (Some((a, false)), Some((b, false))) = (answer(*a), answer(*b)) {
            counted.both_wrong += 1;
            counted.same_wrong += u64::from(a == b);
            counted.by_chance = counted.by_chance.zip(*chance).map(|(sum, one)| sum + one);
        }
    }
    counted
}

fn row(matrix: &Matrix, [a, b]: [ModelIdx; 2], counted: &Counted) -> PairRow {
    let counts = counted.right;
    let of_wrong = |sum: f64| (counted.both_wrong > 0).then(|| sum / counted.both_wrong as f64);
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
        same_wrong_answer: of_wrong(counted.same_wrong as f64),
        same_wrong_by_chance: counted.by_chance.and_then(of_wrong),
        disagreement: stats::disagreement(counts),
        double_fault: stats::double_fault(counts),
        kappa: stats::kappa(counts),
    }
}

/// The chance that two wrong answers to an item are the same, if each is drawn at random from those
/// possible: 1 / (K - 1). `None` where the item does not list its K answers.
fn chance_of_same_wrong(matrix: &Matrix, item: ItemIdx) -> Option<f64> {
    let n_wrong = matrix.item(item).choices.len().checked_sub(1).filter(|n| *n > 0)?;
    Some(1.0 / n_wrong as f64)
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

pub(super) fn verdict(matrix: &Matrix, item: ItemIdx, model: ModelIdx) -> Verdict {
    matrix.cell(item, model, 0).state.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::matrix;

    #[test]
    fn the_same_wrong_answer_stands_beside_what_chance_gives() {
        // Of three, four and four choices; both are wrong on the last three items.
        for (choices, letters, same, by_chance) in [
            ([3, 4, 4, 4], ["AA", "BB", "BC", "DD"], Some(2.0 / 3.0), Some(1.0 / 3.0)),
            ([4, 3, 4, 5], ["AB", "BB", "AC", "DC"], Some(0.5), Some((0.5 + 0.25) / 2.0)),
            // An item that lists no answers, and one that lists a single answer.
            ([3, 0, 4, 4], ["AA", "BB", "BC", "DD"], Some(2.0 / 3.0), None),
            ([3, 1, 4, 4], ["AA", "BB", "BC", "DD"], Some(2.0 / 3.0), None),
            ([0, 4, 4, 4], ["AA", "BB", "BC", "DD"], Some(2.0 / 3.0), Some(1.0 / 3.0)),
            // An answer that could not be read is wrong, and the same as nothing.
            ([4, 4, 4, 4], ["A?", "??", "B?", "AA"], None, None),
        ] {
            let rows = pairs(&matrix(&choices, &letters));
            let [PairRow { n: 4, same_wrong_answer, same_wrong_by_chance, .. }] = rows[..] else {
                panic!("one pair on four items: {rows:?}")
            };
            let got = [same_wrong_answer, same_wrong_by_chance];
            assert_eq!(got, [same, by_chance], "{letters:?}, choices {choices:?}");
        }
    }

    #[test]
    fn how_alike_two_models_are_is_read_off_the_items_that_both_were_served() {
        let rows = pairs(&matrix(&[2; 6], &["AA", "AB", "BB", "BA", "t?", "-A"]));
        let [PairRow { n, disagreement, double_fault, kappa, .. }] = rows[..] else {
            panic!("one pair: {rows:?}")
        };
        assert_eq!((n, disagreement, double_fault), (4, Some(0.5), Some(0.25)));
        assert_eq!(kappa, Some(0.0));
    }
}
