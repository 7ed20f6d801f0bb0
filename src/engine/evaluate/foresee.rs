//! What cascade routing learns: what is expected before anybody has answered, and what answers say.

use super::run::{Folds, Run, at, where_all_ran};
use crate::data::{ItemIdx, Outcome, Verdict};
use crate::policy::CascadeRoute;
use crate::policy::cascade_route::{Foresight, Looked, Worth};

impl Run<'_> {
    /// What cascade routing comes to on the items of `fold`, where the folds in `fit` were looked
    /// at.
    pub(super) fn step_by_step(
        &self,
        policy: &CascadeRoute,
        fit: Folds,
        fold: usize,
    ) -> Vec<Outcome> {
        let columns = self.columns(&policy.among, fit, fold);
        let foresight = self.foresight(policy, fit);
        let expected = self.expectations(policy, fit, fold);
        let decide = |(row, expected): (usize, &Vec<f64>)| {
            policy.decide(Some((&foresight, expected)), &at(&columns, row))
        };
        where_all_ran(&columns, expected.iter().enumerate().map(decide))
    }

    /// How right each member is expected to be on each item of `fold`, by the folds in `fit`.
    pub(super) fn expectations(
        &self,
        policy: &CascadeRoute,
        fit: Folds,
        fold: usize,
    ) -> Vec<Vec<f64>> {
        let prospects = self.prospects(&policy.router(), fit, fold);
        prospects.into_iter().map(|of_item| of_item.right).collect()
    }

    /// What the answers on the folds in `fit` say about who is right, each item's beside what is
    /// expected of it by the others of these folds. Items that somebody was not asked are left
    /// out.
    pub(super) fn foresight(&self, policy: &CascadeRoute, fit: Folds) -> Foresight {
        let mut of_folds = Vec::new();
        for fold in self.folds_of(fit) {
            let others = fit & !(1 << fold);
            let columns = self.columns(&policy.among, others, fold);
            of_folds.push((fold, self.expectations(policy, others, fold), columns));
        }
        let mut looked: Vec<(ItemIdx, Looked<'_>)> = Vec::new();
        for (fold, expected, columns) in &of_folds {
            for (row, (item, expected)) in self.field.folds[*fold].iter().zip(expected).enumerate()
            {
                let outcomes = at(columns, row);
                if outcomes.iter().all(|it| it.verdict != Verdict::NotRun) {
                    looked.push((*item, Looked { expected: expected.clone(), outcomes }));
                }
            }
        }
        // Sums go in the order of the dataset, whichever folds they are of.
        looked.sort_by_key(|(item, _)| *item);
        let looked: Vec<Looked<'_>> = looked.into_iter().map(|it| it.1).collect();
        let prices = prices(policy, &looked);
        Foresight::fit(&looked, prices)
    }
}

/// What each member costs on average, in right answers. Where nobody's price is known it counts
/// for nothing.
fn prices(policy: &CascadeRoute, looked: &[Looked<'_>]) -> Vec<f64> {
    let mean = |member: usize, of: &dyn Fn(&Outcome) -> Option<f64>| {
        let served = looked.iter().map(|it| it.outcomes[member]);
        let known: Option<Vec<f64>> =
            served.filter(|it| it.verdict.judged().is_some()).map(of).collect();
        let known = known.filter(|known| !known.is_empty())?;
        Some(known.iter().sum::<f64>() / known.len() as f64)
    };
    let price = |member: usize| match policy.worth {
        Worth::Dollars(worth) => Some(mean(member, &|it| Some(it.cost?.dollars()))? / worth),
        Worth::Calls(worth) => Some(mean(member, &|it| Some(f64::from(it.n_calls)))? / worth),
    };
    let known: Vec<Option<f64>> = (0..policy.among.len()).map(price).collect();
    let unknown = if known.iter().any(Option::is_some) { f64::INFINITY } else { 0.0 };
    known.into_iter().map(|price| price.unwrap_or(unknown)).collect()
}
