//! Who speaks, by the name that a wire format has for it.

use serde::{Deserialize, Deserializer};

use crate::engine::serve::ask::Role;

/// A role as it is written; a word that nobody knows is the user's.
pub(super) struct RoleName(pub(super) Role);

impl Default for RoleName {
    fn default() -> Self {
        Self(Role::User)
    }
}

impl<'de> Deserialize<'de> for RoleName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = Option::<String>::deserialize(from)?.unwrap_or_default();
        Ok(Self(match name.as_str() {
            "system" | "developer" => Role::System,
            "assistant" | "model" => Role::Assistant,
            "tool" | "function" => Role::Tool,
            _ => Role::User,
        }))
    }
}
