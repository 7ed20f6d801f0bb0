//! What an error response complains of, in no vendor's words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::Failure;

/// What an error response complains of; every wire format has its own words for it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// More requests or tokens than are allowed at a time.
    #[serde(alias = "rate_limit")]
    RateLimit,
    /// The account has no credit left.
    #[serde(alias = "insufficient_quota")]
    InsufficientQuota,
    /// The account has reached a limit of spending that its owner set.
    #[serde(alias = "spend_limit")]
    SpendLimit,
    /// More is asked of the provider than it can do.
    Overloaded,
    /// Something broke inside the provider.
    #[serde(alias = "server_error")]
    ServerError,
    /// The provider gave up waiting for itself.
    Timeout,
    /// The request is wrong.
    #[serde(alias = "invalid_request")]
    InvalidRequest,
    /// The prompt is longer than the model takes.
    #[serde(alias = "context_length")]
    ContextLength,
    /// A filter stopped the request.
    #[serde(alias = "content_filter")]
    ContentFilter,
    /// The key is missing or wrong.
    Auth,
    /// The key is not allowed to do this.
    Permission,
    /// No such model or path.
    #[serde(alias = "not_found")]
    NotFound,
    /// Another request is in the way.
    Conflict,
}

impl Trouble {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::RateLimit,
        Self::InsufficientQuota,
        Self::SpendLimit,
        Self::Overloaded,
        Self::ServerError,
        Self::Timeout,
        Self::InvalidRequest,
        Self::ContextLength,
        Self::ContentFilter,
        Self::Auth,
        Self::Permission,
        Self::NotFound,
        Self::Conflict,
    ];

    /// What a status complains of where nobody says more.
    ///
    /// Source: the error pages of the three vendors, as `resilience` facts of this project have
    /// them; 529 is the status of one vendor for overload.
    pub fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Auth,
            402 => Self::InsufficientQuota,
            403 => Self::Permission,
            404 => Self::NotFound,
            408 | 504 => Self::Timeout,
            409 => Self::Conflict,
            413 => Self::ContextLength,
            429 => Self::RateLimit,
            503 | 529 => Self::Overloaded,
            400..=499 => Self::InvalidRequest,
            _ => Self::ServerError,
        }
    }

    /// What a caller records that reads it rightly.
    pub fn failure(self) -> Failure {
        match self {
            Self::RateLimit => Failure::RateLimited,
            Self::InsufficientQuota | Self::SpendLimit => Failure::Quota,
            Self::Overloaded | Self::ServerError => Failure::Unavailable,
            Self::Timeout => Failure::TimedOut,
            Self::InvalidRequest | Self::Conflict => Failure::InvalidRequest,
            Self::ContextLength => Failure::ContextLength,
            Self::ContentFilter => Failure::ContentFilter,
            Self::Auth | Self::Permission => Failure::Auth,
            Self::NotFound => Failure::NotFound,
        }
    }
}
