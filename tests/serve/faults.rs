//! What arrives of every fault, over every wire format, whole and streamed.

use std::fs;

use crate::support::formats::{FORMATS, Format, Found};
use crate::support::raw::{End, Got, post};
use crate::support::serve::Served;
use tempfile::TempDir;

const ANSWER: &str = "one two three four five six";

/// What arrives, in words that the test below explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrives {
    Nothing(End),
    Answer,
    /// The first tokens, and then this.
    Part(End),
    Broken,
    PartAndError,
    ErrorStatus,
    Page,
    HalfOfIt,
    ErrorObject,
    NoChoice,
    EmptyText,
    Cut,
    Declined,
}

/// Each fault, and what arrives of a reply in one piece and of a stream.
const FAULTS: [(&str, Arrives, Arrives); 20] = [
    ("refused", Arrives::Nothing(End::Reset), Arrives::Nothing(End::Reset)),
    ("dns", Arrives::Nothing(End::Reset), Arrives::Nothing(End::Reset)),
    ("tls", Arrives::Nothing(End::Closed), Arrives::Nothing(End::Closed)),
    ("connect-timeout", Arrives::Nothing(End::Silent), Arrives::Nothing(End::Silent)),
    ("reset", Arrives::Nothing(End::Reset), Arrives::Nothing(End::Reset)),
    ("hang", Arrives::Nothing(End::Silent), Arrives::Nothing(End::Silent)),
    ("slow-first-token: { by: 20ms }", Arrives::Answer, Arrives::Answer),
    ("slow-stream: { each: 5ms }", Arrives::Answer, Arrives::Answer),
    ("stall", Arrives::Part(End::Silent), Arrives::Part(End::Silent)),
    ("cut-stream", Arrives::Part(End::Closed), Arrives::Part(End::Closed)),
    ("bad-sse", Arrives::HalfOfIt, Arrives::Broken),
    ("stream-error", Arrives::ErrorStatus, Arrives::PartAndError),
    ("status", Arrives::ErrorStatus, Arrives::ErrorStatus),
    ("html", Arrives::Page, Arrives::Page),
    ("truncated-json", Arrives::HalfOfIt, Arrives::HalfOfIt),
    ("error-object: { body: overloaded }", Arrives::ErrorObject, Arrives::ErrorObject),
    ("no-choices", Arrives::NoChoice, Arrives::NoChoice),
    ("empty", Arrives::EmptyText, Arrives::EmptyText),
    ("truncated", Arrives::Cut, Arrives::Cut),
    ("refusal", Arrives::Declined, Arrives::Declined),
];

#[test]
fn every_fault_does_on_the_wire_what_its_page_says() {
    let folder = scenario();
    let served = Served::start(folder.path(), &[]);
    // Silence takes its time; all wait for it side by side.
    std::thread::scope(|scope| {
        for format in FORMATS {
            for (at, (fault, whole, stream)) in FAULTS.iter().enumerate() {
                for (streams, expected) in [(false, whole), (true, stream)] {
                    let address = served.address;
                    scope.spawn(move || {
                        let question = format.question(&format!("m{at}"), "Count.", streams);
                        let got = post(address, &question.0, &question.1, "");
                        let case = format!("{fault} over {format:?}, streams: {streams}: {got:#?}");
                        check(format, streams, *expected, &got, &case);
                        let kind = fault.split(':').next().expect("a name");
                        let named = format!("{kind}; by=\"f{at}\"");
                        let header = got.header("x-quorumbench-fault");
                        assert_eq!(header, (got.status != 0).then_some(named.as_str()), "{case}");
                    });
                }
            }
        }
    });
}

fn check(format: Format, streams: bool, expected: Arrives, got: &Got, case: &str) {
    let found = if streams { format.stream(&got.body) } else { format.whole(&got.body) };
    let Found { text, finish, error, n_broken, has_end } = found.clone();
    let text = text.as_deref();
    let [done, cut, declined] = format.reasons();
    let is_part = text.is_some_and(|text| {
        !text.is_empty() && text.len() < ANSWER.len() && ANSWER.starts_with(text)
    });
    let (status, word) = format.overloaded();
    // The code of an error in the middle of a stream is another word than its type.
    let is_error = error.as_deref().is_some_and(|error| [word, "overloaded"].contains(&error));
    let holds = match expected {
        Arrives::Nothing(end) => got.status == 0 && got.end == end,
        Arrives::Answer => text == Some(ANSWER) && finish.as_deref() == Some(done) && n_broken == 0,
        Arrives::Part(end) if streams => got.end == end && is_part && !has_end && n_broken == 0,
        Arrives::Part(end) => got.end == end && !got.body.is_empty() && n_broken == 1,
        Arrives::Broken => text == Some(ANSWER) && n_broken == 1 && has_end,
        Arrives::PartAndError => is_part && is_error && !has_end && finish.is_none(),
        Arrives::ErrorStatus => {
            let error = format.whole(&got.body).error;
            got.status == status && error.as_deref() == Some(word)
        }
        Arrives::Page => got.body.starts_with("<!DOCTYPE html>"),
        Arrives::HalfOfIt => n_broken == 1 && !has_end && text != Some(ANSWER),
        Arrives::ErrorObject => is_error && text.is_none(),
        Arrives::NoChoice => text.is_none() && n_broken == 0 && error.is_none(),
        Arrives::EmptyText => text == Some("") && finish.as_deref() == Some(done),
        Arrives::Cut => is_part && finish.as_deref() == Some(cut),
        Arrives::Declined => finish.as_deref() == Some(declined) && text != Some(ANSWER),
    };
    assert!(holds, "expected {expected:?}, found {found:?} in {case}");
    let is_whole = !matches!(expected, Arrives::Nothing(_) | Arrives::Part(_));
    assert_eq!(got.end == End::Complete, is_whole, "{case}");
    let is_success = !matches!(expected, Arrives::Nothing(_) | Arrives::ErrorStatus);
    assert_eq!(got.status == 200, is_success, "{case}");
    if is_success {
        let kind = match (expected, streams) {
            (Arrives::Page, _) => "text/html; charset=utf-8",
            (_, true) => "text/event-stream; charset=utf-8",
            (_, false) => "application/json",
        };
        assert_eq!(got.header("content-type"), Some(kind), "{case}");
    }
}

/// A model that says the answer, for each fault, which is there from the start.
fn scenario() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let item = format!("{{\"id\":1,\"input\":\"Count.\",\"target\":\"{ANSWER}\"}}\n");
    fs::write(folder.path().join("items.jsonl"), item).expect("a write");
    let mut models = String::from("models:\n");
    let mut faults = String::from("faults:\n");
    for (at, (fault, ..)) in FAULTS.iter().enumerate() {
        let reply = match fault.contains(':') {
            true => format!("{{ {fault} }}"),
            false => (*fault).to_owned(),
        };
        models += &format!("  m{at}: {{ provider: p }}\n");
        faults += &format!("  f{at}: {{ outage: {{ of: {{ model: m{at} }}, reply: {reply} }} }}\n");
    }
    let text = format!(
        "version: 1\nname: faults\ntasks:\n  count: {{ dataset: items.jsonl }}\nproviders:\n  \
         p: {{ synthetic: {{ accuracy: 1, latency: 0s }} }}\n{models}{faults}"
    );
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    folder
}
