//! `store export`: the store as recorded answers.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::Place;
use crate::cmd::Exit;
use crate::cmd::exit::Misused;
use crate::exchange::export;
use crate::report;
use crate::store::Kept;

/// Write everything that is kept as recorded answers, which `evaluate --answers` and providers of
/// kind `recorded` read.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench store export my.yaml -o answers.jsonl
  quorumbench store export --store answers.sqlite -o answers.parquet
  quorumbench evaluate my.yaml --answers answers.parquet

An answer is kept under what was asked, not under the names of a scenario. Task, item and model are
those of the run that asked first. Where two answers have the same names, say because a prompt was
changed, the one that came last is written. An item whose name was not kept goes by a hash of its
messages. To have exactly what one scenario asks, run it with --offline: its run folder has an
answers.parquet.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,

    /// The file to write: .jsonl, .csv or .parquet.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let kept = args.place.open()?.recorded()?;
    let to = &args.output;
    let ending = to.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match ending.as_str() {
        "jsonl" => {
            export::write(&kept.rows, to).with_context(|| format!("write {}", to.display()))?
        }
        "csv" | "parquet" => report::write_recorded(&kept.rows, to)?,
        _ => {
            let ends = "name a file that ends in .jsonl, .csv or .parquet";
            return Err(Misused(format!("write {}: {ends}", to.display())).into());
        }
    }
    told(&kept, args);
    Ok(Exit::Done)
}

#[expect(clippy::print_stderr, reason = "stderr is talk")]
fn told(kept: &Kept, args: &Args) {
    eprintln!("{} rows written to {}", kept.rows.len(), args.output.display());
    if kept.n_older > 0 {
        eprintln!("{} older answers of the same names are left out", kept.n_older);
    }
    if kept.n_unnamed > 0 {
        eprintln!("{} rows have no item's name, and go by a hash", kept.n_unnamed);
    }
}
