//! An error before it is put into a vendor's words.

use crate::fault::Trouble;
use crate::kernel::Micros;

/// What is to be complained of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine::serve) struct Problem {
    pub(in crate::engine::serve) trouble: Trouble,
    /// The status, where it is not the vendor's own for that trouble.
    pub(in crate::engine::serve) status: Option<u16>,
    pub(in crate::engine::serve) retry_after: Option<Micros>,
    /// What is said in place of the vendor's usual words.
    pub(in crate::engine::serve) message: Option<String>,
}

impl Problem {
    /// The usual complaint of that kind, in these words.
    pub(in crate::engine::serve) fn new(trouble: Trouble, message: impl Into<String>) -> Self {
        Self { trouble, status: None, retry_after: None, message: Some(message.into()) }
    }

    /// What is said.
    pub(super) fn message(&self) -> &str {
        self.message.as_deref().unwrap_or(match self.trouble {
            Trouble::RateLimit => "Rate limit reached. Please try again later.",
            Trouble::InsufficientQuota => {
                "You exceeded your current quota, please check your plan and billing details."
            }
            Trouble::SpendLimit => "The spend limit of this project has been reached.",
            Trouble::Overloaded => "The service is overloaded. Please slow down and try again.",
            Trouble::ServerError => "The server had an error while processing your request.",
            Trouble::Timeout => "The request timed out.",
            Trouble::InvalidRequest => "The request is invalid.",
            Trouble::ContextLength => "prompt is too long: 250000 tokens > 200000 maximum",
            Trouble::ContentFilter => "The request was stopped by the content policy.",
            Trouble::Auth => "Incorrect API key provided.",
            Trouble::Permission => "The key is not permitted to use this model.",
            Trouble::NotFound => "The model does not exist or you do not have access to it.",
            Trouble::Conflict => "Another request is in the way. Please try again.",
        })
    }

    /// Headers of every vendor; the second is exact, and is what their clients look at first.
    pub(in crate::engine::serve) fn headers(&self) -> Vec<(&'static str, String)> {
        let Some(Micros(micros)) = self.retry_after else { return Vec::new() };
        vec![
            ("retry-after", micros.div_ceil(1_000_000).to_string()),
            ("retry-after-ms", micros.div_ceil(1000).to_string()),
        ]
    }
}
