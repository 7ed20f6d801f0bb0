//! Which kind of failure a status and a body stand for, in the words of every provider.
//!
//! Sources: the error pages of the OpenAI, Anthropic and Gemini APIs and their SDKs' retry rules;
//! llama.cpp and LiteLLM as they answer. One table for all, because gateways mix them.

use serde_json::Value;

use crate::data::Failure;

/// The kind of failure behind a response that is no success.
pub(super) fn classify(status: u16, body: &[u8]) -> Failure {
    let said = Said::of(body);
    if let Some(failure) = said.at_any_status(status) {
        return failure;
    }
    match status {
        401 | 403 => Failure::Auth,
        402 => Failure::Quota,
        404 | 410 => Failure::NotFound,
        408 => Failure::TimedOut,
        409 | 425 => Failure::Unavailable,
        429 => Failure::RateLimited,
        413 => Failure::ContextLength,
        400..=499 => Failure::InvalidRequest,
        500..=599 => Failure::Unavailable,
        _ => Failure::Other,
    }
}

/// The kind of failure behind an error object that came under a success, say in a stream.
pub(super) fn classify_error(error: &Value) -> Failure {
    let said = Said::new(error);
    said.at_any_status(200).unwrap_or_else(|| {
        const KINDS: [(Failure, &[&str]); 4] = [
            (Failure::RateLimited, &["rate_limit", "resource_exhausted", "too_many_requests"]),
            (Failure::TimedOut, &["timeout", "deadline_exceeded"]),
            (Failure::Auth, &["authentication", "permission", "invalid_api_key"]),
            (
                Failure::Unavailable,
                &["overloaded", "unavailable", "server_error", "api_error", "internal"],
            ),
        ];
        let known = KINDS.into_iter().find(|(_, words)| said.kind_has(words));
        let by_number = || match said.number? {
            429 => Some(Failure::RateLimited),
            500..=599 => Some(Failure::Unavailable),
            _ => None,
        };
        known.map(|(failure, _)| failure).or_else(by_number).unwrap_or(Failure::Malformed)
    })
}

/// The error object of a body, wherever the provider puts it.
pub(super) fn error_of(body: &Value) -> Option<&Value> {
    let body = body.as_array().and_then(|list| list.first()).unwrap_or(body);
    body.get("error").filter(|error| !error.is_null())
}

/// What an error object says.
struct Said {
    /// Its type, code, status and reasons, in lower case.
    kind: String,
    /// Its sentence for people, in lower case.
    message: String,
    /// Its code, where that is a number.
    number: Option<u64>,
}

const QUOTA: [&str; 9] = [
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "enforced_spend_limit_reached",
    "billing",
    "perday",
    "payment_required",
];

impl Said {
    fn of(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        Self::new(error_of(&body).unwrap_or(&body))
    }

    fn new(error: &Value) -> Self {
        let mut kind = String::new();
        let mut note = |value: Option<&Value>| {
            if let Some(word) = value.and_then(Value::as_str) {
                kind.push_str(&word.to_lowercase());
                kind.push(' ');
            }
        };
        for field in ["type", "code", "status", "error_code", "reason"] {
            note(error.get(field));
        }
        let details = error.get("details");
        note(details.and_then(|it| it.get("error_code")));
        for detail in details.and_then(Value::as_array).into_iter().flatten() {
            note(detail.get("reason"));
            for violation in
                detail.get("violations").and_then(Value::as_array).into_iter().flatten()
            {
                note(violation.get("quotaId"));
            }
        }
        // Azure wraps what its filter found one level deeper.
        note(error.get("innererror").and_then(|it| it.get("code")));
        let message = match error {
            Value::String(text) => text.to_lowercase(),
            _ => error.get("message").and_then(Value::as_str).unwrap_or_default().to_lowercase(),
        };
        Self { kind, message, number: error.get("code").and_then(Value::as_u64) }
    }

    fn kind_has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.kind.contains(word))
    }

    /// What the words mean whatever the status is, where they say more than it.
    fn at_any_status(&self, status: u16) -> Option<Failure> {
        let says = |words: &[&str]| words.iter().any(|word| self.message.contains(word));
        let too_long = [
            "prompt is too long",
            "maximum context length",
            "exceeds the maximum number of tokens",
            "context window",
        ];
        let is_context = self.kind_has(&["context_length", "exceed_context", "request_too_large"])
            || matches!(status, 200 | 400 | 413 | 422) && says(&too_long);
        let filtered = ["content filtering", "content policy", "content management policy"];
        let is_filter = self.kind_has(&["content_policy", "content_filter", "responsibleai"])
            || matches!(status, 200 | 400 | 422) && says(&filtered);
        let is_quota = self.kind_has(&QUOTA)
            || matches!(status, 400 | 403 | 429)
                && says(&["credit balance is too low", "spend limit", "spending limit"]);
        if is_context {
            Some(Failure::ContextLength)
        } else if is_filter {
            Some(Failure::ContentFilter)
        } else if is_quota {
            Some(Failure::Quota)
        } else if self.kind_has(&["model_not_found"]) {
            Some(Failure::NotFound)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_the_classification_table_is_its_kind() {
        use Failure::{
            Auth, ContentFilter, ContextLength, InvalidRequest, NotFound, Other, Quota,
            RateLimited, TimedOut, Unavailable,
        };
        let long = "This model's maximum context length is 8192 tokens.";
        let day = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"violations":
            [{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}"#;
        for (status, body, failure) in [
            (400, r#"{"error":{"type":"invalid_request_error"}}"#, InvalidRequest),
            (400, r#"{"error":{"code":400,"status":"FAILED_PRECONDITION"}}"#, InvalidRequest),
            (422, "{}", InvalidRequest),
            (400, r#"{"error":{"code":"context_length_exceeded"}}"#, ContextLength),
            (400, &format!(r#"{{"error":{{"message":"{long}"}}}}"#), ContextLength),
            (400, r#"{"error":{"message":"prompt is too long: 210000 tokens"}}"#, ContextLength),
            (400, r#"{"error":{"type":"exceed_context_size_error"}}"#, ContextLength),
            (413, r#"{"error":{"type":"request_too_large"}}"#, ContextLength),
            (400, r#"{"error":{"code":"content_policy_violation"}}"#, ContentFilter),
            (400, r#"{"error":{"code":"content_filter"}}"#, ContentFilter),
            (
                400,
                r#"{"error":{"type":"invalid_request_error",
                    "message":"Output blocked by content filtering policy"}}"#,
                ContentFilter,
            ),
            (401, r#"{"error":{"type":"authentication_error"}}"#, Auth),
            (403, r#"{"error":{"status":"PERMISSION_DENIED"}}"#, Auth),
            (429, r#"{"error":{"type":"insufficient_quota"}}"#, Quota),
            (429, r#"{"error":{"code":"project_spend_limit_exceeded"}}"#, Quota),
            (402, r#"{"error":{"type":"billing_error"}}"#, Quota),
            (
                429,
                r#"{"error":{"type":"rate_limit_error",
                    "details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                Quota,
            ),
            (400, r#"{"error":{"message":"Your credit balance is too low"}}"#, Quota),
            (429, day, Quota),
            (429, r#"{"error":{"code":"rate_limit_exceeded"}}"#, RateLimited),
            (429, r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}"#, RateLimited),
            (429, "slow down", RateLimited),
            (503, "<html>", Unavailable),
            (529, r#"{"error":{"type":"overloaded_error"}}"#, Unavailable),
            (500, r#"{"error":{"type":"api_error"}}"#, Unavailable),
            (504, "", Unavailable),
            (404, r#"{"error":{"type":"not_found_error"}}"#, NotFound),
            (400, r#"{"error":{"code":"model_not_found"}}"#, NotFound),
            (408, "", TimedOut),
            (409, r#"{"error":{"type":"conflict_error"}}"#, Unavailable),
            (302, "", Other),
        ] {
            assert_eq!(classify(status, body.as_bytes()), failure, "{status} {body}");
        }
    }

    #[test]
    fn an_error_under_a_success_is_what_it_says_else_malformed() {
        for (error, failure) in [
            (r#"{"type":"overloaded_error"}"#, Failure::Unavailable),
            (r#"{"code":503,"status":"UNAVAILABLE"}"#, Failure::Unavailable),
            (r#"{"code":502,"message":"Bad gateway"}"#, Failure::Unavailable),
            (r#"{"code":"rate_limit_exceeded"}"#, Failure::RateLimited),
            (r#"{"type":"insufficient_quota"}"#, Failure::Quota),
            (r#"{"message":"x"}"#, Failure::Malformed),
            (r#""something""#, Failure::Malformed),
        ] {
            let error: Value = serde_json::from_str(error).unwrap();
            assert_eq!(classify_error(&error), failure, "{error}");
        }
    }
}
