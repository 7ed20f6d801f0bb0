//! Which path means what.

use super::ask::Delivery;
use super::wire::Format;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// A question in this format.
    Ask(Format, InPath),
    /// The list of models, or one.
    Models(Option<String>),
    /// What was served so far.
    Stats,
    /// No such path, said in the words of this format.
    Unknown(Format),
}

/// What the path says of a question that bodies of other formats say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct InPath {
    pub(super) model: Option<String>,
    pub(super) delivery: Option<Delivery>,
}

/// Finds the route of a request. Paths read with and without a version.
pub(super) fn route(method: &str, path: &str) -> Route {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let rest = match parts.as_slice() {
        ["openai", "deployments", ..] => parts.as_slice(),
        ["openai", rest @ ..] | rest => match rest {
            ["v1" | "v1beta", rest @ ..] => rest,
            rest => rest,
        },
    };
    match (method, rest) {
        ("GET", ["stats"]) => Route::Stats,
        ("GET", ["models"]) => Route::Models(None),
        ("GET", ["models", name @ ..]) => Route::Models(Some(decoded(&name.join("/")))),
        ("POST", ["chat", "completions"]) => Route::Ask(Format::Chat, InPath::default()),
        ("POST", ["openai", "deployments", model, "chat", "completions"]) => {
            let model = Some(decoded(model));
            Route::Ask(Format::Chat, InPath { model, delivery: None })
        }
        ("POST", ["responses"]) => Route::Ask(Format::Responses, InPath::default()),
        ("POST", ["messages"]) => Route::Ask(Format::Messages, InPath::default()),
        ("POST", ["models", name @ ..]) => generate(&name.join("/")),
        (_, ["messages", ..]) => Route::Unknown(Format::Messages),
        _ => Route::Unknown(Format::Chat),
    }
}

/// `M:generateContent` or `M:streamGenerateContent`.
fn generate(name: &str) -> Route {
    let delivery = match name.rsplit_once(':') {
        Some((model, "generateContent")) => Some((model, Delivery::Whole)),
        Some((model, "streamGenerateContent")) => Some((model, Delivery::Stream)),
        _ => None,
    };
    match delivery {
        None => Route::Unknown(Format::Generate),
        Some((model, delivery)) => {
            let (model, delivery) = (Some(decoded(model)), Some(delivery));
            Route::Ask(Format::Generate, InPath { model, delivery })
        }
    }
}

/// A part of a path without its percent signs; what they make no UTF-8 of is left as it is.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..2).filter(|_| *first == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| part.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_that_a_client_uses_is_known() {
        let ask = |format, model: Option<&str>, delivery| {
            Route::Ask(format, InPath { model: model.map(str::to_owned), delivery })
        };
        let (whole, stream) = (Some(Delivery::Whole), Some(Delivery::Stream));
        for (method, path, expected) in [
            ("POST", "/v1/chat/completions", ask(Format::Chat, None, None)),
            ("POST", "/chat/completions", ask(Format::Chat, None, None)),
            ("POST", "/openai/v1/chat/completions", ask(Format::Chat, None, None)),
            (
                "POST",
                "/openai/deployments/my%20m/chat/completions",
                ask(Format::Chat, Some("my m"), None),
            ),
            ("POST", "/v1/responses", ask(Format::Responses, None, None)),
            ("POST", "/openai/v1/responses", ask(Format::Responses, None, None)),
            ("POST", "/v1/messages", ask(Format::Messages, None, None)),
            ("POST", "/v1beta/models/m:generateContent", ask(Format::Generate, Some("m"), whole)),
            (
                "POST",
                "/v1/models/a/b:2:streamGenerateContent",
                ask(Format::Generate, Some("a/b:2"), stream),
            ),
            ("GET", "/v1/models", Route::Models(None)),
            ("GET", "/v1beta/models/a%2Fb", Route::Models(Some("a/b".into()))),
            ("GET", "/stats", Route::Stats),
            ("GET", "/v1/chat/completions", Route::Unknown(Format::Chat)),
            ("POST", "/v1/messages/batches", Route::Unknown(Format::Messages)),
            ("POST", "/v1/models/m:embedContent", Route::Unknown(Format::Generate)),
            ("GET", "/", Route::Unknown(Format::Chat)),
        ] {
            assert_eq!(route(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_broken_percent_sign_is_left_as_it_is() {
        for (part, expected) in [("a%", "a%"), ("a%2", "a%2"), ("%zz", "%zz"), ("%ff", "%ff")] {
            assert_eq!(decoded(part), expected, "{part}");
        }
    }
}
