//! Floor 2: who is asked. Wire formats as pure `encode` and `decode`, and one HTTP client for all.

mod access;
mod advice;
mod anthropic;
mod chat;
mod classify;
mod draft;
mod gemini;
mod http;
mod limits;
mod openai;
mod openai_responses;
mod reader;
mod span;
mod spec;
mod sse;
mod stem;
mod synthetic;
#[cfg(test)]
mod tests;
mod wrong;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use access::{Access, HttpRequest};
pub use advice::Advice;
pub use chat::{Chat, ChatReply, Counts, Message, Role, Sampling};
pub use http::{Client, ClientError, Exchange, Line};
pub use limits::{KeyLimits, Limits, Timeout};
pub use reader::Reader;
pub use span::Label;
pub use spec::{Recording, Spec};
pub use stem::stem;
pub use synthetic::{Latency, Opinion, Percentiles, Synthetic};
pub use wrong::wrong;

/// Where and how models that speak a wire format are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `POST {base_url}/chat/completions`, as Azure, OpenRouter, vLLM, llama.cpp, Ollama and
    /// LiteLLM speak it too.
    Openai(Access),
    /// `POST {base_url}/responses`.
    OpenaiResponses(Access),
    /// `POST {base_url}/messages`.
    Anthropic(Access),
    /// `POST {base_url}/models/{name}:generateContent`.
    Gemini(Access),
}

impl Endpoint {
    /// Where chat completions are spoken at an address up to its version, by anybody.
    pub fn chat_completions(base_url: String) -> Self {
        Self::Openai(Access {
            base_url,
            api_key_env: None,
            api_key_header: None,
            headers: BTreeMap::new(),
            groups: Vec::new(),
            limits: KeyLimits::default(),
        })
    }

    /// The same, with a key out of the environment and further headers.
    #[must_use]
    pub fn with_access(
        mut self,
        api_key_env: Option<String>,
        headers: BTreeMap<String, String>,
    ) -> Self {
        let access = match &mut self {
            Self::Openai(access)
            | Self::OpenaiResponses(access)
            | Self::Anthropic(access)
            | Self::Gemini(access) => access,
        };
        access.api_key_env = api_key_env;
        access.headers.extend(headers);
        self
    }

    /// The name of its wire format.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Openai(_) => "openai",
            Self::OpenaiResponses(_) => "openai-responses",
            Self::Anthropic(_) => "anthropic",
            Self::Gemini(_) => "gemini",
        }
    }

    /// Its address, key name, limits and groups.
    pub fn access(&self) -> &Access {
        match self {
            Self::Openai(access)
            | Self::OpenaiResponses(access)
            | Self::Anthropic(access)
            | Self::Gemini(access) => access,
        }
    }

    /// The request that asks `chat`.
    pub fn encode(&self, chat: &Chat<'_>) -> HttpRequest {
        match self {
            Self::Openai(access) => openai::encode(access, chat),
            Self::OpenaiResponses(access) => openai_responses::encode(access, chat),
            Self::Anthropic(access) => anthropic::encode(access, chat),
            Self::Gemini(access) => gemini::encode(access, chat),
        }
    }

    /// What this wire format has no word for among the ways of choosing words, so that a scenario
    /// that asks for it is told.
    pub fn lacks(&self, sampling: &Sampling) -> Option<&'static str> {
        let (seed, stop) = (sampling.seed.is_some(), !sampling.stop.is_empty());
        match self {
            Self::Anthropic(_) if sampling.logprobs => Some("logprobs"),
            Self::Anthropic(_) | Self::OpenaiResponses(_) if seed => Some("seed"),
            Self::OpenaiResponses(_) if stop => Some("stop"),
            _ => None,
        }
    }
}
