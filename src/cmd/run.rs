//! `run`: collects answers, judges policies, writes reports.

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::Exit;
use super::collection::Collection;
use super::inputs::Input;
use super::outputs::{Output, RunRecord};
use super::{recommend, simulate, telemetry};
use crate::data::Recorded;
use crate::engine::{collect, evaluate};

/// Collect answers, judge every policy on them, and write reports.
///
/// Answers are kept as they arrive. Stop it or kill it: the same command goes on where it was.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench run scenarios/quickstart.yaml
  quorumbench run my.yaml -o reports/latest --json | jq '.policies[].accuracy.point'
  quorumbench run my.yaml --offline            fails rather than asking anybody
  quorumbench run my.yaml --retry-errors       asks again what failed before")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    #[command(flatten)]
    collection: Collection,

    #[command(flatten)]
    output: Output,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let started = collect::now();
    let loaded = args.input.load(&[])?;
    // Before anything is paid for.
    evaluate::judgeable(&loaded.plan, &[]).context("judge the answers")?;
    // Dropped in reverse: the span of the run ends, and then everything is sent.
    let _traces = telemetry::start();
    let _span = telemetry::run(&loaded.plan).entered();
    let recorded = loaded.recordings.iter().flat_map(|recording| &recording.rows);
    let mut rows: Vec<&Recorded> = recorded.collect();
    let (collected, _closing) = args.collection.collect(&loaded.plan, &rows, args.input.store())?;
    rows.extend(&collected.rows);
    let mut plan = loaded.plan;
    let mut evaluation = recommend::judged(&mut plan, &rows, loaded.doubts)?;
    simulate::add(&mut evaluation, &plan, &rows)?;
    let record = RunRecord::new(&plan, started).asked(collected.n_asked, collected.n_failed);
    args.output.write(&plan, &evaluation, record)?;
    match args.collection.verdict(&collected) {
        Exit::Done => Ok(args.output.verdict(&evaluation.summary.gates)),
        incomplete => Ok(incomplete),
    }
}
