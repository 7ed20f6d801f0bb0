//! Outages that begin at some hours of the day more often than at others.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::law::Law;
use super::outage::overloaded;
use super::spells::Spells;
use super::window::Window;
use super::{Call, Chance, Fate, Of, OnWire, always};
use crate::kernel::{Lasting, Micros, Probability};

const DAY: u64 = 86_400_000_000;

/// Outages whose beginnings follow the hours of the day: a Poisson process with a rate of its own
/// for each part of the day. They may overlap. Everybody whom it is for shares them.
///
/// Source: thinning, P. A. W. Lewis and G. S. Shedler, Naval Research Logistics Quarterly 26
/// (1979), 403-413.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diurnal {
    /// Whose calls. Left out: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Of>,
    /// When it begins. Left out: it is there from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Lasting>,
    /// How long it lasts. Left out: to the end.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
    /// From the beginning of one to that of the next, on average.
    pub every: Lasting,
    /// How often they begin in each of equal parts of the day, from 0 h on, in relation to each
    /// other: `[1, 1, 4]` has four of six begin from 16 h to 24 h.
    pub weights: Vec<f64>,
    /// How long one lasts.
    pub bad_for: Law,
    /// The share of calls that fail meanwhile.
    #[serde(default = "always")]
    pub error_rate: Probability,
    /// What they meet.
    #[serde(default = "overloaded")]
    pub reply: OnWire,
}

impl Diurnal {
    pub(super) fn fate(
        &self,
        now: Micros,
        call: &Call<'_>,
        chance: Chance,
        spells: &mut Spells,
    ) -> Fate<'_> {
        let is_hit = self.window().contains(now)
            && self.is_bad(now, chance, spells)
            && chance.hits(call, self.error_rate);
        if is_hit { Fate::Meets(Cow::Borrowed(&self.reply)) } else { Fate::Pass }
    }

    /// Whether this is a bad time.
    pub(super) fn is_bad(&self, now: Micros, chance: Chance, spells: &mut Spells) -> bool {
        let most = self.weights.iter().copied().fold(0.0, f64::max);
        let mean = self.weights.iter().sum::<f64>() / self.weights.len() as f64;
        let begin = self.at.map_or(Micros(0), |Lasting(at)| at);
        spells
            .at(now, |n, last| {
                let mut start = last.map_or(begin, |last| last.start).0 as f64;
                for trial in 0_u64.. {
                    let key = chance.times().with(n as u64).with(trial);
                    let gap = self.every.0.0 as f64 * mean / most;
                    start -= gap * key.with(0).open_uniform().ln();
                    let part = (start as u64 % DAY) as f64 / DAY as f64;
                    let weight = self.weights[(part * self.weights.len() as f64) as usize];
                    if key.with(1).uniform() * most < weight {
                        break;
                    }
                }
                let lasts = self.bad_for.draw(chance.times().with(n as u64).with(u64::MAX));
                let start = Micros(start.round() as u64);
                Some([start, start + lasts])
            })
            .next()
            .is_some()
    }

    /// What is wrong with its options.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        let is_weight = |weight: &f64| (0.0..=1e9).contains(weight);
        let are_weights = (1..=96).contains(&self.weights.len())
            && self.weights.iter().all(is_weight)
            && self.weights.iter().any(|weight| *weight > 0.0);
        if !are_weights || self.every == Lasting::default() {
            return Some("`weights` has 1 to 96 numbers from 0 on, one above 0; `every` is not 0");
        }
        self.bad_for.complaint()
    }

    pub(super) const fn window(&self) -> Window {
        Window { at: self.at, lasts: self.lasts }
    }
}
