//! The words of a task's questions, and what routers made of them, worked out once.
//!
//! Which words stand where is learned from all questions, for it reads no target.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::routes::Learned;
use super::run::Folds;
use crate::data::{Item, ItemIdx, Matrix};
use crate::kernel::PolicyId;
use crate::policy::route::length;
use crate::stats::words::{Bags, Near, Sparse, bags, nearest};

/// What a router by words is: its options, its members, and the folds that it is fitted on.
pub(super) type Fit = (String, Vec<PolicyId>, Folds);

/// Of each question the nearest in each fold.
type Neighbours = Arc<OnceLock<Vec<Vec<Vec<Near>>>>>;

/// The words of all questions, and what followed from them so far.
#[derive(Default)]
pub(super) struct Words {
    bags: OnceLock<Bags>,
    told: OnceLock<(Vec<Sparse>, usize)>,
    near: Mutex<BTreeMap<usize, Neighbours>>,
    learned: Mutex<BTreeMap<Fit, Arc<OnceLock<Learned>>>>,
}

impl Words {
    fn bags(&self, matrix: &Matrix) -> &Bags {
        self.bags.get_or_init(|| {
            let texts = matrix.items().iter().map(|item| item.input.as_deref().unwrap_or(""));
            bags(&texts.collect::<Vec<&str>>())
        })
    }

    /// Of each question the `k` nearest in each fold.
    pub(super) fn near(
        &self,
        matrix: &Matrix,
        folds: &[Vec<ItemIdx>],
        k: usize,
    ) -> Arc<OnceLock<Vec<Vec<Vec<Near>>>>> {
        let known = Arc::clone(lock(&self.near).entry(k).or_default());
        known.get_or_init(|| {
            let mut fold_of = vec![0; matrix.items().len()];
            for (fold, items) in folds.iter().enumerate() {
                items.iter().for_each(|item| fold_of[item.0 as usize] = fold);
            }
            nearest(self.bags(matrix), &fold_of, folds.len(), k)
        });
        known
    }

    /// Of each question the `k` that are most like it, the nearest first.
    pub(super) fn similar(&self, matrix: &Matrix, k: usize) -> Vec<Vec<Near>> {
        let all = vec![0; matrix.items().len()];
        nearest(self.bags(matrix), &all, 1, k).into_iter().flatten().collect()
    }

    /// What a regression is told of each question, and how many places that has: its words, how
    /// long it is, and its category.
    pub(super) fn told(&self, matrix: &Matrix) -> &(Vec<Sparse>, usize) {
        self.told.get_or_init(|| {
            let Bags { of, n_places } = self.bags(matrix);
            let lengths: Vec<f64> = matrix.items().iter().map(log_length).collect();
            let n = lengths.len().max(1) as f64;
            let mean = lengths.iter().sum::<f64>() / n;
            let spread = lengths.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / n;
            let categories: BTreeSet<&str> =
                matrix.items().iter().filter_map(|item| item.category.as_deref()).collect();
            let place: BTreeMap<&str, u32> =
                categories.into_iter().zip(*n_places as u32 + 1..).collect();
            let vector = |((item, bag), length): ((&Item, &Sparse), f64)| {
                let mut vector = bag.clone();
                if spread > 0.0 {
                    vector.push((*n_places as u32, (length - mean) / spread.sqrt()));
                }
                let category = item.category.as_deref();
                vector.extend(category.and_then(|it| place.get(it)).map(|place| (*place, 1.0)));
                vector
            };
            let vectors = matrix.items().iter().zip(of).zip(lengths).map(vector).collect();
            (vectors, n_places + 1 + place.len())
        })
    }

    /// What was learned so before, or what `work` learns. `work` must not hand work to other
    /// threads: one that waits here could be among them.
    pub(super) fn learned(
        &self,
        fit: Fit,
        work: impl FnOnce() -> Learned,
    ) -> Arc<OnceLock<Learned>> {
        let known = Arc::clone(lock(&self.learned).entry(fit).or_default());
        known.get_or_init(work);
        known
    }
}

fn log_length(item: &Item) -> f64 {
    (length(item) as f64).ln_1p()
}

/// What is kept is whole whenever the lock is let go.
fn lock<T>(kept: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
