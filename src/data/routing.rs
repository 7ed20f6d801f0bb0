//! The figures by which published work compares routers: the rows of `summary.json` about them.

use serde::{Deserialize, Serialize};

use crate::kernel::{PolicyId, TaskId};

/// A policy by the figures of published work on routers, each as its source defines it
/// (`analysis::routing`). Estimates without intervals: they are for comparison with the literature,
/// which has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouterRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// Whom it saves the calls to the strong one with; `None` for what sends no item to one of
    /// several.
    pub weak: Option<PolicyId>,
    /// The most accurate of those that it may send an item to.
    pub strong: Option<PolicyId>,
    /// Items on which all of them were asked.
    pub n: u64,
    /// The share of the gap between the two that it recovers; above 1 where it is better than the
    /// strong one.
    pub pgr: Option<f64>,
    /// The mean of that over all shares of strong calls; one half by the flip of a coin.
    pub apgr: Option<f64>,
    /// The least share of strong calls that recovers half of the gap.
    pub cpt50: Option<f64>,
    /// The least share of strong calls that recovers 80 % of the gap.
    pub cpt80: Option<f64>,
    /// Mean accuracy over the range of prices, as the paper on `RouterBench` defines it.
    pub aiq: Option<f64>,
    /// The same area over the largest price, as its code divides.
    pub aiq_code: Option<f64>,
    /// `RouterArena`'s score of its accuracy and price.
    pub arena_score: Option<f64>,
}
