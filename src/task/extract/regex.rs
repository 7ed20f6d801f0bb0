//! `regex`: what a regular expression matches.

use std::fmt;

use schemars::{JsonSchema, Schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{ExtractError, Pick, pattern};

/// Takes what a pattern matches: a group of it, without the white space around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Regex {
    /// In the syntax of Rust's `regex` crate: no look-around, no back-references.
    pub pattern: String,
    /// A group's name or number; left out, the first group, or everything where there is none.
    #[serde(default)]
    pub group: Option<Group>,
    /// Which match, where there are several.
    #[serde(default)]
    pub pick: Pick,
}

/// A group's name or number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(transform = or_number)]
pub struct Group(pub String);

// By hand, because a number need not be quoted.
impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrNumber)
    }
}

struct NameOrNumber;

impl Visitor<'_> for NameOrNumber {
    type Value = Group;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a group's name or number")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Group, E> {
        Ok(Group(name.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Group, E> {
        Ok(Group(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Group, E> {
        let number = u64::try_from(number)
            .map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))?;
        self.visit_u64(number)
    }
}

fn or_number(schema: &mut Schema) {
    schema.insert("type".to_owned(), serde_json::json!(["string", "integer"]));
}

#[derive(Debug, Clone)]
pub(super) struct Finder {
    pattern: ::regex::Regex,
}

impl Regex {
    pub(super) fn compile(&self) -> Result<Finder, ExtractError> {
        Ok(Finder { pattern: pattern(&self.pattern)? })
    }
}

impl Finder {
    pub(super) fn find(&self, response: &str) -> Option<String> {
        self.pattern.find(response).map(|found| found.as_str().to_owned())
    }
}
