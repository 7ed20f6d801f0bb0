//! Another model answers, and nobody says so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::window::Window;
use super::{Call, Chance, Fate, Of, Says, Swap, always};
use crate::kernel::{Lasting, Micros, ModelId, Probability, Spanned};

/// Another model's answers are served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WrongModel {
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
    /// The model whose answers are served.
    pub serves: Spanned<ModelId>,
    /// What the response calls it: the model that was `asked`, or the one `answering`.
    #[serde(default)]
    pub says: Says,
}

impl WrongModel {
    pub(super) fn fate(&self, now: Micros, call: &Call<'_>, chance: Chance) -> Fate<'_> {
        let is_hit = self.window().contains(now) && chance.hits(call, self.share);
        if is_hit {
            Fate::Swapped(Swap { model: &self.serves.value, says: self.says })
        } else {
            Fate::Pass
        }
    }

    pub(super) const fn window(&self) -> Window {
        Window { at: self.at, lasts: self.lasts }
    }
}
