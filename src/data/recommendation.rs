//! What is recommended, with the figures that it earned: `recommendation` in `summary.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::Estimate;
use crate::data::summary::Versus;
use crate::kernel::{Interval, ModelId, PolicyId, TaskId};

/// What to use, why, and how sure that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// The task.
    pub task: TaskId,
    /// What to use, under its name in the tables of this summary.
    pub policy: PolicyId,
    /// The answer in a few sentences.
    pub because: String,
    /// What kind of answer it is.
    pub verdict: Advice,
    /// What it came to on items that it was not chosen on.
    pub earned: Earned,
    /// What it is compared with, likewise.
    pub baseline: Earned,
    /// The best that was found beside it, where that is something else: a combination that did not
    /// earn its calls, or could not be told from chance; or the best single model, where that is
    /// served too rarely.
    #[serde(default)]
    pub contender: Option<Earned>,
    /// As many more items would decide about the contender, if its difference stayed as it is.
    #[serde(default)]
    pub more_items: Option<u64>,
    /// What may be had for each price, the cheapest first.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// How the router by category among all models that the wish admits, whatever they cost and
    /// whether or not that is known, differs from the baseline; `None` where questions have no
    /// category. Models that are too slow alone are not among them.
    #[serde(default)]
    pub by_category: Option<Versus>,
    /// Models by themselves that no other outdoes in accuracy of all asked and price, the cheapest
    /// first; none where prices are unknown.
    #[serde(default)]
    pub alone: Vec<Alone>,
    /// Of a router by category: where each category goes.
    #[serde(default)]
    pub routes: BTreeMap<String, PolicyId>,
    /// Of a router by category: where everything else goes.
    #[serde(default)]
    pub otherwise: Option<PolicyId>,
    /// Where a dear model is worth its price, category by category.
    #[serde(default)]
    pub paying: Vec<Paying>,
    /// What was tried, by kind.
    pub space: Vec<SpaceRow>,
    /// Models that were left out.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// Models that are too slow alone, and are asked only as part of what keeps to the limit.
    #[serde(default)]
    pub slow: Vec<PolicyId>,
    /// The part of a scenario that defines it, in YAML; empty for a model by itself.
    pub scenario: String,
    /// What it may not exceed, as the scenario has it.
    pub limits: Limits,
}

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// A combination is worth it.
    Combination,
    /// A cheaper model is good enough.
    CheaperModel,
    /// Nothing beats the best single model.
    BestSingle,
    /// There are too few items to tell; until there are more, the best single model.
    TooFewItems,
}

impl Advice {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Combination => "combination",
            Self::CheaperModel => "cheaper-model",
            Self::BestSingle => "best-single",
            Self::TooFewItems => "too-few-items",
        }
    }
}

/// What the search's choice came to: on each fold what was chosen on the others, so that no item
/// is scored that had a say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earned {
    /// What is chosen on all items.
    pub what: String,
    /// Its kind: `single`, `vote`, `cascade`, `route`.
    pub kind: String,
    /// The models that it asks, in the order in which it does.
    pub models: Vec<PolicyId>,
    /// What was chosen on the other folds, by the number of folds.
    pub chosen: BTreeMap<String, u64>,
    /// Mean score of all asked.
    pub accuracy_of_all: Option<Estimate>,
    /// Mean score of all asked on the items that it was chosen on.
    pub in_sample: f64,
    /// How far that lies above what it earned.
    pub optimism: Option<f64>,
    /// Dollars per thousand items.
    pub cost_per_1k: Option<f64>,
    /// Calls started per item.
    pub calls_per_item: Option<f64>,
    /// Milliseconds that half of the answers keep to.
    pub p50_ms: Option<f64>,
    /// Milliseconds that 95 of 100 answers keep to.
    pub p95_ms: Option<f64>,
    /// The share of the items for which anything came.
    pub served: Option<f64>,
    /// The share of requests that was served under the scenario's traffic and faults, where the
    /// wish says how much it has to be.
    #[serde(default)]
    pub served_in_outages: Option<f64>,
    /// The paired difference to the baseline; `simultaneous` holds for all choices at once.
    pub versus: Option<Versus>,
    /// Where the difference on as many new items would lie.
    pub on_new_items: Option<Interval>,
    /// The paired difference to the best mix of two models by chance at its price.
    pub random_line: Option<Versus>,
}

impl Earned {
    /// Where some folds led to another choice: how many led to this one, and how many there are.
    /// The figures are then of choosing so, and not of this choice alone.
    pub fn unsettled(&self) -> Option<(u64, u64)> {
        let n: u64 = self.chosen.values().sum();
        let same = self.chosen.get(&self.what).copied().unwrap_or(0);
        (same < n).then_some((same, n))
    }

    /// Whether it is served this often, as recorded and in outages, as far as that is known.
    pub fn is_served(&self, least: f64) -> bool {
        [self.served, self.served_in_outages].into_iter().flatten().all(|it| it >= least)
    }
}

/// A model by itself, of which nothing was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alone {
    /// The model.
    pub model: ModelId,
    /// Mean score of all asked.
    pub accuracy_of_all: Estimate,
    /// Dollars per thousand items.
    pub cost_per_1k: f64,
}

/// What may be had for a price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Dollars per thousand items, or calls an item where there are no prices, that it was chosen
    /// within.
    pub within: f64,
    /// Whether a combination is the better choice for so much: its difference to the best single
    /// model within the same price lies above 0, with all choices looked at together.
    pub takes_combination: bool,
    /// The model or combination.
    pub earned: Earned,
    /// The best combination for so much, where the choice is a model.
    pub combination: Option<Earned>,
    /// How the choice differs from what the recommendation is compared with; `simultaneous` holds
    /// for all choices at once.
    #[serde(default)]
    pub to_baseline: Option<Versus>,
}

/// One category, as the baseline's model does on it beside the best one for less.
///
/// A single category has few items; what a router by category would earn with it is among the
/// choices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paying {
    /// The category.
    pub category: String,
    /// The baseline's model.
    pub dear: PolicyId,
    /// The best one for less.
    pub cheap: PolicyId,
    /// Items of the category.
    pub n_items: u64,
    /// How much more accurate the dear one is, as a share of all asked.
    pub gain: f64,
    /// Dollars for each further right answer, prices as they are over all categories; `None` where
    /// there is none.
    pub usd_per_extra_right: Option<f64>,
}

/// How many of one kind were tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceRow {
    /// `models`, `votes`, `weighted votes`, `cascades`, `cascades by confidence`, `routers`,
    /// `routers among chains`, `cascade routers`, `failover ladders`, `policies of the scenario`.
    pub kind: String,
    /// How many there are.
    pub size: u64,
    /// Of those, how many a bound showed to be outdone, so that they were not worked out.
    pub bounded: u64,
}

/// A model that may not take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The model.
    pub model: ModelId,
    /// Why.
    pub because: String,
}

/// What a recommendation may not exceed, or has to reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The share of requests that has to be served.
    #[serde(default)]
    pub availability: Option<f64>,
    /// How much less accurate than the baseline it may be, as a share.
    pub accuracy_loss: Option<f64>,
    /// Dollars per thousand items.
    pub cost_per_1k: Option<f64>,
    /// Milliseconds that 95 of 100 answers keep to.
    pub p95_ms: Option<f64>,
}
