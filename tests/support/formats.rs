//! The wire formats as their specifications have them, written down apart from the code under test.

use serde_json::{Value, json};

/// A wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Chat,
    Responses,
    Messages,
    Generate,
}

pub(crate) const FORMATS: [Format; 4] =
    [Format::Chat, Format::Responses, Format::Messages, Format::Generate];

/// What a client finds in a response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The text of the reply; `None` where there is no place for it.
    pub(crate) text: Option<String>,
    /// Why it ended.
    pub(crate) finish: Option<String>,
    /// An error, in the vendor's words.
    pub(crate) error: Option<String>,
    /// Events or bodies that are no JSON.
    pub(crate) n_broken: usize,
    /// The last mark of a stream came.
    pub(crate) has_end: bool,
}

impl Format {
    /// Path and body of a question.
    pub(crate) fn question(self, model: &str, text: &str, streams: bool) -> (String, String) {
        let messages = json!([{ "role": "user", "content": text }]);
        let (path, body) = match self {
            Self::Chat => (
                "/v1/chat/completions".to_owned(),
                json!({ "model": model, "messages": messages, "stream": streams }),
            ),
            Self::Responses => (
                "/v1/responses".to_owned(),
                json!({ "model": model, "input": text, "stream": streams }),
            ),
            Self::Messages => (
                "/v1/messages".to_owned(),
                json!({
                    "model": model, "messages": messages, "max_tokens": 1024, "stream": streams,
                }),
            ),
            Self::Generate => {
                let verb =
                    if streams { "streamGenerateContent?alt=sse" } else { "generateContent" };
                let contents = json!([{ "role": "user", "parts": [{ "text": text }] }]);
                (format!("/v1beta/models/{model}:{verb}"), json!({ "contents": contents }))
            }
        };
        (path, body.to_string())
    }

    /// The status and the word by which each vendor says that it is overloaded.
    pub(crate) fn overloaded(self) -> (u16, &'static str) {
        match self {
            Self::Chat | Self::Responses => (503, "server_error"),
            Self::Messages => (529, "overloaded_error"),
            Self::Generate => (503, "UNAVAILABLE"),
        }
    }

    /// The words by which a reply says that it is done, was cut, and was declined.
    pub(crate) fn reasons(self) -> [&'static str; 3] {
        match self {
            Self::Chat => ["stop", "length", "content_filter"],
            Self::Responses => ["completed", "incomplete", "completed"],
            Self::Messages => ["end_turn", "max_tokens", "refusal"],
            Self::Generate => ["STOP", "MAX_TOKENS", "SAFETY"],
        }
    }

    /// Reads a body in one piece.
    pub(crate) fn whole(self, body: &str) -> Found {
        let Ok(value) = serde_json::from_str::<Value>(body) else {
            return Found { n_broken: 1, ..Found::default() };
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (said, finish) = match self {
            Self::Chat => {
                let choice = &value["choices"][0];
                let message = &choice["message"];
                let said = text(&message["content"]).or_else(|| text(&message["refusal"]));
                (said, text(&choice["finish_reason"]))
            }
            Self::Responses => {
                let content = &value["output"][0]["content"][0];
                let said = text(&content["text"]).or_else(|| text(&content["refusal"]));
                (said, text(&value["status"]))
            }
            Self::Messages => (text(&value["content"][0]["text"]), text(&value["stop_reason"])),
            Self::Generate => {
                let candidate = &value["candidates"][0];
                (text(&candidate["content"]["parts"][0]["text"]), text(&candidate["finishReason"]))
            }
        };
        Found { text: said, finish, error: self.error(&value), ..Found::default() }
    }

    /// Reads a stream of events, however it ends.
    pub(crate) fn stream(self, body: &str) -> Found {
        let mut found = Found::default();
        for event in body.split("\n\n").filter(|event| !event.is_empty()) {
            let data = event.lines().find_map(|line| line.strip_prefix("data: "));
            match data.map(|data| (data, serde_json::from_str::<Value>(data))) {
                Some(("[DONE]", _)) => found.has_end |= self == Self::Chat,
                Some((_, Ok(value))) => self.event(&value, &mut found),
                _ => found.n_broken += 1,
            }
        }
        found
    }

    fn event(self, value: &Value, found: &mut Found) {
        let mut add = |piece: &Value| {
            if let Some(piece) = piece.as_str() {
                found.text.get_or_insert_default().push_str(piece);
            }
        };
        let finish = match self {
            Self::Chat => {
                let choice = &value["choices"][0];
                add(&choice["delta"]["content"]);
                add(&choice["delta"]["refusal"]);
                &choice["finish_reason"]
            }
            Self::Responses => {
                if value["type"].as_str().is_some_and(|kind| kind.ends_with(".delta")) {
                    add(&value["delta"]);
                }
                match value["type"].as_str() {
                    Some("response.content_part.added") => add(&"".into()),
                    Some("response.completed" | "response.incomplete") => found.has_end = true,
                    _ => {}
                }
                if found.has_end { &value["response"]["status"] } else { &Value::Null }
            }
            Self::Messages => {
                add(&value["content_block"]["text"]);
                add(&value["delta"]["text"]);
                found.has_end |= value["type"] == "message_stop";
                &value["delta"]["stop_reason"]
            }
            Self::Generate => {
                let candidate = &value["candidates"][0];
                add(&candidate["content"]["parts"][0]["text"]);
                // There is no mark behind the last event; the last says why it ended.
                found.has_end |= !candidate["finishReason"].is_null();
                &candidate["finishReason"]
            }
        };
        if let Some(finish) = finish.as_str() {
            found.finish = Some(finish.to_owned());
        }
        found.error = found.error.take().or_else(|| self.error(value));
    }

    /// The vendor's word for what an error complains of.
    fn error(self, value: &Value) -> Option<String> {
        let word = match self {
            Self::Chat => &value["error"]["type"],
            // In the middle of a stream the event itself is the error.
            Self::Responses if value["type"] == "error" => &value["code"],
            Self::Responses => &value["error"]["type"],
            Self::Messages => &value["error"]["type"],
            Self::Generate => &value["error"]["status"],
        };
        word.as_str().map(str::to_owned)
    }
}
