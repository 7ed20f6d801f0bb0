//! Anthropic's messages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::roles::RoleName;
use super::text::Text;
use super::{Problem, Stream, event};
use crate::engine::serve::ask::{Ask, Role, Turn};
use crate::engine::serve::said::{Finish, Said};
use crate::fault::Trouble;

/// What the body asks.
pub(super) fn read(body: &[u8]) -> Result<Ask, serde_json::Error> {
    let body: Body = serde_json::from_slice(body)?;
    let system = body.system.map(|text| Turn { role: Role::System, text: text.0 });
    let turn = |message: Message| Turn { role: message.role.0, text: message.content.0 };
    Ok(Ask {
        model: body.model.unwrap_or_default(),
        turns: system.into_iter().chain(body.messages.into_iter().map(turn)).collect(),
        delivery: super::delivery(body.stream),
        max_tokens: body.max_tokens,
        ..Ask::default()
    })
}

/// The reply in one piece.
pub(super) fn whole(said: &Said) -> Value {
    message(said, json!([{ "type": "text", "text": said.text() }]), reason(said.finish).into())
}

/// A whole reply without a block.
pub(super) fn whole_without_choices(said: &Said) -> Value {
    message(said, json!([]), reason(said.finish).into())
}

/// The reply token by token.
pub(super) fn stream(said: &Said) -> Stream {
    let block = json!({ "type": "text", "text": "" });
    let token = |piece: &String| {
        let delta = json!({ "type": "text_delta", "text": piece });
        named(json!({ "type": "content_block_delta", "index": 0, "delta": delta }))
    };
    Stream {
        head: opening(said)
            + &named(json!({ "type": "content_block_start", "index": 0, "content_block": block }))
            + &named(json!({ "type": "ping" })),
        tokens: said.pieces.iter().map(token).collect(),
        tail: named(json!({ "type": "content_block_stop", "index": 0 })) + &closing(said),
    }
}

/// A stream without a block.
pub(super) fn stream_without_choices(said: &Said) -> Stream {
    Stream { head: opening(said), tokens: Vec::new(), tail: closing(said) }
}

/// Status and body of an error.
pub(super) fn error(problem: &Problem) -> (u16, Value) {
    let (status, kind) = match problem.trouble {
        Trouble::RateLimit => (429, "rate_limit_error"),
        Trouble::InsufficientQuota => (402, "billing_error"),
        Trouble::SpendLimit => (429, "rate_limit_error"),
        Trouble::Overloaded => (529, "overloaded_error"),
        Trouble::ServerError => (500, "api_error"),
        Trouble::Timeout => (504, "timeout_error"),
        Trouble::ContextLength if problem.status == Some(413) => (413, "request_too_large"),
        Trouble::InvalidRequest | Trouble::ContextLength | Trouble::ContentFilter => {
            (400, "invalid_request_error")
        }
        Trouble::Auth => (401, "authentication_error"),
        Trouble::Permission => (403, "permission_error"),
        Trouble::NotFound => (404, "not_found_error"),
        Trouble::Conflict => (409, "conflict_error"),
    };
    let mut error = json!({ "type": kind, "message": problem.message() });
    if problem.trouble == Trouble::SpendLimit {
        error["details"] = json!({ "error_code": "enforced_spend_limit_reached" });
    }
    let body = json!({ "type": "error", "error": error, "request_id": "req_quorumbench" });
    (problem.status.unwrap_or(status), body)
}

/// An error in the middle of a stream.
pub(super) fn error_event(problem: &Problem) -> String {
    named(error(problem).1)
}

fn opening(said: &Said) -> String {
    let mut begun = message(said, json!([]), Value::Null);
    begun["usage"]["output_tokens"] = 1.into();
    named(json!({ "type": "message_start", "message": begun }))
}

fn closing(said: &Said) -> String {
    named(json!({
        "type": "message_delta",
        "delta": { "stop_reason": reason(said.finish), "stop_sequence": null },
        "usage": usage(said),
    })) + &named(json!({ "type": "message_stop" }))
}

fn message(said: &Said, content: Value, reason: Value) -> Value {
    json!({
        "id": format!("msg_{}", said.id),
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": null,
        "usage": usage(said),
    })
}

/// Tokens sent are told without those that were cached.
fn usage(said: &Said) -> Value {
    let usage = said.usage;
    json!({
        "input_tokens": usage.prompt.0.saturating_sub(usage.cached.0),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached.0,
        "output_tokens": usage.completion.0,
        "service_tier": "standard",
    })
}

fn reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::Refusal => "refusal",
    }
}

/// An event is called by its type.
fn named(value: Value) -> String {
    event(value["type"].as_str().unwrap_or_default(), &value)
}

#[derive(Deserialize)]
struct Body {
    model: Option<String>,
    system: Option<Text>,
    messages: Vec<Message>,
    stream: Option<bool>,
    max_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    role: RoleName,
    #[serde(default)]
    content: Text,
}
