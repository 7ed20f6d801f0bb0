//! What a gateway is told: who is asked in which order, and what is known of each.

use std::collections::BTreeMap;
use std::fmt;

use crate::kernel::PolicyId;

/// No timeout is shorter: gateways and networks take their time as well.
const LEAST_MS: f64 = 1000.0;

/// A recommendation as a gateway sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// What the gateway calls it: a name of letters, digits, dots and dashes.
    pub name: String,
    /// The scenario and task that the figures are of.
    pub origin: String,
    /// What it is, in words.
    pub what: String,
    /// Who answers.
    pub routing: Routing,
    /// Whoever is asked, by the name that they have in `routing` and `fallbacks`.
    pub targets: BTreeMap<PolicyId, Target>,
    /// Whom to ask where nobody of `routing` answers, in this order.
    pub fallbacks: Vec<PolicyId>,
    /// How the scenario's breakers ask models whether they are well, where one does.
    pub probe: Option<Probing>,
    /// The best of the choices that every gateway can express, for when this one can't be.
    pub nearest: String,
}

/// Health probes of a scenario, as a gateway may have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probing {
    /// The breaker that they are of: of several the one that asks most often.
    pub breaker: String,
    /// From one to the next, in whole seconds.
    pub every_s: u64,
    /// How long one may take, in whole seconds.
    pub timeout_s: u64,
}

/// Who answers a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Routing {
    /// One model.
    Single(PolicyId),
    /// One model, drawn by these shares.
    Mix(Vec<(PolicyId, f64)>),
    /// One model by the category that the caller names.
    Category {
        /// Categories that were seen.
        of: BTreeMap<String, PolicyId>,
        /// All others.
        otherwise: PolicyId,
    },
    /// Several models and what is made of their answers, in words: what no gateway does.
    Other(String),
}

/// One model: where it is, and what it came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What its provider calls it.
    pub upstream: String,
    /// The name of its wire format; `None` where it was recorded.
    pub wire: Option<String>,
    /// Its address up to the version, where it is known.
    pub base_url: Option<String>,
    /// The environment variable that holds its key.
    pub api_key_env: Option<String>,
    /// Dollars per million tokens sent and received.
    pub price: Option<(f64, f64)>,
    /// The day that the prices are of.
    pub price_as_of: Option<String>,
    /// Requests a minute that the scenario allows.
    pub requests_per_minute: Option<u64>,
    /// Tokens a minute that the scenario allows.
    pub tokens_per_minute: Option<u64>,
    /// Mean score of all asked.
    pub accuracy: Option<f64>,
    /// The share of the calls that were served.
    pub served: Option<f64>,
    /// Milliseconds that 99 of 100 answers keep to.
    pub p99_ms: Option<f64>,
}

/// Why a recommendation can't be written for a gateway.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write the recommendation for {gateway}: {why}; the nearest that it can do: {nearest}")]
pub struct Refusal {
    /// The gateway.
    pub gateway: &'static str,
    /// What it lacks.
    pub why: String,
    /// What comes nearest.
    pub nearest: String,
}

impl Deployment {
    pub(super) fn refuse(&self, gateway: &'static str, why: &str) -> Refusal {
        Refusal { gateway, why: why.to_owned(), nearest: self.nearest.clone() }
    }

    /// Those who answer unless something fails, each once.
    pub(super) fn first(&self) -> Vec<&PolicyId> {
        let mut first: Vec<&PolicyId> = match &self.routing {
            Routing::Single(model) => vec![model],
            Routing::Mix(shares) => shares.iter().map(|(model, _)| model).collect(),
            Routing::Category { of, otherwise } => of.values().chain([otherwise]).collect(),
            Routing::Other(_) => Vec::new(),
        };
        first.sort();
        first.dedup();
        first
    }

    /// That a gateway has nothing like the scenario's probes, where there are some.
    pub(super) fn without_probe(&self, gateway: &str) -> Option<String> {
        let Probing { breaker, every_s, .. } = self.probe.as_ref()?;
        Some(format!(
            "Not carried over: the health probes of breaker `{breaker}`, every {every_s} s, which \
             {gateway} has no place for."
        ))
    }

    /// The lines that every file begins with.
    pub(super) fn head(&self) -> Vec<String> {
        vec![
            format!("{}, recommended by quorumbench for {}.", self.what, self.origin),
            "Every figure is of the answers recorded there; see report.md beside this file."
                .to_owned(),
        ]
    }
}

impl Target {
    /// In whole milliseconds: twice what 99 of 100 answers keep to, from a second on.
    pub(super) fn timeout_ms(&self) -> Option<u64> {
        let twice = (self.p99_ms? * 2.0).max(LEAST_MS);
        let twice = (twice / 1000.0).ceil() * 1000.0;
        (twice.is_finite() && twice < 1e9).then_some(twice as u64)
    }

    /// Why its timeout is what it is.
    pub(super) fn why_timeout(&self) -> String {
        let p99_ms = self.p99_ms.unwrap_or_default();
        let least = if p99_ms * 2.0 < LEAST_MS { ", but no less than a second" } else { "" };
        format!("twice the 99th percentile, {p99_ms:.0} ms{least}")
    }

    /// What it came to, in words.
    pub(super) fn figures(&self) -> String {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let right = self.accuracy.map(|it| format!("{} of all asked right", percent(it)));
        let served = self.served.map(|it| format!("{} served", percent(it)));
        let known: Vec<String> = right.into_iter().chain(served).collect();
        if known.is_empty() { "no figures".to_owned() } else { known.join(", ") }
    }
}

/// A text in double quotes, as JSON and TOML and YAML all read it.
pub(super) fn quoted(text: impl fmt::Display) -> String {
    serde_json::Value::from(text.to_string()).to_string()
}
