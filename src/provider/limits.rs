//! What a model, and a key that models share, are asked at most.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{Lasting, Micros};

/// What a model is asked at most.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests in flight at once.
    pub connections: NonZeroU32,
    /// Requests sent in any minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<NonZeroU64>,
    /// Tokens sent and received in any minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<NonZeroU64>,
    /// How long one attempt may take, say `60s`.
    pub timeout: Timeout,
    /// How often one question is put at most.
    pub attempts: NonZeroU32,
    /// How long one question may take, with every attempt and every wait between them.
    pub deadline: Timeout,
}

/// What all models behind one key together are asked at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KeyLimits {
    /// Requests in flight at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<NonZeroU32>,
    /// Requests sent in any minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<NonZeroU64>,
    /// Tokens sent and received in any minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<NonZeroU64>,
}

impl KeyLimits {
    /// Whether nothing is limited.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: NonZeroU32::MIN.saturating_add(7),
            requests_per_minute: None,
            tokens_per_minute: None,
            timeout: Timeout(Duration::from_secs(60)),
            attempts: NonZeroU32::MIN.saturating_add(9),
            deadline: Timeout(Duration::from_secs(300)),
        }
    }
}

/// A length of time that is not zero, written `500ms`, `60s` or `2m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "Lasting", into = "Lasting")]
#[schemars(with = "Lasting")]
pub struct Timeout(pub Duration);

/// No time at all, where some is needed.
#[derive(Debug, thiserror::Error)]
#[error("`0s` leaves no time for anything; write it as 500ms, 60s or 2m")]
pub struct NoTime;

impl TryFrom<Lasting> for Timeout {
    type Error = NoTime;

    fn try_from(Lasting(Micros(micros)): Lasting) -> Result<Self, NoTime> {
        if micros == 0 { Err(NoTime) } else { Ok(Self(Duration::from_micros(micros))) }
    }
}

impl From<Timeout> for Lasting {
    fn from(Timeout(duration): Timeout) -> Self {
        Self(Micros(duration.as_micros() as u64))
    }
}
