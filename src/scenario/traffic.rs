//! Who asks when, in a simulation, and how it is made.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{Lasting, Probability, Rate, Spanned, kinds};

kinds! {
    /// When requests come.
    Traffic, "traffic, such as `{ poisson: { rate: 2/s, for: 30d } }`":
    "poisson" => Poisson: "At any time alike, on average so many.",
    "diurnal" => Diurnal: "More by day than by night.",
    "bursts" => Bursts: "Quiet times and bursts in turn.",
    "trace" => Trace: "When requests came once, from a file.",
}

/// At any time alike: a Poisson process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Poisson {
    /// Requests on average.
    pub rate: Rate,
    /// How long they come.
    #[serde(rename = "for")]
    pub lasts: Lasting,
    /// The share of requests that repeat one of the last thousand, and so may find its answer kept.
    #[serde(default = "never")]
    pub repeats: Probability,
}

/// A Poisson process whose rate follows the hours of the day as a cosine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diurnal {
    /// Requests on average over the day.
    pub rate: Rate,
    /// How long they come.
    #[serde(rename = "for")]
    pub lasts: Lasting,
    /// When most come, since midnight.
    #[serde(default = "afternoon")]
    pub peak: Lasting,
    /// How much the rate rises above the average at the peak, and falls below it at the other end:
    /// 0.5 is half as many again.
    #[serde(default = "half")]
    pub swing: Probability,
    /// The share of requests that repeat one of the last thousand.
    #[serde(default = "never")]
    pub repeats: Probability,
}

/// A Poisson process whose rate jumps between two values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// Requests on average in quiet times.
    pub rate: Rate,
    /// Requests on average in a burst.
    pub burst_rate: Rate,
    /// How long a burst lasts.
    pub burst_for: Lasting,
    /// From the beginning of one burst to that of the next. The first begins after that time.
    pub every: Lasting,
    /// How long they come.
    #[serde(rename = "for")]
    pub lasts: Lasting,
    /// The share of requests that repeat one of the last thousand.
    #[serde(default = "never")]
    pub repeats: Probability,
}

/// The column `arrival_ms` of a CSV file, in milliseconds since the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// The file, as seen from the scenario.
    pub file: Spanned<PathBuf>,
    /// How often it is played, each time behind the one before.
    #[serde(default = "once")]
    pub times: NonZeroU32,
    /// The share of requests that repeat one of the last thousand.
    #[serde(default = "never")]
    pub repeats: Probability,
}

/// How a simulation is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Simulate {
    /// How often it is made, each time with other draws.
    pub replicates: NonZeroU32,
    /// The length of a row in the timeline.
    pub bucket: Lasting,
    /// How many requests a model answers at once; the others wait in a queue. Whoever is not named
    /// answers any number.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub capacity: BTreeMap<String, NonZeroU32>,
    /// How many requests all models of a provider together answer at once. None of them may have a
    /// `capacity` of its own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shared_capacity: BTreeMap<String, NonZeroU32>,
    /// The share of requests that is promised to be served.
    pub objective: Probability,
}

impl Default for Simulate {
    fn default() -> Self {
        Self {
            replicates: NonZeroU32::MIN.saturating_add(19),
            bucket: Lasting::seconds(3600),
            capacity: BTreeMap::new(),
            shared_capacity: BTreeMap::new(),
            objective: Probability::OF_A_THOUSAND_ALL_BUT_ONE,
        }
    }
}

impl Traffic {
    /// The share of requests that repeat another.
    pub fn repeats(&self) -> Probability {
        match self {
            Self::Poisson(it) => it.repeats,
            Self::Diurnal(it) => it.repeats,
            Self::Bursts(it) => it.repeats,
            Self::Trace(it) => it.repeats,
        }
    }

    /// What is wrong with its options.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        let lasts = match self {
            Self::Poisson(it) => it.lasts,
            Self::Diurnal(it) => it.lasts,
            Self::Bursts(it) => {
                if it.burst_for == Lasting::default() || it.burst_for >= it.every {
                    return Some("a burst lasts some time, and less than `every`");
                }
                it.lasts
            }
            Self::Trace(_) => return None,
        };
        (lasts == Lasting::default()).then_some("it comes `for` some time")
    }
}

const fn never() -> Probability {
    Probability::NEVER
}

const fn half() -> Probability {
    Probability::HALF
}

const fn afternoon() -> Lasting {
    Lasting::seconds(15 * 3600)
}

const fn once() -> NonZeroU32 {
    NonZeroU32::MIN
}
