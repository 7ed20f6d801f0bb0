//! `report`: writes reports again from a run folder.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use clap::Args as ClapArgs;

use super::Exit;
use super::color::is_coloured;
use super::outputs::{print, width};
use crate::exchange::{export, import};
use crate::report::{self, Format};

/// What `--format` takes beside the reports: recorded answers.
const RECORDED: &str = "recorded";
/// And the table on the terminal.
const TERMINAL: &str = "terminal";

/// Write reports again from a run folder.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench report reports/quickstart                      the table on the terminal
  quorumbench report reports/quickstart --format markdown
  quorumbench report reports/quickstart --format svg         the figures, for a README
  quorumbench report reports/quickstart --format recorded    answers.jsonl, for a dataset")]
pub(super) struct Args {
    /// The run folder.
    run: PathBuf,

    /// json, csv, parquet, markdown, junit, html, svg, terminal, or recorded (answers.jsonl).
    #[arg(long, value_name = "F", value_delimiter = ',', default_value = TERMINAL,
          value_parser = ["json", "csv", "parquet", "markdown", "junit", "html", "svg", TERMINAL,
                          RECORDED])]
    format: Vec<String>,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let summary = report::json::read(&args.run.join("summary.json"))?;
    for name in &args.format {
        match (name.as_str(), Format::from_name(name)) {
            (TERMINAL, _) => {
                print(&report::render(&summary, width(), is_coloured(&std::io::stdout())))?
            }
            (RECORDED, _) => {
                recorded(args)?;
                told(name, args);
            }
            (_, Some(format)) => {
                report::write(&summary, &[format], &args.run).context("write reports")?;
                told(name, args);
            }
            (other, None) => return Err(anyhow!("write reports: unknown format `{other}`")),
        }
    }
    Ok(Exit::Done)
}

#[expect(clippy::print_stderr, reason = "stderr is talk")]
fn told(format: &str, args: &Args) {
    eprintln!("{format}: written into {}", args.run.display());
}

fn recorded(args: &Args) -> Result<()> {
    let answers = args.run.join("answers.parquet");
    let recording = import::read(&[answers]).map_err(|errors| {
        errors.into_iter().next().map_or_else(|| anyhow!("read the answers"), Into::into)
    })?;
    export::write(&recording.rows, &args.run.join("answers.jsonl")).context("write answers.jsonl")
}
