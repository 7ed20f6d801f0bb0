//! How the answer is found in a model's text.

mod choice;
mod json;
mod number;
mod regex;
mod text;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

pub use choice::Choice;
pub use json::Json;
pub use number::Number;
pub use regex::{Group, Regex};
pub use text::{Text, TextPick};

/// What is taken for the answer: `choice`, or `{ regex: { pattern: "...", pick: last } }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(transform = bare_kinds)]
pub enum Extract {
    /// A number, in one canonical spelling.
    Number(Number),
    /// The letter of one of the item's choices.
    Choice(Choice),
    /// A field of a JSON object.
    Json(Json),
    /// What a pattern matches.
    Regex(Regex),
    /// The text itself.
    Text(Text),
}

/// Which of several places is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pick {
    /// The earliest.
    First,
    /// The latest.
    #[default]
    Last,
}

/// An [`Extract`] that is ready to be used.
#[derive(Debug, Clone)]
pub struct Extractor(Compiled);

#[derive(Debug, Clone)]
enum Compiled {
    Number(number::Finder),
    Choice(choice::Finder),
    Json(json::Finder),
    Regex(regex::Finder),
    Text(Text),
}

/// Why an [`Extract`] can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The pattern doesn't read, or is too large.
    #[error("`{pattern}` is no usable regular expression: {}", last_line(.source))]
    Pattern {
        /// As it was written.
        pattern: String,
        /// What the parser said.
        source: Box<::regex::Error>,
    },
    /// The pattern has no such group.
    #[error("`{pattern}` has no group {group}; its groups: {known}")]
    NoGroup {
        /// As it was written.
        pattern: String,
        /// The group that was asked for.
        group: String,
        /// The groups there are.
        known: String,
    },
}

/// Each kind with one sentence.
const KINDS: [(&str, &str); 5] = [
    ("number", "The last number, or the first, in one canonical spelling; markers win."),
    ("choice", "The letter of the choice that the text settles on."),
    ("json", "A field of the last JSON object, or the first, even where it is cut off."),
    ("regex", "What a regular expression or one of its groups matches."),
    ("text", "The text itself or its first line, without white space around it."),
];

impl Extract {
    /// Every kind's name with a sentence about it.
    pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.into_iter()
    }

    /// Checks the options and makes it ready to be used.
    pub fn compile(&self) -> Result<Extractor, ExtractError> {
        Ok(Extractor(match self {
            Self::Number(number) => Compiled::Number(number.compile()?),
            Self::Choice(choice) => Compiled::Choice(choice.compile()?),
            Self::Json(json) => Compiled::Json(json.compile()?),
            Self::Regex(regex) => Compiled::Regex(regex.compile()?),
            Self::Text(text) => Compiled::Text(*text),
        }))
    }
}

impl Default for Extract {
    fn default() -> Self {
        Self::Text(Text::default())
    }
}

impl Extractor {
    /// The answer in `response`; `None` where there is none to be found. The empty string is an
    /// answer.
    pub fn extract(&self, response: &str, choices: &[String]) -> Option<String> {
        match &self.0 {
            Compiled::Number(number) => number.find(response),
            Compiled::Choice(choice) => choice.find(response, choices),
            Compiled::Json(json) => json.find(response, choices),
            Compiled::Regex(regex) => regex.find(response),
            Compiled::Text(text) => Some(text.find(response)),
        }
    }
}

/// Compiles a pattern of a user or of our own.
fn pattern(pattern: &str) -> Result<::regex::Regex, ExtractError> {
    ::regex::Regex::new(pattern).map_err(|error| ExtractError::Pattern {
        pattern: pattern.to_owned(),
        source: Box::new(error),
    })
}

/// The parser draws the pattern over several lines and says what is wrong on the last.
fn last_line(error: &::regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

fn bare_kinds(schema: &mut Schema) {
    crate::task::also_bare(schema, Extract::kinds().map(|(name, _)| name));
}
