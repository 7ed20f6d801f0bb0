//! A provider is down, or part of its calls fail, from one time to another.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::window::Window;
use super::{Call, Chance, Fate, Of, OnWire, Status, always};
use crate::kernel::{Lasting, Micros, Probability};

/// Calls fail from one time to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// Whose calls. Left out: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Of>,
    /// When it begins, since the start. Left out: it is there from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Lasting>,
    /// How long it lasts. Left out: to the end.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
    /// The share of calls that fail, each drawn by itself.
    #[serde(default = "always")]
    pub error_rate: Probability,
    /// What they meet.
    #[serde(default = "overloaded")]
    pub reply: OnWire,
}

pub(super) fn overloaded() -> OnWire {
    OnWire::Status(Status::default())
}

impl Outage {
    pub(super) fn fate(&self, now: Micros, call: &Call<'_>, chance: Chance) -> Fate<'_> {
        let is_hit = self.window().contains(now) && chance.hits(call, self.error_rate);
        if is_hit { Fate::Meets(Cow::Borrowed(&self.reply)) } else { Fate::Pass }
    }

    /// Whether every call meets a refused connection, so that nobody need listen.
    pub(super) fn refuses_all(&self, now: Micros) -> bool {
        self.window().contains(now)
            && self.error_rate.value() >= 1.0
            && matches!(self.reply, OnWire::Refused(_))
    }

    pub(super) const fn window(&self) -> Window {
        Window { at: self.at, lasts: self.lasts }
    }
}
