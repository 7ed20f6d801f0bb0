//! Real gateways, with the configurations of `scenarios/drills/gateways`.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::passed_on::free;
use super::ready::{ROOT, drill, figure};
use crate::support::serve::wait;

const KEY: &str = "sk-drill-0123456789abcdef0123456789abcdef";

/// How long a gateway may take to start: LiteLLM's takes most of a minute on a small machine.
const START: u32 = 180;

/// A gateway that runs until the test ends, in front of an address that is drilled.
pub(super) struct Gateway {
    child: Child,
    address: SocketAddr,
    pub(super) upstream: SocketAddr,
    folder: TempDir,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Gateway {
    /// Starts what `command` makes of the configuration, with our addresses in it.
    fn start(config: &str, command: impl FnOnce(&Path, SocketAddr) -> Command) -> Self {
        Self::start_with(config, |upstream| configuration(config, upstream), command)
    }

    /// The same with a `text` of that name, given where its providers are.
    pub(super) fn start_with(
        config: &str,
        text: impl FnOnce(SocketAddr) -> String,
        command: impl FnOnce(&Path, SocketAddr) -> Command,
    ) -> Self {
        let (folder, address, upstream) = (tempfile::tempdir().expect("a folder"), free(), free());
        let path = folder.path().join(config);
        fs::write(&path, text(upstream)).expect("a write");
        let mut command = command(&path, address);
        command.env("LITELLM_MASTER_KEY", KEY).env("LITELLM_LOCAL_MODEL_COST_MAP", "True");
        command.env("QUORUMBENCH_TEST_KEY", "k");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.current_dir(folder.path()).spawn().expect("the gateway starts");
        let gateway = Self { child, address, upstream, folder };
        let is_up = || TcpStream::connect(gateway.address).is_ok();
        let up = (0..START).any(|_| {
            is_up() || {
                wait(Duration::from_secs(1));
                false
            }
        });
        assert!(up, "{config}: nobody listens after {START} s");
        gateway
    }

    pub(super) fn drill(&self, file: &str, path: &str, args: &[&str]) -> Value {
        let target = format!("http://{}{path}", self.address);
        let upstream = self.upstream.to_string();
        let usual = ["--target", &target, "--upstream", &upstream, "--repetitions", "2"];
        let args = [&usual[..], &["--for", "2s", "--key-env", "DRILLED_KEY"], args].concat();
        drill(file, self.folder.path(), &args, &[("DRILLED_KEY", KEY)])
    }
}

fn configuration(name: &str, upstream: SocketAddr) -> String {
    let path = Path::new(ROOT).join("scenarios/drills/gateways").join(name);
    let text = fs::read_to_string(path).expect("a configuration");
    text.replace("127.0.0.1:8399", &upstream.to_string())
}

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub(super) fn variable(name: &str, what: &str) -> Option<PathBuf> {
    let value = std::env::var_os(name).map(PathBuf::from);
    if value.is_none() {
        println!("skipped: {name} names no {what}");
    }
    value
}

fn litellm(python: &Path, config: &str) -> Gateway {
    Gateway::start(config, |config, address| litellm_command(python, config, address))
}

pub(super) fn litellm_command(python: &Path, config: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(python.with_file_name("litellm"));
    command.arg("--config").arg(config).args(["--telemetry", "False"]);
    command.args(["--host", "127.0.0.1", "--port", &address.port().to_string()]);
    command
}

pub(super) fn portkey_command(script: &Path, address: SocketAddr) -> Command {
    let only = format!("{ROOT}/tests/serve/exports/loopback_only.cjs");
    let mut command = Command::new("node");
    command.arg("-r").arg(only).arg(script).arg("--headless");
    command.arg(format!("--port={}", address.port()));
    command
}

pub(super) fn tensorzero_command(python: &Path, config: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(python);
    command.arg(format!("{ROOT}/scenarios/drills/gateways/tensorzero_gateway.py"));
    command.arg(config).arg(address.port().to_string());
    command
}

#[test]
fn litellm_never_leaves_a_lone_primary_alone_unless_it_is_told_when() {
    let name = "QUORUMBENCH_GATEWAY_PYTHON";
    let Some(python) = variable(name, "Python with LiteLLM's proxy") else { return };
    let ask = ["--ask", "status-503"];
    let summary = litellm(&python, "litellm.yaml").drill("errors.yaml", "/v1", &ask);
    assert!((figure(&summary, "status-503", "served") - 1.0).abs() < 1e-9);
    assert!((figure(&summary, "status-503", "failed_calls_per_request") - 2.0).abs() < 1e-9);
    let summary = litellm(&python, "litellm-tuned.yaml").drill("errors.yaml", "/v1", &ask);
    assert!((figure(&summary, "status-503", "served") - 1.0).abs() < 1e-9);
    assert!(figure(&summary, "status-503", "failed_calls_per_request") < 1.0);
}

#[test]
fn portkey_takes_a_page_and_an_empty_text_for_answers() {
    let name = "QUORUMBENCH_PORTKEY";
    let Some(script) = variable(name, "script of Portkey's gateway") else { return };
    let portkey = Gateway::start("portkey.json", |_, address| portkey_command(&script, address));
    let config = configuration("portkey.json", portkey.upstream).replace('\n', "");
    let header = format!("x-portkey-config: {config}");
    let ask = ["--header", &header, "--ask", "html-200,empty"];
    let summary = portkey.drill("bodies.yaml", "/v1", &ask);
    for name in ["html-200", "empty"] {
        assert!(figure(&summary, name, "served") < 1e-9, "{name}");
    }
    let ask = ["--header", &header, "--ask", "status-503"];
    let summary = portkey.drill("errors.yaml", "/v1", &ask);
    assert!((figure(&summary, "status-503", "served") - 1.0).abs() < 1e-9);
    assert!((figure(&summary, "status-503", "failed_calls_per_request") - 2.0).abs() < 1e-9);
}

#[test]
fn tensorzero_asks_again_whatever_the_error_was() {
    let name = "QUORUMBENCH_GATEWAY_PYTHON";
    let Some(python) = variable(name, "Python with TensorZero") else { return };
    let tensorzero = Gateway::start("tensorzero.toml", |config, address| {
        tensorzero_command(&python, config, address)
    });
    let ask = ["--ask", "auth-401,status-503", "--ask-as", "tensorzero::function_name::{ask}"];
    let summary = tensorzero.drill("errors.yaml", "/openai/v1", &ask);
    for name in ["auth-401", "status-503"] {
        assert!((figure(&summary, name, "served") - 1.0).abs() < 1e-9, "{name}");
        assert!((figure(&summary, name, "failed_calls_per_request") - 2.0).abs() < 1e-9, "{name}");
    }
}
