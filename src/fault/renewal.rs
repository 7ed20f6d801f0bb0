//! A provider that fails and is repaired, again and again.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::law::Law;
use super::outage::overloaded;
use super::spells::Spells;
use super::window::Window;
use super::{Call, Chance, Fate, Of, OnWire, always};
use crate::kernel::{Lasting, Micros, Probability};

/// Good and bad times in turn, each drawn by its law: an alternating renewal process.
///
/// It is met in the middle of its life, so that the share of bad time is the same from the start
/// on: mean bad time / (mean good time + mean bad time). Everybody whom it is for shares its times.
///
/// Source: D. R. Cox, Renewal Theory (1962), ch. 7.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// Whose calls. Left out: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Of>,
    /// When it begins. Left out: it is there from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Lasting>,
    /// How long it lasts. Left out: to the end.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
    /// How long a good time lasts.
    pub good_for: Law,
    /// How long a bad time lasts.
    pub bad_for: Law,
    /// The share of calls that fail in a bad time.
    #[serde(default = "always")]
    pub error_rate: Probability,
    /// What they meet.
    #[serde(default = "overloaded")]
    pub reply: OnWire,
}

impl Renewal {
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
        let begin = self.at.map_or(Micros(0), |Lasting(at)| at);
        spells
            .at(now, |n, last| {
                let key = chance.times().with(n as u64);
                let (good, bad) = (self.good_for.draw(key.with(0)), self.bad_for.draw(key.with(1)));
                let start = match last {
                    Some(last) => last.end + good,
                    None => match self.first(chance) {
                        (true, left) => return Some([begin, begin + left]),
                        (false, left) => begin + left,
                    },
                };
                Some([start, start + bad])
            })
            .next()
            .is_some()
    }

    /// Whether it is bad when it is met first, and what is left of that time.
    fn first(&self, chance: Chance) -> (bool, Micros) {
        let key = chance.times().with(u64::MAX);
        let (Micros(good), Micros(bad)) = (self.good_for.mean(), self.bad_for.mean());
        let is_bad = key.with(0).uniform() < bad as f64 / (good as f64 + bad as f64);
        let law = if is_bad { &self.bad_for } else { &self.good_for };
        (is_bad, law.residual(key.with(1)))
    }

    /// What is wrong with its options.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        self.good_for.complaint().or(self.bad_for.complaint())
    }

    pub(super) const fn window(&self) -> Window {
        Window { at: self.at, lasts: self.lasts }
    }
}
