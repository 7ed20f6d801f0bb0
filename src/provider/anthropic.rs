//! The wire format of Anthropic's messages.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::data::Failure;
use crate::kernel::Tokens;
use crate::provider::classify::classify_error;
use crate::provider::draft::{Draft, Ended, json};
use crate::provider::sse::Event;
use crate::provider::{Access, Chat, Counts, HttpRequest, Role};

/// The longest reply where a scenario names none, because this format has to be told one.
const MAX_TOKENS: u64 = 4096;

/// The version of the format.
pub(super) const VERSION: (&str, &str) = ("anthropic-version", "2023-06-01");

/// The request that asks `chat`. This format has no `seed` and no log-probabilities.
pub(super) fn encode(access: &Access, chat: &Chat<'_>) -> HttpRequest {
    let sampling = chat.sampling;
    let (system, rest): (Vec<_>, Vec<_>) =
        chat.messages.iter().partition(|message| message.role == Role::System);
    let system: Vec<&str> = system.iter().map(|message| message.content.as_str()).collect();
    let mut body = json!({
        "model": chat.model,
        "max_tokens": sampling.max_tokens.unwrap_or(MAX_TOKENS),
        "messages": rest,
    });
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body[name] = value;
        }
    };
    set("system", (!system.is_empty()).then(|| system.join("\n\n").into()));
    set("temperature", sampling.temperature.map(Value::from));
    set("top_p", sampling.top_p.map(Value::from));
    set("stop_sequences", (!sampling.stop.is_empty()).then(|| json!(sampling.stop)));
    let format = sampling
        .json_schema
        .as_ref()
        .map(|schema| json!({ "format": { "type": "json_schema", "schema": schema } }));
    set("output_config", format);
    set("stream", chat.stream.then_some(Value::Bool(true)));
    HttpRequest::new(access.url("/messages"), &body, &sampling.extra)
}

/// Reads a whole body.
pub(super) fn whole(body: &[u8]) -> Result<Draft, Failure> {
    let reply: Reply = json(body)?;
    if let Some(error) = reply.error {
        return Err(classify_error(&error));
    }
    let mut draft = Draft { model: reply.model, ..Draft::default() };
    for part in reply.content.ok_or(Failure::Malformed)? {
        draft.text.push_str(&part.text.unwrap_or_default());
    }
    stopped(&mut draft, reply.stop_reason);
    used(&mut draft, reply.usage);
    Ok(draft)
}

/// Reads one event of a stream.
pub(super) fn event(draft: &mut Draft, event: &Event) -> Result<(), Failure> {
    let piece: Piece = serde_json::from_str(&event.data).map_err(|_| Failure::Malformed)?;
    match piece.kind.as_str() {
        "message_start" => {
            let message = piece.message.unwrap_or_default();
            draft.model = message.model;
            used(draft, message.usage);
        }
        "content_block_delta" => {
            let delta = piece.delta.and_then(|delta| delta.text);
            draft.text.push_str(&delta.unwrap_or_default());
        }
        "message_delta" => {
            stopped(draft, piece.delta.and_then(|delta| delta.stop_reason));
            used(draft, piece.usage);
        }
        "message_stop" => draft.marked = true,
        "error" => return Err(classify_error(&piece.error.unwrap_or_default())),
        _ => {}
    }
    Ok(())
}

fn stopped(draft: &mut Draft, reason: Option<String>) {
    if let Some(reason) = reason {
        draft.ended = Some(match reason.as_str() {
            "max_tokens" | "model_context_window_exceeded" => Ended::Length,
            "refusal" => Ended::Declined,
            _ => Ended::Whole,
        });
        draft.finish_reason = Some(reason);
    }
}

/// Later counts replace earlier ones. `input_tokens` leaves out what was read from the cache or
/// written to it.
fn used(draft: &mut Draft, wire: Option<WireUsage>) {
    let Some(wire) = wire else { return };
    let counts = &mut draft.counts;
    if let Some(fresh) = wire.input_tokens {
        let read = wire.cache_read_input_tokens.unwrap_or(0);
        let written = wire.cache_creation_input_tokens.unwrap_or(0);
        *counts = Counts {
            prompt: Some(Tokens(fresh + read + written)),
            cached: wire.cache_read_input_tokens.map(Tokens),
            cache_written: wire.cache_creation_input_tokens.map(Tokens),
            ..*counts
        };
    }
    counts.completion = wire.output_tokens.map(Tokens).or(counts.completion);
}

#[derive(Deserialize, Default)]
struct Reply {
    content: Option<Vec<Part>>,
    stop_reason: Option<String>,
    usage: Option<WireUsage>,
    model: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
}

#[derive(Deserialize)]
struct Piece {
    #[serde(rename = "type")]
    kind: String,
    message: Option<Reply>,
    delta: Option<Delta>,
    usage: Option<WireUsage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Delta {
    text: Option<String>,
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct WireUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
}
