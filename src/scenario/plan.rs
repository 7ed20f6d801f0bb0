//! A scenario as it is used: every name resolved, every default filled in, every file read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Serialize, Serializer};

use crate::analysis::Intervals;
use crate::analysis::gate::Gate;
use crate::data::{Item, PriceList};
use crate::fault::{Faults, Process};
use crate::kernel::{ModelId, PolicyId, ProviderId, Seed, TaskId};
use crate::policy::Policy;
use crate::provider::{Endpoint, Limits, Sampling, Synthetic};
use crate::scenario::raw::Items;
use crate::scenario::recommend::Wish;
use crate::task::extract::{Extract, Extractor};
use crate::task::prompt::Prompt;
use crate::task::score::Score;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The scenario's name.
    pub name: String,
    /// The file that it was read from.
    pub file: PathBuf,
    /// The SHA-256 of that file, in hexadecimal.
    pub sha256: String,
    /// Decides every random choice.
    pub seed: Seed,
    /// In order of name.
    pub tasks: Vec<Task>,
    /// In order of name.
    pub candidates: Vec<Candidate>,
    /// Combinations of candidates, each behind those that it is made of.
    pub policies: Vec<(PolicyId, Policy)>,
    /// What goes wrong, in the order in which it is written.
    pub faults: Faults,
    /// How intervals are made.
    pub intervals: Intervals,
    /// Conditions on figures, in the order in which they are written.
    pub gates: Vec<Gate>,
    /// What a recommendation has to keep to, where one is wished for.
    pub recommend: Option<Wish>,
}

/// A dataset with what is asked of it and how answers are judged.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its name.
    pub id: TaskId,
    /// Where its items come from.
    pub dataset: PathBuf,
    /// Its items, in the dataset's order.
    pub items: Vec<Item>,
    /// The system prompt, where there is one.
    pub system: Option<Template>,
    /// The prompt.
    pub prompt: Template,
    /// How an answer is found in a response.
    pub extract: Finder,
    /// How an answer is judged.
    pub score: Score,
    /// The items that policies are judged on.
    pub judged_on: Items,
    /// Other extractors to compare, by name.
    pub compare_extract: Vec<(String, Finder)>,
}

/// A prompt template, as it is written and ready to be rendered.
#[derive(Debug, Clone)]
pub struct Template {
    /// As it is written.
    pub source: String,
    /// Ready to be rendered.
    pub prompt: Prompt,
}

/// An extractor, as it is written and ready to be used.
#[derive(Debug, Clone)]
pub struct Finder {
    /// As it is written.
    pub extract: Extract,
    /// Ready to be used.
    pub extractor: Extractor,
}

/// A model that may answer.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its name here.
    pub id: ModelId,
    /// The provider that it is asked through.
    pub provider: ProviderId,
    /// Where its answers come from.
    pub source: Source,
    /// What its tokens cost; `None` when nobody said.
    pub price: Option<PriceList>,
    /// How it chooses its words.
    pub sampling: Sampling,
    /// What it is asked at most.
    pub limits: Limits,
    /// Whether replies are taken in pieces.
    pub stream: bool,
    /// What its provider calls it, where that is another name.
    pub name: Option<String>,
    /// Fates that it shares beyond its provider: the provider's and its own, in order of name.
    pub groups: Vec<String>,
    /// Where its answers are made up: how.
    pub synthetic: Option<Synthetic>,
}

/// Where a candidate's answers come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// It is asked over HTTP under this name.
    Live {
        /// Where.
        endpoint: Endpoint,
        /// What its provider calls it.
        name: String,
    },
    /// They were recorded before.
    Recorded,
}

impl Plan {
    /// The plan as YAML, every default written out.
    pub fn to_yaml(&self) -> String {
        serde_saphyr::to_string(&Written::of(self)).unwrap_or_default()
    }

    /// Policies as the part of a scenario that defines them, in YAML.
    pub fn policies_to_yaml(policies: &[(PolicyId, Policy)]) -> String {
        let written = policies.iter().map(|(id, policy)| (id.to_string(), written(policy)));
        let table = serde_json::json!({ "policies": written.collect::<serde_json::Map<_, _>>() });
        serde_saphyr::to_string(&table).unwrap_or_default()
    }
}

/// The shape of `scenario.yaml` in a run folder.
#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    name: &'a str,
    seed: Seed,
    #[serde(serialize_with = "table")]
    tasks: Vec<(&'a TaskId, WrittenTask<'a>)>,
    #[serde(serialize_with = "table")]
    models: Vec<(&'a ModelId, WrittenModel<'a>)>,
    #[serde(serialize_with = "table")]
    policies: Vec<(&'a PolicyId, serde_json::Value)>,
    #[serde(serialize_with = "table", skip_serializing_if = "Vec::is_empty")]
    faults: Vec<(&'a String, &'a Process)>,
    intervals: Intervals,
    #[serde(serialize_with = "table", skip_serializing_if = "Vec::is_empty")]
    gates: Vec<(&'a String, serde_json::Value)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommend: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct WrittenTask<'a> {
    dataset: &'a PathBuf,
    n_items: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    prompt: &'a str,
    extract: &'a Extract,
    score: &'a Score,
    items: Items,
    #[serde(serialize_with = "table", skip_serializing_if = "Vec::is_empty")]
    compare_extract: Vec<(&'a String, &'a Extract)>,
}

#[derive(Serialize)]
struct WrittenModel<'a> {
    provider: &'a ProviderId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a Endpoint>,
    price: &'a Option<PriceList>,
    sampling: &'a Sampling,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<&'a Limits>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    groups: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    synthetic: Option<&'a Synthetic>,
}

impl<'a> Written<'a> {
    fn of(plan: &'a Plan) -> Self {
        Self {
            version: 1,
            name: &plan.name,
            seed: plan.seed,
            tasks: plan.tasks.iter().map(|task| (&task.id, WrittenTask::of(task))).collect(),
            models: plan.candidates.iter().map(|one| (&one.id, WrittenModel::of(one))).collect(),
            policies: plan.policies.iter().map(|(id, policy)| (id, written(policy))).collect(),
            faults: plan.faults.0.iter().map(|fault| (&fault.name, &fault.process)).collect(),
            intervals: plan.intervals,
            gates: plan.gates.iter().map(|gate| (&gate.name, written_gate(gate))).collect(),
            recommend: plan.recommend.as_ref().map(Wish::written),
        }
    }
}

impl<'a> WrittenTask<'a> {
    fn of(task: &'a Task) -> Self {
        Self {
            dataset: &task.dataset,
            n_items: task.items.len(),
            system: task.system.as_ref().map(|template| template.source.as_str()),
            prompt: &task.prompt.source,
            extract: &task.extract.extract,
            score: &task.score,
            items: task.judged_on,
            compare_extract: task
                .compare_extract
                .iter()
                .map(|(name, finder)| (name, &finder.extract))
                .collect(),
        }
    }
}

impl<'a> WrittenModel<'a> {
    fn of(candidate: &'a Candidate) -> Self {
        let (name, endpoint, limits) = match &candidate.source {
            Source::Live { endpoint, name } => {
                (Some(name.as_str()), Some(endpoint), Some(&candidate.limits))
            }
            Source::Recorded => (candidate.name.as_deref(), None, None),
        };
        let Candidate { provider, price, sampling, groups, .. } = candidate;
        let (stream, synthetic) = (candidate.stream, candidate.synthetic.as_ref());
        Self { provider, name, endpoint, price, sampling, limits, stream, groups, synthetic }
    }
}

fn written(policy: &Policy) -> serde_json::Value {
    match policy {
        Policy::Single(_) | Policy::BestSingle => policy.kind().into(),
        Policy::Vote(vote) => serde_json::json!({ "vote": {
            "members": vote.members,
            "rule": vote.rule,
            "ties": vote.ties,
            "quorum": vote.quorum,
            "stop_early": vote.stop,
            "abstain": vote.abstain,
        }}),
        Policy::Cascade(cascade) => serde_json::json!({ "cascade": {
            "stages": cascade.stages,
            "accept": cascade.accept,
        }}),
        Policy::Route(route) => serde_json::json!({ "route": {
            "among": route.among,
            "by": route.by,
        }}),
        Policy::Mix(mix) => {
            let shares: BTreeMap<_, _> = mix.members.iter().zip(&mix.shares).collect();
            serde_json::json!({ "mix": { "shares": shares } })
        }
        Policy::Oracle(members) => serde_json::json!({ "oracle": { "among": members } }),
    }
}

fn written_gate(gate: &Gate) -> serde_json::Value {
    let mut written = serde_json::json!({
        "of": gate.of,
        "metric": gate.metric,
        gate.limit.side.name(): gate.limit.value,
        "bound": gate.limit.bound,
        "task": gate.task,
    });
    match &gate.versus {
        None => serde_json::json!({ "threshold": written }),
        Some(versus) => {
            written["versus"] = serde_json::json!(versus);
            serde_json::json!({ "difference": written })
        }
    }
}

fn table<K: Serialize, V: Serialize, S: Serializer>(
    entries: &[(K, V)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
}
