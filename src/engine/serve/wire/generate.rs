//! Gemini's `generateContent`, in which the path names the model and whether the reply streams.

use serde::Deserialize;
use serde_json::{Value, json};

use super::roles::RoleName;
use super::text::Text;
use super::{Problem, Stream, data};
use crate::engine::serve::ask::{Ask, Role, Turn};
use crate::engine::serve::said::{Finish, Said};
use crate::fault::Trouble;
use crate::kernel::Micros;

/// What the body asks; the model and the delivery stand in the path.
pub(super) fn read(body: &[u8]) -> Result<Ask, serde_json::Error> {
    let body: Body = serde_json::from_slice(body)?;
    let system = body.system_instruction.map(|it| Turn { role: Role::System, text: it.parts.0 });
    let turn = |content: Content| Turn { role: content.role.0, text: content.parts.0 };
    let config = body.generation_config.unwrap_or_default();
    Ok(Ask {
        turns: system.into_iter().chain(body.contents.into_iter().map(turn)).collect(),
        max_tokens: config.max_output_tokens,
        seed: config.seed.and_then(|seed| u64::try_from(seed).ok()),
        ..Ask::default()
    })
}

/// The reply in one piece.
pub(super) fn whole(said: &Said) -> Value {
    response(said, Some(candidate(said, Some(&said.text()), Some(said.finish))), Tally::Final)
}

/// A reply without a candidate, whole or as the only event of a stream.
pub(super) fn whole_without_choices(said: &Said) -> Value {
    response(said, None, Tally::Final)
}

/// The reply token by token.
pub(super) fn stream(said: &Said) -> Stream {
    let is_refusal = said.finish == Finish::Refusal;
    let token = |piece: &String| {
        data(&response(said, Some(candidate(said, Some(piece), None)), Tally::SoFar))
    };
    let last = candidate(said, Some(""), Some(said.finish));
    Stream {
        head: String::new(),
        // What is refused has no text here.
        tokens: if is_refusal { Vec::new() } else { said.pieces.iter().map(token).collect() },
        tail: data(&response(said, Some(last), Tally::Final)),
    }
}

/// Status and body of an error.
pub(super) fn error(problem: &Problem) -> (u16, Value) {
    let (code, status) = match problem.trouble {
        Trouble::RateLimit | Trouble::InsufficientQuota => (429, "RESOURCE_EXHAUSTED"),
        Trouble::SpendLimit => (402, "RESOURCE_EXHAUSTED"),
        Trouble::Overloaded => (503, "UNAVAILABLE"),
        Trouble::ServerError => (500, "INTERNAL"),
        Trouble::Timeout => (504, "DEADLINE_EXCEEDED"),
        Trouble::InvalidRequest | Trouble::ContextLength | Trouble::ContentFilter => {
            (400, "INVALID_ARGUMENT")
        }
        Trouble::Auth => (401, "UNAUTHENTICATED"),
        Trouble::Permission => (403, "PERMISSION_DENIED"),
        Trouble::NotFound => (404, "NOT_FOUND"),
        Trouble::Conflict => (409, "ABORTED"),
    };
    let code = problem.status.unwrap_or(code);
    let message = match problem.trouble {
        Trouble::ContextLength => {
            "The input token count (1250000) exceeds the maximum number of tokens allowed \
             (1048576)."
        }
        _ => problem.message(),
    };
    let mut error = json!({ "code": code, "message": message, "status": status });
    let details = details(problem);
    if !details.is_empty() {
        error["details"] = details.into();
    }
    (code, json!({ "error": error }))
}

/// An error in the middle of a stream.
pub(super) fn error_event(problem: &Problem) -> String {
    data(&error(problem).1)
}

/// When to come again, and which quota is spent, where that is the trouble.
fn details(problem: &Problem) -> Vec<Value> {
    let mut details = Vec::new();
    if problem.trouble == Trouble::InsufficientQuota {
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{ "quotaId": "GenerateRequestsPerDayPerProjectPerModel" }],
        }));
    }
    if let Some(Micros(micros)) = problem.retry_after {
        let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
        let delay = match rest {
            0 => format!("{seconds}s"),
            rest => format!("{seconds}.{rest:06}s"),
        };
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay,
        }));
    }
    details
}

/// Whether the tokens received are told, or as yet only those sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tally {
    SoFar,
    Final,
}

fn response(said: &Said, candidate: Option<Value>, tally: Tally) -> Value {
    let usage = said.usage;
    let mut metadata = json!({
        "promptTokenCount": usage.prompt.0,
        "totalTokenCount": usage.prompt.0,
    });
    if usage.cached.0 > 0 {
        metadata["cachedContentTokenCount"] = usage.cached.0.into();
    }
    if tally == Tally::Final {
        // Thoughts are counted beside the text here.
        let text = usage.completion.0.saturating_sub(usage.reasoning.0);
        metadata["candidatesTokenCount"] = text.into();
        metadata["totalTokenCount"] = (usage.prompt.0 + usage.completion.0).into();
        if usage.reasoning.0 > 0 {
            metadata["thoughtsTokenCount"] = usage.reasoning.0.into();
        }
    }
    let mut response = json!({
        "usageMetadata": metadata, "modelVersion": said.model, "responseId": said.id,
    });
    if let Some(candidate) = candidate {
        response["candidates"] = json!([candidate]);
    }
    response
}

fn candidate(said: &Said, text: Option<&str>, finish: Option<Finish>) -> Value {
    let mut candidate = json!({ "index": 0 });
    if let Some(text) = text.filter(|_| said.finish != Finish::Refusal) {
        candidate["content"] = json!({ "parts": [{ "text": text }], "role": "model" });
    }
    if let Some(finish) = finish {
        candidate["finishReason"] = match finish {
            Finish::Stop => "STOP",
            Finish::Length => "MAX_TOKENS",
            Finish::Refusal => "SAFETY",
        }
        .into();
    }
    candidate
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    contents: Vec<Content>,
    #[serde(alias = "system_instruction")]
    system_instruction: Option<Content>,
    #[serde(alias = "generation_config")]
    generation_config: Option<Config>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    role: RoleName,
    #[serde(default)]
    parts: Text,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Config {
    max_output_tokens: Option<u64>,
    seed: Option<i64>,
}
