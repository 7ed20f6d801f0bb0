//! The wire formats, each a file of pure functions: a body to an [`Ask`], a [`Said`] to bytes.

mod chat;
mod generate;
mod messages;
pub(super) mod models;
mod problem;
mod responses;
mod roles;
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
    /// `POST /v1/responses`.
    Responses,
    /// `POST /v1/messages`.
    Messages,
    /// `POST /v1beta/models/M:generateContent`.
    Generate,
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
            Self::Responses => "responses",
            Self::Messages => "messages",
            Self::Generate => "generate-content",
        }
    }

    /// What a body asks.
    ///
    /// # Errors
    /// When it is not JSON of that format's shape.
    pub(super) fn read(self, body: &[u8]) -> Result<Ask, serde_json::Error> {
        match self {
            Self::Chat => chat::read(body),
            Self::Responses => responses::read(body),
            Self::Messages => messages::read(body),
            Self::Generate => generate::read(body),
        }
    }

    /// The reply in one piece.
    pub(super) fn whole(self, said: &Said) -> Value {
        match self {
            Self::Chat => chat::whole(said),
            Self::Responses => responses::whole(said),
            Self::Messages => messages::whole(said),
            Self::Generate => generate::whole(said),
        }
    }

    /// The reply token by token.
    pub(super) fn stream(self, said: &Said, ask: &Ask) -> Stream {
        match self {
            Self::Chat => chat::stream(said, ask),
            Self::Responses => responses::stream(said),
            Self::Messages => messages::stream(said),
            Self::Generate => generate::stream(said),
        }
    }

    /// A reply in one piece in which nothing was said.
    pub(super) fn whole_without_choices(self, said: &Said) -> Value {
        match self {
            Self::Chat => chat::whole_without_choices(said),
            Self::Responses => responses::whole_without_choices(said),
            Self::Messages => messages::whole_without_choices(said),
            Self::Generate => generate::whole_without_choices(said),
        }
    }

    /// A stream in which nothing was said.
    pub(super) fn stream_without_choices(self, said: &Said) -> Stream {
        match self {
            Self::Chat => chat::stream_without_choices(said),
            Self::Responses => responses::stream_without_choices(said),
            Self::Messages => messages::stream_without_choices(said),
            Self::Generate => {
                let tail = data(&generate::whole_without_choices(said));
                Stream { head: String::new(), tokens: Vec::new(), tail }
            }
        }
    }

    /// Status and body of an error.
    pub(super) fn error(self, problem: &Problem) -> (u16, Value) {
        match self {
            Self::Chat | Self::Responses => chat::error(problem),
            Self::Messages => messages::error(problem),
            Self::Generate => generate::error(problem),
        }
    }

    /// An error in the middle of a stream, behind so many tokens.
    pub(super) fn error_event(self, problem: &Problem, n_tokens: u64) -> String {
        match self {
            Self::Chat => chat::error_event(problem),
            Self::Responses => responses::error_event(problem, n_tokens),
            Self::Messages => messages::error_event(problem),
            Self::Generate => generate::error_event(problem),
        }
    }
}

/// A server-sent event without a name.
fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// A server-sent event with a name.
fn event(name: &str, value: &Value) -> String {
    format!("event: {name}\ndata: {value}\n\n")
}

fn delivery(stream: Option<bool>) -> Delivery {
    if stream.unwrap_or(false) { Delivery::Stream } else { Delivery::Whole }
}
