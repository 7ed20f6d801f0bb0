//! `store verify`: whether anything in the store is damaged.

use anyhow::Result;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::Place;
use crate::cmd::Exit;
use crate::cmd::outputs::print;
use crate::store::Verified;

/// Look whether anything in the store is damaged: the file, every key, every row. Ends with exit
/// code 1 where something is.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench store verify my.yaml
  quorumbench store verify --store answers.sqlite --json")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,

    /// Print what is wrong as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Told {
    rows: u64,
    faults: Vec<String>,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let Verified { n_rows, faults } = args.place.open()?.verify();
    let exit = if faults.is_empty() { Exit::Done } else { Exit::Error };
    if args.json {
        let told = Told { rows: n_rows, faults };
        print(&(serde_json::to_string_pretty(&told)? + "\n"))?;
    } else {
        let lines: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
        print(&format!("{lines}{n_rows} rows looked at, {} faults\n", faults.len()))?;
    }
    Ok(exit)
}
