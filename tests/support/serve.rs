//! Runs `quorumbench serve` on a free port until the test ends.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};

use super::command::quorumbench;

/// A server that runs.
pub(crate) struct Served {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    pub(crate) address: SocketAddr,
}

impl Served {
    /// Serves the scenario `s.yaml` of a folder.
    pub(crate) fn start(folder: &Path, more: &[&str]) -> Self {
        Self::start_with(folder, more, &[])
    }

    /// The same, with these in its environment.
    pub(crate) fn start_with(folder: &Path, more: &[&str], environment: &[(&str, &str)]) -> Self {
        let arguments = [&["serve", "s.yaml", "--address", "127.0.0.1:0"], more].concat();
        let mut command = quorumbench(folder, &arguments);
        command.envs(environment.iter().copied()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("stdout is UTF-8");
        let address = line.trim().strip_prefix("http://").and_then(|it| it.parse().ok());
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { child, stdout, address }
    }

    /// Asks it to end as a user does, and returns what it then printed.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        let kill = std::process::Command::new("kill").args(["-TERM", &id]).status();
        assert!(kill.expect("kill is there").success());
        let mut text = String::new();
        self.stdout.read_to_string(&mut text).expect("stdout is UTF-8");
        let status = self.child.wait().expect("a child");
        assert_eq!(status.code(), Some(0), "{text}");
        text
    }
}

/// Waits in real time.
#[expect(clippy::disallowed_methods, reason = "an outage of a server is real time")]
pub(crate) fn wait(time: std::time::Duration) {
    std::thread::sleep(time);
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
