//! An error response, in the vendor's own words.

use std::fmt;

use schemars::{JsonSchema, Schema};
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::fault::Trouble;
use crate::kernel::Lasting;

/// A status with what it complains of: `503`, or `{ code: 429, retry_after: 2s }`.
///
/// Bare it is the vendor's own status for overload. A status without a body has the body that goes
/// with it, and a body without a status the status that the vendor gives it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(transform = Status::also_a_number)]
pub struct Status {
    /// The status, from 400 to 599.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 400, "maximum" = 599))]
    pub code: Option<u16>,
    /// What it complains of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Trouble>,
    /// When to come again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Lasting>,
}

impl Status {
    /// What it complains of.
    pub fn trouble(&self) -> Trouble {
        let usual = self.code.map(Trouble::of_status);
        self.body.or(usual).unwrap_or(Trouble::Overloaded)
    }

    /// The status, as far as it is the same with every vendor.
    pub fn code(&self) -> Option<u16> {
        let usual = match self.trouble() {
            Trouble::Auth => Some(401),
            Trouble::Permission => Some(403),
            _ => None,
        };
        self.code.or(usual)
    }

    pub(super) fn effect(&self) -> Effect {
        Effect::Fails(self.trouble().failure())
    }

    /// Adds the bare number to the schema, which knows only the table.
    fn also_a_number(schema: &mut Schema) {
        let table = std::mem::take(schema);
        *schema = schemars::json_schema!({
            "oneOf": [{"type": "integer", "minimum": 400, "maximum": 599}, table]
        });
    }
}

/// The table, without the bare number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    code: Option<Code>,
    #[serde(default)]
    body: Option<Trouble>,
    #[serde(default)]
    retry_after: Option<Lasting>,
}

/// A status of an error.
#[derive(Deserialize)]
#[serde(try_from = "u16")]
struct Code(u16);

/// Why a number is no status of an error.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not the status of an error: from 400 to 599")]
struct NotAnError(u16);

impl TryFrom<u16> for Code {
    type Error = NotAnError;

    fn try_from(code: u16) -> Result<Self, NotAnError> {
        if (400..=599).contains(&code) { Ok(Self(code)) } else { Err(NotAnError(code)) }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct NumberOrTable;
        impl<'de> Visitor<'de> for NumberOrTable {
            type Value = Status;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a status from 400 to 599, or a table with `code`, `body`, `retry_after`",
                )
            }

            fn visit_i64<E: Error>(self, code: i64) -> Result<Status, E> {
                let wrong = || E::invalid_value(Unexpected::Signed(code), &self);
                let Code(code) = u16::try_from(code)
                    .ok()
                    .and_then(|code| Code::try_from(code).ok())
                    .ok_or_else(wrong)?;
                Ok(Status { code: Some(code), ..Status::default() })
            }

            fn visit_u64<E: Error>(self, code: u64) -> Result<Status, E> {
                self.visit_i64(i64::try_from(code).unwrap_or(i64::MAX))
            }

            fn visit_unit<E>(self) -> Result<Status, E> {
                Ok(Status::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Status, A::Error> {
                let map = serde::de::value::MapAccessDeserializer::new(map);
                let Table { code, body, retry_after } = Table::deserialize(map)?;
                Ok(Status { code: code.map(|Code(code)| code), body, retry_after })
            }
        }
        from.deserialize_any(NumberOrTable)
    }
}
