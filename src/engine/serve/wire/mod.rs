//! The wire formats, each a file of pure functions: a body to an [`Ask`], a [`Said`] to bytes.

mod chat;
mod problem;
mod text;

use serde_json::Value;

use super::ask::{Ask, Delivery};
use super::said::Said;
pub(super) use problem::Problem;

/// When every reply says that it was made: the same request has the same bytes for an answer.
const CREATED: u64 = 1_767_225_600; // 2026-01-01

/// Which wire format a request is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Format {
    /// `POST /v1/chat/completions`.
    Chat,
}

/// A reply as server-sent events, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stream {
    /// What comes with the first token.
    pub(super) head: String,
    /// One entry a token.
    pub(super) tokens: Vec<String>,
    /// What ends it.
    pub(super) tail: String,
}

impl Format {
    /// What stands in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
        }
    }

    /// What a body asks.
    ///
    /// # Errors
    /// When it is not JSON of that format's shape.
    pub(super) fn read(self, body: &[u8]) -> Result<Ask, serde_json::Error> {
        match self {
            Self::Chat => chat::read(body),
        }
    }

    /// The reply in one piece.
    pub(super) fn whole(self, said: &Said) -> Value {
        match self {
            Self::Chat => chat::whole(said),
        }
    }

    /// The reply token by token.
    pub(super) fn stream(self, said: &Said, ask: &Ask) -> Stream {
        match self {
            Self::Chat => chat::stream(said, ask),
        }
    }

    /// Status and body of an error.
    pub(super) fn error(self, problem: &Problem) -> (u16, Value) {
        match self {
            Self::Chat => chat::error(problem),
        }
    }
}

/// A server-sent event without a name.
fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

fn delivery(stream: Option<bool>) -> Delivery {
    if stream.unwrap_or(false) { Delivery::Stream } else { Delivery::Whole }
}
