//! Asks in rounds, and looks at the gates after each: no more is asked when all are decided.

use std::sync::Arc;

use anyhow::{Context, Result};

use crate::data::{Item, Recorded, Warning};
use crate::engine::collect::{Collected, Scribe};
use crate::engine::evaluate;
use crate::scenario::{Looks, Plan};

/// Items of each task in the first round; each later round asks a quarter more.
const FIRST: usize = 50;

/// Collects until every gate is decided, or everything was asked; the plan is left with the items
/// that were. `collect` collects what a plan has to ask.
///
/// Between rounds nothing is on its way, so looking costs no answer its time.
#[expect(clippy::print_stderr, reason = "stderr is talk")]
pub(super) fn collect(
    plan: &mut Plan,
    recorded: &[&Recorded],
    doubts: &mut Vec<Warning>,
    collect: impl Fn(&Plan) -> Result<(Collected, Option<Scribe>)>,
) -> Result<(Collected, Option<Scribe>)> {
    plan.looks = Looks::Often;
    let undecidable = evaluate::undecidable(plan);
    for (gate, why) in &undecidable {
        eprintln!("note: everything is asked, because `{gate}` can't be decided earlier: {why}");
    }
    if plan.gates.is_empty() {
        eprintln!("note: everything is asked, because the scenario has no gate to decide");
    }
    if plan.gates.is_empty() || !undecidable.is_empty() {
        // Looked at once, at the end.
        plan.looks = Looks::Once;
        return collect(plan);
    }
    let all: Vec<Arc<[Item]>> = plan.tasks.iter().map(|task| task.items.clone()).collect();
    let orders: Vec<Vec<usize>> =
        all.iter().map(|items| evaluate::order(items, plan.seed)).collect();
    let most = all.iter().map(|items| items.len()).max().unwrap_or(0);
    let mut n = FIRST;
    loop {
        for ((task, items), order) in plan.tasks.iter_mut().zip(&all).zip(&orders) {
            let mut first: Vec<usize> = order.iter().take(n).copied().collect();
            first.sort_unstable();
            task.items = first.into_iter().map(|position| items[position].clone()).collect();
        }
        let (collected, closing) = collect(plan)?;
        if n >= most || collected.n_left > 0 {
            return Ok((collected, closing));
        }
        let rows: Vec<&Recorded> = recorded.iter().copied().chain(&collected.rows).collect();
        let judged = evaluate::evaluate(plan, &rows, Vec::new()).context("judge the answers")?;
        if evaluate::are_decided(&judged.summary.gates) {
            let n_asked = plan.tasks.iter().map(|task| task.items.len()).sum::<usize>() as u64;
            let n_all = all.iter().map(|items| items.len()).sum::<usize>() as u64;
            doubts.push(Warning::StoppedEarly(plan.name.clone(), n_asked, n_all));
            return Ok((collected, closing));
        }
        n += n.div_ceil(4);
    }
}
