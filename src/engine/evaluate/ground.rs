//! What simulations and drills stand on: the answers to a task, and what policies learned of them.

use super::field::Field;
use super::judge;
use super::learn;
use super::run::Run;
use super::{EvaluateError, all_policies, folds};
use crate::data::{ItemIdx, Matrix, Recorded};
use crate::kernel::{PolicyId, TaskId};
use crate::policy::knowledge::{Foreseen, Knowledge, Lesson, VoteKnowledge};
use crate::policy::{Policy, Rung, Vote};
use crate::scenario::{Asking, Plan};

/// One task's answers, judged, and what every policy learned of them.
#[derive(Debug)]
pub struct Ground {
    /// The task.
    pub task: TaskId,
    /// Every item, every model, every sample.
    pub matrix: Matrix,
    /// How many answers to each item were possible.
    pub n_classes: Vec<u32>,
    /// What was fitted, each item's from other items.
    pub knowledge: Knowledge,
    /// What questions about the answers are made of.
    pub asking: Asking,
}

/// Judges the answers to every task, and fits every policy on them.
///
/// # Errors
/// See [`EvaluateError`].
pub fn grounds(plan: &Plan, rows: &[&Recorded]) -> Result<Vec<Ground>, EvaluateError> {
    let policies = all_policies(plan);
    let ground = |task| {
        let rows = judge::rows_of(task, rows);
        let judged = judge::judge(task, &task.extract.extractor, &plan.candidates, &rows)?;
        super::refuse_votes_without_answers(&policies, &judged.matrix)?;
        super::refuse_labels_that_differ(&policies, &judged.matrix)?;
        let folds = folds::folds(judged.matrix.items(), plan.seed);
        let matrix = &judged.matrix;
        let asking = judged.asking(task, &plan.candidates, &policies)?;
        let field = Field::new(matrix, &task.score, &folds, plan.seed, &policies, &asking);
        let (knowledge, n_classes) = (knowledge(&field), field.n_classes);
        let (task, matrix) = (task.id.clone(), judged.matrix);
        Ok(Ground { task, n_classes, knowledge, matrix, asking })
    };
    plan.tasks.iter().map(ground).collect()
}

/// So many questions that are like one are looked through for an answer that is kept.
const SIMILAR: usize = 50;

pub(super) fn knowledge(field: &Field<'_>) -> Knowledge {
    let mut known =
        Knowledge { fold_of: vec![0; field.matrix.items().len()], ..Knowledge::default() };
    for (fold, items) in field.folds.iter().enumerate() {
        for item in items {
            known.fold_of[item.0 as usize] = fold as u8;
        }
    }
    let looks_around = |policy: &Policy| match policy {
        Policy::Failover(ladder) => ladder.rungs.contains(&Rung::Similar),
        _ => false,
    };
    if field.policies.values().any(looks_around) {
        known.similar = field.words.similar(field.matrix, SIMILAR);
    }
    for (name, policy) in field.policies {
        let run = Run::new(field);
        match policy {
            Policy::Vote(vote) => {
                known.votes.insert(name.clone(), vote_knowledge(&run, vote));
            }
            Policy::Route(route) => {
                let choose = |fold: usize| run.routed(route, run.all_but(fold), fold);
                known.choices.insert(name.clone(), on_every_item(field, choose));
            }
            Policy::CascadeRoute(policy) => {
                let mut of = Foreseen {
                    expected: vec![Vec::new(); field.matrix.items().len()],
                    ..Foreseen::default()
                };
                for (fold, items) in field.folds.iter().enumerate() {
                    let fit = run.all_but(fold);
                    of.foresights.push(run.foresight(policy, fit));
                    for (item, expected) in items.iter().zip(run.expectations(policy, fit, fold)) {
                        of.expected[item.0 as usize] = expected;
                    }
                }
                known.foreseen.insert(name.clone(), of);
            }
            Policy::Mix(mix) => {
                let choose = |item: &ItemIdx| mix.choose(&field.context(name, *item));
                let of_fold = |fold: usize| field.folds[fold].iter().map(choose).collect();
                known.choices.insert(name.clone(), on_every_item(field, of_fold));
            }
            Policy::BestSingle => {
                let best = |fold: usize| {
                    let best = run.best_single(run.all_but(fold));
                    let idx = best.and_then(|best| field.model(&best)).map_or(0, |idx| idx.0);
                    vec![usize::from(idx); field.folds[fold].len()]
                };
                known.choices.insert(name.clone(), on_every_item(field, best));
            }
            Policy::Single(_)
            | Policy::Cascade(_)
            | Policy::Failover(_)
            | Policy::Hedge(_)
            | Policy::Balance(_)
            | Policy::Judge(_)
            | Policy::Fuse(_)
            | Policy::Oracle(_) => {}
        }
    }
    known
}

fn vote_knowledge(run: &Run<'_>, vote: &Vote) -> VoteKnowledge {
    let field = run.field;
    let mut known = VoteKnowledge {
        lessons: vec![Lesson::Nothing; field.matrix.items().len()],
        ..VoteKnowledge::default()
    };
    for (fold, items) in field.folds.iter().enumerate() {
        let fit = run.all_but(fold);
        let (names, columns) = run.ballots(vote, fit, fold);
        let voter = |name: &PolicyId| (name.clone(), run.standing(name, fit));
        known.voters.push(names.into_iter().map(voter).collect());
        let lesson = run.learn(vote, fit, fold, &columns);
        for (row, item) in items.iter().enumerate() {
            known.lessons[item.0 as usize] = match &lesson {
                learn::Lesson::Nothing => Lesson::Nothing,
                learn::Lesson::Beliefs(rows) => Lesson::Beliefs(rows[row].clone()),
                learn::Lesson::Confidences(rows) => Lesson::Confidences(rows[row].clone()),
            };
        }
    }
    known
}

fn on_every_item(field: &Field<'_>, of_fold: impl Fn(usize) -> Vec<usize>) -> Vec<u16> {
    let mut choices = vec![0; field.matrix.items().len()];
    for (fold, items) in field.folds.iter().enumerate() {
        for (item, choice) in items.iter().zip(of_fold(fold)) {
            choices[item.0 as usize] = choice as u16;
        }
    }
    choices
}
