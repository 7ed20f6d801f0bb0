//! How a scenario writes when to stop: `false`, `true`, `beta`, `{ window: { size: 5 } }`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::StrDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Beta, StopRule, Window};

/// A rule by its name alone.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Beta,
    Window,
}

/// A rule with its options, as it is written and as the schema has it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Table {
    /// Until it is likely enough that the leading answer would stay ahead. May change the answer.
    Beta(Beta),
    /// Until a window of answers in a row is of one mind. May change the answer.
    Window(Window),
}

struct StopVisitor;

impl<'de> Deserialize<'de> for StopRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StopVisitor)
    }
}

impl<'de> Visitor<'de> for StopVisitor {
    type Value = StopRule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "`true`, `false`, or a rule to stop by, such as `beta` or `window: { size: 5 }`",
        )
    }

    fn visit_bool<E>(self, stops: bool) -> Result<StopRule, E> {
        Ok(if stops { StopRule::Lossless } else { StopRule::Never })
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<StopRule, E> {
        Ok(match Kind::deserialize(StrDeserializer::new(name))? {
            Kind::Beta => StopRule::Beta(Beta::default()),
            Kind::Window => StopRule::Window(Window::default()),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<StopRule, A::Error> {
        let Some(kind) = table.next_key()? else { return Err(Error::invalid_length(0, &self)) };
        let rule = match kind {
            Kind::Beta => StopRule::Beta(table.next_value()?),
            Kind::Window => StopRule::Window(table.next_value()?),
        };
        match table.next_key::<IgnoredAny>()? {
            None => Ok(rule),
            Some(_) => Err(Error::invalid_length(2, &self)),
        }
    }
}

impl Serialize for StopRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => serializer.serialize_bool(false),
            Self::Lossless => serializer.serialize_bool(true),
            Self::Beta(beta) => Table::Beta(*beta).serialize(serializer),
            Self::Window(window) => Table::Window(*window).serialize(serializer),
        }
    }
}

impl JsonSchema for StopRule {
    fn schema_name() -> Cow<'static, str> {
        "StopRule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Table::json_schema(generator);
        if let Some(forms) = schema.get_mut("oneOf").and_then(|forms| forms.as_array_mut()) {
            forms.push(serde_json::json!({ "type": "string", "enum": ["beta", "window"] }));
            forms.push(serde_json::json!({
                "type": "boolean",
                "description": "`true`: until nobody left could change the answer.",
            }));
        }
        schema.insert("description".into(), "When to ask no further.".into());
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::stop::{LeadChance, WindowSize};

    #[test]
    fn a_rule_reads_as_yes_or_no_bare_and_with_options() -> Result<(), Box<dyn std::error::Error>> {
        let beta = |confidence| -> Result<_, Box<dyn std::error::Error>> {
            Ok(StopRule::Beta(Beta { confidence: LeadChance::try_from(confidence)? }))
        };
        let window = |size| -> Result<_, Box<dyn std::error::Error>> {
            Ok(StopRule::Window(Window { size: WindowSize::try_from(size)? }))
        };
        for (text, expected) in [
            ("false", Some(StopRule::Never)),
            ("true", Some(StopRule::Lossless)),
            (r#""beta""#, Some(beta(0.95)?)),
            (r#"{"beta": {}}"#, Some(beta(0.95)?)),
            (r#"{"beta": {"confidence": 0.99}}"#, Some(beta(0.99)?)),
            (r#""window""#, Some(window(5)?)),
            (r#"{"window": {"size": 3}}"#, Some(window(3)?)),
            (r#"{"beta": {"confidence": 0.4}}"#, None),
            (r#"{"window": {"size": 1}}"#, None),
            (r#"{"window": {"width": 3}}"#, None),
            (r#"{"window": {}, "beta": {}}"#, None),
            (r#""lossless""#, None),
            (r#"{}"#, None),
            ("1", None),
        ] {
            let read: Option<StopRule> = serde_json::from_str(text).ok();
            assert_eq!(read, expected, "{text}");
            let Some(rule) = read else { continue };
            let again = serde_json::from_str(&serde_json::to_string(&rule)?)?;
            assert_eq!(rule, again, "{text} written and read again");
        }
        Ok(())
    }

    #[test]
    fn the_schema_has_every_form() {
        let schema = schemars::schema_for!(StopRule);
        let forms = schema.get("oneOf").and_then(|forms| forms.as_array());
        // Two tables, the bare names, and yes or no.
        assert_eq!(forms.map(Vec::len), Some(4), "{schema:?}");
    }
}
