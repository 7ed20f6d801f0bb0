//! `serve`: a provider on the loopback interface that answers from a scenario.

use std::io::Write;
use std::net::SocketAddr;
use std::str::FromStr;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::Exit;
use super::inputs::Input;
use super::outputs::print;
use super::{rounds, served};
use crate::engine::serve::{Latency, Options, Server};
use crate::kernel::Micros;

/// Answer as the models of a scenario would, over every wire format, with its faults.
///
/// Answers are the recorded ones; a model without any is made up. The address is printed on
/// stdout as soon as it listens; what was served follows when it is stopped.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench serve scenarios/quickstart.yaml                    http://127.0.0.1:8399
  quorumbench serve my.yaml --address 127.0.0.1:0 --latency 0ms  any free port, at once
  quorumbench serve my.yaml --latency 0.1x                       ten times as fast as recorded

Then point a client at it, and ask models by the names that the scenario gives them.
GET /stats says what was served so far, as JSON; docs/serve.md what each fault does on the wire.")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Recorded answers beside those that the scenario names.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    answers: Vec<std::path::PathBuf>,

    /// Listen here; port 0 takes a free one.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8399")]
    address: SocketAddr,

    /// How long replies take: `recorded`, a length of time such as `200ms`, or `0.1x` of what was
    /// recorded.
    #[arg(long, value_name = "HOW", default_value = "recorded")]
    latency: Wait,

    /// Refuse whoever does not send the key that this environment variable holds.
    #[arg(long, value_name = "NAME")]
    api_key_env: Option<String>,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let mut loaded = args.input.load(&args.answers)?;
    rounds::make_up(&mut loaded)?;
    let key = args
        .api_key_env
        .as_ref()
        .map(|name| std::env::var(name).with_context(|| format!("read the key from {name}")));
    let options = Options { latency: args.latency.0, key: key.transpose()? };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stats = runtime.block_on(async {
        let server = Server::bind(args.address, &loaded, options).await?;
        tell(&server)?;
        anyhow::Ok(server.run(stopped()).await)
    });
    let stats = stats.context("serve")?;
    print(&served::table(&stats))?;
    Ok(Exit::Done)
}

/// The address is data, for scripts; what a reader should doubt is talk.
#[expect(clippy::print_stderr, reason = "stderr is talk")]
fn tell(server: &Server) -> Result<()> {
    for model in server.made_up() {
        eprintln!("nothing is recorded of {model}: its answers are made up");
    }
    print(&format!("http://{}\n", server.address()))?;
    std::io::stdout().flush().context("print")
}

/// Waits for ctrl-c or, where there is one, the signal to end.
pub(super) async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut end) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = end.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    // Without a way to hear of it the process is ended by the system.
    let _ = tokio::signal::ctrl_c().await;
}

/// `recorded`, `200ms` or `0.1x`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait(pub(super) Latency);

impl FromStr for Wait {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |text: &str| text.trim().parse().ok().filter(|number: &f64| *number >= 0.0);
        let millis = |ms: f64| Micros::from_ms(ms).map(Latency::Fixed);
        let latency = if text == "recorded" {
            Some(Latency::Recorded(1.0))
        } else if let Some(factor) = text.strip_suffix('x') {
            number(factor).filter(|factor| factor.is_finite()).map(Latency::Recorded)
        } else if let Some(ms) = text.strip_suffix("ms") {
            number(ms).and_then(millis)
        } else {
            text.strip_suffix('s').and_then(number).and_then(|s| millis(s * 1e3))
        };
        latency.map(Self).ok_or_else(|| "give `recorded`, 200ms, 1.5s or 0.1x".into())
    }
}
