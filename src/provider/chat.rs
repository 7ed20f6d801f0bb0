//! A question to a model and its reply, in no vendor's words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Tokens;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions.
    System,
    /// The question.
    User,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// How a model chooses its words. What is left out is left to the provider.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// 0 for the likeliest words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The share of likely words to choose among.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// The longest reply, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// The provider's own seed; the k-th sample is asked with this plus k.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Where the reply ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
}

/// One question to one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chat {
    /// The model, as its provider calls it.
    pub model: String,
    /// What is said so far.
    pub messages: Vec<Message>,
    /// How it chooses its words.
    pub sampling: Sampling,
}

/// What a model replied, with what the provider says that it took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatReply {
    /// The text.
    pub text: String,
    /// Why it stopped, in the provider's word.
    pub finish_reason: Option<String>,
    /// Tokens sent, cached ones included.
    pub prompt_tokens: Option<Tokens>,
    /// Tokens sent that were cached.
    pub cached_tokens: Option<Tokens>,
    /// Tokens received.
    pub completion_tokens: Option<Tokens>,
}
