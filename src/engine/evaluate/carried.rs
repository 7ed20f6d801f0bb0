//! What policies that were fitted on some items come to on others, as they were fitted.

use std::collections::BTreeMap;

use super::field::Field;
use super::run::{Folds, Run};
use super::{EvaluateError, all_policies, folds, judge};
use crate::data::{Item, Outcome, Recorded};
use crate::kernel::PolicyId;
use crate::scenario::{Plan, Task};

/// What each of these policies comes to on the items of a task that `is_new`, in their order,
/// where it was fitted on all the others: nothing of the new ones has had a hand in it, but for
/// which words their questions are made of.
///
/// Everything that is fitted is fitted as on a task that has the other items only.
///
/// # Errors
/// See [`EvaluateError`].
pub fn carried_over(
    (plan, task): (&Plan, &Task),
    rows: &[&Recorded],
    policies: &[PolicyId],
    is_new: &dyn Fn(&Item) -> bool,
) -> Result<BTreeMap<PolicyId, Vec<Outcome>>, EvaluateError> {
    let rows = judge::rows_of(task, rows);
    let judged = judge::judge(task, &task.extract.extractor, &plan.candidates, &rows)?;
    let all = all_policies(plan);
    let asking = judged.asking(task, &plan.candidates, &all)?;
    let folds = folds::with_others_apart(judged.matrix.items(), is_new, plan.seed);
    let field = Field::new(&judged.matrix, &task.score, &folds, plan.seed, &all, &asking);
    let run = Run::new(&field);
    let new = folds.len() - 1;
    let fit: Folds = (1 << new) - 1;
    let outcomes = |name: &PolicyId| (name.clone(), run.applied(name, fit, new).to_vec());
    Ok(policies.iter().map(outcomes).collect())
}
