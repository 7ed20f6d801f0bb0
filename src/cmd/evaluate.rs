//! `evaluate`: judges policies on recorded answers. Nobody is asked.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::inputs::Input;
use super::outputs::{Output, RunRecord};
use super::{Exit, rounds};
use crate::data::Recorded;
use crate::engine::{collect, evaluate};

/// Judge every policy on recorded answers only; nobody is asked.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench evaluate study.yaml --answers answers.csv.gz
  quorumbench evaluate study.yaml --answers reports/a/answers.parquet reports/b/answers.parquet")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Recorded answers (.jsonl, .csv, .parquet, the first two also .gz). Every model in them is a
    /// candidate, and their rows replace those of the scenario's own recordings.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    answers: Vec<PathBuf>,

    #[command(flatten)]
    output: Output,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let started = collect::now();
    let mut loaded = args.input.load(&args.answers)?;
    rounds::make_up(&mut loaded)?;
    let rows: Vec<&Recorded> =
        loaded.recordings.iter().flat_map(|recording| &recording.rows).collect();
    let mut evaluation =
        evaluate::evaluate(&loaded.plan, &rows, loaded.doubts).context("judge the answers")?;
    super::simulate::add(&mut evaluation, &loaded.plan, &rows)?;
    args.output.write(&loaded.plan, &evaluation, RunRecord::new(&loaded.plan, started))?;
    Ok(args.output.verdict(&evaluation.summary.gates))
}
