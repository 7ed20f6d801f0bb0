//! Drives the `quorumbench` command as a user does.

use std::path::Path;
use std::process::{Command, Stdio};

/// The command, in `folder`, with these arguments.
pub(crate) fn quorumbench(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quorumbench"));
    command.current_dir(folder).args(args).stdin(Stdio::null());
    // What is set where the tests run is no part of them.
    for name in [
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_traces(name)) {
        command.env_remove(name);
    }
    command
}

fn is_of_traces(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("OTEL_"))
}

/// Runs it to its end, which has this exit code; returns what stood on stderr.
pub(crate) fn ends(command: &mut Command, code: i32) -> String {
    let output = command.output().expect("the command starts");
    let stderr = String::from_utf8(output.stderr).expect("stderr is UTF-8");
    assert_eq!(output.status.code(), Some(code), "{command:?}\n{stderr}");
    stderr
}
