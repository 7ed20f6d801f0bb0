//! Follows `docs/tutorial.md` as a newcomer would, from an empty folder to a passing gate.

mod support {
    pub(crate) mod page;
}

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use support::page::{Step, replaced, steps};

/// Where the page has its provider; the test takes whatever is free.
const PORT: &str = "8399";

/// Ends what runs in the second terminal, also where the test fails.
struct Terminal(Child);

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn from_an_empty_folder_to_a_failing_and_a_passing_gate() {
    let page = repository("docs/tutorial.md");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port");
    assert_eq!(page.matches(PORT).count(), 2);
    let page = page.replace(PORT, &free.port().to_string());
    let empty = tempfile::tempdir().expect("a folder");
    let mut folder = empty.path().to_path_buf();
    let mut terminals = Vec::new();
    let (mut shown, mut codes) = (String::new(), Vec::new());
    for step in steps(&page) {
        match step {
            Step::Write { file, text } => write(&folder.join(file), &text),
            Step::Append { file, text } => {
                let path = folder.join(file);
                write(&path, &(read(&path) + &text));
            }
            Step::Replace { file, text } => {
                let path = folder.join(file);
                write(&path, &replaced(&read(&path), &text));
            }
            Step::Run(lines) if lines.contains("quorumbench serve") => {
                terminals.push(second_terminal(&folder, &lines));
            }
            Step::Run(lines) => {
                shown = run(&mut folder, &lines);
                let code = shown.lines().find_map(|line| line.strip_prefix("exit code "));
                codes.extend(code.map(str::to_owned));
            }
            Step::Shown(text) => holds(&shown, &text),
        }
    }
    assert_eq!(codes, ["100", "0"], "a failing gate, then a passing one");
    assert_eq!(terminals.len(), 1);
    let workflow = read(&folder.join(".github/workflows/models.yaml"));
    inputs_exist(&workflow);
}

/// Runs lines in a shell that goes where they go, and stops at the first that fails unless the
/// page looks at its exit code; returns all that they print.
fn run(folder: &mut PathBuf, lines: &str) -> String {
    let strict = if lines.contains("$?") { "" } else { "set -e\n" };
    let script = format!("{strict}{lines}pwd\n");
    let output = shell(folder, &script).output().expect("a shell");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{lines}\n{text}\n{told}");
    *folder = PathBuf::from(text.lines().last().expect("where it is"));
    text + &told
}

fn second_terminal(folder: &Path, lines: &str) -> Terminal {
    // As the shell itself, so that it ends with it.
    let mut child = shell(folder, &format!("exec {lines}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell");
    let mut first = String::new();
    let out = child.stdout.take().expect("a pipe");
    BufReader::new(out).read_line(&mut first).expect("a line");
    assert!(first.starts_with("http://127.0.0.1:"), "{first}");
    Terminal(child)
}

fn shell(folder: &Path, script: &str) -> Command {
    let command = Path::new(env!("CARGO_BIN_EXE_quorumbench")).parent().expect("a folder");
    let path = std::env::var("PATH").expect("a path");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", command.display()))
        .stdin(Stdio::null());
    for name in ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "HTTP_PROXY", "http_proxy", "COLUMNS"] {
        shell.env_remove(name);
    }
    shell
}

/// Every line of `text` is in what was shown, in this order, but for spaces at its end.
fn holds(shown: &str, text: &str) {
    let mut rest = shown;
    for line in text.lines() {
        let at = rest.find(line.trim_end()).unwrap_or_else(|| panic!("no {line:?} in\n{shown}"));
        rest = &rest[at + line.len()..];
    }
}

/// The action has every input that the workflow gives it.
fn inputs_exist(workflow: &str) {
    let yaml = |text: &str| serde_saphyr::from_str::<Value>(text).expect("YAML");
    let action = yaml(&repository("action.yml"));
    let workflow = yaml(workflow);
    let steps = workflow["jobs"]["models"]["steps"].as_array().expect("steps");
    let given = steps.iter().find_map(|step| step["with"].as_object()).expect("inputs");
    for name in given.keys() {
        assert!(action["inputs"][name].is_object(), "{name} is no input");
    }
}

fn repository(name: &str) -> String {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a write");
}
