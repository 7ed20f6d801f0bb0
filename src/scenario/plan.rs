//! A scenario as it is used: every name resolved, every default filled in, every file read.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::gate::Gate;
use crate::analysis::{Intervals, SameAdvice};
use crate::data::{Item, PriceList};
use crate::fault::Faults;
use crate::kernel::{Micros, ModelId, PolicyId, ProviderId, Seed, TaskId};
use crate::policy::parts::guard::GuardConfig;
use crate::policy::{Policy, Vote};
use crate::provider::{Endpoint, Limits, Message, Role, Sampling, Synthetic};
use crate::scenario::raw::Items;
use crate::scenario::recommend::Wish;
use crate::scenario::suggest;
use crate::scenario::traffic::{Simulate, Traffic};
use crate::task::extract::{Extract, Extractor};
use crate::task::prompt::{Prompt, PromptError};
use crate::task::score::Score;
use crate::vote::{BestOf, Rule};

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
    /// What stands in front of models, by the names that policies call it.
    pub breakers: Vec<(String, GuardConfig)>,
    /// What goes wrong, in the order in which it is written.
    pub faults: Faults,
    /// Traffic in virtual time, where the scenario has some.
    pub simulation: Option<Simulation>,
    /// How intervals are made.
    pub intervals: Intervals,
    /// Conditions on figures, in the order in which they are written.
    pub gates: Vec<Gate>,
    /// Gates on the recommendation, likewise.
    pub same_advice: Vec<SameAdvice>,
    /// What a recommendation has to keep to, where one is wished for.
    pub recommend: Option<Wish>,
    /// How often its gates are looked at; no scenario says that.
    pub looks: Looks,
}

impl Plan {
    /// Whether somebody is asked over HTTP.
    pub fn is_live(&self) -> bool {
        self.candidates.iter().any(|one| matches!(one.source, Source::Live { .. }))
    }

    /// How many samples of a model its policies ask for: more than one where they vote or judge
    /// with several.
    pub fn samples_of(&self, model: &ModelId) -> u32 {
        let of = |policy: &Policy| {
            let samples = match policy {
                Policy::Vote(Vote { rule: Rule::BestOf(BestOf { samples }), .. }) => {
                    samples.map_or(1, NonZeroU32::get)
                }
                Policy::Judge(judge) => judge.samples,
                _ => 1,
            };
            let is_it = |member: &PolicyId| member.as_str() == model.as_str();
            if policy.members().iter().any(is_it) { samples } else { 1 }
        };
        self.policies.iter().map(|(_, policy)| of(policy)).max().unwrap_or(1)
    }

    /// Leaves the models that `keeps` lets pass, and the policies that can do with them.
    pub fn keep_models(&mut self, keeps: impl Fn(&ModelId) -> bool) {
        self.candidates.retain(|one| keeps(&one.id));
        let mut there: BTreeSet<PolicyId> =
            self.candidates.iter().map(|one| PolicyId::from(one.id.as_str())).collect();
        there.insert(PolicyId::from(suggest::BEST_SINGLE));
        // Each policy stands behind its members, so one pass is enough.
        self.policies.retain(|(id, policy)| {
            let can = policy.members().iter().all(|member| there.contains(member));
            can && there.insert(id.clone())
        });
    }
}

/// How often gates are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Looks {
    /// Once, when everything was asked.
    #[default]
    Once,
    /// Again and again, to stop when all of them are decided.
    Often,
}

/// Traffic in virtual time.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// When requests come.
    pub traffic: Traffic,
    /// When those of a trace came, in order; empty for other traffic.
    pub arrivals: Arc<Vec<Micros>>,
    /// How it is made.
    pub options: Simulate,
    /// How many requests a model answers at once, where that is limited.
    pub capacity: BTreeMap<ModelId, NonZeroU32>,
    /// Models that share such a limit, and whose limit it is.
    pub shared_capacity: Vec<(Vec<ModelId>, NonZeroU32)>,
    /// What an hour costs in which nobody is served.
    pub downtime_usd_per_hour: Option<f64>,
}

/// A dataset with what is asked of it and how answers are judged.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its name.
    pub id: TaskId,
    /// Where its items come from.
    pub dataset: PathBuf,
    /// Its items, in the dataset's order.
    pub items: Arc<[Item]>,
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

impl Task {
    /// Forgets the items that this does not hold of.
    pub fn keep_items(&mut self, keeps: impl Fn(&Item) -> bool) {
        self.items = self.items.iter().filter(|item| keeps(item)).cloned().collect();
    }

    /// What a model is told to have it answer an item.
    ///
    /// # Errors
    /// When a prompt can't be rendered, say because it names a column that the item lacks.
    pub fn messages(&self, item: &Item) -> Result<Vec<Message>, PromptError> {
        let mut messages = Vec::with_capacity(2);
        if let Some(system) = &self.system {
            messages.push(Message { role: Role::System, content: system.prompt.render(item)? });
        }
        messages.push(Message { role: Role::User, content: self.prompt.prompt.render(item)? });
        Ok(messages)
    }
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
