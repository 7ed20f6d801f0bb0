//! The answer matrix of one task: every item, every model, every sample, judged.

use std::sync::Arc;

use crate::data::{Cell, Item};
use crate::kernel::{ModelId, TaskId};

/// The position of an item in its matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemIdx(pub u32);

/// The position of a model in its matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelIdx(pub u16);

/// The position of an answer among the distinct answers to its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnswerIdx(pub u16);

/// One of the distinct answers to an item, where "distinct" is the scorer's equality.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The text, in the scorer's canonical form.
    pub text: String,
    /// How right it is, from 0 to 1.
    pub score: f64,
}

/// Cells in item-major order: all models of item 0, then of item 1; a model's samples together.
///
/// Models are in order of name, and an item's answers in order of text, so that nothing depends
/// on the order in which calls came back or rows were read.
#[derive(Debug, Clone)]
pub struct Matrix {
    task: TaskId,
    items: Arc<[Item]>,
    models: Vec<ModelId>,
    n_samples: u32,
    answers: Vec<Vec<Answer>>,
    cells: Vec<Cell>,
}

impl Matrix {
    /// Puts the parts together.
    ///
    /// # Panics
    /// When `cells` has not one cell per item, model and sample, or `answers` not one list per
    /// item.
    pub fn new(
        task: TaskId,
        items: Arc<[Item]>,
        models: Vec<ModelId>,
        n_samples: u32,
        answers: Vec<Vec<Answer>>,
        cells: Vec<Cell>,
    ) -> Self {
        assert_eq!(cells.len(), items.len() * models.len() * n_samples as usize);
        assert_eq!(answers.len(), items.len());
        Self { task, items, models, n_samples, answers, cells }
    }

    /// The task that it belongs to.
    pub fn task(&self) -> &TaskId {
        &self.task
    }

    /// The items in the dataset's order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The models in order of name.
    pub fn models(&self) -> &[ModelId] {
        &self.models
    }

    /// Samples kept per item and model.
    pub fn n_samples(&self) -> u32 {
        self.n_samples
    }

    /// Positions of all items.
    pub fn item_idxs(&self) -> impl ExactSizeIterator<Item = ItemIdx> + Clone + use<> {
        (0..self.items.len() as u32).map(ItemIdx)
    }

    /// Positions of all models.
    pub fn model_idxs(&self) -> impl ExactSizeIterator<Item = ModelIdx> + Clone + use<> {
        (0..self.models.len() as u16).map(ModelIdx)
    }

    /// Where a model stands; `None` when it isn't here.
    pub fn model_idx(&self, model: &ModelId) -> Option<ModelIdx> {
        self.models.binary_search(model).ok().map(|idx| ModelIdx(idx as u16))
    }

    /// One item.
    pub fn item(&self, item: ItemIdx) -> &Item {
        &self.items[item.0 as usize]
    }

    /// The distinct answers to an item, in order of text.
    pub fn answers(&self, item: ItemIdx) -> &[Answer] {
        &self.answers[item.0 as usize]
    }

    /// One cell.
    pub fn cell(&self, item: ItemIdx, model: ModelIdx, sample: u32) -> &Cell {
        let row = item.0 as usize * self.models.len() + usize::from(model.0);
        &self.cells[row * self.n_samples as usize + sample as usize]
    }
}
