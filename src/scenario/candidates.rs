//! Who may answer: the models that a scenario declares, and those that a recording brings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::load::Loader;
use super::plan::{Candidate, Source};
use super::raw::{RawModel, RawScenario};
use super::suggest;
use crate::data::{Cell, CellState, Recorded, Usage};
use crate::exchange::import;
use crate::kernel::lists::AllOr;
use crate::kernel::{ModelId, ProviderId, Spanned, Tokens, Usd};
use crate::provider::{Limits, Sampling, Spec};

/// The provider of answers that are given beside the scenario.
const BESIDE: &str = "answers";

impl Candidate {
    /// A row of it, judged. A call that failed brought no tokens to pay for: where the model has a
    /// price, it cost nothing, and neither did a call that was never sent.
    pub fn cell(&self, state: CellState, row: &Recorded) -> Cell {
        let is_failed = matches!(state, CellState::Failed(_));
        let unsent = is_failed && row.attempts == Some(0);
        let unbilled = || (unsent || is_failed && self.price.is_some()).then_some(Usd::ZERO);
        let priced = || {
            let price = self.price.as_ref()?;
            if price.is_free() {
                return Some(Usd::ZERO);
            }
            price.cost(Usage {
                sent: row.prompt_tokens?,
                cached: row.cached_tokens.unwrap_or(Tokens(0)),
                written: row.cache_write_tokens.unwrap_or(Tokens(0)),
                received: row.completion_tokens?,
            })
        };
        Cell {
            state,
            unsent,
            cost: priced().or(row.cost).or_else(unbilled),
            prompt_tokens: row.prompt_tokens,
            completion_tokens: row.completion_tokens,
            confidence: row.confidence,
            ttft: row.ttft,
            latency: row.latency,
        }
    }
}

impl Loader<'_> {
    pub(super) fn candidates(
        &mut self,
        raw: &RawScenario,
        declared: &BTreeSet<String>,
        answers: &[PathBuf],
    ) -> Vec<Candidate> {
        let providers: BTreeMap<&str, &Spec> =
            raw.providers.0.iter().map(|(name, spec)| (name.value.as_str(), spec)).collect();
        let mut candidates: BTreeMap<ModelId, Candidate> = BTreeMap::new();
        for (name, provider) in &raw.providers.0 {
            if let Spec::Recorded(recorded) = provider {
                let paths: Vec<PathBuf> =
                    recorded.answers.value.0.iter().map(|path| self.folder.join(path)).collect();
                let found = self.recording(&recorded.answers.span, &paths);
                let wanted = self.wanted(recorded.models.as_ref(), found);
                let provider = ProviderId::from(name.value.as_str());
                let groups = groups(&recorded.groups, &[]);
                let made = |id: ModelId| (id.clone(), recorded_model(id, &provider, &groups));
                let made = wanted.into_iter().map(made);
                candidates.extend(made);
            }
        }
        let beside = ProviderId::from(BESIDE);
        if !answers.is_empty() {
            let found = self.recording(&(0..0), answers);
            let made = |id: ModelId| (id.clone(), recorded_model(id, &beside, &[]));
            candidates.extend(found.into_iter().map(made));
        }
        for (name, model) in &raw.models.0 {
            let id = ModelId::from(name.value.as_str());
            if suggest::is_reserved(id.as_str()) {
                self.complain(name, format!("`{id}` is a reserved name"), None);
            }
            let known = candidates.remove(&id);
            match providers.get(model.provider.value.as_str()) {
                Some(spec) => {
                    let endpoint = spec.endpoint();
                    let lacks = endpoint.and_then(|endpoint| endpoint.lacks(&model.sampling));
                    if let Some(word) = lacks {
                        let message = format!("models of this provider can't be given `{word}`");
                        let help = format!("leave `{word}` out of `sampling`");
                        self.complain(&model.provider, message, Some(help));
                    }
                    let candidate = candidate(&id, model, spec, known);
                    candidates.insert(id, candidate);
                }
                None if declared.contains(model.provider.value.as_str()) => {}
                None => {
                    let message = format!("unknown provider `{}`", model.provider.value);
                    let help =
                        suggest::help(model.provider.value.as_str(), providers.keys().copied());
                    self.complain(&model.provider, message, Some(help));
                }
            }
        }
        candidates.into_values().collect()
    }

    /// Reads a recording and keeps its rows; returns its models in order of name.
    fn recording(&mut self, span: &std::ops::Range<usize>, paths: &[PathBuf]) -> Vec<ModelId> {
        match import::read(paths) {
            Ok(recording) => {
                let mut models: Vec<ModelId> =
                    recording.rows.iter().map(|row: &Recorded| row.model.clone()).collect();
                models.sort();
                models.dedup();
                self.recordings.push(recording);
                for id in models.iter().filter(|id| suggest::is_reserved(id.as_str())) {
                    let message = format!("`{id}` is a reserved name, and a recorded model has it");
                    self.found.push(self.named(span, paths, message));
                }
                models
            }
            Err(errors) => {
                self.file_errors(span, errors);
                Vec::new()
            }
        }
    }

    fn wanted(&mut self, models: Option<&Spanned<AllOr>>, found: Vec<ModelId>) -> Vec<ModelId> {
        let Some(Spanned { value: AllOr::These(names), .. }) = models else { return found };
        let mut wanted = Vec::new();
        for name in names {
            match found.binary_search_by(|id| id.as_str().cmp(name.value.as_str())) {
                Ok(at) => wanted.push(found[at].clone()),
                Err(_) => {
                    let message = format!("the recording has no model `{}`", name.value);
                    let known = found.iter().map(ModelId::as_str);
                    let help = suggest::help(name.value.as_str(), known);
                    self.complain(name, message, Some(help));
                }
            }
        }
        wanted
    }
}

fn recorded_model(id: ModelId, provider: &ProviderId, groups: &[String]) -> Candidate {
    Candidate {
        id,
        provider: provider.clone(),
        source: Source::Recorded,
        price: None,
        sampling: Sampling::default(),
        limits: Limits::default(),
        stream: false,
        name: None,
        groups: groups.to_vec(),
        synthetic: None,
    }
}

/// A declared model: live where its provider is, else what the recording lacks. Where answers of a
/// live or synthetic model are given beside the scenario, they are used, and nobody is asked.
fn candidate(
    id: &ModelId,
    raw: &RawModel,
    provider: &Spec,
    recorded: Option<Candidate>,
) -> Candidate {
    let is_recorded = recorded.is_some();
    let source = match provider.endpoint() {
        Some(endpoint) if !is_recorded => {
            Source::Live { endpoint, name: raw.name.clone().unwrap_or_else(|| id.to_string()) }
        }
        _ => Source::Recorded,
    };
    let synthetic = match provider {
        Spec::Synthetic(synthetic) if !is_recorded => Some(synthetic.clone()),
        _ => None,
    };
    Candidate {
        id: id.clone(),
        provider: raw.provider.value.clone(),
        source,
        price: raw.price.clone(),
        sampling: raw.sampling.clone(),
        limits: raw.limits.clone(),
        stream: raw.stream,
        name: raw.name.clone(),
        groups: groups(provider.groups(), &raw.groups),
        synthetic,
    }
}

/// The fates of a provider and those of a model, each once, in order of name.
fn groups(of_provider: &[String], own: &[String]) -> Vec<String> {
    let groups: BTreeSet<&String> = of_provider.iter().chain(own).collect();
    groups.into_iter().cloned().collect()
}
