//! What becomes of a call.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OnWire;
use crate::kernel::{Micros, ModelId};

/// What one fault makes of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate<'a> {
    /// Nothing.
    Pass,
    /// It meets this on the wire.
    Meets(Cow<'a, OnWire>),
    /// It is answered by another model.
    Swapped(Swap<'a>),
    /// Its answer, where it is right, is turned wrong.
    Degraded,
    /// Its answer is late.
    Slowed(Slower),
}

/// Another model's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swap<'a> {
    /// Who answers.
    pub model: &'a ModelId,
    /// What the response calls it.
    pub says: Says,
}

/// What a response says of who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// The model that was asked.
    #[default]
    Asked,
    /// The model that answered.
    Answering,
}

/// How much later an answer comes: the time it takes, times a factor, and some time on top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slower {
    /// 1 for as long as ever.
    pub factor: f64,
    /// On top, before the first token.
    pub added: Micros,
}

/// What all faults together make of a call, each with the name of the fault.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fates<'a> {
    /// What it meets on the wire: the first fault that has something for it decides.
    pub meets: Option<(&'a str, Cow<'a, OnWire>)>,
    /// Who answers in place of the model asked: the first decides.
    pub swapped: Option<(&'a str, Swap<'a>)>,
    /// Whether a right answer is turned wrong.
    pub degraded: Option<&'a str>,
    /// How much later it is: factors multiplied, times added. The first fault is named.
    pub slowed: Option<(&'a str, Slower)>,
}

impl<'a> Fates<'a> {
    /// Adds what one fault more makes of it.
    pub(super) fn add(&mut self, name: &'a str, fate: Fate<'a>) {
        match fate {
            Fate::Pass => {}
            Fate::Meets(it) => self.meets = self.meets.take().or(Some((name, it))),
            Fate::Swapped(swap) => self.swapped = self.swapped.or(Some((name, swap))),
            Fate::Degraded => self.degraded = self.degraded.or(Some(name)),
            Fate::Slowed(slower) => {
                let (name, before) = self.slowed.unwrap_or((name, Slower::NOT));
                self.slowed = Some((name, before.and(slower)));
            }
        }
    }
}

impl Slower {
    /// As long as ever.
    pub const NOT: Self = Self { factor: 1.0, added: Micros(0) };

    fn and(self, other: Self) -> Self {
        Self { factor: self.factor * other.factor, added: self.added + other.added }
    }

    /// How long it takes that takes so long without.
    pub fn of(self, Micros(usual): Micros) -> Micros {
        Micros((usual as f64 * self.factor).round() as u64) + self.added
    }
}
