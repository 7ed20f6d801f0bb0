//! Floor 2: who is asked. Wire formats as pure `encode` and `decode`, and one HTTP client for all.

mod chat;
mod http;
mod openai;
mod spec;
mod synthetic;
mod wrong;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use chat::{Chat, ChatReply, Message, Role, Sampling};
pub use http::{Client, ClientError, Exchange, Line};
pub use spec::{Recording, Spec};
pub use synthetic::{Latency, Percentiles, Synthetic};
pub use wrong::wrong;

use crate::data::Failure;

/// Where and how models that speak a wire format are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `POST {base_url}/chat/completions`, as vLLM, llama.cpp, Ollama and LiteLLM speak it too.
    Openai(Access),
}

/// An address and the name of the environment variable that holds its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The address up to the version, say `https://api.example.com/v1`.
    pub base_url: String,
    /// The environment variable that holds the key. Left out: no key is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key_env: Option<String>,
    /// Fates that its models share beyond the provider: cloud, region, edge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// A request that is ready to be sent. The key is no part of it, so that it can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Where to.
    pub url: String,
    /// The body, JSON.
    pub body: String,
}

impl Endpoint {
    /// The name of its wire format.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Openai(_) => "openai",
        }
    }

    /// Its address, key name and groups.
    pub fn access(&self) -> &Access {
        match self {
            Self::Openai(access) => access,
        }
    }

    /// The request that asks `chat`.
    pub fn encode(&self, chat: &Chat) -> HttpRequest {
        match self {
            Self::Openai(access) => openai::encode(access, chat),
        }
    }

    /// What a response with this status and body says.
    ///
    /// # Errors
    /// The kind of failure, where it is no answer.
    pub fn decode(&self, status: u16, body: &[u8]) -> Result<ChatReply, Failure> {
        match self {
            Self::Openai(_) => openai::decode(status, body),
        }
    }
}
