//! OpenAI's chat completions, as most servers and gateways speak them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::roles::RoleName;
use super::text::Text;
use super::{CREATED, Problem, Stream, data};
use crate::engine::serve::ask::{Ask, Tally, Turn};
use crate::engine::serve::said::{Finish, Said};
use crate::fault::Trouble;

/// What the body asks.
pub(super) fn read(body: &[u8]) -> Result<Ask, serde_json::Error> {
    let body: Body = serde_json::from_slice(body)?;
    let tells = body.stream_options.is_some_and(|options| options.include_usage.unwrap_or(false));
    let turn = |message: Message| Turn { role: message.role.0, text: message.content.0 };
    Ok(Ask {
        model: body.model.unwrap_or_default(),
        turns: body.messages.into_iter().map(turn).collect(),
        delivery: super::delivery(body.stream),
        tally: if tells { Tally::Told } else { Tally::Silent },
        max_tokens: body.max_completion_tokens.or(body.max_tokens),
        seed: body.seed.and_then(|seed| u64::try_from(seed).ok()),
        logprobs: body.logprobs.unwrap_or(false),
    })
}

/// The reply in one piece.
pub(super) fn whole(said: &Said) -> Value {
    let refusal = (said.finish == Finish::Refusal).then(|| said.text());
    let content = if refusal.is_some() { Value::Null } else { said.text().into() };
    json!({
        "id": id(said),
        "object": "chat.completion",
        "created": CREATED,
        "model": said.model,
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant", "content": content, "refusal": refusal, "annotations": [],
            },
            "logprobs": logprobs(said, &said.pieces),
            "finish_reason": reason(said.finish),
        }],
        "usage": usage(said),
        "service_tier": "default",
        "system_fingerprint": "fp_quorumbench",
    })
}

/// The reply token by token.
pub(super) fn stream(said: &Said, ask: &Ask) -> Stream {
    let chunk = |choices: Value, usage: Option<Value>| {
        let mut chunk = json!({
            "id": id(said),
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": said.model,
            "service_tier": "default",
            "system_fingerprint": "fp_quorumbench",
            "choices": choices,
        });
        if ask.tally == Tally::Told {
            chunk["usage"] = usage.unwrap_or(Value::Null);
        }
        data(&chunk)
    };
    let choice = |delta: Value, logprobs: Value, reason: Value| {
        json!([{
            "index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": reason,
        }])
    };
    let opening = json!({ "role": "assistant", "content": "", "refusal": null });
    let field = if said.finish == Finish::Refusal { "refusal" } else { "content" };
    let token = |piece: &String| {
        let logprobs = logprobs(said, std::slice::from_ref(piece));
        chunk(choice(json!({ field: piece }), logprobs, Value::Null), None)
    };
    let mut tail = chunk(choice(json!({}), Value::Null, reason(said.finish).into()), None);
    if ask.tally == Tally::Told {
        tail += &chunk(json!([]), Some(usage(said)));
    }
    Stream {
        head: chunk(choice(opening, Value::Null, Value::Null), None),
        tokens: said.pieces.iter().map(token).collect(),
        tail: tail + "data: [DONE]\n\n",
    }
}

/// Status and body of an error.
///
/// Source: the table of signals and kinds that this project's classification of errors rests on;
/// the shape is that of the official client's `APIError`.
pub(super) fn error(problem: &Problem) -> (u16, Value) {
    let (status, kind, code) = match problem.trouble {
        Trouble::RateLimit => (429, "requests", Some("rate_limit_exceeded")),
        Trouble::InsufficientQuota => (429, "insufficient_quota", Some("insufficient_quota")),
        Trouble::SpendLimit => (429, "insufficient_quota", Some("project_spend_limit_exceeded")),
        Trouble::Overloaded => (503, "server_error", Some("overloaded")),
        Trouble::ServerError => (500, "server_error", None),
        Trouble::Timeout => (408, "server_error", Some("timeout")),
        Trouble::InvalidRequest => (400, "invalid_request_error", None),
        Trouble::ContextLength => (400, "invalid_request_error", Some("context_length_exceeded")),
        Trouble::ContentFilter => (400, "invalid_request_error", Some("content_policy_violation")),
        Trouble::Auth => (401, "invalid_request_error", Some("invalid_api_key")),
        Trouble::Permission => (403, "request_forbidden", Some("permission_denied")),
        Trouble::NotFound => (404, "invalid_request_error", Some("model_not_found")),
        Trouble::Conflict => (409, "invalid_request_error", Some("conflict")),
    };
    let body = json!({ "error": {
        "message": problem.message(), "type": kind, "param": null, "code": code,
    }});
    (problem.status.unwrap_or(status), body)
}

/// A whole reply without a choice.
pub(super) fn whole_without_choices(said: &Said) -> Value {
    let mut reply = whole(said);
    reply["choices"] = json!([]);
    reply
}

/// A stream without a choice.
pub(super) fn stream_without_choices(said: &Said) -> Stream {
    let chunk = json!({
        "id": id(said), "object": "chat.completion.chunk", "created": CREATED,
        "model": said.model, "choices": [],
    });
    Stream { head: data(&chunk), tokens: Vec::new(), tail: "data: [DONE]\n\n".into() }
}

/// An error in the middle of a stream.
pub(super) fn error_event(problem: &Problem) -> String {
    data(&error(problem).1)
}

fn id(said: &Said) -> String {
    format!("chatcmpl-{}", said.id)
}

fn reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Refusal => "content_filter",
    }
}

fn usage(said: &Said) -> Value {
    let usage = said.usage;
    json!({
        "prompt_tokens": usage.prompt.0,
        "completion_tokens": usage.completion.0,
        "total_tokens": usage.prompt.0 + usage.completion.0,
        "prompt_tokens_details": { "cached_tokens": usage.cached.0, "audio_tokens": 0 },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning.0, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        },
    })
}

/// Each token with its probability; `null` where that is unknown or not wanted.
fn logprobs(said: &Said, pieces: &[String]) -> Value {
    let Some(logprob) = said.logprob else { return Value::Null };
    let token = |piece: &String| {
        json!({ "token": piece, "logprob": logprob, "bytes": piece.as_bytes(), "top_logprobs": [
            { "token": piece, "logprob": logprob, "bytes": piece.as_bytes() },
        ]})
    };
    json!({ "content": pieces.iter().map(token).collect::<Vec<_>>(), "refusal": null })
}

#[derive(Deserialize)]
struct Body {
    model: Option<String>,
    messages: Vec<Message>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    max_tokens: Option<u64>,
    max_completion_tokens: Option<u64>,
    seed: Option<i64>,
    logprobs: Option<bool>,
}

#[derive(Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    role: RoleName,
    #[serde(default)]
    content: Text,
}
