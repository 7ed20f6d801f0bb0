//! `compare`: what changed between two runs.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::Exit;
use super::exit::{Misused, Unfit};
use super::outputs::{print, width};
use crate::analysis::{Intervals, Level, changes};
use crate::data::PastRun;
use crate::report::{changes_markdown, changes_text, read_past};

/// Say what changed between two runs, item by item.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench compare reports/main reports/mine
  quorumbench compare reports/main reports/mine --policy saver --format markdown
  quorumbench compare reports/main/summary.json reports/mine      figures only, without items
  quorumbench compare reports/main reports/mine --json | jq '.policies[].broken'")]
pub(super) struct Args {
    /// What is compared with: a run folder, or a summary.json, which has figures but no items.
    base: PathBuf,

    /// What is compared, likewise.
    candidate: PathBuf,

    /// Compare these policies and models only.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    policy: Vec<String>,

    /// The level of intervals.
    #[arg(long, value_name = "L", default_value_t = 0.95)]
    level: f64,

    /// terminal, or markdown for a pull request.
    #[arg(long, value_name = "F", default_value = "terminal",
          value_parser = ["terminal", "markdown"])]
    format: String,

    /// Print everything as JSON, and nothing else.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let level = Level::try_from(args.level);
    let level = level.map_err(|error| Misused(format!("compare the runs: {error}")))?;
    let read = |path: &PathBuf| read_past(path).context("read the run");
    let (mut base, mut candidate) = (read(&args.base)?, read(&args.candidate)?);
    for name in &args.policy {
        let is_known =
            |run: &PastRun| run.summary.policies.iter().any(|row| row.policy.as_str() == name);
        if !is_known(&base) && !is_known(&candidate) {
            let why = format!("compare by policy: neither run has a policy `{name}`");
            return Err(Misused(why).into());
        }
    }
    if !args.policy.is_empty() {
        for run in [&mut base, &mut candidate] {
            let is_meant = |name: &str| args.policy.iter().any(|meant| meant == name);
            run.summary.policies.retain(|row| is_meant(row.policy.as_str()));
        }
    }
    let intervals = Intervals { level, ..Intervals::default() };
    let changes = changes(&base, &candidate, intervals);
    let text = match (args.json, args.format.as_str()) {
        (true, _) => serde_json::to_string_pretty(&changes)? + "\n",
        (false, "markdown") => changes_markdown(&changes),
        (false, _) => changes_text(&changes, width()),
    };
    print(&text)?;
    if changes.policies.is_empty() {
        let why =
            "compare what has nothing in common: no policy was judged on one task in both runs";
        return Err(Unfit(why.to_owned()).into());
    }
    Ok(Exit::Done)
}
