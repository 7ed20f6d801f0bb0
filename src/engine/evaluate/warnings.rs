//! What a reader must know before trusting a figure.

use std::collections::BTreeMap;

use crate::data::summary::{ModelRow, PolicyRow, WarningRow};
use crate::data::{Outcome, Warning};
use crate::kernel::PolicyId;
use crate::policy::{Accept, Cascade, Policy, Vote};
use crate::scenario::{Plan, Task};
use crate::vote::{BestOf, Rule};

/// Fewer items than this can't show a difference of a few points.
const FEW: u64 = 200;

/// A doubt as a row of the summary.
pub fn warning_row(warning: &Warning) -> WarningRow {
    WarningRow {
        kind: warning.kind().to_owned(),
        on: warning.on().to_owned(),
        text: warning.to_string(),
    }
}

/// Doubts that follow from the plan alone.
pub(super) fn of_plan(plan: &Plan) -> Vec<Warning> {
    let assumed = plan
        .candidates
        .iter()
        .filter(|candidate| candidate.price.as_ref().is_some_and(|price| price.assumed.is_some()));
    assumed.map(|candidate| Warning::PriceAssumed(candidate.id.to_string())).collect()
}

/// Cascades that accept by confidence where nobody tells one.
pub(super) fn never_sure(
    policies: &BTreeMap<PolicyId, Policy>,
    outcomes: &BTreeMap<PolicyId, Vec<Outcome>>,
) -> Vec<Warning> {
    let is_silent = |stage: &PolicyId| {
        let mut of_stage = outcomes.get(stage).into_iter().flatten();
        of_stage.all(|outcome| outcome.confidence.is_none())
    };
    let doubt = |(name, policy): (&PolicyId, &Policy)| {
        let Policy::Cascade(Cascade { stages, accept: Accept::Confidence(_), .. }) = policy else {
            return None;
        };
        let (_, before) = stages.split_last()?;
        let n = before.len() as u64;
        before.iter().all(is_silent).then(|| Warning::NeverSure(name.to_string(), n))
    };
    policies.iter().filter_map(doubt).collect()
}

/// Policies that want more samples of a model than there are.
pub(super) fn few_samples(policies: &BTreeMap<PolicyId, Policy>, there: u32) -> Vec<Warning> {
    let wanted = |policy: &Policy| match policy {
        Policy::Judge(judge) => Some(judge.samples),
        Policy::Vote(Vote { rule: Rule::BestOf(BestOf { samples }), .. }) => {
            samples.map(|n| n.get())
        }
        _ => None,
    };
    let wanted = policies.iter().filter_map(|(name, policy)| Some((name, wanted(policy)?)));
    let short = wanted.filter(|(_, wanted)| *wanted > there);
    short.map(|(name, wanted)| Warning::FewSamples(name.to_string(), wanted, there)).collect()
}

/// Doubts that follow from the figures of one task.
pub(super) fn of_task(task: &Task, models: &[ModelRow], policies: &[PolicyRow]) -> Vec<Warning> {
    let mut doubts = Vec::new();
    let n_items =
        models.first().map_or(0, |row| row.measures.counts.asked + row.measures.counts.not_run);
    if n_items < FEW {
        doubts.push(Warning::TooFewItems(task.id.to_string(), n_items));
    }
    for row in models {
        let (name, measures) = (row.model.to_string(), &row.measures);
        let counts = &measures.counts;
        let on = format!("{name} on {}", task.id);
        if counts.not_run > 0 {
            doubts.push(Warning::MissingCells(on.clone(), counts.not_run, n_items));
        }
        if counts.failed > 0 {
            let kinds = measures.failures.iter().map(|(kind, n)| format!("{kind} {n}"));
            let kinds = kinds.collect::<Vec<String>>().join(", ");
            doubts.push(Warning::FailedCalls(on.clone(), kinds, counts.failed, counts.asked));
        }
        let unsent = measures.cost_usd.map_or(0, |it| it.unsent);
        if unsent > 0 {
            doubts.push(Warning::NeverSent(on.clone(), unsent, counts.asked));
        }
        if counts.unparsed * 20 > counts.asked {
            doubts.push(Warning::Unparsed(on, counts.unparsed, counts.asked));
        }
        if measures.cost_usd.is_none() && counts.asked > 0 {
            doubts.push(Warning::CostUnknown(name.clone()));
        }
        if measures.latency_ms.is_none() && counts.answered > 0 {
            doubts.push(Warning::LatencyUnknown(name));
        }
    }
    for row in policies.iter().filter(|row| row.kind == "vote" && row.tied * 20 > n_items) {
        let on = format!("{} on {}", row.policy, task.id);
        doubts.push(Warning::Ties(on, row.tied, n_items));
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Probability;

    #[test]
    fn a_cascade_by_confidence_is_doubted_where_no_stage_before_the_last_tells_one() {
        let stages = ["mini", "opus"].map(PolicyId::from).to_vec();
        let accept = Accept::Confidence(Probability::HALF);
        let cascade = Policy::Cascade(Cascade { stages, accept, prompt: None });
        let policies = BTreeMap::from([(PolicyId::from("both"), cascade)]);
        let doubts = |mini: Option<f64>| {
            let sure = |confidence| vec![Outcome { confidence, ..Outcome::NOT_RUN }];
            let outcomes = [("mini", sure(mini)), ("opus", sure(Some(0.9)))];
            never_sure(&policies, &outcomes.map(|(name, it)| (name.into(), it)).into())
        };
        assert_eq!(doubts(Some(0.1)), []);
        assert_eq!(doubts(None), [Warning::NeverSure("both".into(), 1)]);
    }
}
