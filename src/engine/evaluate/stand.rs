//! What a search stands on: one task's answers, judged, and any policy tried on any of its folds.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::field::Field;
use super::judge;
use super::run::{Folds, Run};
use super::tables::Method;
use super::words::Words;
use super::{
    EvaluateError, all_policies, folds, refuse_labels_that_differ, refuse_votes_without_answers,
};
use crate::analysis::{self, Scored};
use crate::data::summary::Versus;
use crate::data::{ItemIdx, Matrix, Outcome, Recorded};
use crate::kernel::{PolicyId, Seed};
use crate::policy::Policy;
use crate::policy::knowledge::Knowledge;
use crate::policy::route::{By, Prospects, Route};
use crate::scenario::{Asking, Plan, Task};
use crate::task::score::Score;

/// One task's answers, judged, and the folds that its items are in.
pub(in crate::engine) struct Stand<'a> {
    pub(in crate::engine) matrix: Matrix,
    pub(in crate::engine) folds: Vec<Vec<ItemIdx>>,
    pub(in crate::engine) method: Method,
    pub(in crate::engine) seed: Seed,
    score: &'a Score,
    /// What questions about the answers are made of.
    pub(in crate::engine) asking: Asking,
    words: Arc<Words>,
}

impl<'a> Stand<'a> {
    pub(in crate::engine) fn new(
        plan: &'a Plan,
        task: &'a Task,
        rows: &[&Recorded],
    ) -> Result<Self, EvaluateError> {
        let rows = judge::rows_of(task, rows);
        let judged = judge::judge(task, &task.extract.extractor, &plan.candidates, &rows)?;
        let policies = all_policies(plan);
        let asking = judged.asking(task, &plan.candidates, &policies)?;
        let matrix = judged.matrix;
        refuse_votes_without_answers(&policies, &matrix)?;
        refuse_labels_that_differ(&policies, &matrix)?;
        let folds = folds::folds(matrix.items(), plan.seed);
        let method = Method::new(&matrix, plan.intervals);
        let (seed, score) = (plan.seed, &task.score);
        Ok(Self { matrix, folds, method, seed, score, asking, words: Arc::default() })
    }

    /// All folds.
    pub(in crate::engine) fn all(&self) -> Folds {
        (1 << self.folds.len()) - 1
    }

    /// The items of the folds in `fit`, in the dataset's order.
    pub(in crate::engine) fn items(&self, fit: Folds) -> Vec<ItemIdx> {
        let mut items: Vec<ItemIdx> =
            self.folds_of(fit).flat_map(|it| &self.folds[it]).copied().collect();
        items.sort();
        items
    }

    pub(in crate::engine) fn folds_of(&self, fit: Folds) -> impl Iterator<Item = usize> + use<> {
        (0..self.folds.len()).filter(move |fold| fit & 1 << fold != 0)
    }

    /// What `policy`, one of `policies`, comes to on the items of each fold in `on`, fitted on
    /// those folds of `fit` that are not the fold itself; in the dataset's order.
    pub(in crate::engine) fn outcomes(
        &self,
        policies: &BTreeMap<PolicyId, Policy>,
        tried: &[(PolicyId, Folds, Folds)],
    ) -> Vec<Vec<Outcome>> {
        let folds = &self.folds;
        let field = self.field(policies);
        let of_one = |(policy, fit, on): &(PolicyId, Folds, Folds)| {
            let run = Run::new(&field);
            let mut found: Vec<(ItemIdx, Outcome)> = Vec::new();
            for fold in self.folds_of(*on) {
                let outcomes = run.applied(policy, fit & !(1 << fold), fold);
                found.extend(folds[fold].iter().copied().zip(outcomes.iter().cloned()));
            }
            found.sort_by_key(|(item, _)| *item);
            found.into_iter().map(|(_, outcome)| outcome).collect()
        };
        tried.par_iter().map(of_one).collect()
    }

    /// Where a router by category sends each category, and everything else, once it has looked at
    /// all items; nowhere for any other router.
    pub(in crate::engine) fn routes(
        &self,
        policies: &BTreeMap<PolicyId, Policy>,
        route: &Route,
    ) -> (BTreeMap<String, PolicyId>, Option<PolicyId>) {
        if !matches!(route.by, By::Category(_)) {
            return (BTreeMap::new(), None);
        }
        let categories = Run::new(&self.field(policies)).categories(route, self.all());
        let name = |prospects: &Prospects| route.among[route.choose(prospects, 0.0)].clone();
        let of = categories.of.iter().map(|(category, it)| (category.clone(), name(it)));
        (of.collect(), Some(name(&categories.otherwise)))
    }

    /// What these policies learned, each item's from other folds, and how many answers to each item
    /// were possible.
    pub(in crate::engine) fn knowledge(
        &self,
        policies: &BTreeMap<PolicyId, Policy>,
    ) -> (Vec<u32>, Knowledge) {
        let field = self.field(policies);
        let knowledge = super::ground::knowledge(&field);
        (field.n_classes, knowledge)
    }

    fn field<'f>(&'f self, policies: &'f BTreeMap<PolicyId, Policy>) -> Field<'f> {
        let Self { matrix, score, folds, seed, words, asking, .. } = self;
        Field::new(matrix, score, folds, *seed, policies, asking).with_words(words)
    }

    /// The paired difference of two, item by item of the whole task, over the items that both
    /// have: what nobody was served counts 0.
    pub(in crate::engine) fn difference(
        &self,
        baseline: &PolicyId,
        ours: &[Option<f64>],
        theirs: &[Option<f64>],
    ) -> Option<Versus> {
        let pairs: Vec<(Scored, Scored)> =
            crate::analysis::paired(|at| ours[at], |at| theirs[at], &self.method.clusters);
        let versus = analysis::difference(baseline, &pairs, self.method.intervals)?;
        Some(Versus { metric: "accuracy_of_all".to_owned(), ..versus })
    }
}
