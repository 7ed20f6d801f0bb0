//! The rules that a scenario may name, and how their names are read.

use std::fmt;

use schemars::{JsonSchema, Schema};
use serde::de::value::StrDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::vote::{Majority, Voter, Weighted};

/// How several answers become one: `majority`, or `{ weighted: { weights: log-odds } }`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(transform = also_bare)]
pub enum Rule {
    /// Every ballot counts the same.
    Majority(Majority),
    /// Better members count more.
    Weighted(Weighted),
}

/// Each kind with one sentence.
const KINDS: [(&str, &str); 2] = [
    ("majority", "The answer that most members give; every ballot counts the same."),
    ("weighted", "The answer with the most weight; members count by their accuracy elsewhere."),
];

impl Rule {
    /// Every kind's name with a sentence about it.
    pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.into_iter()
    }

    /// The weight of each voter, on an item with that many possible answers.
    pub fn weights(&self, voters: &[Voter<'_>], n_classes: u32) -> Vec<f64> {
        match self {
            Self::Majority(majority) => majority.weights(voters.len()),
            Self::Weighted(weighted) => weighted.weights(voters, n_classes),
        }
    }
}

impl Default for Rule {
    fn default() -> Self {
        Self::Majority(Majority {})
    }
}

/// A kind by its name alone.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Majority,
    Weighted,
}

// By hand, because a derived reader takes no bare `weighted` for one with every option left out.
impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BareOrTable)
    }
}

struct BareOrTable;

impl<'de> Visitor<'de> for BareOrTable {
    type Value = Rule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a vote rule, such as `majority` or `{ weighted: { weights: log-odds } }`")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Rule, E> {
        Ok(match Kind::deserialize(StrDeserializer::new(name))? {
            Kind::Majority => Rule::Majority(Majority::default()),
            Kind::Weighted => Rule::Weighted(Weighted::default()),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Rule, A::Error> {
        let Some(kind) = table.next_key()? else { return Err(Error::invalid_length(0, &self)) };
        let rule = match kind {
            Kind::Majority => Rule::Majority(table.next_value()?),
            Kind::Weighted => Rule::Weighted(table.next_value()?),
        };
        match table.next_key::<IgnoredAny>()? {
            None => Ok(rule),
            Some(_) => Err(Error::invalid_length(2, &self)),
        }
    }
}

/// Adds the bare names to the schema, which knows only the tables.
fn also_bare(schema: &mut Schema) {
    let names: Vec<&str> = Rule::kinds().map(|(name, _)| name).collect();
    if let Some(forms) = schema.get_mut("oneOf").and_then(|forms| forms.as_array_mut()) {
        forms.push(serde_json::json!({ "type": "string", "enum": names }));
    }
}
