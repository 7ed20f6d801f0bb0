//! A scenario as it is typed. [`super::plan::Plan`] is what is made of it.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::analysis::Intervals;
use crate::kernel::lists::{AllOr, Named};
use crate::kernel::{PolicyId, Price, Probability, ProviderId, Seed, Spanned, Tokens, Usd};
use crate::policy::Accept;
use crate::policy::route::By;
use crate::provider::{Sampling, Spec};
use crate::task::dataset::Fields;
use crate::task::extract::Extract;
use crate::task::score::Score;
use crate::vote::{Abstain, Rule, StopRule, Ties};

/// What is asked, who is asked, and in which ways the answers are combined.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawScenario {
    /// The version of this format: 1.
    pub version: Spanned<u32>,
    /// What the run folder and the reports are called.
    pub name: Spanned<String>,
    /// Decides every random choice.
    #[serde(default)]
    pub seed: Seed,
    /// Datasets with prompt, extractor and scorer.
    pub tasks: Named<RawTask>,
    /// Who answers.
    pub providers: Named<Spec>,
    /// The candidates, beyond those that a recording brings.
    #[serde(default)]
    pub models: Named<RawModel>,
    /// Ways of combining them. Every model by itself is one too.
    #[serde(default)]
    pub policies: Named<RawPolicy>,
    /// How intervals are made.
    #[serde(default)]
    pub intervals: Intervals,
}

/// A dataset with what is asked of it and how answers are judged.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTask {
    /// A folder with `items.jsonl`, or a .jsonl, .csv or .parquet file, each also .gz.
    pub dataset: Spanned<PathBuf>,
    /// The columns of the dataset.
    #[serde(default)]
    pub fields: Fields,
    /// The system prompt (MiniJinja), where there is one.
    #[serde(default)]
    pub system: Option<Spanned<String>>,
    /// The prompt (MiniJinja); every column of the dataset is a variable.
    #[serde(default)]
    pub prompt: Option<Spanned<String>>,
    /// How an answer is found in a response.
    #[serde(default)]
    pub extract: Option<Spanned<Extract>>,
    /// How an answer is judged.
    #[serde(default)]
    pub score: Score,
    /// The items that policies are judged on.
    #[serde(default)]
    pub items: Items,
    /// Other extractors, compared on the same responses without asking again.
    #[serde(default)]
    pub compare_extract: Named<Spanned<Extract>>,
}

/// The items that policies are judged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Items {
    /// Every item, with the cells that exist.
    #[default]
    All,
    /// Only items where every model has a cell.
    Common,
}

/// A candidate model.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawModel {
    /// The provider that it is asked through.
    pub provider: Spanned<ProviderId>,
    /// What its provider calls it. Left out: as it is called here.
    #[serde(default)]
    pub name: Option<String>,
    /// What its tokens cost.
    #[serde(default)]
    pub price: Option<PriceList>,
    /// How it chooses its words.
    #[serde(default)]
    pub sampling: Sampling,
    /// What it is asked at most.
    #[serde(default)]
    pub limits: Limits,
    /// Fates that it shares beyond its provider.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// Prices in dollars per million tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    /// Of tokens sent.
    pub input: Price,
    /// Of tokens received.
    pub output: Price,
    /// Of tokens sent that the provider had cached. Left out: as other tokens sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_input: Option<Price>,
    /// The day on which they held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Nobody's list price but an assumption, and why it is a fair one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed: Option<String>,
}

/// What a model is asked at most.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests in flight at once.
    pub connections: std::num::NonZeroU32,
    /// How long one attempt may take, say `60s`.
    pub timeout: Timeout,
}

/// A length of time, written `500ms`, `60s` or `2m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^[0-9]+(\.[0-9]+)?(ms|s|m|h)$"))]
pub struct Timeout(pub std::time::Duration);

/// A way of combining answers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawPolicy {
    /// Several answers made one.
    Vote(RawVote),
    /// Cheaper stages first.
    Cascade(RawCascade),
    /// One member for each item, by what is known of the item.
    Route(RawRoute),
    /// One member for each item, drawn at random.
    Mix(RawMix),
    /// Whichever member is right: a ceiling, not a policy.
    Oracle(RawOracle),
}

/// Several answers made one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawVote {
    /// Models or policies, or `all` models.
    pub members: Spanned<AllOr>,
    /// How answers are weighed.
    #[serde(default)]
    pub rule: Spanned<Rule>,
    /// Which answer it is when several share the top.
    #[serde(default)]
    pub ties: Ties,
    /// Fewer answers than this, and the policy fails.
    #[serde(default)]
    pub quorum: Option<Spanned<u32>>,
    /// Ask one after another, and not whoever can't change the result (`true`), or is not likely
    /// to (`beta`, `window`).
    #[serde(default)]
    pub stop_early: Spanned<StopRule>,
    /// What the leading answer has to reach, or else the vote abstains.
    #[serde(default)]
    pub abstain: Option<Abstain>,
}

/// Stages asked in turn until one's answer is accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCascade {
    /// Models or policies, cheapest first.
    pub stages: Vec<Spanned<PolicyId>>,
    /// When the answer of a stage before the last is good enough.
    pub accept: Accept,
}

/// One member for each item, by what is known of the item.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRoute {
    /// Models or policies, or `all` models.
    pub among: Spanned<AllOr>,
    /// What decides.
    pub by: By,
}

/// One member for each item, drawn at random.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMix {
    /// Models or policies, each with its share of the items; they sum to 1.
    pub shares: Named<Probability>,
}

/// Whichever member is right.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOracle {
    /// Models or policies, or `all` models.
    pub among: Spanned<AllOr>,
}

impl PriceList {
    /// What a call cost. `sent` includes the tokens that were cached.
    pub fn cost(&self, sent: Tokens, cached: Tokens, received: Tokens) -> Usd {
        let cached = Tokens(cached.0.min(sent.0));
        let fresh = Tokens(sent.0 - cached.0);
        self.input * fresh
            + self.cached_input.unwrap_or(self.input) * cached
            + self.output * received
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: std::num::NonZeroU32::MIN.saturating_add(7),
            timeout: Timeout(std::time::Duration::from_secs(60)),
        }
    }
}

/// Why a word is no length of time.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a length of time; write it as 500ms, 60s or 2m")]
pub struct NotATimeout(String);

impl TryFrom<String> for Timeout {
    type Error = NotATimeout;

    fn try_from(text: String) -> Result<Self, NotATimeout> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor = match &text[digits.len()..] {
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(NotATimeout(text)),
        };
        let seconds = digits.trim().parse::<f64>().map(|number| number * factor).unwrap_or(-1.0);
        match std::time::Duration::try_from_secs_f64(seconds) {
            Ok(duration) if !duration.is_zero() => Ok(Self(duration)),
            _ => Err(NotATimeout(text)),
        }
    }
}

impl From<Timeout> for String {
    fn from(Timeout(duration): Timeout) -> Self {
        match duration.as_millis() {
            ms if ms % 1000 == 0 => format!("{}s", ms / 1000),
            ms => format!("{ms}ms"),
        }
    }
}
