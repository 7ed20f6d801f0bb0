//! Policies that ask about answers, on replies that were recorded; and which replies are missing.

use std::collections::{BTreeMap, BTreeSet};

use super::field::Field;
use super::{EvaluateError, all_policies, folds, judge, models_of};
use crate::data::{Failure, ItemIdx, Outcome, Recorded, Verdict};
use crate::kernel::{ItemId, ModelId, PolicyId, PromptId, TaskId};
use crate::policy::made::{Asked, Made, Next, Part};
use crate::policy::{Cascade, Context, Policy, single};
use crate::provider::Message;
use crate::scenario::Plan;
use crate::task::prompt::PromptError;

/// A question made of answers, which nobody was asked yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The task.
    pub task: TaskId,
    /// The item that the answers are to.
    pub item: ItemId,
    /// Who is to be asked.
    pub by: ModelId,
    /// What it is recorded under.
    pub prompt: PromptId,
    /// What is asked.
    pub part: Part,
    /// What is said.
    pub messages: Vec<Message>,
    /// How right what is shown is, in that order; for those who make replies up.
    pub scores: Vec<f64>,
}

/// What a policy could not find.
#[derive(Debug)]
pub(super) enum Missing {
    /// A reply.
    Reply(Box<Wanted>),
    /// The words: a template that doesn't fit an item.
    Words(PolicyId, ItemId, PromptError),
}

/// A question about an item, who was asked, and what came of it.
pub(super) type Heard = (ItemIdx, ModelId, Made, Outcome);

/// What a policy comes to that may ask about what its members came to.
pub(super) fn outcome(
    field: &Field<'_>,
    name: &PolicyId,
    item: ItemIdx,
    members: &[&Outcome],
) -> Outcome {
    let ctx = field.context(name, item);
    let mut heard: Vec<Outcome> = Vec::new();
    loop {
        let next = match field.policies.get(name) {
            Some(Policy::Judge(judge)) => judge.next(&ctx, members, &heard),
            Some(Policy::Fuse(fuse)) => fuse.next(&ctx, members, &heard),
            Some(Policy::Cascade(it)) => return cascade(field, &ctx, it, item, members),
            _ => return Outcome::NOT_RUN,
        };
        match next {
            Next::Done(outcome) => return outcome,
            Next::Ask(asked) => heard.extend(asked.iter().map(|it| hear(field, &ctx, item, it))),
        }
    }
}

/// Looks for what would be asked with up to so many members missing.
pub(super) fn look_without(
    field: &Field<'_>,
    name: &PolicyId,
    item: ItemIdx,
    (members, without): (&[&Outcome], usize),
) {
    let is_there = |at: &usize| matches!(members[*at].verdict, Verdict::Answered { .. });
    let there: Vec<usize> = (0..members.len()).filter(is_there).collect();
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..without {
        // Each set once: another member is left out behind those that are.
        let larger = sets.iter().flat_map(|set| {
            let behind = there.iter().filter(|at| set.last().is_none_or(|last| last < at));
            behind.map(|at| [&set[..], &[*at]].concat())
        });
        sets = larger.collect();
        for set in &sets {
            look_without_these(field, name, item, (members, set));
        }
    }
}

/// Looks for what a judge would be asked about whatever a stage may come to.
pub(super) fn look_at_every_answer(
    field: &Field<'_>,
    name: &PolicyId,
    item: ItemIdx,
    cascade: &Cascade,
) {
    let ctx = field.context(name, item);
    let stages = &cascade.stages[..cascade.stages.len().saturating_sub(1)];
    let models = stages.iter().flat_map(|stage| models_of(stage, field.policies));
    for model in models.collect::<BTreeSet<_>>() {
        let Some(at) = field.matrix.model_idx(&model) else { continue };
        let outcome =
            single::outcome(field.matrix.cell(item, at, 0), &PolicyId::from(model.as_str()));
        if let Some(asked) = cascade.question(&ctx, &outcome) {
            find(field, &ctx, item, &asked);
        }
    }
}

fn look_without_these(
    field: &Field<'_>,
    name: &PolicyId,
    item: ItemIdx,
    (members, missing): (&[&Outcome], &[usize]),
) {
    let ctx = field.context(name, item);
    let gone = Outcome { verdict: Verdict::Failed(Failure::Unavailable), ..Outcome::NOT_RUN };
    let left = members.iter().enumerate();
    let left = left.map(|(at, one)| if missing.contains(&at) { &gone } else { *one });
    let left: Vec<&Outcome> = left.collect();
    let mut heard: Vec<Outcome> = Vec::new();
    loop {
        let (next, n_again) = match field.policies.get(name) {
            Some(Policy::Judge(judge)) => (judge.next(&ctx, &left, &heard), 0),
            Some(Policy::Fuse(fuse)) => (fuse.next(&ctx, &left, &heard), fuse.members.len()),
            _ => return,
        };
        let Next::Ask(asked) = next else { return };
        let hear = |(at, asked): (usize, &Asked)| match asked.made.part {
            // Whoever is missing is not there for another round either.
            Part::Again(_) if missing.contains(&(at % n_again.max(1))) => gone.clone(),
            _ => find(field, &ctx, item, asked),
        };
        let new: Vec<Outcome> = asked.iter().enumerate().map(hear).collect();
        heard.extend(new);
    }
}

/// What a cascade comes to, each stage judged where a judge accepts.
fn cascade(
    field: &Field<'_>,
    ctx: &Context<'_>,
    cascade: &Cascade,
    item: ItemIdx,
    stages: &[&Outcome],
) -> Outcome {
    let mut heard = Vec::new();
    for stage in &stages[..stages.len().saturating_sub(1)] {
        let said = cascade.question(ctx, stage).map(|asked| hear(field, ctx, item, &asked));
        let is_over = cascade.accept.admits(stage, said.as_ref())
            || said.as_ref().is_some_and(|said| said.verdict == Verdict::NotRun);
        heard.push(said);
        if is_over {
            break;
        }
    }
    cascade.decide_judged(stages, &heard)
}

/// What was recorded of a question; where nothing was, it is wanted.
fn hear(field: &Field<'_>, ctx: &Context<'_>, at: ItemIdx, asked: &Asked) -> Outcome {
    let outcome = find(field, ctx, at, asked);
    if let Ok(mut heard) = field.heard.lock() {
        heard.push((at, asked.by.clone(), asked.made.clone(), outcome.clone()));
    }
    outcome
}

fn find(field: &Field<'_>, ctx: &Context<'_>, at: ItemIdx, asked: &Asked) -> Outcome {
    let Asked { by, made } = asked;
    let item = field.matrix.item(at);
    let miss = |missing| {
        if let Ok(mut wanted) = field.wanted.lock() {
            wanted.push(missing);
        }
        Outcome::NOT_RUN
    };
    let misfit = |error| Missing::Words(ctx.policy.clone(), item.id.clone(), error);
    let prompt = match field.asking.prompt(ctx, (at, item), made) {
        Ok(prompt) => prompt,
        Err(error) => return miss(misfit(error)),
    };
    if let Some(row) = field.asking.reply(at, by, &prompt) {
        let cell = field.asking.cell(ctx, item, made, row);
        return single::outcome(&cell, &PolicyId::from(by.as_str()));
    }
    match field.asking.messages(ctx, (at, item), made) {
        Err(error) => miss(misfit(error)),
        Ok((_, messages)) => {
            let score = |answer| ctx.at(answer).map_or(0.0, |answer| answer.score);
            let wanted = Wanted {
                task: field.matrix.task().clone(),
                item: item.id.clone(),
                by: by.clone(),
                prompt,
                part: made.part,
                messages,
                scores: made.shown.iter().map(|answer| score(*answer)).collect(),
            };
            miss(Missing::Reply(Box::new(wanted)))
        }
    }
}

/// Which questions made of answers the policies of a plan would ask, and nobody was asked yet; each
/// once, in order of task, item, model and prompt. Once they are answered there may be more, made
/// of those answers.
///
/// # Errors
/// When answers can't be judged, or a template doesn't fit an item.
pub fn wanted(plan: &Plan, rows: &[&Recorded]) -> Result<Vec<Wanted>, EvaluateError> {
    let policies = all_policies(plan);
    let asks = |policy: &Policy| !policy.asks_about_answers().is_empty();
    let asking: Vec<&PolicyId> =
        plan.policies.iter().filter(|(_, policy)| asks(policy)).map(|(name, _)| name).collect();
    let mut all = BTreeMap::new();
    if asking.is_empty() {
        return Ok(Vec::new());
    }
    for task in &plan.tasks {
        let rows = judge::rows_of(task, rows);
        let judged = judge::judge(task, &task.extract.extractor, &plan.candidates, &rows)?;
        super::refuse_votes_without_answers(&policies, &judged.matrix)?;
        let folds = folds::folds(judged.matrix.items(), plan.seed);
        let known = judged.asking(task, &plan.candidates, &policies)?;
        let field = Field::new(&judged.matrix, &task.score, &folds, plan.seed, &policies, &known);
        for name in &asking {
            field.outcomes(name);
            field.look_without(name);
        }
        for missing in field.wanted.into_inner().unwrap_or_default() {
            match missing {
                Missing::Reply(one) => {
                    let key = (one.task.clone(), one.item.clone(), one.by.clone());
                    all.entry((key, one.prompt.clone())).or_insert(*one);
                }
                Missing::Words(policy, item, source) => {
                    return Err(EvaluateError::Words { policy, item, source });
                }
            }
        }
    }
    Ok(all.into_values().collect())
}
