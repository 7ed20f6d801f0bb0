//! A span for each attempt, in OpenTelemetry's words for calls of generative models.
//!
//! Names are those of the GenAI semantic conventions (OpenTelemetry, status "development", as in
//! the Python package opentelemetry-semantic-conventions 0.66b2); what they have no name for begins
//! with `quorumbench.`. What is asked, what is answered and the key are never part of a span.

use tracing::Span;
use tracing::field::Empty;

use crate::data::Failure;
use crate::kernel::{ItemId, Micros, TaskId, Tokens};
use crate::provider::{Chat, Endpoint, Exchange};

/// Which attempt at which question a call is. Traces tell it; nothing of it is sent to a provider.
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    /// The task.
    pub task: &'a TaskId,
    /// The item.
    pub item: &'a ItemId,
    /// Which of the item's samples, counted from 0.
    pub sample: u32,
    /// Which attempt at this question, counted from 1.
    pub attempt: u32,
    /// How long it waited for its turn.
    pub queued: Micros,
    /// How long it waited because the attempt before had failed.
    pub slept: Micros,
}

/// Who answers, as every span of one line says it.
#[derive(Debug, Clone)]
pub(super) struct Server {
    provider: &'static str,
    host: Option<String>,
    port: Option<u16>,
}

impl Server {
    /// Behind an endpoint, whose address has this host and port.
    pub(super) fn new(endpoint: &Endpoint, host: Option<&str>, port: Option<u16>) -> Self {
        let provider = provider_name(endpoint, host.unwrap_or_default());
        Self { provider, host: host.map(str::to_owned), port }
    }
}

/// The span of a call under way. Where it is dropped before the call has ended, say because the
/// run was stopped, it says so.
#[derive(Debug)]
pub(super) struct Attempt(Span);

impl Attempt {
    /// Begins now, below the span that is entered. Costs nothing where nobody listens.
    pub(super) fn begin(server: &Server, chat: &Chat<'_>, label: &Label<'_>) -> Self {
        let Chat { model, sampling, .. } = chat;
        Self(tracing::info_span!(
            "attempt",
            otel.name = format!("chat {model}"),
            otel.kind = "client",
            otel.status_code = Empty,
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = server.provider,
            gen_ai.request.model = model,
            gen_ai.request.temperature = sampling.temperature,
            gen_ai.request.top_p = sampling.top_p,
            gen_ai.request.max_tokens = sampling.max_tokens.map(whole),
            gen_ai.request.seed = sampling.seed.map(whole),
            gen_ai.request.stop_sequences = list(&sampling.stop),
            gen_ai.request.stream = chat.stream,
            gen_ai.response.model = Empty,
            gen_ai.response.finish_reasons = Empty,
            gen_ai.response.time_to_first_chunk = Empty,
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            gen_ai.usage.cache_read.input_tokens = Empty,
            gen_ai.usage.cache_creation.input_tokens = Empty,
            gen_ai.usage.reasoning.output_tokens = Empty,
            error.type = Empty,
            http.response.status_code = Empty,
            server.address = server.host.as_deref(),
            server.port = server.port.map(i64::from),
            quorumbench.task = label.task.as_str(),
            quorumbench.item = label.item.as_str(),
            quorumbench.sample = i64::from(label.sample),
            quorumbench.attempt = i64::from(label.attempt),
            quorumbench.queued_ms = label.queued.ms(),
            quorumbench.slept_ms = label.slept.ms(),
        ))
    }

    /// Ends with what came. Words of the provider go through `redacted` first.
    pub(super) fn end(mut self, exchange: &Exchange, redacted: impl Fn(&str) -> String) {
        let span = std::mem::replace(&mut self.0, Span::none());
        if span.is_disabled() {
            return;
        }
        span.record("http.response.status_code", exchange.status.map(i64::from));
        let seconds = exchange.ttft.map(|ttft| ttft.ms() / 1e3);
        span.record("gen_ai.response.time_to_first_chunk", seconds);
        let reply = match &exchange.result {
            Ok(reply) => reply,
            Err(failure) => return fail(&span, *failure),
        };
        let words = |words: &Option<String>| words.as_deref().map(&redacted);
        span.record("gen_ai.response.model", words(&reply.model));
        let reasons = Vec::from_iter(words(&reply.finish_reason));
        span.record("gen_ai.response.finish_reasons", list(&reasons));
        for (name, tokens) in [
            ("gen_ai.usage.input_tokens", reply.counts.prompt),
            ("gen_ai.usage.output_tokens", reply.counts.completion),
            ("gen_ai.usage.cache_read.input_tokens", reply.counts.cached),
            ("gen_ai.usage.cache_creation.input_tokens", reply.counts.cache_written),
            ("gen_ai.usage.reasoning.output_tokens", reply.counts.reasoning),
        ] {
            span.record(name, tokens.map(|Tokens(n)| whole(n)));
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.0.is_disabled() {
            fail(&self.0, Failure::Cancelled);
        }
    }
}

fn fail(span: &Span, failure: Failure) {
    span.record("error.type", failure.name());
    span.record("otel.status_code", "error");
}

/// OpenTelemetry has signed numbers only; what is too large for them is told as the largest.
fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A span's fields can't be lists, so a list crosses as JSON, which the exporter takes apart again.
fn list(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| serde_json::Value::from(words).to_string())
}

/// How hosts of known providers begin and end, and the conventions' name for each.
const HOSTS: [(&str, &str, &str); 13] = [
    ("", ".openai.azure.com", "azure.ai.openai"),
    ("", ".cognitiveservices.azure.com", "azure.ai.openai"),
    ("", ".services.ai.azure.com", "azure.ai.openai"),
    ("bedrock", ".amazonaws.com", "aws.bedrock"),
    ("", "aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("generativelanguage.googleapis.com", "", "gcp.gemini"),
    ("api.mistral.ai", "", "mistral_ai"),
    ("api.groq.com", "", "groq"),
    ("api.deepseek.com", "", "deepseek"),
    ("api.x.ai", "", "x_ai"),
    ("api.cohere.", "", "cohere"),
    ("api.perplexity.ai", "", "perplexity"),
    ("api.anthropic.com", "", "anthropic"),
];

/// `gen_ai.provider.name`: by the host where it is known, otherwise by the wire format.
fn provider_name(endpoint: &Endpoint, host: &str) -> &'static str {
    let is = |(begin, end, _): &&(&str, &str, _)| host.starts_with(begin) && host.ends_with(end);
    match (HOSTS.iter().find(is), endpoint) {
        (Some((_, _, name)), _) => name,
        (None, Endpoint::Openai(_) | Endpoint::OpenaiResponses(_)) => "openai",
        (None, Endpoint::Anthropic(_)) => "anthropic",
        (None, Endpoint::Gemini(_)) => "gcp.gemini",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_host_says_who_the_provider_is_and_the_wire_format_where_it_does_not() {
        for (kind, host, name) in [
            ("openai", "api.openai.com", "openai"),
            ("openai", "127.0.0.1", "openai"),
            ("openai", "", "openai"),
            ("openai-responses", "api.openai.com", "openai"),
            ("openai", "east.openai.azure.com", "azure.ai.openai"),
            ("openai", "api.mistral.ai", "mistral_ai"),
            ("openai", "api.groq.com", "groq"),
            ("openai", "api.deepseek.com", "deepseek"),
            ("openai", "api.x.ai", "x_ai"),
            ("openai", "api.cohere.ai", "cohere"),
            ("openai", "api.perplexity.ai", "perplexity"),
            ("openai", "api.anthropic.com", "anthropic"),
            ("openai", "bedrock-runtime.us-west-2.amazonaws.com", "aws.bedrock"),
            ("openai", "my-balancer.elb.amazonaws.com", "openai"),
            ("openai", "generativelanguage.googleapis.com", "gcp.gemini"),
            ("openai", "us-central1-aiplatform.googleapis.com", "gcp.vertex_ai"),
            ("anthropic", "api.anthropic.com", "anthropic"),
            ("anthropic", "localhost", "anthropic"),
            ("gemini", "generativelanguage.googleapis.com", "gcp.gemini"),
            ("gemini", "localhost", "gcp.gemini"),
        ] {
            let endpoint: Endpoint = serde_json::from_value(json!({ kind: {} })).unwrap();
            assert_eq!(provider_name(&endpoint, host), name, "{kind} at {host}");
        }
    }

    #[test]
    fn lists_are_json_and_an_empty_one_is_left_out() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        for (given, text) in [
            (vec![], None),
            (vec!["stop"], Some(r#"["stop"]"#)),
            (vec!["\n", "\"end\""], Some(r#"["\n","\"end\""]"#)),
        ] {
            let given: Vec<String> = words(&given);
            assert_eq!(list(&given).as_deref(), text, "{given:?}");
        }
    }
}
