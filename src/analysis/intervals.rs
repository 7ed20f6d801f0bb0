//! How intervals are made: at which level, and by which method where there are several.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Interval;
use crate::stats::{self, PairedCounts};

/// How intervals are made, unless graded scores or clusters leave no choice of method.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Intervals {
    /// How sure every interval is, on both sides together: 0.95 unless said otherwise.
    pub level: Level,
    /// Of the share of right answers, or of answers served.
    pub proportion: Proportion,
    /// Of the difference of two shares on the same items.
    pub pairs: Pairs,
}

/// How sure an interval is: strictly between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64", extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
pub struct Level(f64);

/// Why a number is no level.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a level of confidence: it lies between 0 and 1, say 0.95")]
pub struct NotALevel(f64);

/// How the interval of a share is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Proportion {
    /// The score interval: close to its level on average, and short.
    #[default]
    Wilson,
    /// The exact interval: never below its level, and so mostly above it.
    ClopperPearson,
    /// By Bayes' rule from Jeffreys' prior, Beta(1/2, 1/2).
    Jeffreys,
    /// By Bayes' rule from the uniform prior, Beta(1, 1).
    Bayes,
}

/// How the interval of a paired difference is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pairs {
    /// The usual interval with one item added either way.
    #[default]
    BonettPrice,
    /// From the score intervals of the two shares.
    Newcombe,
    /// The score interval of the difference itself.
    Tango,
}

impl Level {
    /// That of most published work, 95 %.
    pub const USUAL: Self = Self(0.95);

    /// As a plain number.
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl Default for Level {
    fn default() -> Self {
        Self::USUAL
    }
}

impl TryFrom<f64> for Level {
    type Error = NotALevel;

    fn try_from(value: f64) -> Result<Self, NotALevel> {
        // Written positively so that NaN is refused.
        if 0.0 < value && value < 1.0 { Ok(Self(value)) } else { Err(NotALevel(value)) }
    }
}

impl From<Level> for f64 {
    fn from(level: Level) -> Self {
        level.0
    }
}

impl Intervals {
    /// The interval of `hits` in `trials`; it holds that share. `None` without trials.
    pub(super) fn of_share(&self, hits: u64, trials: u64) -> Option<Interval> {
        let interval = match self.proportion {
            Proportion::Wilson => stats::wilson,
            Proportion::ClopperPearson => stats::clopper_pearson,
            Proportion::Jeffreys => stats::jeffreys,
            Proportion::Bayes => stats::bayes_uniform,
        };
        let Interval { low, high } = interval(hits, trials, self.level.0)?;
        // At the two extremes a posterior interval leaves out what was observed.
        let share = hits as f64 / trials as f64;
        Some(Interval { low: low.min(share), high: high.max(share) })
    }

    /// The interval of the difference of two shares on the same items. `None` without items.
    pub(super) fn of_pairs(&self, counts: PairedCounts) -> Option<Interval> {
        match self.pairs {
            Pairs::BonettPrice => stats::bonett_price(counts, self.level.0),
            Pairs::Newcombe => stats::newcombe_paired(counts, self.level.0),
            Pairs::Tango => stats::tango(counts, self.level.0),
        }
    }
}

impl Proportion {
    /// As a scenario names it, and as estimates do.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wilson => "wilson",
            Self::ClopperPearson => "clopper-pearson",
            Self::Jeffreys => "jeffreys",
            Self::Bayes => "bayes",
        }
    }
}

impl Pairs {
    /// As a scenario names it, and as estimates do.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BonettPrice => "bonett-price",
            Self::Newcombe => "newcombe",
            Self::Tango => "tango",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_called_what_scenarios_call_them() {
        use Proportion::{Bayes, ClopperPearson, Jeffreys, Wilson};
        for proportion in [Wilson, ClopperPearson, Jeffreys, Bayes] {
            assert_eq!(serde_json::to_value(proportion).unwrap(), proportion.name());
        }
        for pairs in [Pairs::BonettPrice, Pairs::Newcombe, Pairs::Tango] {
            assert_eq!(serde_json::to_value(pairs).unwrap(), pairs.name());
        }
    }

    #[test]
    fn every_interval_of_a_share_holds_it() {
        use Proportion::{Bayes, ClopperPearson, Jeffreys, Wilson};
        for proportion in [Wilson, ClopperPearson, Jeffreys, Bayes] {
            let intervals = Intervals { proportion, ..Intervals::default() };
            for (hits, trials) in [(0, 10), (10, 10), (0, 1), (3, 7)] {
                let interval = intervals.of_share(hits, trials).unwrap();
                let share = hits as f64 / trials as f64;
                assert!(interval.contains(share), "{proportion:?} of {hits}/{trials}");
            }
            assert_eq!(intervals.of_share(0, 0), None, "{proportion:?}");
        }
    }

    #[test]
    fn only_what_lies_between_nothing_and_certainty_is_a_level() {
        for (value, is_level) in [
            (0.95, true),
            (0.5, true),
            (0.0, false),
            (1.0, false),
            (95.0, false),
            (f64::NAN, false),
        ] {
            assert_eq!(Level::try_from(value).is_ok(), is_level, "{value}");
        }
    }
}
