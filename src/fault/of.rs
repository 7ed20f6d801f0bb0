//! Whom a fault is for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Spanned;

/// Whom a fault is for, by a name that the scenario knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// One model.
    Model(Spanned<String>),
    /// Every model of a provider.
    Provider(Spanned<String>),
    /// Every model of a group, and of every provider in it.
    Group(Spanned<String>),
}
