//! The list of what can go wrong, when and for whom.

use super::faults::Memory;
use super::{
    Call, Chance, CommonShock, Degraded, Diurnal, Fate, GilbertElliott, Incident, Of, Outage,
    RateLimit, Renewal, SlowDown, WrongModel,
};
use crate::kernel::{Micros, ModelId, Spanned, kinds};

kinds! {
    /// What goes wrong, when and for whom.
    Process, "a kind of fault":
    "outage" => Outage: "Calls fail from one time to another, all or a share of them.",
    "renewal" => Renewal: "A provider fails and is repaired, again and again.",
    "gilbert-elliott" => GilbertElliott: "Good and bad times follow each other by chance.",
    "diurnal" => Diurnal: "Outages begin at some hours of the day more often than at others.",
    "common-shock" => CommonShock: "Shocks hit members of a group at once.",
    "slow-down" => SlowDown: "Answers take longer, by a factor or by some time.",
    "rate-limit" => RateLimit: "So many requests and tokens a minute, and no more.",
    "degraded" => Degraded: "A share of right answers is turned wrong.",
    "wrong-model" => WrongModel: "Another model answers, openly or not.",
    "incident" => Incident: "A real outage, by the name of its file in `scenarios/incidents/`.",
}

impl Process {
    /// Whom it is for; `None` for everybody.
    pub fn of(&self) -> Option<&Of> {
        match self {
            Self::Outage(it) => it.of.as_ref(),
            Self::Renewal(it) => it.of.as_ref(),
            Self::Diurnal(it) => it.of.as_ref(),
            Self::CommonShock(it) => it.of.as_ref(),
            Self::Incident(_) => None,
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
            Self::Renewal(it) => it.complaint(),
            Self::Diurnal(it) => it.complaint(),
            Self::CommonShock(it) => it.complaint(),
            Self::GilbertElliott(it) => it.complaint(),
            Self::SlowDown(it) => it.complaint(),
            Self::RateLimit(it) => it.complaint(),
            Self::Outage(_) | Self::Degraded(_) | Self::WrongModel(_) | Self::Incident(_) => None,
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
        chance: Chance,
        memory: &mut Memory,
    ) -> Fate<'_> {
        match self {
            Self::Outage(it) => it.fate(now, call, chance),
            Self::Renewal(it) => it.fate(now, call, chance, &mut memory.spells),
            Self::GilbertElliott(it) => it.fate(now, call, chance, &mut memory.spells),
            Self::Diurnal(it) => it.fate(now, call, chance, &mut memory.spells),
            Self::CommonShock(it) => it.fate(now, call, chance, &mut memory.spells),
            Self::SlowDown(it) => it.fate(now, call, chance),
            Self::RateLimit(it) => it.fate(now, call, &mut memory.buckets),
            Self::Degraded(it) => it.fate(now, call, chance),
            Self::WrongModel(it) => it.fate(now, call, chance),
            // What it stands for is in its place.
            Self::Incident(_) => Fate::Pass,
        }
    }

    /// When it is there, up to `until`: its window, or the bad times within it.
    pub(super) fn spells(
        &self,
        until: Micros,
        chance: Chance,
        memory: &mut Memory,
    ) -> Vec<(Micros, Micros)> {
        let spells = &mut memory.spells;
        let window = match self {
            Self::Renewal(it) => {
                it.is_bad(until, chance, spells);
                it.window()
            }
            Self::GilbertElliott(it) => {
                it.is_bad(until, chance, spells);
                it.window()
            }
            Self::Diurnal(it) => {
                it.is_bad(until, chance, spells);
                it.window()
            }
            Self::CommonShock(it) => {
                it.shocks(until, chance, spells).next();
                it.window()
            }
            Self::Outage(it) => return it.window().within(until),
            Self::SlowDown(it) => return it.window().within(until),
            Self::RateLimit(it) => return it.window().within(until),
            Self::Degraded(it) => return it.window().within(until),
            Self::WrongModel(it) => return it.window().within(until),
            Self::Incident(_) => return Vec::new(),
        };
        let within = window.within(until);
        let cut = |spell: &super::spells::Spell| {
            let &(from, to) = within.first()?;
            let (start, end) = (spell.start.max(from), spell.end.min(to));
            (start < end).then_some((start, end))
        };
        spells.made().iter().filter_map(cut).collect()
    }
}
