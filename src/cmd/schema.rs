//! `schema`: the JSON Schema of a scenario, for editors.

use anyhow::Result;
use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::{Value, json};

use super::Exit;
use super::outputs::print;
use crate::scenario::{RawScenario, RawSuite};

/// Prints it.
pub(super) fn run() -> Result<Exit> {
    let mut schema = schemars::schema_for!(RawScenario);
    RecursiveTransform(kinds_may_be_bare).transform(&mut schema);
    may_be_a_suite(&mut schema);
    print(&(serde_json::to_string_pretty(&schema)? + "\n"))?;
    Ok(Exit::Done)
}

/// A file may name scenarios in place of what a scenario has.
fn may_be_a_suite(schema: &mut Schema) {
    let suite = schemars::schema_for!(RawSuite);
    let property = suite.get("properties").and_then(|it| it.get("suite")).cloned();
    let scenario = schema.get("required").cloned();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.extend(property.map(|it| ("suite".to_owned(), it)));
    }
    schema.remove("required");
    let suite = suite.get("required").cloned();
    schema.insert("anyOf".into(), json!([{ "required": scenario }, { "required": suite }]));
}

/// A kind may be written by its name alone, and an empty table may stand for its options.
fn kinds_may_be_bare(schema: &mut Schema) {
    let Some(Value::Array(kinds)) = schema.get_mut("oneOf") else { return };
    let name = |kind: &Value| match kind.get("required")?.as_array()?.as_slice() {
        [Value::String(name)] if kind.get("properties")?.as_object()?.len() == 1 => {
            Some(name.clone())
        }
        _ => None,
    };
    let names: Vec<String> = kinds.iter().filter_map(name).collect();
    let has_bare = kinds.iter().any(|kind| kind.get("enum").is_some());
    if !names.is_empty() && !has_bare {
        kinds.push(json!({ "type": "string", "enum": names }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_offered_kinds_by_name_and_with_options() {
        let mut schema = schemars::schema_for!(RawScenario);
        RecursiveTransform(kinds_may_be_bare).transform(&mut schema);
        let text = serde_json::to_string(&schema).unwrap();
        for word in ["\"vote\"", "\"cascade\"", "\"majority\"", "\"choice\"", "\"recorded\""] {
            assert!(text.contains(word), "{word}");
        }
    }
}
