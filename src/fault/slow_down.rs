//! A provider that answers, later than it did.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::window::Window;
use super::{Call, Chance, Fate, Of, Slower, always};
use crate::kernel::{Lasting, Micros, Probability};

/// Answers take longer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlowDown {
    /// Whose calls. Left out: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Of>,
    /// When it begins. Left out: it is there from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Lasting>,
    /// How long it lasts. Left out: to the end.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
    /// The share of calls.
    #[serde(default = "always")]
    pub share: Probability,
    /// How many times as long they take.
    #[serde(default = "as_ever")]
    #[schemars(extend("minimum" = 0))]
    pub factor: f64,
    /// What is added, before the first token.
    #[serde(default)]
    pub added: Lasting,
}

const fn as_ever() -> f64 {
    1.0
}

impl SlowDown {
    pub(super) fn fate(&self, now: Micros, call: &Call<'_>, chance: Chance) -> Fate<'static> {
        let is_hit = self.window().contains(now) && chance.hits(call, self.share);
        if !is_hit {
            return Fate::Pass;
        }
        Fate::Slowed(Slower { factor: self.factor, added: self.added.0 })
    }

    /// What is wrong with its options.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        // Written positively so that NaN is refused.
        if !(0.0..=1e6).contains(&self.factor) {
            return Some("`factor` is from 0 to 1000000");
        }
        let is_idle = self.factor == 1.0 && self.added == Lasting::default();
        is_idle.then_some("give a `factor` other than 1, or what is `added`")
    }

    pub(super) const fn window(&self) -> Window {
        Window { at: self.at, lasts: self.lasts }
    }
}
