//! How differently the models of a task fail, beside what independent models would do.

use std::collections::BTreeMap;

use super::agreement::verdict;
use crate::data::summary::{DiversityRow, PairRow};
use crate::data::{ItemIdx, Matrix, Verdict};
use crate::stats::{self, RightCounts, Scale};

/// The row of a task, given its `pairs`; `None` for fewer than two models.
///
/// Where no item was served by all models, what is of such items is unknown.
pub fn diversity(matrix: &Matrix, pairs: &[PairRow]) -> Option<DiversityRow> {
    if matrix.models().len() < 2 {
        return None;
    }
    let shared: Vec<(ItemIdx, Vec<bool>)> =
        matrix.item_idxs().filter_map(|item| right(matrix, item)).collect();
    let counts = RightCounts::of(
        matrix.models().len(),
        shared.iter().map(|(_, right)| right.iter().filter(|right| **right).count()),
    );
    let accuracies = accuracies(&shared);
    let Answers { complete, given } = answers(matrix);
    Some(DiversityRow {
        task: matrix.task().clone(),
        n: counts.n(),
        mean_phi: mean(pairs.iter().filter_map(|pair| pair.phi)),
        same_wrong_answer: mean(pairs.iter().filter_map(|pair| pair.same_wrong_answer)),
        same_wrong_by_chance: mean(pairs.iter().filter_map(|pair| pair.same_wrong_by_chance)),
        all_wrong: counts.all_wrong(),
        all_wrong_if_independent: stats::all_wrong_if_independent(&accuracies),
        majority_right: counts.majority_right(),
        majority_if_independent: stats::majority_if_independent(&accuracies),
        plurality_if_independent: plurality(matrix, &shared, &accuracies),
        entropy: counts.entropy(),
        kohavi_wolpert: counts.kohavi_wolpert(),
        generalised_diversity: counts.generalised_diversity(),
        n_answered: complete.len() as u64,
        fleiss_kappa: stats::fleiss_kappa(&complete),
        krippendorff_alpha: stats::krippendorff_alpha(&given, Scale::Nominal),
    })
}

/// Whether each model has the item right; `None` where one was not served.
fn right(matrix: &Matrix, item: ItemIdx) -> Option<(ItemIdx, Vec<bool>)> {
    let right = |model| Some(verdict(matrix, item, model).judged()? == 1.0);
    Some((item, matrix.model_idxs().map(right).collect::<Option<_>>()?))
}

/// How often each model is right; empty without items.
fn accuracies(shared: &[(ItemIdx, Vec<bool>)]) -> Vec<f64> {
    let n_models = shared.first().map_or(0, |(_, right)| right.len());
    let of_model = |model: usize| {
        let n_right = shared.iter().filter(|(_, right)| right[model]).count();
        n_right as f64 / shared.len() as f64
    };
    (0..n_models).map(of_model).collect()
}

/// The mean over items; `None` where one does not list its answers.
fn plurality(matrix: &Matrix, shared: &[(ItemIdx, Vec<bool>)], accuracies: &[f64]) -> Option<f64> {
    let mut n_items: BTreeMap<usize, u64> = BTreeMap::new();
    for (item, _) in shared {
        *n_items.entry(matrix.item(*item).choices.len()).or_default() += 1;
    }
    let of_items = |(n_choices, n): (&usize, &u64)| {
        Some(*n as f64 * stats::plurality_if_independent(accuracies, *n_choices as u32)?)
    };
    let sum: f64 = n_items.iter().map(of_items).sum::<Option<f64>>()?;
    (!shared.is_empty()).then(|| sum / shared.len() as f64)
}

/// What was answered, item by item; equal texts are one category over all items.
struct Answers {
    /// Of the items on which every model gave an answer.
    complete: Vec<Vec<u32>>,
    /// Of all items, whoever gave an answer.
    given: Vec<Vec<f64>>,
}

fn answers(matrix: &Matrix) -> Answers {
    let mut categories: BTreeMap<&str, u32> = BTreeMap::new();
    let mut answers = Answers { complete: Vec::new(), given: Vec::new() };
    for item in matrix.item_idxs() {
        let texts = matrix.answers(item).iter().map(|answer| answer.text.as_str());
        let of_answer: Vec<u32> = texts
            .map(|text| {
                let next = categories.len() as u32;
                *categories.entry(text).or_insert(next)
            })
            .collect();
        let of_model = |model| match verdict(matrix, item, model) {
            Verdict::Answered { answer: Some(answer), .. } => {
                Some(of_answer[usize::from(answer.0)])
            }
            _ => None,
        };
        let given: Vec<u32> = matrix.model_idxs().filter_map(of_model).collect();
        answers.given.push(given.iter().map(|category| f64::from(*category)).collect());
        if given.len() == matrix.models().len() {
            answers.complete.push(given);
        }
    }
    answers
}

/// In the order of the pairs, which is that of the models' names.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::pairs;
    use crate::analysis::testing::matrix;

    fn row(n_choices: &[usize], letters: &[&str]) -> Option<DiversityRow> {
        let matrix = matrix(n_choices, letters);
        diversity(&matrix, &pairs(&matrix))
    }

    #[test]
    fn measures_are_of_the_items_that_all_models_were_served() {
        // Right: 3 of 3, 1, 0 and 2; then a timeout and a cell that was not run.
        let letters = ["AAA", "ABC", "B?D", "AAD", "AtA", "-AA"];
        let row = row(&[4; 6], &letters).expect("three models");
        assert_eq!((row.n, row.n_answered), (4, 3));
        // The accuracies are 3/4, 1/2 and 1/4.
        assert_eq!(row.all_wrong, Some(0.25));
        assert_eq!(row.all_wrong_if_independent, Some(0.25 * 0.5 * 0.75));
        assert_eq!(row.majority_right, Some(0.5));
        assert_eq!(row.majority_if_independent, Some(0.5));
        assert_eq!(row.entropy, Some(0.5));
        assert_eq!(row.kohavi_wolpert, Some(4.0 / 36.0));
        let plurality = row.plurality_if_independent.expect("four choices");
        // A majority, or one right and two wrong that differ two times in three: a third of those.
        let one_right = 0.75 * 0.5 * 0.75 + 0.25 * 0.5 * 0.75 + 0.25 * 0.5 * 0.25;
        assert!((plurality - (0.5 + one_right * 2.0 / 9.0)).abs() < 1e-12, "{plurality}");
    }

    #[test]
    fn what_nothing_is_known_of_stays_unknown() {
        assert_eq!(row(&[4], &["A"]), None, "one model");
        let never_together = row(&[4, 4], &["A-", "-B"]).expect("two models");
        assert_eq!((never_together.n, never_together.n_answered), (0, 0));
        for figure in [
            never_together.mean_phi,
            never_together.all_wrong,
            never_together.all_wrong_if_independent,
            never_together.majority_right,
            never_together.plurality_if_independent,
            never_together.entropy,
            never_together.fleiss_kappa,
            never_together.krippendorff_alpha,
        ] {
            assert_eq!(figure, None);
        }
        let unlisted = row(&[4, 0], &["AB", "BA"]).expect("two models");
        assert_eq!(unlisted.plurality_if_independent, None, "one item lists no answers");
        assert_eq!(unlisted.all_wrong_if_independent, Some(0.25));
    }

    #[test]
    fn agreement_is_of_answers_and_not_of_being_right() {
        // Always the same wrong answer: kappa of being right is unknown, that of answers is 1.
        let alike = row(&[4; 3], &["BB", "CC", "B?"]).expect("two models");
        assert_eq!((alike.fleiss_kappa, alike.krippendorff_alpha), (Some(1.0), Some(1.0)));
        assert_eq!((alike.n_answered, alike.same_wrong_answer), (2, Some(1.0)));
        assert!(alike.same_wrong_by_chance.is_some_and(|it| (it - 1.0 / 3.0).abs() < 1e-12));
    }
}
