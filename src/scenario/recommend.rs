//! What a recommendation has to keep to, as it is typed, and what is made of it.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;

use super::gates::Known;
use super::plan::Task;
use super::read::Complaint;
use super::suggest;
use crate::kernel::{PolicyId, Probability, ProviderId, Spanned, TaskId};

/// What a recommendation has to keep to.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRecommend {
    /// What it is compared with: a policy, a model or `best-single`, which it is when left out.
    pub versus: Option<Spanned<PolicyId>>,
    /// How much less accurate than that it may be, as a share: 0.01 is one point. Where it is
    /// given, the cheapest that keeps to it is looked for; else the most accurate.
    pub accuracy_loss_at_most: Option<Spanned<Probability>>,
    /// Dollars per thousand items.
    pub cost_per_1k_at_most: Option<Spanned<f64>>,
    /// Milliseconds that 95 of 100 answers keep to.
    pub p95_ms_at_most: Option<Spanned<f64>>,
    /// The share of requests that has to be served: of the recorded ones, and where the scenario
    /// has traffic and faults, of those under them.
    pub availability_at_least: Option<Spanned<Probability>>,
    /// Which providers may be used.
    pub providers: RawProviders,
    /// The task. May be left out where there is one.
    pub task: Option<Spanned<TaskId>>,
}

/// Which providers may be used.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawProviders {
    /// Not these.
    pub never: Vec<Spanned<ProviderId>>,
}

/// What a recommendation has to keep to.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// What it is compared with.
    pub versus: PolicyId,
    /// How much less accurate than that it may be, as a share.
    pub accuracy_loss_at_most: Option<f64>,
    /// Dollars per thousand items.
    pub cost_per_1k_at_most: Option<f64>,
    /// Milliseconds that 95 of 100 answers keep to.
    pub p95_ms_at_most: Option<f64>,
    /// The share of requests that has to be served.
    pub availability_at_least: Option<f64>,
    /// Providers that may not be used.
    pub never: Vec<ProviderId>,
    /// The task; `None` where the scenario has several and names none.
    pub task: Option<TaskId>,
}

impl Wish {
    /// Of a scenario that wishes for nothing: the most accurate, whatever it costs.
    pub fn nothing(tasks: &[Task]) -> Self {
        Self {
            versus: suggest::BEST_SINGLE.into(),
            accuracy_loss_at_most: None,
            cost_per_1k_at_most: None,
            p95_ms_at_most: None,
            availability_at_least: None,
            never: Vec::new(),
            task: only(tasks),
        }
    }

    /// As it is written in a scenario.
    pub(super) fn written(&self) -> serde_json::Value {
        serde_json::json!({
            "versus": self.versus,
            "accuracy_loss_at_most": self.accuracy_loss_at_most,
            "cost_per_1k_at_most": self.cost_per_1k_at_most,
            "p95_ms_at_most": self.p95_ms_at_most,
            "availability_at_least": self.availability_at_least,
            "providers": { "never": self.never },
            "task": self.task,
        })
    }
}

fn only(tasks: &[Task]) -> Option<TaskId> {
    match tasks {
        [task] => Some(task.id.clone()),
        _ => None,
    }
}

/// The wish, and what is wrong with it.
pub(super) fn resolve(
    raw: Option<&Spanned<RawRecommend>>,
    known: &Known<'_>,
    providers: &[&str],
) -> (Option<Wish>, Vec<Complaint>) {
    let Some(Spanned { value: raw, span }) = raw else { return (None, Vec::new()) };
    let mut complaints = Vec::new();
    let mut complain = |span: &Range<usize>, message: String, help: Option<String>| {
        complaints.push(Complaint { message, help, span: span.clone() });
    };
    if let Some(Spanned { value, span }) = &raw.versus {
        let name = value.as_str();
        if !known.policies.contains(name) && !known.declared.contains(name) {
            let help = suggest::help(name, known.policies.iter().copied());
            complain(span, format!("unknown policy or model `{name}`"), Some(help));
        }
    }
    for Spanned { value, span } in &raw.providers.never {
        let name = value.as_str();
        if !providers.contains(&name) && !known.declared.contains(name) {
            let help = suggest::help(name, providers.iter().copied());
            complain(span, format!("unknown provider `{name}`"), Some(help));
        }
    }
    for (limit, what) in [
        (&raw.cost_per_1k_at_most, "a price: dollars per thousand items"),
        (&raw.p95_ms_at_most, "a latency: milliseconds"),
    ] {
        let Some(Spanned { value, span }) = limit else { continue };
        if !(*value > 0.0 && value.is_finite()) {
            complain(span, format!("{value} is not {what}"), Some("it is above 0".into()));
        }
    }
    let tasks = || known.tasks.iter().map(|task| task.id.as_str());
    match &raw.task {
        None if known.tasks.len() > 1 => {
            let help = format!("say `task`: {}", tasks().collect::<Vec<_>>().join(", "));
            complain(span, "does not say for which task".into(), Some(help));
        }
        Some(Spanned { value, span })
            if tasks().all(|task| task != value.as_str())
                && !known.declared.contains(value.as_str()) =>
        {
            let help = suggest::help(value.as_str(), tasks());
            complain(span, format!("unknown task `{value}`"), Some(help));
        }
        _ => {}
    }
    let number = |limit: &Option<Spanned<f64>>| limit.as_ref().map(|it| it.value);
    let wish = Wish {
        versus: raw.versus.as_ref().map_or(suggest::BEST_SINGLE.into(), |it| it.value.clone()),
        accuracy_loss_at_most: raw.accuracy_loss_at_most.as_ref().map(|it| it.value.value()),
        cost_per_1k_at_most: number(&raw.cost_per_1k_at_most),
        p95_ms_at_most: number(&raw.p95_ms_at_most),
        availability_at_least: raw.availability_at_least.as_ref().map(|it| it.value.value()),
        never: raw.providers.never.iter().map(|it| it.value.clone()).collect(),
        task: raw.task.as_ref().map(|it| it.value.clone()).or_else(|| only(known.tasks)),
    };
    (Some(wish), complaints)
}
