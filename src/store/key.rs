//! Under what an answer is kept: everything that can change what a model says, and nothing else.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Provider kind, base URL, the request (model, messages, parameters) and the sample index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    request: String,
    digest: [u8; 32],
}

impl Key {
    /// The key of one question. The request is kept as JSON, so that a store explains itself.
    pub fn new(kind: &str, base_url: &str, request: impl Serialize, sample: u32) -> Self {
        let request = serde_json::json!({
            "kind": kind,
            "base_url": base_url.trim_end_matches('/'),
            "request": serde_json::to_value(request).unwrap_or_default(),
            "sample": sample,
        })
        .to_string();
        let digest = Sha256::digest(&request).into();
        Self { request, digest }
    }

    /// Its SHA-256.
    pub fn bytes(&self) -> &[u8] {
        &self.digest
    }

    /// What was hashed.
    pub fn request(&self) -> &str {
        &self.request
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
            assert_ne!(key.bytes(), other.bytes());
        }
    }
}
