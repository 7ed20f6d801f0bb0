//! How the commands that call models collect answers.

use std::cell::Cell;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::progress::Display;
use super::serve::stopped;
use super::{Exit, rounds};
use crate::data::Recorded;
use crate::engine::collect::{self, CollectError, Collected, Network, Options, Questions, Scribe};
use crate::engine::evaluate::Wanted;
use crate::kernel::Usd;
use crate::scenario::Plan;
use crate::store::{Store, Which};

/// How answers are collected.
#[derive(Debug, ClapArgs)]
pub(super) struct Collection {
    /// Ask every question this often.
    #[arg(long, value_name = "K", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    samples: u32,

    /// Requests in flight per model, in place of what the scenario says.
    #[arg(short = 'j', long, value_name = "N")]
    max_connections: Option<std::num::NonZeroU32>,

    /// Ask nothing more when it might cost more than this, in dollars. What is in flight is counted
    /// by an estimate until its true cost is known.
    #[arg(long, value_name = "USD", value_parser = dollars)]
    max_cost: Option<Usd>,

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

    /// End with exit code 4 when more calls than this fail, are refused, or are cut short before an
    /// answer: a number, or a share such as 0.1.
    #[arg(long, value_name = "N|0.X")]
    fail_on_error: Option<Tolerance>,

    /// Show no progress.
    #[arg(short, long)]
    quiet: bool,
}

/// What the collections of one command share: it is stopped once, and has one purse.
#[derive(Default)]
pub(super) struct Sitting {
    stop: Cell<bool>,
    spent: Cell<Usd>,
}

impl Collection {
    /// Collects what the plan's live candidates have to say, and then what is said about that,
    /// round by round; `recorded` is what was said before. The store is closed by and by, and
    /// whoever drops its scribe waits for that.
    pub(super) fn collect(
        &self,
        plan: &Plan,
        recorded: &[&Recorded],
        store: PathBuf,
        sitting: &Sitting,
    ) -> Result<(Collected, Option<Scribe>)> {
        // Before the store, so that no file is left behind where a prompt is wrong.
        let questions = Questions::new(plan, self.samples).context("make the prompts")?;
        if !plan.is_live() {
            // Nobody is asked, so nothing has to be kept, but something may have to be made up.
            let mut collected = Collected::default();
            loop {
                let n_rows = collected.rows.len();
                self.make_up(plan, recorded, &mut collected)?;
                if collected.rows.len() == n_rows {
                    return Ok((collected, None));
                }
            }
        }
        let file = self.store.clone().unwrap_or(store);
        let mut scribe = Scribe::new(move || Store::open(&file));
        let collected = self.rounds(plan, recorded, questions, &scribe, sitting);
        match &collected {
            // It may be waiting for somebody else's writing to end.
            Err(error) if error.is::<StoppedTwice>() => scribe.leave(),
            _ => scribe.finish(),
        }
        Ok((collected?, Some(scribe)))
    }

    /// Asks these questions, and whatever is made of their answers.
    fn rounds(
        &self,
        plan: &Plan,
        recorded: &[&Recorded],
        questions: Questions<'_>,
        scribe: &Scribe,
        Sitting { stop, spent }: &Sitting,
    ) -> Result<Collected> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let ask = |questions: Questions<'_>| -> Result<Collected> {
            let mut display = Display::new(self.quiet);
            let options = self.options(plan, spent.get());
            let work = collect::collect(questions, scribe, options, stop, |it| display.show(it));
            let collected = runtime.block_on(stoppable(work, stop));
            display.finish();
            let collected = collected.context("collect answers")?;
            spent.set(spent.get() + collected.spent);
            if collected.has_no_money {
                broke(spent.get());
            }
            Ok(collected)
        };
        let mut collected = ask(questions)?;
        // What is made of answers that are still to come would have to be asked again.
        while collected.n_left == 0 {
            let n_rows = collected.rows.len();
            let wanted = self.make_up(plan, recorded, &mut collected)?;
            let questions = Questions::made(plan, rounds::live(plan, wanted));
            if !questions.is_empty() {
                collected.add(ask(questions)?);
            }
            if collected.rows.len() == n_rows {
                break;
            }
        }
        Ok(collected)
    }

    /// What is wanted now; replies of those who are made up are added at once.
    fn make_up(
        &self,
        plan: &Plan,
        recorded: &[&Recorded],
        collected: &mut Collected,
    ) -> Result<Vec<Wanted>> {
        let rows: Vec<&Recorded> = recorded.iter().copied().chain(&collected.rows).collect();
        let wanted = rounds::wanted(plan, &rows)?;
        let made_up = rounds::made_up(plan, &wanted);
        collected.rows.extend(made_up);
        Ok(wanted)
    }

    fn options(&self, plan: &Plan, spent: Usd) -> Options {
        let reuse = match (self.no_cache, self.retry_errors) {
            (true, _) => Which::Nothing,
            (false, true) => Which::Answers,
            (false, false) => Which::All,
        };
        let network = if self.offline { Network::Forbidden } else { Network::Allowed };
        let left = |most: Usd| Usd::from_picos((most.picos() - spent.picos()).max(0));
        let max_cost = self.max_cost.map(left);
        let max_connections = self.max_connections;
        Options { reuse, network, max_connections, max_cost, seed: plan.seed }
    }

    /// How a run that collected this ends. Without `--fail-on-error` failed calls are data, unless
    /// all of them failed.
    pub(super) fn verdict(&self, collected: &Collected) -> Exit {
        let n_failed = collected.n_failed_rows as usize;
        let n = collected.rows.len();
        let too_many = match self.fail_on_error {
            None => n > 0 && n_failed == n,
            Some(Tolerance::Number(most)) => n_failed > most,
            Some(Tolerance::Share(most)) => n_failed as f64 > most * n as f64,
        };
        if too_many || collected.n_left > 0 { Exit::Incomplete } else { Exit::Done }
    }
}

/// Says why no more is asked.
#[expect(clippy::print_stderr, reason = "stderr is talk")]
fn broke(spent: Usd) {
    eprintln!(
        "`--max-cost` ends asking: {spent} are spent or may have been billed, and one more \
         question might pass it; with a higher one the same command goes on"
    );
}

/// Nothing was waited for.
#[derive(Debug, thiserror::Error)]
#[error("finish: stopped twice; every answer is kept, and the same command goes on from there")]
pub(super) struct StoppedTwice;

/// Works until it is done; the first ctrl-c stops it, and the second ends it.
async fn stoppable(
    work: impl Future<Output = Result<Collected, CollectError>>,
    stop: &Cell<bool>,
) -> Result<Collected> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            collected = &mut work => return Ok(collected?),
            () = stopped() => {
                anyhow::ensure!(!stop.get(), StoppedTwice);
                stop.set(true);
            }
        }
    }
}

fn dollars(text: &str) -> std::result::Result<Usd, String> {
    let dollars = text.trim_start_matches('$').parse().ok().filter(|it: &f64| *it >= 0.0);
    dollars.and_then(Usd::from_dollars).ok_or_else(|| "give a number of dollars, say 2.50".into())
}

/// How many calls may fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Tolerance {
    /// This many.
    Number(usize),
    /// This share of all.
    Share(f64),
}

impl FromStr for Tolerance {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        match text.parse() {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(Self::Share(share)),
            _ => Err("give a whole number of calls, or a share from 0.0 to 1.0".into()),
        }
    }
}
