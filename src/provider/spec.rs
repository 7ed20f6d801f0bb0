//! A provider as a scenario describes it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kernel::Spanned;
use crate::kernel::lists::{AllOr, OneOrMany};
use crate::provider::{Access, Endpoint, Synthetic};

/// Who answers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Spec {
    /// Chat completions.
    Openai(Access),
    /// Responses.
    OpenaiResponses(Access),
    /// Messages.
    Anthropic(Access),
    /// `generateContent`.
    Gemini(Access),
    /// Answers that were recorded before.
    Recorded(Recording),
    /// Answers that are made up.
    Synthetic(Synthetic),
}

/// Answers that were recorded before.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// A .jsonl, .csv or .parquet file, the first two also .gz; a list joins several.
    pub answers: Spanned<OneOrMany>,
    /// Which models of the recording are candidates. Left out: all.
    #[serde(default)]
    pub models: Option<Spanned<AllOr>>,
    /// Fates that its models share beyond the provider.
    #[serde(default)]
    pub groups: Vec<String>,
}

const OPENAI: &str = "https://api.openai.com/v1";
const ANTHROPIC: &str = "https://api.anthropic.com/v1";
const GEMINI: &str = "https://generativelanguage.googleapis.com/v1beta";

/// Each kind with one sentence.
const KINDS: [(&str, &str); 6] = [
    ("openai", "OpenAI's chat completions, and every server that speaks them."),
    ("openai-responses", "OpenAI's responses."),
    ("anthropic", "Anthropic's messages."),
    ("gemini", "Gemini's generateContent."),
    ("recorded", "Answers that were recorded before, as JSONL, CSV or Parquet."),
    ("synthetic", "Answers that are made up, right and quick as often as they should be."),
];

impl Spec {
    /// Every kind's name with a sentence about it.
    pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.into_iter()
    }

    /// Where its models are reached; `None` where they were recorded.
    pub fn endpoint(&self) -> Option<Endpoint> {
        match self {
            Self::Openai(access) => {
                Some(Endpoint::Openai(access.clone().with_version(OPENAI, None)))
            }
            Self::OpenaiResponses(access) => {
                Some(Endpoint::OpenaiResponses(access.clone().with_version(OPENAI, None)))
            }
            Self::Anthropic(access) => {
                Some(Endpoint::Anthropic(access.clone().with_version(ANTHROPIC, Some("v1"))))
            }
            Self::Gemini(access) => {
                Some(Endpoint::Gemini(access.clone().with_version(GEMINI, Some("v1beta"))))
            }
            Self::Recorded(_) | Self::Synthetic(_) => None,
        }
    }

    /// Fates that its models share beyond the provider.
    pub fn groups(&self) -> &[String] {
        match self {
            Self::Openai(access)
            | Self::OpenaiResponses(access)
            | Self::Anthropic(access)
            | Self::Gemini(access) => &access.groups,
            Self::Recorded(recording) => &recording.groups,
            Self::Synthetic(synthetic) => &synthetic.groups,
        }
    }
}
