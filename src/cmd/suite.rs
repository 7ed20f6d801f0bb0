//! A suite of scenarios in one command: one store, one purse, one summary, all gates.

use anyhow::{Context, Result};

use super::collection::Sitting;
use super::outputs::formats;
use super::run::{Args, Done};
use super::{Exit, telemetry};
use crate::data::joined;
use crate::data::summary::{GateRow, ScenarioRef};
use crate::engine::{collect, evaluate};
use crate::kernel::Seed;
use crate::report;
use crate::scenario::{Loaded, Suite};

/// Runs every scenario into a folder of its own name, and joins what they came to.
///
/// Where one is stopped or the money is spent, the others are judged on what is kept of them.
pub(super) fn run(args: &Args, suite: Suite) -> Result<Exit> {
    let started = collect::now();
    let prepared = |loaded| args.input.prepared(loaded);
    let scenarios: Vec<Loaded> =
        suite.scenarios.into_iter().map(prepared).collect::<Result<_>>()?;
    // Before anything is paid for.
    for loaded in &scenarios {
        evaluate::judgeable(&loaded.plan, &[]).context("judge the answers")?;
    }
    let _traces = telemetry::start();
    let dir = args.output.folder(&suite.name, &started);
    let sitting = Sitting::default();
    let mut parts = Vec::new();
    for loaded in scenarios {
        let place = dir.join(&loaded.plan.name);
        parts.push(args.one(loaded, &sitting, &place)?);
    }
    let is_whole = parts.iter().all(|part| part.exit == Exit::Done);
    let gates: Vec<GateRow> =
        parts.iter().flat_map(|part| part.summary.gates.iter().cloned()).collect();
    for Done { plan, summary, .. } in &parts {
        args.output.annotate(plan, &summary.gates);
    }
    let scenario = ScenarioRef { name: suite.name, sha256: suite.sha256 };
    let (plans, summaries): (Vec<_>, Vec<_>) =
        parts.into_iter().map(|Done { plan, summary, .. }| (plan, summary)).unzip();
    let names = plans.iter().map(|plan| plan.name.as_str());
    let seed = args.input.seed.map_or(suite.seed, Seed);
    let summary = joined(scenario, seed, names.zip(summaries).collect());
    report::write(&summary, &formats(), &dir).context("write reports")?;
    args.output.show(&summary, &dir)?;
    Ok(if is_whole { args.output.verdict(&gates) } else { Exit::Incomplete })
}
