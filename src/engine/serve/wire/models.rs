//! The list of models. One body serves the clients of every wire format: each reads its own part.

use serde_json::{Value, json};

use super::CREATED;

/// When every model says that it was made, as text.
const CREATED_AT: &str = "2026-01-01T00:00:00Z";

/// All models.
pub(in crate::engine::serve) fn list(names: &[&str]) -> Value {
    let (first, last) = (names.first(), names.last());
    json!({
        "object": "list",
        "data": names.iter().map(|name| one(name)).collect::<Vec<_>>(),
        "has_more": false, "first_id": first, "last_id": last,
        "models": names.iter().map(|name| of_path(name)).collect::<Vec<_>>(),
    })
}

/// One model.
pub(in crate::engine::serve) fn one(name: &str) -> Value {
    let mut model = json!({
        "id": name, "object": "model", "created": CREATED, "owned_by": "quorumbench",
        "type": "model", "display_name": name, "created_at": CREATED_AT,
    });
    if let (Some(model), Value::Object(more)) = (model.as_object_mut(), of_path(name)) {
        model.extend(more.into_iter().filter(|(key, _)| key != "displayName"));
    }
    model
}

fn of_path(name: &str) -> Value {
    json!({
        "name": format!("models/{name}"), "displayName": name, "version": "1",
        "supportedGenerationMethods": ["generateContent"],
    })
}
