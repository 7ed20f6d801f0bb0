//! Reads a response as its bytes arrive, in whichever format it is, whole or streamed.

use crate::data::Failure;
use crate::provider::draft::Draft;
use crate::provider::sse::Splitter;
use crate::provider::{ChatReply, Endpoint, anthropic, classify, gemini, openai, openai_responses};

/// A response that is being read.
#[derive(Debug)]
pub struct Reader<'a> {
    endpoint: &'a Endpoint,
    status: u16,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    Whole(Vec<u8>),
    Stream(Box<(Splitter, Draft)>),
}

/// No answer of a model is longer than this many bytes, so that a broken server can't fill the
/// memory.
const LONGEST: usize = 64 << 20;

impl<'a> Reader<'a> {
    /// For a response of this status. `is_stream` is whether it says that it is a stream of events.
    pub fn new(endpoint: &'a Endpoint, status: u16, is_stream: bool) -> Self {
        let shape = match is_stream && status == 200 {
            true => Shape::Stream(Box::default()),
            false => Shape::Whole(Vec::new()),
        };
        Self { endpoint, status, shape }
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// Where a stream can't be read or holds an error, or a body never ends; the rest of it need
    /// not be waited for.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match &mut self.shape {
            Shape::Whole(body) if body.len() + bytes.len() > LONGEST => {
                return Err(Failure::Malformed);
            }
            Shape::Whole(body) => body.extend_from_slice(bytes),
            Shape::Stream(stream) => {
                let (splitter, draft) = &mut **stream;
                splitter.push(bytes, |event| match self.endpoint {
                    Endpoint::Openai(_) => openai::event(draft, event),
                    Endpoint::OpenaiResponses(_) => openai_responses::event(draft, event),
                    Endpoint::Anthropic(_) => anthropic::event(draft, event),
                    Endpoint::Gemini(_) => gemini::event(draft, event),
                })?;
            }
        }
        Ok(())
    }

    /// Whether text of the reply has been seen in a stream.
    pub fn has_text(&self) -> bool {
        matches!(&self.shape, Shape::Stream(stream) if !stream.1.text.is_empty())
    }

    /// Whether it is a stream.
    pub fn is_stream(&self) -> bool {
        matches!(self.shape, Shape::Stream(_))
    }

    /// The bytes of a response that came whole.
    pub fn body(&self) -> &[u8] {
        match &self.shape {
            Shape::Whole(body) => body,
            Shape::Stream(_) => &[],
        }
    }

    /// What the response says, now that it has ended.
    ///
    /// # Errors
    /// The kind of failure, where it is no answer.
    pub fn finish(&mut self) -> Result<ChatReply, Failure> {
        let body = match &mut self.shape {
            Shape::Stream(stream) => return std::mem::take(&mut stream.1).streamed(),
            Shape::Whole(body) if self.status != 200 => {
                return Err(classify::classify(self.status, body));
            }
            Shape::Whole(body) => body,
        };
        let draft = match self.endpoint {
            Endpoint::Openai(_) => openai::whole(body),
            Endpoint::OpenaiResponses(_) => openai_responses::whole(body),
            Endpoint::Anthropic(_) => anthropic::whole(body),
            Endpoint::Gemini(_) => gemini::whole(body),
        };
        draft?.whole()
    }
}
