//! What all policies are judged on, and what each came to on every item.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::made::{Heard, Missing};
use super::run::{Columns, Folds, Run};
use super::words::Words;
use crate::data::{ItemIdx, Matrix, ModelIdx, Outcome};
use crate::kernel::{PolicyId, Seed};
use crate::policy::{Context, Policy, Vote, single};
use crate::scenario::Asking;
use crate::task::score::Score;
use crate::vote::{BestOf, Rule};

/// What all policies are judged on.
pub(super) struct Field<'a> {
    pub(super) matrix: &'a Matrix,
    pub(super) score: &'a Score,
    pub(super) folds: &'a [Vec<ItemIdx>],
    pub(super) seed: Seed,
    /// Every policy by name, each model by itself among them.
    pub(super) policies: &'a BTreeMap<PolicyId, Policy>,
    /// What questions about the answers are made of.
    pub(super) asking: &'a Asking,
    /// Questions about answers that nobody was asked, and templates that don't fit.
    pub(super) wanted: Mutex<Vec<Missing>>,
    /// What such questions came to.
    pub(super) heard: Mutex<Vec<Heard>>,
    /// What every model by itself came to, by fold: no fit changes it, and every run needs it.
    pub(super) singles: BTreeMap<PolicyId, Columns>,
    /// How many answers to each item were possible.
    pub(super) n_classes: Vec<u32>,
    /// What routers read in the questions.
    pub(super) words: Arc<Words>,
}

impl<'a> Field<'a> {
    pub(super) fn new(
        matrix: &'a Matrix,
        score: &'a Score,
        folds: &'a [Vec<ItemIdx>],
        seed: Seed,
        policies: &'a BTreeMap<PolicyId, Policy>,
        asking: &'a Asking,
    ) -> Self {
        let single = |(name, policy): (&PolicyId, &Policy)| {
            let Policy::Single(model) = policy else { return None };
            let model = matrix.model_idx(model)?;
            let on = |item: &ItemIdx| single::outcome(matrix.cell(*item, model, 0), name);
            let by_fold = folds.iter().map(|items| Arc::new(items.iter().map(on).collect()));
            Some((name.clone(), by_fold.collect()))
        };
        let singles = policies.iter().filter_map(single).collect();
        let n_classes = matrix.item_idxs().map(|item| n_classes(matrix, item)).collect();
        let (words, wanted, heard) = (Arc::default(), Mutex::default(), Mutex::default());
        Self {
            matrix,
            score,
            folds,
            seed,
            policies,
            asking,
            wanted,
            heard,
            singles,
            n_classes,
            words,
        }
    }

    /// The same field, on which the words of the questions have been read before.
    pub(super) fn with_words(self, words: &Arc<Words>) -> Self {
        Self { words: Arc::clone(words), ..self }
    }
}

impl Field<'_> {
    /// What `policy` came to on every item, in the matrix's order, fitted on other items.
    pub(super) fn outcomes(&self, policy: &PolicyId) -> Vec<Outcome> {
        let run = Run::new(self);
        self.on_every_item(|fold| run.applied(policy, self.all() & !(1 << fold), fold))
    }

    /// Looks for what a policy would ask if members were missing, where it says so.
    pub(super) fn look_without(&self, policy: &PolicyId) {
        let run = Run::new(self);
        for fold in 0..self.folds.len() {
            run.look_without(policy, self.all() & !(1 << fold), fold);
        }
    }

    /// What it would seem to come to, fitted on the very items that it is scored on.
    pub(super) fn in_sample(&self, policy: &PolicyId) -> Vec<Outcome> {
        let run = Run::new(self);
        self.on_every_item(|fold| run.applied(policy, self.all(), fold))
    }

    /// What the vote of this name would come to if it were each of `variants`: whatever is drawn is
    /// drawn as for the vote itself.
    pub(super) fn variants<'v>(
        &'v self,
        name: &'v PolicyId,
        variants: &'v [Vote],
    ) -> impl Iterator<Item = Vec<Outcome>> + 'v {
        let run = Run::new(self);
        let outcomes = move |vote| {
            self.on_every_item(|fold| {
                Arc::new(run.vote(name, vote, self.all() & !(1 << fold), fold))
            })
        };
        variants.iter().map(outcomes)
    }

    fn all(&self) -> Folds {
        (1 << self.folds.len()) - 1
    }

    fn on_every_item(&self, of: impl Fn(usize) -> Arc<Vec<Outcome>>) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome::NOT_RUN; self.matrix.items().len()];
        for (fold, items) in self.folds.iter().enumerate() {
            for (item, outcome) in items.iter().zip(Arc::unwrap_or_clone(of(fold))) {
                outcomes[item.0 as usize] = outcome;
            }
        }
        outcomes
    }

    pub(super) fn context<'a>(&'a self, policy: &'a PolicyId, item: ItemIdx) -> Context<'a> {
        Context {
            policy,
            item: self.matrix.item(item),
            seed: self.seed,
            n_classes: self.n_classes[item.0 as usize],
            answers: self.matrix.answers(item),
            made: self.asking.made.get(item.0 as usize).map_or(&[], Vec::as_slice),
            score: self.score,
        }
    }

    /// How many ballots a model has in a vote by this rule.
    pub(super) fn n_samples(&self, rule: &Rule) -> u32 {
        let n_recorded = self.matrix.n_samples();
        match rule {
            Rule::BestOf(BestOf { samples }) => {
                samples.map_or(n_recorded, |n| n.get().min(n_recorded))
            }
            _ => 1,
        }
    }

    pub(super) fn model(&self, name: &PolicyId) -> Option<ModelIdx> {
        self.matrix.model_idx(&name.as_str().into())
    }
}

/// How many answers were possible: the item's choices, else the distinct answers seen on it.
fn n_classes(matrix: &Matrix, item: ItemIdx) -> u32 {
    match matrix.item(item).choices.len() {
        0 => matrix.answers(item).len().max(2) as u32,
        n_choices => n_choices as u32,
    }
}
