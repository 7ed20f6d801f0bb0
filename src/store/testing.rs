//! What the tests of the store share.

use tempfile::TempDir;

use crate::data::Recorded;
use crate::kernel::Micros;
use crate::store::{Entry, Key, Store, StoreError, Timing, request_json};

/// A store in a folder that goes with it.
pub(super) fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("answers.sqlite")).unwrap();
    (folder, store)
}

/// The request of one question, and its key.
pub(super) fn question(text: &str) -> (String, Key) {
    let json = request_json("chat", "http://h/v1", ["mini", text], 0);
    let key = Key::of(&json);
    (json, key)
}

/// Keeps an answer to that question.
pub(super) fn keep(store: &Store, text: &str, answer: &Recorded) -> Result<(), StoreError> {
    let (request, key) = question(text);
    store.keep(&[Entry {
        key,
        request: &request,
        answer,
        last: Timing { queued: Micros(1), slept: Micros(2) },
        status: Some(200),
        detail: None,
        earlier: &[],
    }])
}

/// An answer that says this.
pub(super) fn says(text: &str) -> Recorded {
    Recorded { response: Some(text.into()), attempts: Some(1), ..Recorded::default() }
}
