//! Which columns of a dataset hold what, and an item out of a row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::data::Item;
use crate::kernel::ItemId;
use crate::rows::FileErrorKind;

/// The names of the columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    /// What tells an item from all others.
    pub id: String,
    /// The question.
    pub input: String,
    /// The right answer, or a list of accepted ones.
    pub target: String,
    /// The options of a multiple choice, a list.
    pub choices: String,
    /// A part of the dataset that is reported by itself.
    pub category: String,
    /// Items of one cluster are never on both sides of a split.
    pub cluster: String,
}

impl Default for Fields {
    fn default() -> Self {
        let [id, input, target, choices, category, cluster] =
            ["id", "input", "target", "choices", "category", "cluster"].map(String::from);
        Self { id, input, target, choices, category, cluster }
    }
}

impl Fields {
    /// The item that a row holds.
    pub(super) fn item(&self, row: Map<String, Value>) -> Result<Item, FileErrorKind> {
        if ["image", "images"].iter().any(|name| row.get(*name).is_some_and(|it| !it.is_null())) {
            return Err(FileErrorKind::Images);
        }
        let wrong = |column: &str, expected| FileErrorKind::WrongType {
            column: column.to_owned(),
            expected,
        };
        let text = |column: &str, expected| match row.get(column) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => scalar(value).map(Some).ok_or_else(|| wrong(column, expected)),
        };
        let id = text(&self.id, "a text or a number")?
            .filter(|id| !id.is_empty())
            .ok_or_else(|| FileErrorKind::NoColumn(self.id.clone()))?;
        let targets = match row.get(&self.target) {
            None | Some(Value::Null) => Vec::new(),
            Some(value) => list(value, true)
                .ok_or_else(|| wrong(&self.target, "a text, a number or a list of them"))?,
        };
        let choices = match row.get(&self.choices) {
            None | Some(Value::Null) => Vec::new(),
            Some(value) => {
                list(value, false).ok_or_else(|| wrong(&self.choices, "a list of texts"))?
            }
        };
        let input = text(&self.input, "a text; pictures and messages can't be asked")?;
        let category = text(&self.category, "a text")?;
        let cluster = text(&self.cluster, "a text")?;
        Ok(Item {
            id: ItemId::from(id),
            input,
            targets,
            choices,
            category,
            cluster,
            row: Value::Object(row).to_string().into(),
        })
    }
}

/// A text, or a number or truth value as it is written.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A list of scalars; a CSV field may hold one as JSON. A scalar by itself is a list of one where
/// that makes sense.
fn list(value: &Value, may_be_one: bool) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.iter().map(scalar).collect(),
        Value::String(text) if text.trim_start().starts_with('[') => {
            match serde_json::from_str::<Vec<Value>>(text) {
                Ok(values) => values.iter().map(scalar).collect(),
                Err(_) => may_be_one.then(|| vec![text.clone()]),
            }
        }
        value if may_be_one => scalar(value).map(|text| vec![text]),
        _ => None,
    }
}
