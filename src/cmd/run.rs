//! `run`: collects answers, judges policies, writes reports.

use std::cell::Cell;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::Exit;
use super::inputs::Input;
use super::progress::Display;
use crate::engine::collect::{self, Collected, Network, Options, Reuse};
use crate::scenario::Plan;
use crate::store::Store;

/// Collect answers, judge every policy on them, and write reports.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    #[command(flatten)]
    collection: Collection,
}

/// How answers are collected.
#[derive(Debug, ClapArgs)]
pub(super) struct Collection {
    /// Ask every question this often.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    samples: u32,

    /// Requests in flight per model, in place of what the scenario says.
    #[arg(short = 'j', long, value_name = "N")]
    max_connections: Option<std::num::NonZeroUsize>,

    /// Ask again what failed before.
    #[arg(long)]
    retry_errors: bool,

    /// Ask everything again, and replace what is kept.
    #[arg(long, conflicts_with = "offline")]
    no_cache: bool,

    /// Ask nobody: an answer that is missing is an error.
    #[arg(long)]
    offline: bool,

    /// Keep answers in this file [default: .quorumbench/answers.sqlite beside the scenario].
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,

    /// Show no progress.
    #[arg(short, long)]
    quiet: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let loaded = args.input.load(&[])?;
    let collected = args.collection.collect(&loaded.plan, args.input.store())?;
    Ok(if collected.n_left > 0 { Exit::Incomplete } else { Exit::Done })
}

impl Collection {
    /// Collects what the plan's live candidates have to say.
    pub(super) fn collect(&self, plan: &Plan, store: PathBuf) -> Result<Collected> {
        let questions = collect::questions(plan, self.samples).context("make the prompts")?;
        if questions.is_empty() {
            return Ok(Collected::default());
        }
        let store = Store::open(self.store.as_ref().unwrap_or(&store))?;
        let reuse = match (self.no_cache, self.retry_errors) {
            (true, _) => Reuse::Nothing,
            (false, true) => Reuse::Answers,
            (false, false) => Reuse::All,
        };
        let network = if self.offline { Network::Forbidden } else { Network::Allowed };
        let max_connections = self.max_connections.map(std::num::NonZeroUsize::get);
        let options = Options { reuse, network, max_connections };
        let stop = Cell::new(false);
        let mut display = Display::new(self.quiet);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let collected = runtime.block_on(async {
            let work =
                collect::collect(plan, &questions, &store, options, &stop, |it| display.show(it));
            tokio::pin!(work);
            loop {
                tokio::select! {
                    collected = &mut work => return Ok(collected?),
                    _ = tokio::signal::ctrl_c() => {
                        anyhow::ensure!(!stop.get(), "finish: stopped twice; every answer is kept");
                        stop.set(true);
                    }
                }
            }
        });
        display.finish();
        collected.context("collect answers")
    }
}
