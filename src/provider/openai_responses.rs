//! The wire format of OpenAI's responses.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::data::Failure;
use crate::kernel::Tokens;
use crate::provider::classify::classify_error;
use crate::provider::draft::{Draft, Ended, json};
use crate::provider::sse::Event;
use crate::provider::{Access, Chat, Counts, HttpRequest};

/// The request that asks `chat`. This format has no `seed` and no `stop`.
pub(super) fn encode(access: &Access, chat: &Chat<'_>) -> HttpRequest {
    let sampling = chat.sampling;
    let mut body = json!({ "model": chat.model, "input": chat.messages, "store": false });
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body[name] = value;
        }
    };
    set("temperature", sampling.temperature.map(Value::from));
    set("top_p", sampling.top_p.map(Value::from));
    set("max_output_tokens", sampling.max_tokens.map(Value::from));
    set("include", sampling.logprobs.then(|| json!(["message.output_text.logprobs"])));
    let format = sampling.json_schema.as_ref().map(|schema| {
        json!({ "format": {
            "type": "json_schema", "name": "answer", "strict": true, "schema": schema,
        }})
    });
    set("text", format);
    set("stream", chat.stream.then_some(Value::Bool(true)));
    HttpRequest::new(access.url("/responses"), &body, &sampling.extra)
}

/// Reads a whole body.
pub(super) fn whole(body: &[u8]) -> Result<Draft, Failure> {
    let mut draft = Draft::default();
    read(&mut draft, json(body)?)?;
    if draft.marked { Ok(draft) } else { Err(Failure::Malformed) }
}

/// Reads one event of a stream. The last one holds the whole response once more.
pub(super) fn event(draft: &mut Draft, event: &Event) -> Result<(), Failure> {
    if event.data.trim() == "[DONE]" {
        return Ok(());
    }
    let piece: Piece = serde_json::from_str(&event.data).map_err(|_| Failure::Malformed)?;
    match piece.kind.as_str() {
        "response.output_text.delta" => draft.text.push_str(&piece.delta.unwrap_or_default()),
        "response.refusal.delta" => draft.declined = true,
        "response.completed" | "response.incomplete" | "response.failed" => {
            let response = piece.response.ok_or(Failure::Malformed)?;
            let streamed = std::mem::take(&mut draft.text);
            read(draft, response)?;
            if draft.text.is_empty() {
                draft.text = streamed;
            }
            let is_nothing = !draft.marked && draft.text.is_empty() && !draft.declined;
            if is_nothing && draft.ended == Some(Ended::Whole) {
                return Err(Failure::Malformed);
            }
            draft.marked = true;
        }
        "error" => {
            let error = piece
                .error
                .unwrap_or_else(|| json!({ "code": piece.code, "message": piece.message }));
            return Err(classify_error(&error));
        }
        _ => {}
    }
    Ok(())
}

/// Adds a response. `marked` says that it had any output.
fn read(draft: &mut Draft, response: Response) -> Result<(), Failure> {
    if let Some(error) = response.error.filter(|error| !error.is_null()) {
        return Err(classify_error(&error));
    }
    draft.model = response.model;
    if let Some(usage) = response.usage {
        draft.counts = usage.into();
    }
    let reason = response.incomplete_details.and_then(|it| it.reason);
    draft.ended = match (response.status.as_deref(), reason.as_deref()) {
        (_, Some("max_output_tokens")) => Some(Ended::Length),
        (_, Some("content_filter")) => Some(Ended::Declined),
        (Some("failed" | "cancelled"), _) => Some(Ended::Broken),
        (Some("in_progress" | "queued"), _) => None,
        _ => Some(Ended::Whole),
    };
    draft.finish_reason = reason.or(response.status);
    for part in response.output.into_iter().flat_map(|item| item.content.unwrap_or_default()) {
        draft.marked = true;
        draft.text.push_str(&part.text.unwrap_or_default());
        draft.declined |= part.refusal.is_some_and(|refusal| !refusal.is_empty());
        for token in part.logprobs.unwrap_or_default() {
            draft.token(token.logprob);
        }
    }
    // A limit may be reached before there is any output.
    draft.marked |= draft.ended == Some(Ended::Length);
    Ok(())
}

#[derive(Deserialize)]
struct Piece {
    #[serde(rename = "type")]
    kind: String,
    delta: Option<String>,
    response: Option<Response>,
    error: Option<Value>,
    code: Option<Value>,
    message: Option<Value>,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    output: Vec<Item>,
    status: Option<String>,
    incomplete_details: Option<Incomplete>,
    usage: Option<WireUsage>,
    model: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Item {
    content: Option<Vec<Part>>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
    refusal: Option<String>,
    logprobs: Option<Vec<Token>>,
}

#[derive(Deserialize)]
struct Token {
    logprob: f64,
}

#[derive(Deserialize)]
struct Incomplete {
    reason: Option<String>,
}

#[derive(Deserialize)]
struct WireUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    input_tokens_details: Option<Details>,
    output_tokens_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    cached_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
}

impl From<WireUsage> for Counts {
    fn from(wire: WireUsage) -> Self {
        Self {
            prompt: wire.input_tokens.map(Tokens),
            cached: wire.input_tokens_details.and_then(|it| it.cached_tokens).map(Tokens),
            cache_written: None,
            completion: wire.output_tokens.map(Tokens),
            reasoning: wire.output_tokens_details.and_then(|it| it.reasoning_tokens).map(Tokens),
        }
    }
}
