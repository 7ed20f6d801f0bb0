//! The wire format of OpenAI's chat completions.

use serde::{Deserialize, Serialize};

use crate::data::Failure;
use crate::kernel::Tokens;
use crate::provider::{Access, Chat, ChatReply, HttpRequest, Message};

/// The request that asks `chat`.
pub(super) fn encode(access: &Access, chat: &Chat) -> HttpRequest {
    let sampling = &chat.sampling;
    let body = Body {
        model: &chat.model,
        messages: &chat.messages,
        temperature: sampling.temperature,
        top_p: sampling.top_p,
        max_tokens: sampling.max_tokens,
        seed: sampling.seed,
        stop: &sampling.stop,
    };
    let url = format!("{}/chat/completions", access.base_url.trim_end_matches('/'));
    HttpRequest { url, body: serde_json::to_string(&body).unwrap_or_default() }
}

/// What a response says, or the failure that it stands for.
///
/// Servers leave out fields that the specification requires, so every field but the content may
/// be absent.
pub(super) fn decode(status: u16, body: &[u8]) -> Result<ChatReply, Failure> {
    if status != 200 {
        return Err(failure_of_status(status, body));
    }
    let reply: Reply = serde_json::from_slice(body).map_err(|_| Failure::Malformed)?;
    if reply.error.is_some() {
        return Err(Failure::Malformed);
    }
    let choice = reply.choices.into_iter().next().ok_or(Failure::Malformed)?;
    let text = choice.message.content.unwrap_or_default();
    match choice.finish_reason.as_deref() {
        Some("content_filter") => return Err(Failure::ContentFilter),
        Some("length") if text.is_empty() => return Err(Failure::Truncated),
        _ if text.is_empty() && choice.message.refusal.is_none() => return Err(Failure::Empty),
        _ => {}
    }
    let usage = reply.usage.unwrap_or_default();
    Ok(ChatReply {
        text: if text.is_empty() { choice.message.refusal.unwrap_or_default() } else { text },
        finish_reason: choice.finish_reason,
        prompt_tokens: usage.prompt_tokens.map(Tokens),
        cached_tokens: usage.prompt_tokens_details.and_then(|it| it.cached_tokens).map(Tokens),
        completion_tokens: usage.completion_tokens.map(Tokens),
    })
}

fn failure_of_status(status: u16, body: &[u8]) -> Failure {
    let error = serde_json::from_slice::<Reply>(body).ok().and_then(|reply| reply.error);
    let says = |word: &str| {
        error.as_ref().is_some_and(|error| {
            [&error.code, &error.kind].iter().any(|field| {
                field.as_ref().and_then(|it| it.as_str()).is_some_and(|it| it.contains(word))
            })
        })
    };
    match status {
        401 | 403 => Failure::Auth,
        402 => Failure::Quota,
        404 => Failure::NotFound,
        408 => Failure::TimedOut,
        429 if says("insufficient_quota") || says("billing") => Failure::Quota,
        429 => Failure::RateLimited,
        400 | 413 | 422 if says("context_length") || says("exceed_context") => {
            Failure::ContextLength
        }
        400 | 422 if says("content_filter") || says("content_policy") => Failure::ContentFilter,
        400 | 405 | 409 | 413 | 415 | 422 => Failure::InvalidRequest,
        500..=599 => Failure::Unavailable,
        _ => Failure::Other,
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: &'a [Message],
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<WireError>,
}

#[derive(Deserialize)]
struct Choice {
    message: WireMessage,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct WireMessage {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize, Default)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct WireError {
    code: Option<serde_json::Value>,
    #[serde(rename = "type")]
    kind: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Role, Sampling};

    #[test]
    fn only_what_is_set_is_sent() {
        let access =
            Access { base_url: "http://h/v1/".into(), api_key_env: None, groups: Vec::new() };
        let chat = Chat {
            model: "m".into(),
            messages: vec![Message { role: Role::User, content: "hi".into() }],
            sampling: Sampling { max_tokens: Some(8), ..Sampling::default() },
        };
        let request = encode(&access, &chat);
        assert_eq!(request.url, "http://h/v1/chat/completions");
        assert_eq!(
            request.body,
            r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":8}"#
        );
    }

    #[test]
    fn a_success_that_is_no_answer_is_a_failure() {
        let answer = r#"{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":9,"completion_tokens":1,
                     "prompt_tokens_details":{"cached_tokens":3}}}"#;
        let reply = decode(200, answer.as_bytes()).unwrap();
        assert_eq!((reply.text.as_str(), reply.prompt_tokens), ("4", Some(Tokens(9))));
        assert_eq!(reply.cached_tokens, Some(Tokens(3)));
        for (status, body, failure) in [
            (200, "<html>", Failure::Malformed),
            (200, r#"{"choices":["#, Failure::Malformed),
            (200, r#"{"choices":[]}"#, Failure::Malformed),
            (200, r#"{"error":{"message":"x"}}"#, Failure::Malformed),
            (200, r#"{"choices":[{"message":{"content":""}}]}"#, Failure::Empty),
            (200, r#"{"choices":[{"message":{"content":null}}]}"#, Failure::Empty),
            (
                200,
                r#"{"choices":[{"message":{"content":""},"finish_reason":"length"}]}"#,
                Failure::Truncated,
            ),
            (429, "{}", Failure::RateLimited),
            (429, r#"{"error":{"code":"insufficient_quota"}}"#, Failure::Quota),
            (400, r#"{"error":{"code":"context_length_exceeded"}}"#, Failure::ContextLength),
            (400, r#"{"error":{"code":400}}"#, Failure::InvalidRequest),
            (401, "", Failure::Auth),
            (404, "", Failure::NotFound),
            (503, "<html>", Failure::Unavailable),
        ] {
            assert_eq!(decode(status, body.as_bytes()), Err(failure), "{status} {body}");
        }
    }
}
