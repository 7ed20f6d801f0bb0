//! Who may take part, what each costs and how right it is on every item.

use crate::data::{CellState, Matrix, ModelIdx, Outcome};
use crate::kernel::{ModelId, PolicyId, ProviderId};
use crate::policy::single;
use crate::scenario::{Plan, Wish};
use crate::stats;

/// What cost is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Dollars.
    Dollars,
    /// Calls, where fewer than two models have a price.
    Calls,
}

/// Why a model is left out of which nothing else than its price is amiss.
pub(super) const NO_PRICE: &str = "its price is unknown";

/// Why a model is left out of which nobody knows how long it takes.
const UNKNOWN_LATENCY: &str = "its latency is unknown";

/// The candidates of a search.
pub(super) struct Pool {
    /// Those that may take part, in order of name.
    pub(super) models: Vec<ModelIdx>,
    pub(super) unit: Unit,
    /// What each of them came to, in their order.
    pub(super) columns: Vec<Column>,
    /// Which of them are too slow alone, in their order. Something that asks them rarely may keep
    /// to the limit all the same.
    pub(super) slow: Vec<bool>,
    /// Who may not, with the reason.
    pub(super) left_out: Vec<(ModelId, &'static str)>,
}

/// One model on every item, in the dataset's order.
pub(super) struct Column {
    pub(super) name: PolicyId,
    /// How right it is; 0 for what is no answer.
    pub(super) scores: Vec<f64>,
    /// Whether it has an answer.
    pub(super) answers: Vec<bool>,
    /// In the pool's unit.
    pub(super) costs: Vec<f64>,
    /// In milliseconds; `None` where unknown.
    pub(super) latencies: Vec<Option<f64>>,
    /// Whether anything came at all.
    pub(super) served: Vec<bool>,
    /// How sure it was of its answer, from 0 to 1; `None` without an answer, and where it didn't
    /// say.
    pub(super) confidences: Vec<Option<f64>>,
}

impl Pool {
    /// Of the plan's candidates those that the wish admits and that were asked at all.
    pub(super) fn new(plan: &Plan, wish: &Wish, matrix: &Matrix) -> Self {
        let mut left_out = Vec::new();
        let mut models = Vec::new();
        for model in matrix.model_idxs() {
            let id = &matrix.models()[usize::from(model.0)];
            let provider = plan.candidates.iter().find(|it| it.id == *id).map(|it| &it.provider);
            let is_never = |provider: &ProviderId| wish.never.contains(provider);
            match (provider.is_some_and(is_never), is_asked(matrix, model)) {
                (true, _) => left_out.push((id.clone(), "its provider is never to be used")),
                (_, false) => left_out.push((id.clone(), "it was never asked")),
                _ => models.push(model),
            }
        }
        let priced = |model: &ModelIdx| mean_cost(matrix, *model).is_some();
        let n_priced = models.iter().filter(|model| priced(model)).count();
        let unit = if n_priced < 2 { Unit::Calls } else { Unit::Dollars };
        if unit == Unit::Dollars {
            models.retain(|model| {
                let id = matrix.models()[usize::from(model.0)].clone();
                priced(model) || {
                    let most = wish.p95_ms_at_most;
                    let slow = most.and_then(|it| slow(&column(matrix, *model, unit), it));
                    left_out.push((id, slow.unwrap_or(NO_PRICE)));
                    false
                }
            });
        }
        let columns: Vec<Column> =
            models.iter().map(|model| column(matrix, *model, unit)).collect();
        let slow = vec![false; models.len()];
        let mut pool = Self { models, unit, columns, slow, left_out };
        if let Some(most) = wish.p95_ms_at_most {
            pool.mark_slow(matrix, most);
        }
        pool
    }

    /// Leaves out whose latency is unknown: nobody knows how long anything takes that asks it.
    fn mark_slow(&mut self, matrix: &Matrix, most: f64) {
        self.slow.clear();
        let columns = std::mem::take(&mut self.columns);
        let models = std::mem::take(&mut self.models);
        for (model, column) in models.into_iter().zip(columns) {
            let why = slow(&column, most);
            if why == Some(UNKNOWN_LATENCY) {
                self.left_out
                    .push((matrix.models()[usize::from(model.0)].clone(), UNKNOWN_LATENCY));
                continue;
            }
            self.slow.push(why.is_some());
            self.models.push(model);
            self.columns.push(column);
        }
    }

    /// Those that are fast enough alone, or that are not.
    pub(super) fn those(&self, slow: bool) -> impl Iterator<Item = &Column> {
        self.columns.iter().zip(&self.slow).filter(move |it| *it.1 == slow).map(|it| it.0)
    }
}

impl Column {
    /// Of what was answered; `None` where the latency of an answer is unknown.
    fn p95(&self) -> Option<f64> {
        let answered = self.answers.iter().zip(&self.latencies).filter(|it| *it.0);
        p95(answered.map(|it| *it.1).collect::<Option<_>>()?)
    }
}

/// Why a model does not keep to a limit in milliseconds; `None` where it does.
fn slow(column: &Column, most: f64) -> Option<&'static str> {
    match column.p95() {
        Some(p95) if p95 <= most => None,
        Some(_) => Some("it is too slow"),
        None => Some(UNKNOWN_LATENCY),
    }
}

/// The 95th percentile; `None` of nothing.
pub(super) fn p95(mut latencies: Vec<f64>) -> Option<f64> {
    latencies.sort_by(f64::total_cmp);
    stats::quantile(&latencies, 0.95)
}

fn is_asked(matrix: &Matrix, model: ModelIdx) -> bool {
    matrix.item_idxs().any(|item| matrix.cell(item, model, 0).state != CellState::NotRun)
}

/// Dollars an item that was sent; `None` where an answer has no known cost.
fn mean_cost(matrix: &Matrix, model: ModelIdx) -> Option<f64> {
    let cells =
        || matrix.item_idxs().map(|item| matrix.cell(item, model, 0)).filter(|it| !it.unsent);
    let is_answer = |state| matches!(state, CellState::Answered { .. });
    if cells().any(|cell| is_answer(cell.state) && cell.cost.is_none()) {
        return None;
    }
    let known: Vec<f64> = cells().filter_map(|cell| Some(cell.cost?.dollars())).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

fn column(matrix: &Matrix, model: ModelIdx, unit: Unit) -> Column {
    let name = PolicyId::from(matrix.models()[usize::from(model.0)].as_str());
    let mean = mean_cost(matrix, model).unwrap_or_default();
    let outcomes: Vec<Outcome> = matrix
        .item_idxs()
        .map(|item| single::outcome(matrix.cell(item, model, 0), &name))
        .collect();
    let answers = outcomes.iter().map(|it| it.verdict.score().is_some()).collect();
    let scores = outcomes.iter().map(|it| it.verdict.score().unwrap_or(0.0)).collect();
    let costs = match unit {
        Unit::Calls => vec![1.0; outcomes.len()],
        // What a failed call cost is sometimes unknown, and what was never sent says nothing of a
        // price; they count as any other of the model's.
        Unit::Dollars => {
            let known = |it: &Outcome| it.cost.filter(|_| it.tells_price());
            outcomes.iter().map(|it| known(it).map_or(mean, |cost| cost.dollars())).collect()
        }
    };
    let served = outcomes.iter().map(|it| it.verdict.judged().is_some()).collect();
    let sure = |it: &Outcome| it.confidence.filter(|_| it.verdict.score().is_some());
    let confidences = outcomes.iter().map(sure).collect();
    let latencies = outcomes.iter().map(|it| it.latency.map(|latency| latency.ms())).collect();
    Column { name, scores, answers, costs, latencies, served, confidences }
}
