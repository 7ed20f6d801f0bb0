//! OpenAI's responses, in which a reply is a list of items and a stream is a list of named events.

use serde::Deserialize;
use serde_json::{Value, json};

use super::roles::RoleName;
use super::text::Text;
use super::{CREATED, Problem, Stream, event};
use crate::engine::serve::ask::{Ask, Role, Turn};
use crate::engine::serve::said::{Finish, Said};

/// What the body asks.
pub(super) fn read(body: &[u8]) -> Result<Ask, serde_json::Error> {
    let body: Body = serde_json::from_slice(body)?;
    let instructions = body.instructions.map(|text| Turn { role: Role::System, text: text.0 });
    Ok(Ask {
        model: body.model.unwrap_or_default(),
        turns: instructions.into_iter().chain(body.input.0).collect(),
        delivery: super::delivery(body.stream),
        max_tokens: body.max_output_tokens,
        ..Ask::default()
    })
}

/// The reply in one piece.
pub(super) fn whole(said: &Said) -> Value {
    let is_cut = said.finish == Finish::Length;
    let status = if is_cut { "incomplete" } else { "completed" };
    response(said, status, vec![message(said, status, Some(content(said, &said.text())))])
}

/// A whole reply without an item.
pub(super) fn whole_without_choices(said: &Said) -> Value {
    response(said, "completed", Vec::new())
}

/// The reply token by token.
pub(super) fn stream(said: &Said) -> Stream {
    let mut events = Events::default();
    let place = json!({ "item_id": item_id(said), "output_index": 0, "content_index": 0 });
    let is_refusal = said.finish == Finish::Refusal;
    let kind = if is_refusal { "refusal" } else { "output_text" };
    let whole = whole(said);
    let mut head = events.opening(said);
    head += &events.next(
        "response.output_item.added",
        json!({
            "output_index": 0, "item": message(said, "in_progress", None),
        }),
    );
    head += &events.next("response.content_part.added", {
        let mut event = place.clone();
        event["part"] = content(said, "");
        event
    });
    let mut token = |piece: &String| {
        let mut event = place.clone();
        event["delta"] = piece.as_str().into();
        if !is_refusal {
            event["logprobs"] = json!([]);
        }
        events.next(&format!("response.{kind}.delta"), event)
    };
    let tokens = said.pieces.iter().map(&mut token).collect();
    let mut done = place.clone();
    done[if is_refusal { "refusal" } else { "text" }] = said.text().into();
    if !is_refusal {
        done["logprobs"] = json!([]);
    }
    let mut tail = events.next(&format!("response.{kind}.done"), done);
    let mut part = place;
    part["part"] = content(said, &said.text());
    tail += &events.next("response.content_part.done", part);
    tail += &events.next(
        "response.output_item.done",
        json!({
            "output_index": 0, "item": whole["output"][0],
        }),
    );
    let end = format!("response.{}", whole["status"].as_str().unwrap_or("completed"));
    tail += &events.next(&end, json!({ "response": whole }));
    Stream { head, tokens, tail }
}

/// A stream without an item.
pub(super) fn stream_without_choices(said: &Said) -> Stream {
    let mut events = Events::default();
    let head = events.opening(said);
    let response = json!({ "response": whole_without_choices(said) });
    Stream { head, tokens: Vec::new(), tail: events.next("response.completed", response) }
}

/// An error in the middle of a stream, behind so many tokens.
pub(super) fn error_event(problem: &Problem, n_tokens: u64) -> String {
    let (_, body) = super::chat::error(problem);
    let mut events = Events { n_sent: 4 + n_tokens };
    let error = &body["error"];
    events.next(
        "error",
        json!({
            "code": error["code"].as_str().or(error["type"].as_str()),
            "message": error["message"], "param": null,
        }),
    )
}

/// Numbers events.
#[derive(Default)]
struct Events {
    n_sent: u64,
}

impl Events {
    fn opening(&mut self, said: &Said) -> String {
        let mut begun = response(said, "in_progress", Vec::new());
        begun["usage"] = Value::Null;
        let event = json!({ "response": begun });
        self.next("response.created", event.clone()) + &self.next("response.in_progress", event)
    }

    fn next(&mut self, name: &str, mut fields: Value) -> String {
        fields["type"] = name.into();
        fields["sequence_number"] = self.n_sent.into();
        self.n_sent += 1;
        event(name, &fields)
    }
}

fn response(said: &Said, status: &str, output: Vec<Value>) -> Value {
    let why = (status == "incomplete").then(|| json!({ "reason": "max_output_tokens" }));
    let usage = said.usage;
    json!({
        "id": format!("resp_{}", said.id),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": false,
        "error": null,
        "incomplete_details": why,
        "instructions": null,
        "max_output_tokens": null,
        "metadata": {},
        "model": said.model,
        "output": output,
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "reasoning": { "effort": null, "summary": null },
        "service_tier": "default",
        "store": false,
        "temperature": 1.0,
        "text": { "format": { "type": "text" } },
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": {
            "input_tokens": usage.prompt.0,
            "input_tokens_details": { "cached_tokens": usage.cached.0 },
            "output_tokens": usage.completion.0,
            "output_tokens_details": { "reasoning_tokens": usage.reasoning.0 },
            "total_tokens": usage.prompt.0 + usage.completion.0,
        },
        "user": null,
    })
}

fn message(said: &Said, status: &str, content: Option<Value>) -> Value {
    json!({
        "id": item_id(said), "type": "message", "status": status, "role": "assistant",
        "content": content.into_iter().collect::<Vec<_>>(),
    })
}

fn content(said: &Said, text: &str) -> Value {
    match said.finish {
        Finish::Refusal => json!({ "type": "refusal", "refusal": text }),
        _ => json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] }),
    }
}

fn item_id(said: &Said) -> String {
    format!("msg_{}", said.id)
}

#[derive(Deserialize)]
struct Body {
    model: Option<String>,
    input: Input,
    instructions: Option<Text>,
    stream: Option<bool>,
    max_output_tokens: Option<u64>,
}

/// One text, or a list of messages.
struct Input(Vec<Turn>);

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    role: RoleName,
    #[serde(default)]
    content: Text,
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // Read twice: what a text is not, a list of messages may be.
        Ok(match Value::deserialize(from)? {
            Value::String(text) => Self(vec![Turn { role: Role::User, text }]),
            list => {
                let messages =
                    Vec::<Message>::deserialize(list).map_err(serde::de::Error::custom)?;
                let turn =
                    |message: Message| Turn { role: message.role.0, text: message.content.0 };
                Self(messages.into_iter().map(turn).collect())
            }
        })
    }
}
