//! What the store promises: nothing lost, nothing mixed up, nothing asked twice at once.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::data::Failure;
use crate::kernel::{Micros, Tokens, Usd};

#[test]
fn what_is_kept_is_found_again_and_only_under_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/answers.sqlite");
    let answer = Recorded {
        response: Some("a\r\n\u{2028}b".into()),
        confidence: Some(0.25),
        prompt_tokens: Some(Tokens(12)),
        cached_tokens: Some(Tokens(3)),
        cache_write_tokens: Some(Tokens(4)),
        completion_tokens: Some(Tokens(5)),
        reasoning_tokens: Some(Tokens(2)),
        cost: Some(Usd::from_picos(37_500)),
        ttft: Some(Micros(1)),
        latency: Some(Micros(1_234_567)),
        attempts: Some(1),
        finish_reason: Some("stop".into()),
        model_served: Some("mini-2026".into()),
        recorded_at: Some("2026-11-23T10:00:00Z".into()),
        ..Recorded::default()
    };
    let who =
        Recorded { task: Some("t".into()), id: "1".into(), model: "mini".into(), ..answer.clone() };
    keep(&Store::open(&path).unwrap(), "one", &who).unwrap();
    let store = Store::open(&path).unwrap();
    let [(_, one), (_, other)] = ["one", "other"].map(question);
    assert_eq!(store.find(one).unwrap(), Some(answer.clone()));
    assert_eq!(store.find(other).unwrap(), None);
    let failed = Recorded { response: None, failure: Some(Failure::TimedOut), ..answer };
    keep(&store, "one", &failed).unwrap();
    assert_eq!(store.find(one).unwrap(), Some(failed));
}

#[test]
fn attempts_are_kept_apart_and_replaced_with_their_answer() {
    let (_folder, store) = store();
    let (request, key) = question("one");
    let attempt = |service| Attempt {
        failure: Failure::RateLimited,
        status: Some(429),
        detail: Some("slow down".into()),
        queued: Micros(10),
        slept: Micros(20),
        service: Micros(service),
    };
    let keep = |earlier: &[Attempt]| {
        let answer = Recorded { latency: Some(Micros(7)), ..says("B") };
        let last = Timing { queued: Micros(5), slept: Micros(6) };
        let answer = Recorded { attempts: None, ..answer };
        let (answer, request) = (&answer, &*request);
        let entry = Entry { key, request, answer, last, status: Some(200), detail: None, earlier };
        store.keep(&[entry]).unwrap();
    };
    let rows = |sql: &str| -> Vec<String> {
        let mut query = store.connection.prepare(sql).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    const ATTEMPTS: &str = "SELECT format('%d %s %d %s %d %d %d', attempt, failure, status, \
         detail, queued_us, slept_us, service_us) FROM attempts ORDER BY attempt";
    keep(&[attempt(100), attempt(200)]);
    assert_eq!(
        rows(ATTEMPTS),
        ["1 rate-limited 429 slow down 10 20 100", "2 rate-limited 429 slow down 10 20 200"]
    );
    let last = "SELECT format('%d %d %d %d', latency_us, queued_us, slept_us, attempts) \
         FROM answers";
    assert_eq!(rows(last), ["7 5 6 3"]);
    keep(&[attempt(300)]);
    assert_eq!(rows(ATTEMPTS), ["1 rate-limited 429 slow down 10 20 300"]);
    assert_eq!(rows(last), ["7 5 6 2"]);
}

#[test]
fn a_full_disk_names_the_file_and_loses_nothing() {
    let (folder, store) = store();
    let pages = |most: i64| store.connection.pragma_update(None, "max_page_count", most).unwrap();
    keep(&store, "before", &says("B")).unwrap();
    pages(1);
    let error = (0..999)
        .find_map(|n| keep(&store, &n.to_string(), &says(&"long".repeat(999))).err())
        .unwrap();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    let [text, file] =
        [error.to_string(), folder.path().join("answers.sqlite").display().to_string()];
    assert!(text.contains(&file) && text.contains("the disk is full. Make room"), "{text}");
    assert_eq!(store.find(question("before").1).unwrap(), Some(says("B")));

    // A batch is kept whole or not at all.
    let long = says(&"long".repeat(999));
    let questions: Vec<_> = (0..99).map(|n| question(&format!("batch {n}"))).collect();
    let batch: Vec<_> =
        questions.iter().map(|(request, key)| entry(*key, request, &long)).collect();
    assert!(matches!(store.keep(&batch), Err(StoreError::Full { .. })));
    assert!(questions.iter().all(|(_, key)| store.find(*key).unwrap().is_none()));
    pages(1 << 20);
    store.keep(&batch).unwrap();
    assert!(questions.iter().all(|(_, key)| store.find(*key).unwrap().is_some()));
}

#[test]
fn what_may_only_be_read_and_what_is_no_store_are_told_with_what_to_do() {
    let (folder, store) = store();
    store.connection.pragma_update(None, "query_only", true).unwrap();
    let error = keep(&store, "one", &says("B")).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
    assert!(error.to_string().contains("it may only be read. Let this user write"), "{error}");
    assert_eq!(store.find(question("one").1).unwrap(), None, "reading still works");

    let path = folder.path().join("garbage.sqlite");
    fs::write(&path, "this is not a database, but long enough to look at".repeat(9)).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::NoStore { .. }), "{error:?}");
    assert!(error.to_string().starts_with("open the answer store"), "{error}");
    let error = Store::open(&path.join("answers.sqlite")).unwrap_err();
    assert!(matches!(error, StoreError::Folder { .. }), "{error:?}");
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
}

#[test]
fn a_claim_ends_with_its_answer_its_release_or_its_store() {
    let (folder, one) = store();
    let other = Store::open(&folder.path().join("answers.sqlite")).unwrap();
    let [(_, a), (_, b), (_, c)] = ["a", "b", "c"].map(question);
    let claims = |store: &Store, key, which| store.claim(&[key], which).unwrap().remove(0);
    assert_eq!(one.claim(&[a, b, a], Which::All).unwrap(), [Claim::Ours, Claim::Ours, Claim::Ours]);
    assert_eq!(
        other.claim(&[a, c, b], Which::All).unwrap(),
        [Claim::Elsewhere, Claim::Ours, Claim::Elsewhere]
    );
    assert_eq!(claims(&one, c, Which::Nothing), Claim::Elsewhere);
    keep(&one, "a", &says("A")).unwrap();
    assert_eq!(claims(&other, a, Which::All), Claim::Kept(Box::new(says("A"))));
    assert_eq!(claims(&other, a, Which::Nothing), Claim::Ours, "its claim is gone");
    assert_eq!(claims(&one, a, Which::Answers), Claim::Kept(Box::new(says("A"))));

    other.release(&[b]).unwrap();
    assert_eq!(claims(&other, b, Which::All), Claim::Elsewhere, "only one's own are released");
    one.release(&[b]).unwrap();
    assert_eq!(claims(&other, b, Which::All), Claim::Ours);

    drop(other);
    assert_eq!(one.claim(&[b, c], Which::All).unwrap(), [Claim::Ours, Claim::Ours]);
    let failed = Recorded { failure: Some(Failure::Reset), response: None, ..says("") };
    keep(&one, "c", &failed).unwrap();
    assert_eq!(claims(&one, c, Which::All), Claim::Kept(Box::new(failed)));
    assert_eq!(claims(&one, c, Which::Answers), Claim::Ours, "what failed is asked again");
    let refused = Recorded { failure: Some(Failure::Auth), response: None, ..says("") };
    keep(&one, "c", &refused).unwrap();
    assert_eq!(claims(&one, c, Which::All), Claim::Ours, "a refused key is no answer");
}

#[test]
fn an_owner_whose_lock_is_gone_is_buried_with_its_claims() {
    let (folder, store) = store();
    let path = folder.path().join("answers.sqlite");
    let (_, key) = question("one");
    // As a killed process leaves it: an owner with a claim and a file that nobody has locked.
    let dead = "INSERT INTO owners (id, claims) VALUES (41, ?1)";
    store.connection.execute(dead, [key.bytes()]).unwrap();
    let left = folder.path().join("answers.sqlite.owner-41");
    fs::write(&left, "").unwrap();
    assert_eq!(store.claim(&[key], Which::All).unwrap(), [Claim::Ours]);
    let others = owner::others(&Connection::open(&path).unwrap(), None).unwrap();
    assert_eq!(others.into_iter().collect::<Vec<_>>(), [(key, 42)]);
    assert!(!left.exists());
    let own = folder.path().join("answers.sqlite.owner-42");
    assert!(own.exists());
    drop(store);
    assert!(!own.exists());
}

#[test]
fn many_connections_at_once_ask_each_question_once_and_keep_every_answer() {
    const STORES: usize = 8;
    const QUESTIONS: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    // They make the file at the same time, too.
    let path = folder.path().join("answers.sqlite");
    let questions: Vec<_> = (0..QUESTIONS).map(|n| question(&n.to_string())).collect();
    let asked: Vec<AtomicUsize> = (0..QUESTIONS).map(|_| AtomicUsize::new(0)).collect();
    let work = |own: usize| {
        let store = Store::open(&path).unwrap();
        // Each begins elsewhere, so that they meet.
        let mut open: Vec<usize> = (0..QUESTIONS).collect();
        open.rotate_left(own * QUESTIONS / STORES / 2);
        while !open.is_empty() {
            let batch: Vec<usize> = open.iter().copied().take(20).collect();
            let keys: Vec<Key> = batch.iter().map(|at| questions[*at].1).collect();
            let claims = store.claim(&keys, Which::All).unwrap();
            let ours: Vec<usize> = std::iter::zip(&batch, &claims)
                .filter(|(_, claim)| **claim == Claim::Ours)
                .map(|(at, _)| *at)
                .collect();
            let answers: Vec<Recorded> = ours.iter().map(|at| says(&at.to_string())).collect();
            let entry = |(at, answer): (&usize, _)| {
                asked[*at].fetch_add(1, Ordering::Relaxed);
                entry(questions[*at].1, &questions[*at].0, answer)
            };
            let entries: Vec<Entry<'_>> = std::iter::zip(&ours, &answers).map(entry).collect();
            store.keep(&entries).unwrap();
            let elsewhere = std::iter::zip(&batch, claims)
                .filter(|(_, claim)| *claim == Claim::Elsewhere)
                .map(|(at, _)| *at);
            open = open[batch.len()..].iter().copied().chain(elsewhere).collect();
        }
    };
    std::thread::scope(|scope| {
        for own in 0..STORES {
            let work = &work;
            scope.spawn(move || work(own));
        }
    });
    let store = Store::open(&path).unwrap();
    for (at, (_, key)) in questions.iter().enumerate() {
        assert_eq!(asked[at].load(Ordering::Relaxed), 1, "question {at}");
        assert_eq!(store.find(*key).unwrap(), Some(says(&at.to_string())), "question {at}");
    }
    assert!(owner::others(&store.connection, None).unwrap().is_empty(), "claims are left");
}

fn entry<'a>(key: Key, request: &'a str, answer: &'a Recorded) -> Entry<'a> {
    let last = Timing::default();
    Entry { key, request, answer, last, status: Some(200), detail: None, earlier: &[] }
}

/// A store in a folder that goes with it.
pub(super) fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("answers.sqlite")).expect("a store");
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
