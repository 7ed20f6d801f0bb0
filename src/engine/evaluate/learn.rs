//! What the rules of votes learn: from the right answers to other items, or from everybody's
//! answers to all items.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::run::{Columns, Folds, Run, at};
use crate::data::{AnswerIdx, Item, ItemIdx, Matrix, Outcome, Verdict};
use crate::policy::{Learned, Policy, Vote};
use crate::stats::calibration::{Forecast, Isotonic, Platt, Targets, Temperature};
use crate::vote::stacking::{Example, Stacking};
use crate::vote::{Ballot, Beliefs, Calibrate, Classes, Rule, Votes};

/// As many labels may be shared by all items; more are no labels but free answers.
pub(super) const MOST_LABELS: usize = 64;

/// What a vote's rule learned, for the items of one fold in their order.
pub(super) enum Lesson {
    Nothing,
    /// The belief in each answer of each item.
    Beliefs(Vec<Vec<f64>>),
    /// How sure each voter is on each item, calibrated.
    Confidences(Vec<Vec<Option<f64>>>),
}

impl Lesson {
    /// What it says of the item in that row.
    pub(super) fn on(&self, row: usize) -> Learned<'_> {
        match self {
            Self::Nothing => Learned::Nothing,
            Self::Beliefs(beliefs) => Learned::Beliefs(&beliefs[row]),
            Self::Confidences(confidences) => Learned::Confidences(&confidences[row]),
        }
    }
}

/// The beliefs in the answers to all items, by fold.
pub(super) type Believed = Vec<Vec<Vec<f64>>>;

impl Run<'_> {
    /// What `vote` learned from the folds in `fit`, or from all answers, for the items of `fold`,
    /// on which its members came to `columns`.
    pub(super) fn learn(&self, vote: &Vote, fit: Folds, fold: usize, columns: &Columns) -> Lesson {
        match &vote.rule {
            Rule::Stacking(stacking) => self.stacked(*stacking, vote, fit, fold, columns),
            Rule::Confidence(confidence) => {
                self.confidences(confidence.calibrate, vote, fit, columns)
            }
            rule if rule.reads_all_answers() => {
                Lesson::Beliefs(self.believed(vote, fit)[fold].clone())
            }
            _ => Lesson::Nothing,
        }
    }

    fn believed(&self, vote: &Vote, fit: Folds) -> Arc<Believed> {
        let is_model = |member| matches!(self.field.policies.get(member), Some(Policy::Single(_)));
        // What models answer doesn't depend on a fit.
        let fit = if vote.members.iter().all(is_model) { 0 } else { fit };
        let key = (format!("{:?}", vote.rule), vote.members.clone(), fit);
        if let Some(known) = self.beliefs.borrow().get(&key) {
            return Arc::clone(known);
        }
        let believed = Arc::new(self.believe(vote, fit));
        self.beliefs.borrow_mut().insert(key, Arc::clone(&believed));
        believed
    }

    fn believe(&self, vote: &Vote, fit: Folds) -> Believed {
        let matrix = self.field.matrix;
        let labels = Labels::of(matrix);
        let mut of_items = vec![Vec::new(); matrix.items().len()];
        for (fold, items) in self.field.folds.iter().enumerate() {
            let columns = self.columns(&vote.members, fit & !(1 << fold), fold);
            for (row, item) in items.iter().enumerate() {
                let answers = at(&columns, row).into_iter().map(answer);
                let voted = (0..).zip(answers).filter_map(|(voter, answer)| {
                    Some((voter, labels.label(matrix, *item, answer?)))
                });
                of_items[item.0 as usize] = voted.collect();
            }
        }
        let votes = Votes::new(vote.members.len(), labels.classes(matrix), &of_items);
        let beliefs = beliefs(&vote.rule, &votes);
        let of_item = |item: &ItemIdx| -> Vec<f64> {
            let believed = beliefs.as_ref().map(|beliefs| beliefs.of(item.0 as usize));
            let answers = (0..matrix.answers(*item).len() as u16).map(AnswerIdx);
            let share = |answer| {
                believed.map_or(0.0, |it| it[usize::from(labels.label(matrix, *item, answer))])
            };
            answers.map(share).collect()
        };
        self.field.folds.iter().map(|items| items.iter().map(of_item).collect()).collect()
    }

    /// The chance of each answer by weights that were learned together.
    fn stacked(
        &self,
        stacking: Stacking,
        vote: &Vote,
        fit: Folds,
        fold: usize,
        columns: &Columns,
    ) -> Lesson {
        let matrix = self.field.matrix;
        let mut examples = Vec::new();
        for seen in self.folds_of(fit) {
            let columns = self.columns(&vote.members, fit & !(1 << seen), seen);
            for (row, item) in self.field.folds[seen].iter().enumerate() {
                let answers = (0..).map(AnswerIdx).zip(matrix.answers(*item));
                examples.push(Example {
                    given: at(&columns, row).into_iter().map(answer).collect(),
                    right: answers.filter(|it| it.1.score == 1.0).map(|it| it.0).collect(),
                    category: matrix.item(*item).category.clone(),
                });
            }
        }
        let stacked = stacking.fit(vote.members.len(), &examples);
        let chances = |(row, item): (usize, &ItemIdx)| -> Vec<f64> {
            let ballots: Vec<Ballot> = at(columns, row)
                .into_iter()
                .enumerate()
                .filter_map(|(voter, outcome)| Some(Ballot { voter, answer: answer(outcome)? }))
                .collect();
            let Item { category, .. } = matrix.item(*item);
            let mut chances = vec![0.0; matrix.answers(*item).len()];
            for (answer, chance) in stacked.chances(&ballots, category.as_deref()) {
                chances[usize::from(answer.0)] = chance;
            }
            chances
        };
        Lesson::Beliefs(self.field.folds[fold].iter().enumerate().map(chances).collect())
    }

    /// How sure each member is, as corrected by how often it was right when it was as sure.
    fn confidences(
        &self,
        calibrate: Calibrate,
        vote: &Vote,
        fit: Folds,
        columns: &Columns,
    ) -> Lesson {
        let mut forecasts: Vec<Vec<Forecast>> = vec![Vec::new(); vote.members.len()];
        if calibrate != Calibrate::None {
            for seen in self.folds_of(fit) {
                let columns = self.columns(&vote.members, fit & !(1 << seen), seen);
                for (of_member, column) in forecasts.iter_mut().zip(&columns) {
                    of_member.extend(column.iter().filter_map(forecast));
                }
            }
        }
        let curves: Vec<Curve> =
            forecasts.iter().map(|forecasts| Curve::fit(calibrate, forecasts)).collect();
        let n_rows = columns.first().map_or(0, |column| column.len());
        let confidence = |(outcome, curve): (&Outcome, &Curve)| {
            Some(curve.apply(outcome.confidence?).clamp(0.0, 1.0))
        };
        let of_row = |row| at(columns, row).into_iter().zip(&curves).map(confidence).collect();
        Lesson::Confidences((0..n_rows).map(of_row).collect())
    }
}

/// How one member's confidences are corrected.
enum Curve {
    /// Not at all, also where there is too little to fit on.
    AsGiven,
    Temperature(Temperature),
    Platt(Platt),
    Isotonic(Isotonic),
}

impl Curve {
    fn fit(calibrate: Calibrate, forecasts: &[Forecast]) -> Self {
        let curve = match calibrate {
            Calibrate::None => None,
            Calibrate::Temperature => Temperature::fit(forecasts).map(Self::Temperature),
            Calibrate::Platt => Platt::fit(forecasts, Targets::Smoothed).map(Self::Platt),
            Calibrate::Isotonic => Isotonic::fit(forecasts).map(Self::Isotonic),
        };
        curve.unwrap_or(Self::AsGiven)
    }

    fn apply(&self, confidence: f64) -> f64 {
        match self {
            Self::AsGiven => confidence,
            Self::Temperature(curve) => curve.apply(confidence),
            Self::Platt(curve) => curve.apply(confidence),
            Self::Isotonic(curve) => curve.apply(confidence),
        }
    }
}

fn forecast(outcome: &Outcome) -> Option<Forecast> {
    let right = outcome.verdict.score()? == 1.0;
    Some(Forecast { confidence: outcome.confidence?, right })
}

fn answer(outcome: &Outcome) -> Option<AnswerIdx> {
    match outcome.verdict {
        Verdict::Answered { answer, .. } => answer,
        _ => None,
    }
}

fn beliefs(rule: &Rule, votes: &Votes) -> Option<Beliefs> {
    match rule {
        Rule::OneCoin(rule) => Some(rule.beliefs(votes)),
        Rule::Glad(rule) => Some(rule.beliefs(votes)),
        Rule::Wawa(rule) => Some(rule.beliefs(votes)),
        Rule::DawidSkene(rule) => rule.beliefs(votes).ok(),
        Rule::Mace(rule) => rule.beliefs(votes).ok(),
        _ => None,
    }
}

/// How many different answers there are to the items of a task.
pub(super) fn n_labels(matrix: &Matrix) -> usize {
    texts(matrix).len()
}

fn texts(matrix: &Matrix) -> BTreeSet<&str> {
    let answers = matrix.item_idxs().flat_map(|item| matrix.answers(item));
    answers.map(|answer| answer.text.as_str()).collect()
}

/// What the answers of a task are to rules that learn from all items.
pub(super) enum Labels<'a> {
    /// The same few answers are given again and again.
    Shared(BTreeMap<&'a str, u16>),
    /// Each item has answers of its own.
    PerItem,
}

impl<'a> Labels<'a> {
    pub(super) fn of(matrix: &'a Matrix) -> Self {
        let texts = texts(matrix);
        if texts.len() > MOST_LABELS {
            return Self::PerItem;
        }
        Self::Shared(texts.into_iter().zip(0..).collect())
    }

    fn label(&self, matrix: &Matrix, item: ItemIdx, answer: AnswerIdx) -> u16 {
        match self {
            Self::Shared(labels) => {
                let text = matrix.answers(item)[usize::from(answer.0)].text.as_str();
                labels.get(text).copied().unwrap_or_default()
            }
            Self::PerItem => answer.0,
        }
    }

    fn classes(&self, matrix: &Matrix) -> Classes {
        match self {
            Self::Shared(labels) => Classes::Shared(labels.len().max(2) as u16),
            Self::PerItem => {
                let n = |item| (matrix.answers(item).len() as u16).max(2);
                Classes::PerItem(matrix.item_idxs().map(n).collect())
            }
        }
    }
}
