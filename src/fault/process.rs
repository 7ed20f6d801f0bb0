//! The list of what can go wrong, when and for whom.

use super::rate_limit::Buckets;
use super::{
    Call, Chance, Degraded, Fate, GilbertElliott, Of, Outage, RateLimit, SlowDown, WrongModel,
};
use crate::kernel::{Micros, ModelId, Spanned, kinds};

kinds! {
    /// What goes wrong, when and for whom.
    Process, "a kind of fault":
    "outage" => Outage: "Calls fail from one time to another, all or a share of them.",
    "gilbert-elliott" => GilbertElliott: "Good and bad times follow each other by chance.",
    "slow-down" => SlowDown: "Answers take longer, by a factor or by some time.",
    "rate-limit" => RateLimit: "So many requests and tokens a minute, and no more.",
    "degraded" => Degraded: "A share of right answers is turned wrong.",
    "wrong-model" => WrongModel: "Another model answers, openly or not.",
}

impl Process {
    /// Whom it is for; `None` for everybody.
    pub fn of(&self) -> Option<&Of> {
        match self {
            Self::Outage(it) => it.of.as_ref(),
            Self::GilbertElliott(it) => it.of.as_ref(),
            Self::SlowDown(it) => it.of.as_ref(),
            Self::RateLimit(it) => it.of.as_ref(),
            Self::Degraded(it) => it.of.as_ref(),
            Self::WrongModel(it) => it.of.as_ref(),
        }
    }

    /// The model that it names as one that answers.
    pub fn serves(&self) -> Option<&Spanned<ModelId>> {
        match self {
            Self::WrongModel(it) => Some(&it.serves),
            _ => None,
        }
    }

    /// What is wrong with its options, where each by itself is right.
    pub fn complaint(&self) -> Option<&'static str> {
        match self {
            Self::GilbertElliott(it) => it.complaint(),
            Self::SlowDown(it) => it.complaint(),
            Self::RateLimit(it) => it.complaint(),
            Self::Outage(_) | Self::Degraded(_) | Self::WrongModel(_) => None,
        }
    }

    /// Whether every call meets a refused connection.
    pub(super) fn refuses_all(&self, now: Micros) -> bool {
        match self {
            Self::Outage(it) => it.refuses_all(now),
            _ => false,
        }
    }

    pub(super) fn fate(
        &self,
        now: Micros,
        call: &Call<'_>,
        chance: Chance<'_>,
        buckets: &mut Buckets,
    ) -> Fate<'_> {
        match self {
            Self::Outage(it) => it.fate(now, call, chance),
            Self::GilbertElliott(it) => it.fate(now, call, chance),
            Self::SlowDown(it) => it.fate(now, call, chance),
            Self::RateLimit(it) => it.fate(now, call, buckets),
            Self::Degraded(it) => it.fate(now, call, chance),
            Self::WrongModel(it) => it.fate(now, call, chance),
        }
    }
}
