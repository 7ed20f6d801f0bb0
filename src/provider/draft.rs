//! A reply that is being put together, whole or from the pieces of a stream.

use serde::de::DeserializeOwned;

use crate::data::Failure;
use crate::kernel::{Probability, Tokens};
use crate::provider::{ChatReply, Counts};

/// What came so far. Every wire format fills the same one, so that what is no answer is decided
/// once for all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// The text so far.
    pub(super) text: String,
    /// Why it stopped, in the provider's word.
    pub(super) finish_reason: Option<String>,
    /// What that word means.
    pub(super) ended: Option<Ended>,
    /// The model or a filter declined, and said so apart from the text.
    pub(super) declined: bool,
    /// The mark by which this format ends a stream was seen.
    pub(super) marked: bool,
    /// What it took.
    pub(super) counts: Counts,
    /// The model that answered.
    pub(super) model: Option<String>,
    /// The sum of the tokens' log-probabilities, and how many there are.
    pub(super) logprobs: (f64, u32),
}

/// Why a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The model was done.
    Whole,
    /// The token limit was reached.
    Length,
    /// The model or a filter declined.
    Declined,
    /// The model was stopped by a failure of the provider.
    Broken,
}

/// What a body says in JSON. Whether it is text is looked at once for all of it, which takes a
/// fraction of the time that looking at each text in it does.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let read = match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    };
    read.map_err(|_| Failure::Malformed)
}

impl Draft {
    /// Adds the log-probability of one token. Positive ones are rounding.
    pub(super) fn token(&mut self, logprob: f64) {
        if logprob <= 0.0 {
            self.logprobs.0 += logprob;
            self.logprobs.1 += 1;
        }
    }

    /// The reply that came in one piece.
    pub(super) fn whole(self) -> Result<ChatReply, Failure> {
        match self.ended {
            Some(Ended::Declined) => return Err(Failure::ContentFilter),
            Some(Ended::Broken) => return Err(Failure::Unavailable),
            _ if self.declined && self.text.is_empty() => return Err(Failure::ContentFilter),
            Some(Ended::Length) if self.text.is_empty() => return Err(Failure::Truncated),
            _ if self.text.is_empty() => return Err(Failure::Empty),
            _ => {}
        }
        // Gateways that don't know say 0, which no question and no text has.
        let counted = |tokens: Option<Tokens>| tokens.filter(|tokens| tokens.0 > 0);
        let (prompt, completion) = (counted(self.counts.prompt), counted(self.counts.completion));
        let (sum, n) = self.logprobs;
        let confidence = (n > 0).then(|| (sum / f64::from(n)).exp());
        Ok(ChatReply {
            text: self.text,
            finish_reason: self.finish_reason,
            counts: Counts { prompt, completion, ..self.counts },
            model: self.model,
            confidence: confidence.and_then(|it| Probability::try_from(it).ok()),
        })
    }

    /// The reply at the end of a stream: without reason and mark it was cut, and a cut stream is
    /// no answer, however good its text looks.
    pub(super) fn streamed(self) -> Result<ChatReply, Failure> {
        match (self.ended, self.marked) {
            (Some(_), true) => self.whole(),
            (None, true) if self.text.is_empty() && !self.declined => Err(Failure::Malformed),
            _ => Err(Failure::CutStream),
        }
    }
}
