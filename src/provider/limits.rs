//! What a model, and a key that models share, are asked at most.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// A length of time, written `500ms`, `60s` or `2m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^[0-9]+(\.[0-9]+)?(ms|s|m|h)$"))]
pub struct Timeout(pub Duration);

/// Why a word is no length of time.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a length of time; write it as 500ms, 60s or 2m")]
pub struct NotATimeout(String);

impl TryFrom<String> for Timeout {
    type Error = NotATimeout;

    fn try_from(text: String) -> Result<Self, NotATimeout> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor = match &text[digits.len()..] {
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(NotATimeout(text)),
        };
        let seconds = digits.trim().parse::<f64>().map(|number| number * factor).unwrap_or(-1.0);
        match Duration::try_from_secs_f64(seconds) {
            Ok(duration) if !duration.is_zero() => Ok(Self(duration)),
            _ => Err(NotATimeout(text)),
        }
    }
}

impl From<Timeout> for String {
    fn from(Timeout(duration): Timeout) -> Self {
        match duration.as_millis() {
            ms if ms % 1000 == 0 => format!("{}s", ms / 1000),
            ms => format!("{ms}ms"),
        }
    }
}
