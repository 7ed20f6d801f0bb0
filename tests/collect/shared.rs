//! Two runs at once that share a store.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::command::{ends, quorumbench};
use crate::support::loopback::{Answer, Loopback, wait};
use crate::{says_what_it_is_told, scenario};

#[test]
fn what_a_run_gives_up_another_may_ask_while_that_goes_on() {
    static IS_THERE: AtomicBool = AtomicBool::new(false);
    let server = Loopback::start(|asked| match asked.body.contains("\"gone\"") {
        true if IS_THERE.load(Ordering::Relaxed) => says_what_it_is_told(asked),
        true => Answer::fails(404, "no such model"),
        false => says_what_it_is_told(asked).after(Duration::from_secs(20)),
    });
    let models = "{ gone: { provider: p }, slow: { provider: p, limits: { connections: 1 } } }";
    let folder = scenario(&server.base_url(), 9, models);
    let mut first = quorumbench(folder.path(), &["run", "s.yaml", "-o", "first", "--quiet"]);
    let mut first = first.stderr(Stdio::null()).spawn().expect("the command starts");
    while !server.asked().iter().any(|asked| asked.body.contains("\"gone\"")) {
        wait(Duration::from_millis(10));
    }
    // By then the first has read the refusal.
    wait(Duration::from_millis(300));
    IS_THERE.store(true, Ordering::Relaxed);
    let args = ["run", "s.yaml", "-o", "second", "--model", "gone", "--quiet"];
    ends(&mut quorumbench(folder.path(), &args), 0);
    assert_eq!(first.try_wait().expect("a child"), None, "it was waited for");
    first.kill().expect("it runs");
    first.wait().expect("it is dead");
}

#[cfg(unix)]
#[test]
fn who_is_stopped_twice_does_not_wait_until_others_have_written() {
    let server = Loopback::start(says_what_it_is_told);
    let folder = scenario(&server.base_url(), 3, "{ m: { provider: p } }");
    let other = rusqlite::Connection::open(folder.path().join("a.sqlite")).expect("a file");
    other.execute_batch("BEGIN EXCLUSIVE").expect("nobody else is there");
    let args = ["run", "s.yaml", "-o", "out", "--store", "a.sqlite"];
    let mut run = quorumbench(folder.path(), &args);
    let mut run = run.stderr(Stdio::null()).spawn().expect("the command starts");
    // Before it listens to signals the first one would simply end it.
    wait(Duration::from_secs(1));
    let signalled = |_| {
        let pid = run.id().to_string();
        std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill runs");
        wait(Duration::from_millis(100));
        run.try_wait().expect("a child")
    };
    let status = (0..100).find_map(signalled).expect("it waits for the other");
    assert_eq!(status.code(), Some(4));
    drop(other);
    ends(&mut quorumbench(folder.path(), &args), 0);
}
