//! One question of a dataset.

use std::sync::Arc;

use crate::kernel::ItemId;

/// A question with what a right answer looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Unique within its dataset.
    pub id: ItemId,
    /// The question. Absent where recorded answers carry their own verdict.
    pub input: Option<String>,
    /// Every accepted answer; empty where recorded answers carry their own verdict.
    pub targets: Vec<String>,
    /// The options, where the answer is one of them.
    pub choices: Vec<String>,
    /// A part of the dataset that is reported by itself.
    pub category: Option<String>,
    /// Items of one cluster are never on both sides of a split.
    pub cluster: Option<String>,
    /// The whole row of the dataset as a JSON object, for the prompt template; empty where there is
    /// none. As a text, because there may be very many; copies share it.
    pub row: Arc<str>,
}

impl Item {
    /// An item of which nothing is known yet but what it is called.
    pub fn new(id: impl Into<ItemId>) -> Self {
        Self {
            id: id.into(),
            input: None,
            targets: Vec::new(),
            choices: Vec::new(),
            category: None,
            cluster: None,
            row: Arc::default(),
        }
    }

    /// By what an item is put into a fold: the cluster, else the question's own words (the same
    /// question may stand in a dataset twice), else the item by itself.
    pub fn split_key(&self) -> &str {
        self.cluster.as_deref().or(self.input.as_deref()).unwrap_or(self.id.as_str())
    }
}
