//! A question to a model and its reply, in no vendor's words.

use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::data::Usage;
use crate::kernel::{ItemId, Probability, Seed, Tokens};

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
    /// The provider's own seed. Each item and sample is asked with one of its own, made from this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Where the reply ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Ask for the probabilities of the words, of which the answer's confidence is made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub logprobs: bool,
    /// The JSON Schema that the reply has to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<Map<String, Value>>,
    /// Parameters in the provider's own words, sent as they are, such as `reasoning_effort`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

impl Sampling {
    /// The seed that a draw of an item is asked with, made from that of the scenario: one of its
    /// own, so that the luck of a draw is not shared by its items. Some providers take no more than
    /// 31 bits.
    pub fn seed_of_draw(seed: u64, item: &ItemId, sample: u32) -> u64 {
        let parts = [item.as_str(), &sample.to_string()];
        u64::from(Seed(seed).stream("sampling", &parts).next_u32() >> 1)
    }
}

/// One question to one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chat<'a> {
    /// The model, as its provider calls it.
    pub model: &'a str,
    /// What is said so far.
    pub messages: &'a [Message],
    /// How it chooses its words.
    pub sampling: &'a Sampling,
    /// Whether the reply comes in pieces, as it is made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
}

/// What a model replied, with what the provider says that it took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChatReply {
    /// The text.
    pub text: String,
    /// Why it stopped, in the provider's word.
    pub finish_reason: Option<String>,
    /// What it took.
    pub counts: Counts,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// The geometric mean of its tokens' probabilities, where they were asked for.
    pub confidence: Option<Probability>,
}

/// Tokens as all providers would count them: cached ones are part of those sent, and reasoning is
/// part of those received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sent.
    pub prompt: Option<Tokens>,
    /// Of those sent, read from the provider's cache.
    pub cached: Option<Tokens>,
    /// Of those sent, written to the provider's cache.
    pub cache_written: Option<Tokens>,
    /// Received.
    pub completion: Option<Tokens>,
    /// Of those received, spent on reasoning.
    pub reasoning: Option<Tokens>,
}

impl Counts {
    /// What is paid for; `None` where the tokens sent or received are unknown.
    pub fn usage(&self) -> Option<Usage> {
        Some(Usage {
            sent: self.prompt?,
            cached: self.cached.unwrap_or_default(),
            written: self.cache_written.unwrap_or_default(),
            received: self.completion?,
        })
    }
}
