//! A real outage, by its name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Spanned;

/// The faults of a scenario under `scenarios/incidents/`, as they are there: `incident: NAME`.
///
/// Those of its faults that are for a group reach whoever here names a group or a provider so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Incident(pub Spanned<String>);
