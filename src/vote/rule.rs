//! The rules that a scenario may name, and how their names are read.

use std::fmt;

use schemars::{JsonSchema, Schema};
use serde::de::value::StrDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::kernel::PolicyId;
use crate::vote::{Majority, Voter, Weighted, Weights};

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

    /// The members that the scenario gives a weight to.
    pub fn given_names(&self) -> impl Iterator<Item = &PolicyId> {
        let given = match self {
            Self::Weighted(Weighted { weights: Weights::Given(given) }) => Some(given),
            _ => None,
        };
        given.into_iter().flat_map(|given| given.keys())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::AnswerIdx;
    use crate::kernel::{PolicyId, Probability};
    use crate::vote::{Ballot, Fitted, Standing, Tally};

    #[test]
    fn a_rule_reads_bare_with_options_and_with_none_of_them() {
        for (text, reads) in [
            (r#""majority""#, true),
            (r#"{"majority": {}}"#, true),
            (r#""weighted""#, true),
            (r#"{"weighted": {}}"#, true),
            (r#"{"weighted": {"weights": "log-odds"}}"#, true),
            (r#"{"weighted": {"weights": {"given": {"mini": 1.0}}}}"#, true),
            (r#"{"weighted": {"weights": {"given": {"mini": -1.0}}}}"#, false),
            (r#"{"weighted": {"weight": "log-odds"}}"#, false),
            (r#"{"majority": {"weights": "log-odds"}}"#, false),
            (r#"{"majority": {}, "weighted": {}}"#, false),
            (r#"{}"#, false),
            (r#""mayority""#, false),
        ] {
            let rule: Result<Rule, _> = serde_json::from_str(text);
            assert_eq!(rule.is_ok(), reads, "{text}: {rule:?}");
            let Ok(rule) = rule else { continue };
            let again = serde_json::to_string(&rule).and_then(|text| serde_json::from_str(&text));
            assert_eq!(again.ok(), Some(rule), "{text} written and read again");
        }
    }

    #[test]
    fn the_schema_knows_bare_names_too() {
        let schema = schemars::schema_for!(Rule);
        let forms = schema.get("oneOf").and_then(|forms| forms.as_array()).map(Vec::len);
        assert_eq!(forms, Some(3));
    }

    /// The chance that independent members with two answers to choose from vote for the right one.
    ///
    /// Expected values: numpy, `votes_passk_power.json`, by full enumeration.
    #[test]
    fn juries_are_right_as_often_as_condorcet_says() {
        let weighted = || Rule::Weighted(Weighted::default());
        for (accuracies, rule, expected) in [
            (&[0.6, 0.6, 0.6][..], Rule::default(), 0.648),
            (&[0.6; 5], Rule::default(), 0.68256),
            (&[0.6; 11], Rule::default(), 0.753_498_132_48),
            (&[0.9, 0.6, 0.6], Rule::default(), 0.792),
            (&[0.9, 0.6, 0.6], weighted(), 0.9),
            (&[0.9, 0.8, 0.7, 0.6, 0.55], Rule::default(), 0.86072),
            (&[0.9, 0.8, 0.7, 0.6, 0.55], weighted(), 0.912),
        ] {
            let name = PolicyId::from("m");
            let voter = |accuracy: &f64| {
                let accuracy = Probability::try_from(*accuracy).ok();
                let fitted = accuracy.map(|accuracy| Fitted { accuracy, n_items: 1_000_000 });
                Voter { name: &name, standing: Standing { fitted, mean_cost: None } }
            };
            let voters: Vec<Voter<'_>> = accuracies.iter().map(voter).collect();
            let weights = rule.weights(&voters, 2);
            let right = AnswerIdx(1);
            let chance_of_right: f64 = (0..1_u16 << accuracies.len())
                .map(|case| {
                    let is_right = |voter: usize| case >> voter & 1;
                    let ballot = |voter| Ballot { voter, answer: AnswerIdx(is_right(voter)) };
                    let ballots: Vec<Ballot> = (0..accuracies.len()).map(ballot).collect();
                    let won = Tally::count(&ballots, &weights).leaders() == [right];
                    let chance = |(voter, p): (usize, &f64)| {
                        if is_right(voter) == 1 { *p } else { 1.0 - p }
                    };
                    let of_case: f64 = accuracies.iter().enumerate().map(chance).product();
                    if won { of_case } else { 0.0 }
                })
                .sum();
            assert!(
                (chance_of_right - expected).abs() < 1e-12,
                "{accuracies:?} {rule:?}: {chance_of_right}"
            );
        }
    }
}
