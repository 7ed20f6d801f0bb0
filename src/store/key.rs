//! Under what an answer is kept: everything that can change what a model says, and nothing else.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The SHA-256 of provider kind, base URL, request (model, messages, parameters) and sample index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key([u8; 32]);

/// What is hashed, as JSON. It is made again when an answer is kept, so that a store explains
/// itself while only 32 bytes a question stay in memory.
///
/// # Panics
/// When the request has no JSON, say a table whose keys are tables: all such requests would share
/// one key.
pub fn request_json(kind: &str, base_url: &str, request: impl Serialize, sample: u32) -> String {
    let asked = Asked { kind, base_url: base_url.trim_end_matches('/'), request, sample };
    serde_json::to_string(&asked).expect("a request is made of texts, numbers and lists of them")
}

/// The order of the fields is part of every key.
#[derive(Serialize)]
struct Asked<'a, R> {
    kind: &'a str,
    base_url: &'a str,
    request: R,
    sample: u32,
}

impl Key {
    /// The key of one question.
    pub fn new(kind: &str, base_url: &str, request: impl Serialize, sample: u32) -> Self {
        Self::of(&request_json(kind, base_url, request, sample))
    }

    /// The key of a [`request_json`].
    pub fn of(request_json: &str) -> Self {
        Self(Sha256::digest(request_json).into())
    }

    /// The hash.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Key {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// In hexadecimal.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_change_an_answer_is_in_the_key() {
        let key = Key::new("chat", "http://h/v1", ["mini", "hello"], 0);
        assert_eq!(key, Key::new("chat", "http://h/v1/", ["mini", "hello"], 0));
        for other in [
            Key::new("other", "http://h/v1", ["mini", "hello"], 0),
            Key::new("chat", "http://i/v1", ["mini", "hello"], 0),
            Key::new("chat", "http://h/v1", ["maxi", "hello"], 0),
            Key::new("chat", "http://h/v1", ["mini", "hallo"], 0),
            Key::new("chat", "http://h/v1", ["mini", "hello"], 1),
        ] {
            assert_ne!(key, other);
        }
    }

    /// The text is what version 1 hashed, and the digest is that of `sha256sum`. A change here
    /// makes every kept answer be asked for again.
    #[test]
    fn a_key_stays_what_it_was() {
        let request = serde_json::json!({ "model": "mini", "sampling": { "temperature": 0.0 } });
        let json = request_json("chat", "http://h/v1/", &request, 2);
        assert_eq!(
            json,
            concat!(
                r#"{"kind":"chat","base_url":"http://h/v1","request":"#,
                r#"{"model":"mini","sampling":{"temperature":0.0}},"sample":2}"#
            )
        );
        let digest = "80171e89766f24d48d0338868378e2522894a6da661159fad25f56b74f5f209b";
        assert_eq!(Key::of(&json).to_string(), digest);
        assert_eq!(Key::new("chat", "http://h/v1", &request, 2), Key::of(&json));
    }
}
