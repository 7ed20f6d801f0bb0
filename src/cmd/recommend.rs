//! `recommend`: searches for the policy that is worth its money, and says how sure that is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::Exit;
use super::collection::{Collection, Sitting};
use super::exit::Unfit;
use super::inputs::{Input, store_beside};
use super::outputs::{Output, RunRecord};
use crate::data::summary::Summary;
use crate::data::{Recorded, Warning};
use crate::engine::collect::{self, Collected};
use crate::engine::evaluate::{self, Evaluation};
use crate::engine::recommend::{self, RecommendError, Recommended};
use crate::exchange::export::Gateway;
use crate::kernel::{PolicyId, TaskId};
use crate::scenario::{self, Plan, Wish};

/// Search for the policy that is worth its money, and say how sure that is.
///
/// Takes a scenario, whose missing answers are collected as `run` does, or a run folder, whose
/// answers are taken as they are. What it has to keep to is `recommend` in the scenario.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench recommend scenarios/quickstart.yaml --task triage
  quorumbench recommend reports/quickstart --task triage --export litellm
  quorumbench recommend study.yaml --task triage --json | jq .recommendation.because")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// The task, where the scenario has several.
    #[arg(long, value_name = "NAME")]
    task: Option<String>,

    /// Write it as this gateway's own configuration into the run folder: litellm, portkey,
    /// tensorzero or openrouter.
    #[arg(long, value_name = "GATEWAY", value_delimiter = ',')]
    #[arg(value_parser = ["litellm", "portkey", "tensorzero", "openrouter"])]
    export: Vec<String>,

    /// Export this model or mix in place of what is recommended.
    #[arg(long, value_name = "NAME", requires = "export")]
    of: Option<String>,

    #[command(flatten)]
    collection: Collection,

    #[command(flatten)]
    output: Output,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let started = collect::now();
    let given = &args.input.scenario;
    let (scenario, answers) = match given.is_dir() {
        true => (scenario_of(given)?, vec![given.join("answers.parquet")]),
        false => (given.clone(), Vec::new()),
    };
    let loaded = args.input.load_from(&scenario, &answers)?;
    let mut plan = loaded.plan;
    if !answers.is_empty() {
        // Answers given beside a scenario make recorded models of all; whose provider may not be
        // used, and where a gateway finds a model, is as the scenario has it.
        let declared = args.input.load_from(&scenario, &[])?.plan.candidates;
        for candidate in &mut plan.candidates {
            if let Some(known) = declared.iter().find(|it| it.id == candidate.id) {
                candidate.provider = known.provider.clone();
                candidate.source = known.source.clone();
            }
        }
    }
    let wish = plan.recommend.take().unwrap_or_else(|| Wish::nothing(&plan.tasks));
    let task = args.task.as_deref().map(TaskId::from);
    let wish = Wish { task: task.or(wish.task.clone()), ..wish };
    evaluate::judgeable(&plan, &[]).context("judge the answers")?;
    let recorded = loaded.recordings.iter().flat_map(|recording| &recording.rows);
    let mut rows: Vec<&Recorded> = recorded.collect();
    let collected = match answers.is_empty() {
        true => {
            let (store, sitting) = (store_beside(&scenario), Sitting::default());
            Some(args.collection.collect(&plan, &rows, store, &sitting)?)
        }
        false => None,
    };
    rows.extend(collected.iter().flat_map(|(collected, _)| &collected.rows));
    plan.recommend = Some(wish.clone());
    let mut doubts = loaded.doubts;
    let evaluation = match collected.as_ref().map(|(collected, _)| collected) {
        Some(collected) if collected.n_left > 0 => {
            doubts.extend(collected.doubt(&plan.name));
            judged(&mut plan, &rows, doubts, collected)?
        }
        _ => recommended(&mut plan, &wish, &rows, doubts)?,
    };
    let record = RunRecord::new(&plan, started);
    let asked = collected.as_ref().map_or((0, 0), |(it, _)| (it.n_asked, it.n_failed));
    let record = record.asked(asked.0, asked.1);
    let dir = args.output.write(&plan, &evaluation, record)?;
    export(args, &plan, &evaluation.summary, &dir)?;
    match collected.as_ref().map(|(collected, _)| args.collection.verdict(collected)) {
        None | Some(Exit::Done) => Ok(args.output.verdict(&evaluation.summary.gates)),
        Some(incomplete) => Ok(incomplete),
    }
}

/// Writes a file for each gateway; what one of them can't express doesn't keep the others back.
#[expect(clippy::print_stderr, reason = "stderr is talk")]
fn export(args: &Args, plan: &Plan, summary: &Summary, dir: &Path) -> Result<()> {
    let gateways = args.export.iter().filter_map(|name| Gateway::from_name(name));
    let Some(row) = &summary.recommendation else { return Ok(()) };
    let mut refused = None;
    for gateway in gateways {
        let deployment = recommend::deployment(plan, summary, row, args.of.as_deref())?;
        let file = dir.join(gateway.file());
        match gateway.render(&deployment) {
            Ok(text) => {
                std::fs::write(&file, text).with_context(|| format!("write {}", file.display()))?;
                eprintln!("exported: {}", file.display());
            }
            Err(refusal) if refused.is_none() => refused = Some(refusal),
            Err(refusal) => eprintln!("error: failed to {refusal}"),
        }
    }
    refused.map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// Judges every policy, and the one that is recommended where the plan wishes for that. Where
/// nothing can be recommended, that is a warning.
pub(super) fn judged<'a>(
    plan: &mut Plan,
    rows: &[&'a Recorded],
    mut doubts: Vec<Warning>,
    collected: &Collected,
) -> Result<Evaluation<'a>> {
    if collected.n_left > 0 && plan.recommend.is_some() {
        let why = "choose among models that were asked about different items".to_owned();
        doubts.push(Warning::NoRecommendation(plan.name.clone(), why));
    } else if let Some(wish) = plan.recommend.clone() {
        match recommended(plan, &wish, rows, doubts.clone()) {
            Err(error) if is_no_answer(&error) => {
                doubts.push(Warning::NoRecommendation(plan.name.clone(), error.to_string()));
            }
            result => return result,
        }
    }
    evaluate::evaluate(plan, rows, doubts).context("judge the answers")
}

/// Whether the answers can be judged, and nothing can be recommended.
fn is_no_answer(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<RecommendError>();
    error.is_some_and(|error| !matches!(error, RecommendError::Evaluate(_)))
}

fn recommended<'a>(
    plan: &mut Plan,
    wish: &Wish,
    rows: &[&'a Recorded],
    mut doubts: Vec<Warning>,
) -> Result<Evaluation<'a>> {
    let found = match recommend::recommend(plan, wish, rows) {
        Err(RecommendError::Evaluate(error)) => return Err(error).context("judge the answers"),
        found => found?,
    };
    let Recommended { mut row, policies, given, shared, .. } = found;
    let stages: Vec<PolicyId> = match &policies[..] {
        [stages @ .., _] => stages.iter().map(|(name, _)| name.clone()).collect(),
        [] => Vec::new(),
    };
    plan.policies.extend(policies.iter().cloned());
    let judge = |plan: &Plan, doubts| {
        let judged = evaluate::evaluate_with(plan, rows, doubts, given.as_ref());
        let mut evaluation = judged.context("judge the answers")?;
        evaluation.leave_out(&stages);
        anyhow::Ok(evaluation)
    };
    if let Some((shared, doubt)) = shared {
        // Why is told from the items that all were asked about, as the choice was made.
        let policies = [shared.policies, policies].concat();
        let figures = judge(&Plan { policies, ..shared }, Vec::new())?;
        recommend::explain(&mut row, &figures.summary);
        doubts.push(doubt);
    }
    let mut evaluation = judge(plan, doubts)?;
    if row.because.is_empty() {
        recommend::explain(&mut row, &evaluation.summary);
    }
    recommend::mark(&row, &mut evaluation.summary);
    evaluation.add_recommendation(plan, row);
    Ok(evaluation)
}

/// The scenario that a run folder was made from. One that has changed since is taken only where it
/// is named as seen from here.
#[expect(clippy::print_stderr, reason = "stderr is talk")]
fn scenario_of(run: &Path) -> Result<PathBuf> {
    let file = run.join("run.json");
    let unfit = |why: String| Unfit(format!("read the run, {}: {why}", file.display()));
    let text = std::fs::read_to_string(&file).map_err(|error| unfit(error.to_string()))?;
    let record: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| unfit(error.to_string()))?;
    let scenario = PathBuf::from(record["scenario"].as_str().unwrap_or_default());
    // It is named as seen from where it was run, which mostly holds the run folder too.
    let folder = run.canonicalize().with_context(|| format!("find {}", run.display()))?;
    let above = folder.ancestors().skip(1).map(|it| it.join(&scenario));
    let is_same = |file: &PathBuf| {
        let bytes = std::fs::read(file).ok();
        bytes.is_some_and(|it| record["scenario_sha256"] == scenario::sha256(&it))
    };
    if let Some(found) = std::iter::once(scenario.clone()).chain(above).find(is_same) {
        return Ok(found);
    }
    let changed = scenario.is_file().then(|| {
        eprintln!("note: {} is not as it was when {} was made", scenario.display(), run.display());
        scenario.clone()
    });
    changed.ok_or_else(|| {
        let (run, scenario) = (run.display(), scenario.display());
        let why = format!(
            "find the scenario that {run} was made from: {scenario} is neither here nor, as it was \
             then, beside a folder that the run is in; call this from where it was run, or give the \
             scenario itself"
        );
        Unfit(why).into()
    })
}
