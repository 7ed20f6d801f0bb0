//! What a router looks at, and what may be said of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Probability;
use crate::vote::bounded;

bounded! {
    /// How many neighbours a question has, from 1 to 1000; 40 where it is left out.
    Neighbours: u32 "u32", 1 to 1000, else 40;
    /// How strongly what a word says is held to 0, from 0.001 to a million; 3 where it is left out.
    Shrinkage: f64 "f64", 0.001 to 1e6, else 3.0;
    /// How many things questions differ in, from 1 to 64; 8 where it is left out.
    Rank: u32 "u32", 1 to 64, else 8;
    /// How many items words are read of, from 100 to a million.
    ReadAtMost: u32 "u32", 100 to 1_000_000, else 3000;
}

/// The member that did best on other items of the item's category.
///
/// Best is the highest (a + 1) / (n + 2), where a is the sum of the scores and n the number of
/// items served, so that one lucky item decides nothing (Laplace's rule of succession). A category
/// that no other item has, and items without one, go to the member that did best on all other
/// items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {}

/// Short questions to the first member, long ones to the second, by characters of `input`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Length {
    /// Longer than so many characters is long. Left out: what makes `share` of the other items
    /// long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<u32>,
    /// The share of items that are long; 0.5 unless the scenario says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Probability>,
}

/// The member that did best on the questions that are most like this one, by the words and pairs
/// of words in them (`stats::words`).
///
/// Expected of a member is its mean score on those neighbours that it was served on; where it was
/// on none, or the question has no word that another has too, its mean over all other items.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Knn {
    /// How many neighbours.
    pub neighbours: Neighbours,
}

/// The member that is most likely right, by a logistic regression for each: on words and pairs of
/// words, the length of the question and its category.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Logistic {
    /// How strongly what a word says is held to 0.
    pub l2: Shrinkage,
    /// How many items it is fitted on at most, each category with its share. Left out: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<ReadAtMost>,
}

/// The member that is most likely right, by a few things in which questions differ and members are
/// good or bad: the router by matrix factorisation of `RouteLLM`, for any number of members. It is
/// told what `logistic` is told.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MatrixFactorisation {
    /// How many things.
    pub rank: Rank,
    /// How strongly they are held to 0.
    pub l2: Shrinkage,
    /// How many items it is fitted on at most, each category with its share. Left out: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<ReadAtMost>,
}

/// Whoever was fastest of late: under traffic the mean of its last ten calls, and on recorded
/// answers its mean over other items. Whoever has an open breaker is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latency {}

/// The first listed whose breaker is closed; the first of all where none is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Priority {}
