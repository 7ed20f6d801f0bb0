//! What fails together: shocks that hit members of a group at once.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::law::Law;
use super::outage::overloaded;
use super::spells::Spells;
use super::window::Window;
use super::{Call, Chance, Fate, Of, OnWire, always};
use crate::kernel::{Lasting, Micros, Probability};

/// Shocks without memory, each of which hits every model with a chance of its own, and those that
/// it hits for the same time. They may overlap.
///
/// Source: A. W. Marshall and I. Olkin, Journal of the American Statistical Association 62 (1967),
/// 30-44. With faults of each model by itself beside it, it is the beta-factor model of common
/// causes (`stats::availability`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommonShock {
    /// Whose calls, say those of a cloud that providers share. Left out: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Of>,
    /// When it begins. Left out: it is there from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Lasting>,
    /// How long it lasts. Left out: to the end.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
    /// From one shock to the next, on average.
    pub every: Lasting,
    /// The chance that a shock hits a model.
    #[serde(default = "always")]
    pub hits: Probability,
    /// How long those that it hits are down.
    pub bad_for: Law,
    /// The share of calls that fail meanwhile.
    #[serde(default = "always")]
    pub error_rate: Probability,
    /// What they meet.
    #[serde(default = "overloaded")]
    pub reply: OnWire,
}

impl CommonShock {
    pub(super) fn fate(
        &self,
        now: Micros,
        call: &Call<'_>,
        chance: Chance,
        spells: &mut Spells,
    ) -> Fate<'_> {
        let is_hit = self.window().contains(now)
            && self.is_bad(now, call, chance, spells)
            && chance.hits(call, self.error_rate);
        if is_hit { Fate::Meets(Cow::Borrowed(&self.reply)) } else { Fate::Pass }
    }

    /// Whether a shock has hit that model.
    fn is_bad(&self, now: Micros, call: &Call<'_>, chance: Chance, spells: &mut Spells) -> bool {
        let shock = |n: usize| chance.times().with(n as u64);
        self.shocks(now, chance, spells)
            .any(|n| shock(n).with(2).and(call.model_key).uniform() < self.hits.value())
    }

    /// The positions of the shocks whose time this is.
    pub(super) fn shocks(
        &self,
        now: Micros,
        chance: Chance,
        spells: &mut Spells,
    ) -> impl Iterator<Item = usize> {
        let begin = self.at.map_or(Micros(0), |Lasting(at)| at);
        spells.at(now, move |n, last| {
            let key = chance.times().with(n as u64);
            let gap = -(self.every.0.0 as f64) * key.with(0).open_uniform().ln();
            let start = last.map_or(begin, |last| last.start) + Micros(gap.round() as u64);
            Some([start, start + self.bad_for.draw(key.with(1))])
        })
    }

    /// What is wrong with its options.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        if self.every == Lasting::default() {
            return Some("`every` is not 0");
        }
        self.bad_for.complaint()
    }

    pub(super) const fn window(&self) -> Window {
        Window { at: self.at, lasts: self.lasts }
    }
}
