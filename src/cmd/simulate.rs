//! `simulate`: traffic and outages in virtual time.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::inputs::Input;
use super::outputs::{Output, RunRecord};
use super::{Exit, rounds};
use crate::data::Recorded;
use crate::engine::collect;
use crate::engine::evaluate::{self, Evaluation};
use crate::engine::simulate;
use crate::kernel::PolicyId;
use crate::scenario::{Grounds, Plan};

/// Run traffic and outages in virtual time over recorded answers; nobody is asked.
///
/// Every policy meets the same requests and the same faults, again and again with other draws, and
/// every figure is a mean with its interval over those.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench simulate scenarios/drills/primary-down.yaml
  quorumbench simulate my.yaml --policy net --seed 8
  quorumbench simulate my.yaml --replicates 100 -o reports/month")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Recorded answers, beside those that the scenario names.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    answers: Vec<PathBuf>,

    /// Simulate this often, with other draws each time, in place of what the scenario says.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    replicates: Option<u32>,

    #[command(flatten)]
    output: Output,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let started = collect::now();
    let mut loaded = args.input.load(&args.answers)?;
    rounds::make_up(&mut loaded)?;
    let simulation = loaded.plan.simulation.as_mut();
    let simulation = simulation.ok_or(simulate::SimulateError::NoTraffic)?;
    if let Some(n) = args.replicates.and_then(std::num::NonZeroU32::new) {
        simulation.options.replicates = n;
    }
    let rows: Vec<&Recorded> =
        loaded.recordings.iter().flat_map(|recording| &recording.rows).collect();
    let evaluation = evaluate::evaluate(&loaded.plan, &rows, loaded.doubts);
    let mut evaluation = evaluation.context("judge the answers")?;
    let only = args.input.selection.policies_named();
    add_some(&mut evaluation, &loaded.plan, &rows, &|name| {
        only.is_empty() || only.iter().any(|it| it == name.as_str())
    })?;
    args.output.write(&loaded.plan, &evaluation, RunRecord::new(&loaded.plan, started))?;
    Ok(args.output.verdict(&evaluation.summary.gates))
}

/// Adds what simulated traffic comes to, where the scenario has traffic.
pub(super) fn add(evaluation: &mut Evaluation<'_>, plan: &Plan, rows: &[&Recorded]) -> Result<()> {
    add_some(evaluation, plan, rows, &|_| true)
}

/// The same for the policies that are wanted.
fn add_some(
    evaluation: &mut Evaluation<'_>,
    plan: &Plan,
    rows: &[&Recorded],
    wanted: &dyn Fn(&PolicyId) -> bool,
) -> Result<()> {
    if plan.simulation.is_none() {
        return Ok(());
    }
    let policies = evaluate::all_policies(plan);
    let grounds = evaluate::grounds(plan, rows).context("judge the answers")?;
    let grounds: Vec<Grounds<'_>> = grounds.iter().filter_map(|ground| of(plan, ground)).collect();
    let simulated = simulate::simulate(plan, &policies, wanted, &grounds)?;
    evaluation.add_simulated(plan, simulated.rows, simulated.outages, simulated.doubts);
    evaluation.summary.timeline = simulated.timeline;
    evaluation.summary.bands = simulated.bands;
    Ok(())
}

/// What was learned of a task, beside the task.
pub(super) fn of<'a>(plan: &'a Plan, ground: &'a evaluate::Ground) -> Option<Grounds<'a>> {
    let evaluate::Ground { task, matrix, n_classes, knowledge, asking } = ground;
    let task = plan.tasks.iter().find(|one| one.id == *task)?;
    Some(Grounds { task, matrix, n_classes, knowledge, asking })
}
