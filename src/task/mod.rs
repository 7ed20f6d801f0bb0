//! Floor 2: what is asked, and how an answer is found and judged.

pub mod dataset;
pub mod extract;
mod numeral;
pub mod prompt;
pub mod score;

use schemars::Schema;

/// Adds the bare names of kinds to a schema that knows only their tables.
fn also_bare(schema: &mut Schema, names: impl Iterator<Item = &'static str>) {
    let names: Vec<&str> = names.collect();
    if let Some(forms) = schema.get_mut("oneOf").and_then(|forms| forms.as_array_mut()) {
        forms.push(serde_json::json!({ "type": "string", "enum": names }));
    }
}
