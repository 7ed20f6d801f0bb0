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
