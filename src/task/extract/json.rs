//! `json`: a field of a JSON object.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Extract, ExtractError, Extractor, Pick};

/// Takes a field of a JSON object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Json {
    /// The field's name.
    pub field: String,
    /// Which object, where several have the field.
    pub pick: Pick,
    /// What is taken out of the field's text; left out, the text itself.
    pub then: Option<Box<Extract>>,
}

impl Default for Json {
    fn default() -> Self {
        Self { field: "answer".to_owned(), pick: Pick::default(), then: None }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Finder {
    then: Option<Box<Extractor>>,
}

impl Json {
    pub(super) fn compile(&self) -> Result<Finder, ExtractError> {
        let then = self.then.as_deref().map(Extract::compile).transpose()?.map(Box::new);
        Ok(Finder { then })
    }
}

impl Finder {
    pub(super) fn find(&self, response: &str, choices: &[String]) -> Option<String> {
        self.then.as_ref().and_then(|then| then.extract(response, choices))
    }
}
