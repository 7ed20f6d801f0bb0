//! One row of recorded answers: what came back from asking a model, before it is judged.

use crate::data::Failure;
use crate::kernel::{ItemId, Micros, ModelId, PromptId, TaskId, Tokens, Usd};

/// What a recording says of the answer inside a response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Extracted {
    /// The recording has no answers, only responses or verdicts.
    #[default]
    NotRecorded,
    /// An answer was looked for and none was found.
    Nothing,
    /// This was found; the empty string is an answer too.
    Found(String),
}

/// What one model brought for one item. Fields that a recording lacks are `None`, never 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recorded {
    /// The task it belongs to; may be absent where there is only one.
    pub task: Option<TaskId>,
    /// The item that was asked.
    pub id: ItemId,
    /// The model that was asked.
    pub model: ModelId,
    /// The draw, from 0.
    pub sample: u32,
    /// Where it replies to a question that was made of answers to the item: to which.
    pub prompt: Option<PromptId>,
    /// The raw text.
    pub response: Option<String>,
    /// The answer, extracted by whoever recorded it; used when `response` is absent.
    pub answer: Extracted,
    /// A verdict from 0 to 1, used when there is no target to score against.
    pub score: Option<f64>,
    /// A verdict, used when there is neither target nor score.
    pub correct: Option<bool>,
    /// How sure the model is of its answer, from 0 to 1, say from its tokens' probabilities.
    pub confidence: Option<f64>,
    /// What came instead of an answer. Beats every verdict.
    pub failure: Option<Failure>,
    /// Tokens sent, cached ones included.
    pub prompt_tokens: Option<Tokens>,
    /// Tokens sent that the provider had cached.
    pub cached_tokens: Option<Tokens>,
    /// Tokens sent that the provider wrote to its cache, which some charge more for.
    pub cache_write_tokens: Option<Tokens>,
    /// Tokens received, reasoning included.
    pub completion_tokens: Option<Tokens>,
    /// Of those, tokens that the model thought in and did not show.
    pub reasoning_tokens: Option<Tokens>,
    /// What it cost.
    pub cost: Option<Usd>,
    /// From sending to the first token.
    pub ttft: Option<Micros>,
    /// From sending to the last byte, of the attempt that brought this.
    pub latency: Option<Micros>,
    /// Attempts made.
    pub attempts: Option<u32>,
    /// Why the model stopped, in the provider's word.
    pub finish_reason: Option<String>,
    /// The model that answered, as the provider named it in its reply.
    pub model_served: Option<String>,
    /// When, as RFC 3339 in UTC.
    pub recorded_at: Option<String>,
}

impl Recorded {
    /// Whether the provider says that the text was cut short at the most tokens.
    pub fn is_cut(&self) -> bool {
        matches!(
            self.finish_reason.as_deref(),
            Some("length" | "max_tokens" | "MAX_TOKENS" | "max_output_tokens")
        )
    }
}
