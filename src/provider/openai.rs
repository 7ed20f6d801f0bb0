//! The wire format of OpenAI's chat completions, which most other servers speak too.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::data::Failure;
use crate::kernel::Tokens;
use crate::provider::classify::{classify_error, error_of};
use crate::provider::draft::{Draft, Ended, json};
use crate::provider::sse::Event;
use crate::provider::{Access, Chat, Counts, HttpRequest, Message};

/// The request that asks `chat`.
pub(super) fn encode(access: &Access, chat: &Chat<'_>) -> HttpRequest {
    let sampling = chat.sampling;
    // Its own servers take the newer name only; most others know the older one only.
    let is_theirs = access.host_ends_with(&["api.openai.com", ".openai.azure.com"]);
    let body = Body {
        model: chat.model,
        messages: chat.messages,
        temperature: sampling.temperature,
        top_p: sampling.top_p,
        max_tokens: sampling.max_tokens.filter(|_| !is_theirs),
        max_completion_tokens: sampling.max_tokens.filter(|_| is_theirs),
        seed: sampling.seed,
        stop: &sampling.stop,
        logprobs: sampling.logprobs,
        response_format: sampling.json_schema.as_ref().map(response_format),
        stream: chat.stream,
        stream_options: chat.stream.then(|| json!({ "include_usage": true })),
    };
    HttpRequest::new(access.url("/chat/completions"), &body, &sampling.extra)
}

fn response_format(schema: &Map<String, Value>) -> Value {
    let schema = json!({ "name": "answer", "strict": true, "schema": schema });
    json!({ "type": "json_schema", "json_schema": schema })
}

/// Reads a whole body.
///
/// Servers leave out fields that the specification requires, so every field but the content may
/// be absent.
pub(super) fn whole(body: &[u8]) -> Result<Draft, Failure> {
    let reply: Reply = json(body)?;
    let mut draft = Draft::default();
    read(&mut draft, reply)?;
    if draft.marked { Ok(draft) } else { Err(Failure::Malformed) }
}

/// Reads one event of a stream.
pub(super) fn event(draft: &mut Draft, event: &Event) -> Result<(), Failure> {
    if event.data.trim() == "[DONE]" {
        draft.marked = true;
        return Ok(());
    }
    let reply: Reply = serde_json::from_str(&event.data).map_err(|_| Failure::Malformed)?;
    read(draft, reply)?;
    draft.marked = false;
    Ok(())
}

/// Adds a reply, or a piece of one. `marked` says that there was a choice.
fn read(draft: &mut Draft, reply: Reply) -> Result<(), Failure> {
    if let Some(error) = reply.error.filter(|error| !error.is_null()) {
        return Err(classify_error(error_of(&json!({ "error": error })).unwrap_or(&error)));
    }
    if let Some(usage) = reply.usage {
        draft.counts = usage.into();
    }
    draft.model = reply.model.or(draft.model.take());
    let Some(choice) = reply.choices.into_iter().find(|choice| choice.index == 0) else {
        return Ok(());
    };
    draft.marked = true;
    let said = choice.message.or(choice.delta).unwrap_or_default();
    draft.text.push_str(said.content.as_deref().unwrap_or_default());
    draft.declined |= said.refusal.is_some_and(|refusal| !refusal.is_empty());
    for token in choice.logprobs.and_then(|it| it.content).unwrap_or_default() {
        draft.token(token.logprob);
    }
    if let Some(reason) = choice.finish_reason {
        draft.ended = Some(match reason.as_str() {
            "length" => Ended::Length,
            "content_filter" => Ended::Declined,
            "error" => Ended::Broken,
            _ => Ended::Whole,
        });
        draft.finish_reason = Some(reason);
    }
    Ok(())
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
    max_completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    logprobs: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<Value>,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<WireUsage>,
    model: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u64,
    message: Option<Said>,
    delta: Option<Said>,
    finish_reason: Option<String>,
    logprobs: Option<Logprobs>,
}

#[derive(Deserialize, Default)]
struct Said {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Logprobs {
    content: Option<Vec<Token>>,
}

#[derive(Deserialize)]
struct Token {
    logprob: f64,
}

#[derive(Deserialize)]
struct WireUsage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
}

impl From<WireUsage> for Counts {
    fn from(wire: WireUsage) -> Self {
        let cached = wire.prompt_tokens_details.and_then(|it| it.cached_tokens);
        let reasoning = wire.completion_tokens_details.and_then(|it| it.reasoning_tokens);
        Self {
            prompt: wire.prompt_tokens.map(Tokens),
            cached: cached.map(Tokens),
            cache_written: None,
            completion: wire.completion_tokens.map(Tokens),
            reasoning: reasoning.map(Tokens),
        }
    }
}
