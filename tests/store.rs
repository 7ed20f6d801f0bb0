//! Several processes on one answer store: nothing lost, nothing asked twice, nothing held by the
//! dead.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use quorumbench::data::Recorded;
use quorumbench::store::{Claim, Entry, Key, Store, Timing, Which, request_json};

/// Set for the processes that a test starts of itself: the store that they work on.
const STORE: &str = "QUORUMBENCH_TEST_STORE";
const QUESTIONS: usize = 200;

#[test]
fn processes_share_a_store_and_ask_each_question_once() {
    if let Ok(store) = env::var(STORE) {
        let store = Store::open(store.as_ref()).expect("a store");
        return say(&format!("asked {}", ask_all(&store)));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("answers.sqlite");
    let test = "processes_share_a_store_and_ask_each_question_once";
    let children: Vec<Child> = (0..4).map(|_| child(test, &path)).collect();
    let asked: Vec<usize> = children
        .into_iter()
        .map(|mut child| {
            let said = heard(&mut child);
            assert!(child.wait().expect("a child").success());
            said.strip_prefix("asked ").and_then(|n| n.parse().ok()).expect("a number")
        })
        .collect();
    assert_eq!(asked.iter().sum::<usize>(), QUESTIONS, "{asked:?}");
    let store = Store::open(&path).expect("a store");
    for at in 0..QUESTIONS {
        let kept = store.find(question(at).1).expect("it can be read");
        assert_eq!(kept.and_then(|it| it.response), Some(at.to_string()), "question {at}");
    }
}

#[test]
fn what_a_killed_process_kept_is_there_and_what_it_claimed_is_free() {
    let keys: Vec<Key> = (0..QUESTIONS).map(|at| question(at).1).collect();
    if let Ok(store) = env::var(STORE) {
        let store = Store::open(store.as_ref()).expect("a store");
        assert_eq!(store.claim(&keys, Which::All).expect("claims"), vec![Claim::Ours; QUESTIONS]);
        keep(&store, &(0..QUESTIONS / 2).collect::<Vec<_>>());
        say("ready");
        // It is killed here, with half of its claims open.
        std::io::stdin().read_to_string(&mut String::new()).expect("stdin");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("answers.sqlite");
    let test = "what_a_killed_process_kept_is_there_and_what_it_claimed_is_free";
    let mut child = child(test, &path);
    assert_eq!(heard(&mut child), "ready");
    let store = Store::open(&path).expect("a store");
    for (when, open) in [("alive", Claim::Elsewhere), ("killed", Claim::Ours)] {
        let claims = store.claim(&keys, Which::All).expect("claims");
        for (at, claim) in claims.into_iter().enumerate() {
            match claim {
                Claim::Kept(kept) if at < QUESTIONS / 2 => {
                    assert_eq!(kept.response, Some(at.to_string()), "{when}, question {at}");
                }
                claim => assert_eq!((at < QUESTIONS / 2, claim), (false, open.clone()), "{when}"),
            }
        }
        child.kill().expect("it can be killed, or is dead");
        child.wait().expect("it is dead");
    }
}

/// Asks what nobody else asks, until every question has its answer; returns how many those were.
fn ask_all(store: &Store) -> usize {
    let mut open: Vec<usize> = (0..QUESTIONS).collect();
    let mut n_asked = 0;
    while !open.is_empty() {
        let batch: Vec<usize> = open.iter().copied().take(7).collect();
        let keys: Vec<Key> = batch.iter().map(|at| question(*at).1).collect();
        let claims = store.claim(&keys, Which::All).expect("claims");
        let with = |wanted: &Claim| -> Vec<usize> {
            let both = std::iter::zip(&batch, &claims);
            both.filter(|(_, claim)| *claim == wanted).map(|(at, _)| *at).collect()
        };
        let ours = with(&Claim::Ours);
        n_asked += ours.len();
        keep(store, &ours);
        open = [&open[batch.len()..], &with(&Claim::Elsewhere)].concat();
    }
    n_asked
}

fn keep(store: &Store, questions: &[usize]) {
    for at in questions {
        let (request, key) = question(*at);
        let answer = Recorded { response: Some(at.to_string()), ..Recorded::default() };
        let entry = Entry {
            key,
            request: &request,
            answer: &answer,
            last: Timing::default(),
            status: Some(200),
            detail: None,
            earlier: &[],
        };
        store.keep(&[entry]).expect("it is kept");
    }
}

fn question(at: usize) -> (String, Key) {
    let json = request_json("chat", "http://h/v1", ["mini", &at.to_string()], 0);
    let key = Key::of(&json);
    (json, key)
}

/// This program again, as a child that runs one test on that store.
fn child(test: &str, store: &Path) -> Child {
    Command::new(env::current_exe().expect("this program has a path"))
        .args(["--exact", test, "--nocapture"])
        .env(STORE, store)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts again")
}

#[expect(clippy::print_stdout, reason = "a child talks to its parent")]
fn say(text: &str) {
    println!("\n> {text}");
}

/// What a child says first; the test harness talks on its stdout too.
fn heard(child: &mut Child) -> String {
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut lines = stdout.lines().map_while(Result::ok);
    let said = lines.find_map(|line| line.strip_prefix("> ").map(str::to_owned));
    // The rest is read so that the child does not wait for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    said.expect("it says something")
}
