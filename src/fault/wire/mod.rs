//! What a call meets on the wire: a file a kind, named as in a scenario.

mod bad_sse;
mod connect_timeout;
mod cut_stream;
mod dns;
mod empty;
mod error_object;
mod hang;
mod html;
mod no_choices;
mod refusal;
mod refused;
mod reset;
mod slow_first_token;
mod slow_stream;
mod stall;
mod status;
mod stream_error;
mod tls;
mod truncated;
mod truncated_json;

pub use bad_sse::BadSse;
pub use connect_timeout::ConnectTimeout;
pub use cut_stream::CutStream;
pub use dns::Dns;
pub use empty::Empty;
pub use error_object::ErrorObject;
pub use hang::Hang;
pub use html::Html;
pub use no_choices::NoChoices;
pub use refusal::Refusal;
pub use refused::Refused;
pub use reset::Reset;
pub use slow_first_token::SlowFirstToken;
pub use slow_stream::SlowStream;
pub use stall::Stall;
pub use status::Status;
pub use stream_error::StreamError;
pub use tls::Tls;
pub use truncated::Truncated;
pub use truncated_json::TruncatedJson;

use crate::data::Failure;
use crate::kernel::{Micros, kinds};

/// Tokens that come before a reply breaks, where a scenario does not say.
const N_TOKENS: u64 = 2;

kinds! {
    /// What a call meets on the wire.
    OnWire, "what a call meets on the wire":
    "refused" => Refused: "Nobody listens: the connection is refused.",
    "dns" => Dns: "The host's name is not found.",
    "tls" => Tls: "The handshake of the secure connection fails.",
    "connect-timeout" => ConnectTimeout: "Nobody answers the attempt to connect.",
    "reset" => Reset: "The connection is reset before a byte of the response.",
    "hang" => Hang: "The request is read, and nothing comes back.",
    "slow-first-token" => SlowFirstToken: "The first token is late.",
    "slow-stream" => SlowStream: "Every token behind the first is late.",
    "stall" => Stall: "The reply stops behind some tokens, and the connection stays open.",
    "cut-stream" => CutStream: "The connection is closed behind some tokens.",
    "bad-sse" => BadSse: "One event of the stream is no JSON.",
    "stream-error" => StreamError: "An error event comes in a stream that began as a success.",
    "status" => Status: "An error response, in the vendor's own words.",
    "html" => Html: "A page for people in place of an answer.",
    "truncated-json" => TruncatedJson: "A body that ends in the middle.",
    "error-object" => ErrorObject: "An error object with the status of a success.",
    "no-choices" => NoChoices: "A success in which nothing was said.",
    "empty" => Empty: "A success with an empty text.",
    "truncated" => Truncated: "A reply that is cut as by a limit of tokens.",
    "refusal" => Refusal: "The model or a filter declines.",
}

/// What it comes to for a caller that knows the wire format, for whoever has no wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The call fails at once.
    Fails(Failure),
    /// Nothing comes; the connection is closed then, or never.
    Waits {
        /// Since the request; `None` for never.
        until: Option<Micros>,
    },
    /// A stream fails behind so many tokens, and a reply in one piece at its end.
    Breaks {
        /// Tokens.
        after: u64,
        /// How.
        failure: Failure,
    },
    /// Nothing comes behind so many tokens; the rest comes then, or never.
    Stalls {
        /// Tokens.
        after: u64,
        /// How long it takes; `None` for ever.
        until: Option<Micros>,
    },
    /// The answer comes, later.
    Slows {
        /// How much later the first token is.
        first: Micros,
        /// How much later each other is than the one before it.
        each: Micros,
    },
}

impl OnWire {
    /// What it comes to for a caller.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Refused(it) => it.effect(),
            Self::Dns(it) => it.effect(),
            Self::Tls(it) => it.effect(),
            Self::ConnectTimeout(it) => it.effect(),
            Self::Reset(it) => it.effect(),
            Self::Hang(it) => it.effect(),
            Self::SlowFirstToken(it) => it.effect(),
            Self::SlowStream(it) => it.effect(),
            Self::Stall(it) => it.effect(),
            Self::CutStream(it) => it.effect(),
            Self::BadSse(it) => it.effect(),
            Self::StreamError(it) => it.effect(),
            Self::Status(it) => it.effect(),
            Self::Html(it) => it.effect(),
            Self::TruncatedJson(it) => it.effect(),
            Self::ErrorObject(it) => it.effect(),
            Self::NoChoices(it) => it.effect(),
            Self::Empty(it) => it.effect(),
            Self::Truncated(it) => it.effect(),
            Self::Refusal(it) => it.effect(),
        }
    }
}
