//! A provider whose answers get worse, with nothing else to tell it by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::window::Window;
use super::{Call, Chance, Fate, Of, always};
use crate::kernel::{Lasting, Micros, Probability};

/// A share of the right answers is turned wrong. Wrong answers stay as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Degraded {
    /// Whose answers. Left out: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Of>,
    /// When it begins. Left out: it is there from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Lasting>,
    /// How long it lasts. Left out: to the end.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
    /// The share of right answers that are turned wrong.
    #[serde(default = "always")]
    pub share: Probability,
}

impl Degraded {
    pub(super) fn fate(&self, now: Micros, call: &Call<'_>, chance: Chance) -> Fate<'static> {
        let is_hit = self.window().contains(now) && chance.hits(call, self.share);
        if is_hit { Fate::Degraded } else { Fate::Pass }
    }

    pub(super) const fn window(&self) -> Window {
        Window { at: self.at, lasts: self.lasts }
    }
}
