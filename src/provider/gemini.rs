//! The wire format of Gemini's `generateContent`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::data::Failure;
use crate::kernel::Tokens;
use crate::provider::classify::{classify_error, error_of};
use crate::provider::draft::{Draft, Ended, json};
use crate::provider::sse::Event;
use crate::provider::{Access, Chat, Counts, HttpRequest, Role};

/// The request that asks `chat`.
pub(super) fn encode(access: &Access, chat: &Chat<'_>) -> HttpRequest {
    let sampling = chat.sampling;
    let parts = |role: Role| {
        let of_role = chat.messages.iter().filter(move |message| message.role == role);
        of_role.map(|message| json!({ "text": message.content })).collect::<Vec<_>>()
    };
    let mut body = json!({ "contents": [{ "role": "user", "parts": parts(Role::User) }] });
    let system = parts(Role::System);
    if !system.is_empty() {
        body["systemInstruction"] = json!({ "parts": system });
    }
    let mut config = serde_json::Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            config.insert(name.to_owned(), value);
        }
    };
    set("temperature", sampling.temperature.map(Value::from));
    set("topP", sampling.top_p.map(Value::from));
    set("maxOutputTokens", sampling.max_tokens.map(Value::from));
    set("seed", sampling.seed.map(Value::from));
    set("stopSequences", (!sampling.stop.is_empty()).then(|| json!(sampling.stop)));
    set("responseLogprobs", sampling.logprobs.then_some(Value::Bool(true)));
    set("responseMimeType", sampling.json_schema.as_ref().map(|_| "application/json".into()));
    set("responseJsonSchema", sampling.json_schema.as_ref().map(|schema| json!(schema)));
    if !config.is_empty() {
        body["generationConfig"] = config.into();
    }
    let verb = if chat.stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
    let url = access.url(&format!("/models/{}:{verb}", chat.model));
    HttpRequest::new(url, &body, &sampling.extra)
}

/// Reads a whole body.
pub(super) fn whole(body: &[u8]) -> Result<Draft, Failure> {
    let mut draft = Draft::default();
    read(&mut draft, json(body)?)?;
    if draft.marked || draft.ended.is_some() { Ok(draft) } else { Err(Failure::Malformed) }
}

/// Reads one event of a stream. A stream has no end mark but its last piece's reason; a piece
/// without any candidate is the end of a reply that says nothing.
pub(super) fn event(draft: &mut Draft, event: &Event) -> Result<(), Failure> {
    draft.marked = false;
    read(draft, serde_json::from_str(&event.data).map_err(|_| Failure::Malformed)?)?;
    let has_candidate = draft.marked;
    draft.marked = draft.ended.is_some() || !has_candidate;
    Ok(())
}

/// Adds a reply, or a piece of one. `marked` says that there was a candidate.
fn read(draft: &mut Draft, body: Value) -> Result<(), Failure> {
    if let Some(error) = error_of(&body) {
        return Err(classify_error(error));
    }
    let reply: Reply = serde_json::from_value(body).map_err(|_| Failure::Malformed)?;
    if let Some(usage) = reply.usage_metadata {
        draft.counts = usage.into();
    }
    draft.model = reply.model_version.or(draft.model.take());
    if let Some(reason) = reply.prompt_feedback.and_then(|feedback| feedback.block_reason) {
        draft.ended = Some(Ended::Declined);
        draft.finish_reason = Some(reason);
    }
    let Some(candidate) = reply.candidates.into_iter().next() else { return Ok(()) };
    draft.marked = true;
    let parts = candidate.content.and_then(|content| content.parts).unwrap_or_default();
    for part in parts.into_iter().filter(|part| !part.thought) {
        draft.text.push_str(&part.text.unwrap_or_default());
    }
    if let Some(mean) = candidate.avg_logprobs {
        draft.logprobs = (0.0, 0);
        draft.token(mean);
    }
    if let Some(reason) = candidate.finish_reason {
        draft.ended = Some(match reason.as_str() {
            "MAX_TOKENS" => Ended::Length,
            "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"
            | "IMAGE_SAFETY" | "LANGUAGE" => Ended::Declined,
            _ => Ended::Whole,
        });
        draft.finish_reason = Some(reason);
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    #[serde(default)]
    candidates: Vec<Candidate>,
    usage_metadata: Option<WireUsage>,
    model_version: Option<String>,
    prompt_feedback: Option<PromptFeedback>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
    avg_logprobs: Option<f64>,
}

#[derive(Deserialize)]
struct Content {
    parts: Option<Vec<Part>>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
}

/// Thoughts are counted beside the candidates' tokens, and paid for as they are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUsage {
    prompt_token_count: Option<u64>,
    cached_content_token_count: Option<u64>,
    candidates_token_count: Option<u64>,
    thoughts_token_count: Option<u64>,
}

impl From<WireUsage> for Counts {
    fn from(wire: WireUsage) -> Self {
        let thoughts = wire.thoughts_token_count;
        let said = wire.candidates_token_count;
        let completion = said.or(thoughts).map(|_| said.unwrap_or(0) + thoughts.unwrap_or(0));
        Self {
            prompt: wire.prompt_token_count.map(Tokens),
            cached: wire.cached_content_token_count.map(Tokens),
            cache_written: None,
            completion: completion.map(Tokens),
            reasoning: thoughts.map(Tokens),
        }
    }
}
