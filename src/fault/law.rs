//! How long good and bad times last, as a scenario writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{Key, Lasting, Micros, kinds};
use crate::stats::Lifetime;

kinds! {
    /// How long something lasts: `{ exponential: { mean: 5d } }`.
    Law, "how long it lasts, such as `{ exponential: { mean: 5d } }`":
    "exponential" => Exponential: "Without memory.",
    "log-normal" => LogNormal: "Mostly short, sometimes very long.",
    "weibull" => Weibull: "The end is the likelier the longer it has lasted, or the less.",
}

/// Without memory.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exponential {
    /// The mean.
    pub mean: Lasting,
}

/// Mostly short, sometimes very long.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogNormal {
    /// Half of them last longer.
    pub median: Lasting,
    /// The standard deviation of the logarithm.
    pub sigma: f64,
}

/// The end is the likelier the longer it has lasted (shape above 1), or the less (below 1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weibull {
    /// 37 % last longer.
    pub scale: Lasting,
    /// 1 is the exponential law.
    pub shape: f64,
}

impl Law {
    /// It, in microseconds.
    fn lifetime(&self) -> Lifetime {
        let micros = |Lasting(Micros(micros)): Lasting| micros as f64;
        match self {
            Self::Exponential(it) => Lifetime::Exponential { mean: micros(it.mean) },
            Self::LogNormal(it) => {
                Lifetime::LogNormal { median: micros(it.median), sigma: it.sigma }
            }
            Self::Weibull(it) => Lifetime::Weibull { scale: micros(it.scale), shape: it.shape },
        }
    }

    /// The mean.
    pub fn mean(&self) -> Micros {
        Micros(self.lifetime().mean() as u64)
    }

    /// One length, at least a microsecond.
    pub(super) fn draw(&self, key: Key) -> Micros {
        Micros((self.lifetime().quantile(key.open_uniform()).round() as u64).max(1))
    }

    /// What is left of one that is met at an arbitrary time.
    pub(super) fn residual(&self, key: Key) -> Micros {
        let [which, when] = [0, 1].map(|part| key.with(part).open_uniform());
        Micros((self.lifetime().residual([which, when]).round() as u64).max(1))
    }

    /// What is wrong with it.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        // Written positively so that NaN is refused.
        let (time, is_fine) = match self {
            Self::Exponential(it) => (it.mean, true),
            Self::LogNormal(it) => (it.median, (0.0..=5.0).contains(&it.sigma)),
            Self::Weibull(it) => (it.scale, (0.1..=50.0).contains(&it.shape)),
        };
        let is_fine = is_fine && time > Lasting::default();
        (!is_fine).then_some("times are above 0, `sigma` is from 0 to 5, `shape` from 0.1 to 50")
    }
}
