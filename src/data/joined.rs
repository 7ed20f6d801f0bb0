//! The summaries of several scenarios as one, whose rows say which scenario they are of.

use super::summary::{SCHEMA, ScenarioRef, Summary, Tool};
use crate::data::Since;
use crate::kernel::{Seed, TaskId};

/// One summary of several scenarios, given by name. A task `t` of a scenario `s` is called `s/t`,
/// and so is a gate.
///
/// Where exactly one of them has a recommendation, that is the recommendation of all. What happened
/// over simulated time stays with each, because each has its own time.
pub fn joined(scenario: ScenarioRef, seed: Seed, parts: Vec<(&str, Summary)>) -> Summary {
    let mut all = Summary::empty(scenario, seed);
    let n_recommended = parts.iter().filter(|(_, part)| part.recommendation.is_some()).count();
    for (name, part) in parts {
        let within = |task: &mut TaskId| *task = TaskId::from(format!("{name}/{task}").as_str());
        // Each field by name, so that a new one can't be forgotten.
        let Summary {
            schema: _,
            tool: _,
            scenario: _,
            seed: _,
            timeline: _,
            bands: _,
            recommendation,
            gates,
            since,
            warnings,
            models,
            policies,
            categories,
            pairs,
            ceiling,
            comparisons,
            availability,
            frontier,
            routers,
            diversity,
            gains,
            contributions,
            samples,
            calibration,
            judging,
            extractors,
            simulated,
            outages,
            drilled,
        } = part;
        macro_rules! take {
            ($($rows:ident),+) => {
                $(all.$rows.extend($rows.into_iter().map(|mut row| {
                    within(&mut row.task);
                    row
                }));)+
            };
        }
        take!(models, policies, categories, pairs, ceiling, comparisons, availability, frontier);
        take!(routers, diversity, gains, contributions, samples, calibration, extractors);
        take!(judging, simulated, outages, drilled);
        all.gates.extend(gates.into_iter().map(|mut row| {
            within(&mut row.task);
            row.name = format!("{name}/{}", row.name);
            row
        }));
        all.since.extend(since.into_iter().map(|Since { run, mut changes }| {
            changes.policies.iter_mut().for_each(|row| within(&mut row.task));
            changes.only_base.iter_mut().for_each(|side| within(&mut side.task));
            changes.only_candidate.iter_mut().for_each(|side| within(&mut side.task));
            Since { run, changes }
        }));
        all.warnings.extend(warnings.into_iter().map(|mut row| {
            row.text = format!("{name}: {}", row.text);
            row
        }));
        if let Some(mut row) = recommendation.filter(|_| n_recommended == 1) {
            within(&mut row.task);
            all.recommendation = Some(row);
        }
    }
    all
}

impl Summary {
    /// One that says nothing yet.
    pub fn empty(scenario: ScenarioRef, seed: Seed) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self {
            schema: SCHEMA,
            tool: Tool { name: "quorumbench".to_owned(), version },
            scenario,
            seed,
            models: Vec::new(),
            policies: Vec::new(),
            categories: Vec::new(),
            pairs: Vec::new(),
            ceiling: Vec::new(),
            comparisons: Vec::new(),
            availability: Vec::new(),
            frontier: Vec::new(),
            routers: Vec::new(),
            diversity: Vec::new(),
            gains: Vec::new(),
            contributions: Vec::new(),
            samples: Vec::new(),
            calibration: Vec::new(),
            judging: Vec::new(),
            extractors: Vec::new(),
            recommendation: None,
            simulated: Vec::new(),
            outages: Vec::new(),
            timeline: Vec::new(),
            bands: Vec::new(),
            drilled: Vec::new(),
            gates: Vec::new(),
            since: Vec::new(),
            warnings: Vec::new(),
        }
    }
}
