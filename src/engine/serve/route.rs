//! Which path means what.

use super::wire::Format;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// A question; the model where the path names it.
    Ask(Format, Option<String>),
    /// What was served so far.
    Stats,
    /// No such path, said in the words of this format.
    Unknown(Format),
}

/// Finds the route of a request.
pub(super) fn route(method: &str, path: &str) -> Route {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let rest = match parts.as_slice() {
        ["openai", "v1", rest @ ..] | ["v1", rest @ ..] => rest,
        rest => rest,
    };
    match (method, rest) {
        ("GET", ["stats"]) => Route::Stats,
        ("POST", ["chat", "completions"]) => Route::Ask(Format::Chat, None),
        ("POST", ["openai", "deployments", model, "chat", "completions"]) => {
            Route::Ask(Format::Chat, Some((*model).to_owned()))
        }
        _ => Route::Unknown(Format::Chat),
    }
}
