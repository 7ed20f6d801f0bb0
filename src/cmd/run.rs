//! `run`: collects answers, judges policies, writes reports.

use std::path::Path;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::Exit;
use super::collection::{Collection, Sitting};
use super::exit::Invalid;
use super::inputs::Input;
use super::outputs::{Output, RunRecord, write_reports, write_rows};
use super::{looks, recommend, simulate, suite, telemetry};
use crate::data::Recorded;
use crate::data::summary::Summary;
use crate::engine::{collect, evaluate};
use crate::scenario::{self, Loaded, Opened, Plan};

/// Collect answers, judge every policy on them, and write reports.
///
/// Answers are kept as they arrive. Stop it or kill it: the same command goes on where it was.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench run scenarios/quickstart.yaml
  quorumbench run my.yaml -o reports/latest --json | jq '.policies[].accuracy.point'
  quorumbench run my.yaml --offline            fails rather than asking anybody
  quorumbench run my.yaml --retry-errors       asks again what failed before
  quorumbench run suite.yaml                   several scenarios as one, with one summary")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) input: Input,

    #[command(flatten)]
    collection: Collection,

    /// Ask items in a random order, and no more when every gate has passed or failed. Gates then
    /// have wider intervals, which hold however often one looks.
    #[arg(long, conflicts_with = "no_cache")]
    stop_when_decided: bool,

    #[command(flatten)]
    pub(super) output: Output,
}

/// What a scenario came to.
pub(super) struct Done {
    pub(super) plan: Plan,
    pub(super) summary: Summary,
    /// Whether all was asked that was to be asked; gates are not looked at.
    pub(super) exit: Exit,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    share();
    let loaded = match scenario::open(&args.input.scenario).map_err(Invalid)? {
        Opened::Scenario(loaded) => args.input.prepared(*loaded)?,
        Opened::Suite(suite) => return suite::run(args, suite),
    };
    // Before anything is paid for.
    evaluate::judgeable(&loaded.plan, &[]).context("judge the answers")?;
    // Dropped in reverse: the span of the run ends, and then everything is sent.
    let _traces = telemetry::start();
    let dir = args.output.folder(&loaded.plan.name, &collect::now());
    Output::prepared(&dir)?;
    let Done { plan, summary, exit } = args.one(loaded, &Sitting::default(), &dir)?;
    args.output.show(&summary, &dir)?;
    args.output.annotate(&plan, &summary.gates);
    let exit = match exit {
        Exit::Done => args.output.verdict(&summary.gates),
        incomplete => incomplete,
    };
    // The process ends, which frees memory faster than we could.
    std::mem::forget((plan, summary));
    Ok(exit)
}

/// Makes this thread one of those that judge and write, so that memory which asking gave back is
/// used again. Others that are none of them must then leave such work alone: with one processor
/// they would wait for this one. Where the threads are there already, they do as well.
fn share() {
    let _ = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
}

impl Args {
    /// Collects the answers to one scenario, judges it, and writes its run folder.
    pub(super) fn one(&self, loaded: Loaded, sitting: &Sitting, dir: &Path) -> Result<Done> {
        let started = collect::now();
        let _span = telemetry::run(&loaded.plan).entered();
        let Loaded { mut plan, recordings, mut doubts } = loaded;
        let recorded: Vec<&Recorded> = recordings.iter().flat_map(|it| &it.rows).collect();
        let collect =
            |plan: &Plan| self.collection.collect(plan, &recorded, self.input.store(), sitting);
        let (collected, _closing) = match self.stop_when_decided {
            false => collect(&plan)?,
            true => looks::collect(&mut plan, &recorded, &mut doubts, collect)?,
        };
        let rows: Vec<&Recorded> = recorded.iter().copied().chain(&collected.rows).collect();
        doubts.extend(collected.doubt(&plan.name));
        let mut evaluation = recommend::judged(&mut plan, &rows, doubts, &collected)?;
        simulate::add(&mut evaluation, &plan, &rows)?;
        let record = RunRecord::new(&plan, started);
        let record = record.asked(collected.n_asked, collected.n_failed);
        let record = record.of(write_rows(&evaluation, dir)?);
        let exit = self.collection.verdict(&collected);
        // Reports are of the summary alone, and many answers take much memory.
        let summary = evaluation.into_summary();
        drop((rows, recorded));
        std::thread::spawn(move || drop((recordings, collected)));
        write_reports(&plan, &summary, record, dir)?;
        Ok(Done { summary, plan, exit })
    }
}
