//! How an answer is read from a response: one file a kind.

mod choice;
mod json;
mod line;
mod number;
mod regex;
mod stated;
mod text;

pub use choice::Choice;
pub use json::{Json, Missing};
pub use number::{Accept, Number};
pub use regex::Regex;
pub use text::{Lines, Text};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::kinds;

kinds! {
    /// How an answer is read from a response: `number`, or `{ regex: { pattern: "…" } }`.
    Extract, "an extractor, such as `number` or `{ json: { field: answer, then: number } }`":
    "number" => Number: "The number that the response states, in canonical decimal writing.",
    "choice" => Choice: "The letter of the choice that the response settles on.",
    "json" => Json: "A field of a JSON object in the response, read further by another extractor.",
    "regex" => Regex: "What a regular expression finds.",
    "text" => Text: "The whole response, or one line of it, without white space around.",
}

/// Which of several finds is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pick {
    /// The first, for models that answer and then explain or ramble on.
    First,
    /// The last, for models that think first.
    #[default]
    Last,
}

impl Default for Extract {
    fn default() -> Self {
        Self::Text(Text::default())
    }
}

impl Extract {
    /// Makes it ready for use: patterns are compiled once, here.
    pub fn compile(&self) -> Result<Extractor, ExtractError> {
        Ok(Extractor(match self {
            Self::Number(number) => Compiled::Number(number.compile()?),
            Self::Choice(choice) => Compiled::Choice(Box::new(choice.compile()?)),
            Self::Json(json) => Compiled::Json(Box::new(json.compile()?)),
            Self::Regex(regex) => Compiled::Regex(regex.compile()?),
            Self::Text(text) => Compiled::Text(*text),
        }))
    }
}

/// An extractor that is ready for use.
#[derive(Debug, Clone)]
pub struct Extractor(Compiled);

#[derive(Debug, Clone)]
enum Compiled {
    Number(number::Reader),
    Choice(Box<choice::Reader>),
    Json(Box<json::Reader>),
    Regex(regex::Reader),
    Text(Text),
}

impl Extractor {
    /// The answer in a response, where `choices` are the item's choices in the order of their
    /// letters. `None` is a response without a readable answer; the empty string is an answer.
    pub fn extract(&self, response: &str, choices: &[String]) -> Option<String> {
        match &self.0 {
            Compiled::Number(number) => number.extract(response),
            Compiled::Choice(choice) => choice.extract(response, choices),
            Compiled::Json(json) => json.extract(response, choices),
            Compiled::Regex(regex) => regex.extract(response),
            Compiled::Text(text) => Some(text.extract(response)),
        }
    }
}

/// Why an extractor can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    /// The pattern is no regular expression.
    #[error("no regular expression: {reason}{}", at(*.char_idx))]
    Syntax {
        /// What is wrong.
        reason: String,
        /// Where in the pattern, in characters from 0; `None` when the engine doesn't tell.
        char_idx: Option<usize>,
    },
    /// The pattern needs too much memory.
    #[error("the regular expression takes more than {limit_bytes} bytes when compiled")]
    TooBig {
        /// The most that one may take.
        limit_bytes: usize,
    },
    /// The pattern has fewer groups than the option says.
    #[error("no group {group} in the pattern, which has {n_groups}")]
    NoSuchGroup {
        /// The group asked for.
        group: usize,
        /// Groups in the pattern.
        n_groups: usize,
    },
}

fn at(char_idx: Option<usize>) -> String {
    char_idx.map(|idx| format!(", at character {}", idx + 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
