//! A scenario as it is typed. [`super::plan::Plan`] is what is made of it.

use std::num::NonZeroU32;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::breakers::{RawBreaker, RawRetry, given};
use super::gates::RawGate;
use super::policies::made::{RawFuse, RawJudge};
use super::recommend::RawRecommend;
use super::traffic::{Simulate, Traffic};
use crate::analysis::Intervals;
use crate::data::PriceList;
use crate::fault::Process;
use crate::kernel::lists::{AllOr, Named};
use crate::kernel::{Lasting, PolicyId, Probability, ProviderId, Seed, Spanned};
use crate::policy::hedge::After;
use crate::policy::route::{By, Category};
use crate::policy::{Accept, CallOff, WhenOpen, balance};
use crate::provider::{Limits, Sampling, Spec, Timeout};
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
    /// A YAML file of prices by model, as `price` is written here or as Inspect takes it.
    #[serde(default)]
    pub prices: Option<Spanned<PathBuf>>,
    /// Ways of combining them. Every model by itself is one too.
    #[serde(default)]
    pub policies: Named<RawPolicy>,
    /// When models are left alone for a while, by the names that policies call them.
    #[serde(default)]
    pub breakers: Named<RawBreaker>,
    /// What goes wrong, when and for whom.
    #[serde(default)]
    pub faults: Named<Process>,
    /// Who asks when, in a simulation.
    #[serde(default)]
    pub traffic: Option<Spanned<Traffic>>,
    /// How a simulation is made.
    #[serde(default)]
    pub simulate: Simulate,
    /// What an hour costs in which nobody is served, in dollars.
    #[serde(default)]
    pub downtime_usd_per_hour: Option<Spanned<f64>>,
    /// How intervals are made.
    #[serde(default)]
    pub intervals: Intervals,
    /// Conditions on figures, which decide how a run ends.
    #[serde(default)]
    pub gates: Named<RawGate>,
    /// What a recommendation has to keep to; where it is given, `run` searches for one.
    #[serde(default)]
    pub recommend: Option<Spanned<RawRecommend>>,
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
    /// What its tokens cost. Left out: what the file under `prices` says, else what the list that
    /// comes with the program says.
    #[serde(default)]
    pub price: Option<PriceList>,
    /// How it chooses its words.
    #[serde(default)]
    pub sampling: Sampling,
    /// What it is asked at most.
    #[serde(default)]
    pub limits: Limits,
    /// Take replies in pieces, as they are made, which tells the time to the first token.
    #[serde(default)]
    pub stream: bool,
    /// Fates that it shares beyond its provider.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A way of combining answers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawPolicy {
    /// Several answers made one.
    Vote(RawVote),
    /// Cheaper stages first.
    Cascade(RawCascade),
    /// Whom to ask next, or whether to stop, settled anew after each answer.
    CascadeRoute(RawCascadeRoute),
    /// Whoever comes next answers when whoever came before could not.
    Failover(RawFailover),
    /// A second call when the first takes long.
    Hedge(RawHedge),
    /// One of several that could all answer, by how busy or fast they are.
    Balance(RawBalance),
    /// One member for each item, by what is known of the item.
    Route(RawRoute),
    /// One member for each item, drawn at random.
    Mix(RawMix),
    /// One more model says whose answer is best.
    Judge(RawJudge),
    /// A model, or the members again, answer with the members' answers before them.
    Fuse(RawFuse),
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
    /// Who is not waited for, where all are asked at once: who can't change the answer any more
    /// (`settled`), or who is `late` when the quorum has answered.
    #[serde(default)]
    pub call_off: Option<Spanned<CallOff>>,
}

/// Stages asked in turn until one's answer is accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCascade {
    /// Models or policies, cheapest first.
    pub stages: Vec<Spanned<PolicyId>>,
    /// When the answer of a stage before the last is good enough.
    pub accept: Spanned<Accept>,
}

/// Whoever comes next answers when whoever came before could not.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFailover {
    /// Models or policies in the order in which they are tried; `@cache` answers with what was
    /// answered before, `@similar` with what was answered to a similar question, and `@apology`
    /// ends with a friendly word.
    pub rungs: Vec<Spanned<PolicyId>>,
    /// The breaker in front of each model.
    #[serde(default)]
    pub breaker: Option<Spanned<String>>,
    /// How long one call may take. Left out: as the model's limits say.
    #[serde(default)]
    pub timeout: Option<Timeout>,
    /// How often a call is tried. Left out: once.
    #[serde(default, deserialize_with = "given")]
    pub retry: Option<RawRetry>,
    /// How long it may take altogether. Left out: as long as its parts do.
    #[serde(default)]
    pub deadline: Option<Timeout>,
    /// What is done when the breakers of all rungs are open.
    #[serde(default)]
    pub when_open: WhenOpen,
    /// How old an answer of `@cache` or `@similar` may be. Left out: an hour.
    #[serde(default)]
    pub cache_for: Option<Lasting>,
    /// How much a question has to be like another, from 0 to 1, to get its answer from `@similar`:
    /// the cosine of their words. Left out: 0.8.
    #[serde(default)]
    pub similarity: Option<Probability>,
}

/// A second call when the first takes long.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawHedge {
    /// Models or policies in the order in which they are asked.
    pub members: Vec<Spanned<PolicyId>>,
    /// How long each has before the next is asked as well.
    pub after: After,
    /// The breaker in front of each model.
    #[serde(default)]
    pub breaker: Option<Spanned<String>>,
    /// How long one call may take.
    #[serde(default)]
    pub timeout: Option<Timeout>,
    /// How often a call is tried. Left out: once.
    #[serde(default, deserialize_with = "given")]
    pub retry: Option<RawRetry>,
    /// How long it may take altogether.
    #[serde(default)]
    pub deadline: Option<Timeout>,
}

/// One of several that could all answer, by how busy or fast they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBalance {
    /// Models or policies, or `all` models.
    pub among: Spanned<AllOr>,
    /// What chooses.
    pub by: balance::By,
    /// How many members a request may be given to, one after another.
    #[serde(default = "once")]
    pub tries: NonZeroU32,
    /// The breaker in front of each model.
    #[serde(default)]
    pub breaker: Option<Spanned<String>>,
    /// How long one call may take.
    #[serde(default)]
    pub timeout: Option<Timeout>,
    /// How often a call is tried. Left out: once.
    #[serde(default, deserialize_with = "given")]
    pub retry: Option<RawRetry>,
    /// How long it may take altogether.
    #[serde(default)]
    pub deadline: Option<Timeout>,
}

const fn once() -> NonZeroU32 {
    NonZeroU32::MIN
}

/// One member for each item, by what is known of the item.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRoute {
    /// Models or policies, or `all` models.
    pub among: Spanned<AllOr>,
    /// What decides.
    pub by: By,
    /// The share of the items that the second of two members gets: those on which most more is
    /// expected of it than of the first. Left out: each item goes to whoever is expected to do
    /// best.
    #[serde(default)]
    pub share: Option<Spanned<Probability>>,
    /// Dollars that a right answer is worth; each item goes to whoever is expected to be worth most
    /// less its price. Left out: prices don't count.
    #[serde(default)]
    pub worth_usd: Option<Spanned<f64>>,
    /// The breaker in front of each model.
    #[serde(default)]
    pub breaker: Option<Spanned<String>>,
    /// How long one call may take.
    #[serde(default)]
    pub timeout: Option<Timeout>,
    /// How often a call is tried. Left out: once.
    #[serde(default, deserialize_with = "given")]
    pub retry: Option<RawRetry>,
    /// How long it may take altogether.
    #[serde(default)]
    pub deadline: Option<Timeout>,
}

/// Members asked one after another as long as it is worth it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCascadeRoute {
    /// Up to six models or policies, or `all` models; in whatever order.
    pub among: Spanned<AllOr>,
    /// What is looked at before anybody has answered: `category`, `knn`, `logistic` or
    /// `matrix-factorisation`. Left out: the category.
    #[serde(default = "by_category")]
    pub by: Spanned<By>,
    /// Dollars that a right answer is worth.
    #[serde(default)]
    pub worth_usd: Option<Spanned<f64>>,
    /// Calls that a right answer is worth, where prices are unknown.
    #[serde(default)]
    pub worth_calls: Option<Spanned<f64>>,
    /// The breaker in front of each model.
    #[serde(default)]
    pub breaker: Option<Spanned<String>>,
    /// How long one call may take.
    #[serde(default)]
    pub timeout: Option<Timeout>,
    /// How often a call is tried. Left out: once.
    #[serde(default, deserialize_with = "given")]
    pub retry: Option<RawRetry>,
    /// How long it may take altogether.
    #[serde(default)]
    pub deadline: Option<Timeout>,
}

fn by_category() -> Spanned<By> {
    Spanned { value: By::Category(Category {}), span: 0..0 }
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
