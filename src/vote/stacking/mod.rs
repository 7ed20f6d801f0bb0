//! `stacking`: how much each member's word counts is learned from items whose answer is known.

mod likelihood;
mod newton;
mod patterns;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::AnswerIdx;
use crate::vote::bounded::bounded;
use crate::vote::tally::exceeds;
use crate::vote::{Ballot, Tally, Total};
use likelihood::Likelihood;
use patterns::Patterns;

bounded! {
    /// How strongly weights are held to 0, from 0.001 to a million; 1 where it is left out. Without
    /// any there might be no solution.
    Penalty: f64 "f64", 0.001 to 1e6, else 1.0;
}

/// A vote by weights that are fitted together, so that members who err together share a weight
/// where log-odds would count them twice.
///
/// The score of an answer is the sum of the weights of the members who gave it, and its chance to
/// be the right one, among the answers given, is its share of e to the score. The weights make the
/// known answers most likely, less a penalty of `l2 / 2` times the sum of their squares, which also
/// settles what the data leave open. A weight may be negative: that member's word makes an answer
/// less likely.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Stacking {
    /// How strongly weights are held to 0.
    pub l2: Penalty,
    /// Whether a member may count more on some categories of items than on others.
    pub categories: Categories,
}

/// Whether a member may count more on some categories of items than on others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Categories {
    /// It counts the same on all.
    #[default]
    Ignored,
    /// Each category adds to the member's weight or takes from it, by an amount that the penalty
    /// holds to 0. So a category with few items has nearly the weights that all have.
    Adjusted,
}

/// An item whose right answers are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What each member answered, in the order of members; `None` without an answer.
    pub given: Vec<Option<AnswerIdx>>,
    /// The right ones among the item's answers.
    pub right: Vec<AnswerIdx>,
    /// The item's category, where it has one.
    pub category: Option<String>,
}

/// The weights that were learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Stacked {
    shared: Vec<f64>,
    adjustments: BTreeMap<String, Vec<f64>>,
}

/// Weights are rounded to this, far below what any data can tell, so that the order of members,
/// which the last digits of a solution depend on, changes no comparison.
const GRAIN: f64 = 1e-9;

impl Stacking {
    /// The weights of `n_members` that make the right answers of the examples most likely.
    ///
    /// An item on which no given answer is right, or every one is, says nothing of the weights and
    /// is left out; several right answers share the likelihood, which is that of any of them.
    /// Without examples that say anything all weights are 0, and heads are counted.
    ///
    /// The solution is that of Newton's method from 0, with steps halved until they help: the only
    /// optimum where each item has one right answer, else the one that it leads to. Nothing
    /// depends on the order of examples.
    /// Source: the conditional logit of D. McFadden, Frontiers in Econometrics, 1974, 105-142, with
    /// votes as the attributes of answers. Checked against scikit-learn 1.9.1
    /// `LogisticRegression`, against scipy 1.17.1 `minimize`, and on made-up voters (test below).
    pub fn fit(self, n_members: usize, examples: &[Example]) -> Stacked {
        let patterns = Patterns::of(n_members, examples, self.categories);
        let likelihood = Likelihood { patterns: &patterns, l2: self.l2.value() };
        let solution: Vec<f64> = newton::maximum(&likelihood)
            .into_iter()
            // Adding 0 makes -0 plain 0.
            .map(|weight| (weight / GRAIN).round() * GRAIN + 0.0)
            .collect();
        let (shared, rest) = solution.split_at(n_members);
        let adjusted = rest.chunks(n_members.max(1)).map(<[f64]>::to_vec);
        let adjustments = patterns.categories().iter().cloned().zip(adjusted).collect();
        Stacked { shared: shared.to_vec(), adjustments }
    }
}

impl Stacked {
    /// The weight of each member on an item of that category, which may be negative.
    ///
    /// A category that no example had, or none, adds nothing to the weights that all share.
    pub fn weights(&self, category: Option<&str>) -> Vec<f64> {
        match category.and_then(|category| self.adjustments.get(category)) {
            None => self.shared.clone(),
            Some(more) => std::iter::zip(&self.shared, more).map(|(all, own)| all + own).collect(),
        }
    }

    /// The answers with the highest score: none without ballots, several in a tie.
    ///
    /// [`Tally::leaders`] will not do where all scores are negative.
    pub fn leaders(&self, ballots: &[Ballot], category: Option<&str>) -> Vec<AnswerIdx> {
        let totals = self.totals(ballots, category);
        let top = totals.iter().map(|total| total.weight).fold(f64::NEG_INFINITY, f64::max);
        let leads = |total: &&Total| !exceeds(top, total.weight);
        totals.iter().filter(leads).map(|total| total.answer).collect()
    }

    /// How likely each answer given is the right one, in order of answer, if one of them is.
    pub fn chances(&self, ballots: &[Ballot], category: Option<&str>) -> Vec<(AnswerIdx, f64)> {
        let totals = self.totals(ballots, category);
        let scores: Vec<f64> = totals.iter().map(|total| total.weight).collect();
        let shares = likelihood::shares(&scores);
        totals.iter().map(|total| total.answer).zip(shares).collect()
    }

    fn totals(&self, ballots: &[Ballot], category: Option<&str>) -> Vec<Total> {
        Tally::count(ballots, &self.weights(category)).totals().to_vec()
    }
}
