//! `store`: looks into the answer store, cleans it up, hands it on.

mod export;
mod list;
mod prune;
mod verify;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args as ClapArgs, Subcommand};

use super::Exit;
use super::inputs::store_beside;
use crate::store::Store;

/// Look into the store of answers, clean it up, or hand it on.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench store list my.yaml                     what was asked for this scenario, and its cost
  quorumbench store prune my.yaml --failures         have failed calls asked again by the next run
  quorumbench store export my.yaml -o answers.jsonl  recorded answers, for others or for later
  quorumbench store verify --store answers.sqlite    whether anything is damaged")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Prune(prune::Args),
    Export(export::Args),
    Verify(verify::Args),
}

/// Which store.
#[derive(Debug, ClapArgs)]
struct Place {
    /// The scenario beside which the store lies, in .quorumbench/answers.sqlite. Left out: the
    /// store of this folder.
    scenario: Option<PathBuf>,

    /// The store's file, as it was given to `run`.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    match &args.command {
        Command::List(args) => list::run(args),
        Command::Prune(args) => prune::run(args),
        Command::Export(args) => export::run(args),
        Command::Verify(args) => verify::run(args),
    }
}

impl Place {
    fn open(&self) -> Result<Store> {
        let path = match &self.store {
            Some(file) => file.clone(),
            None => store_beside(self.scenario.as_deref().unwrap_or(Path::new(""))),
        };
        Ok(Store::open_existing(&path)?)
    }
}

/// A number of bytes, for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
