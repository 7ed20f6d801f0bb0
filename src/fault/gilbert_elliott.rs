//! A provider that flaps: good and bad times follow each other by chance.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outage::overloaded;
use super::spells::Spells;
use super::window::Window;
use super::{Call, Chance, Fate, Of, OnWire, always};
use crate::kernel::{Key, Lasting, Micros, Probability};

/// Good and bad times of random length, in which calls fail at different rates.
///
/// Gilbert's channel with Elliott's error rates: a chain of two states that in every step turns bad
/// with probability `step / good_for` and good with `step / bad_for`, so that the times last that
/// long on average. Everybody whom it is for shares its times.
///
/// Source: E. N. Gilbert, Bell System Technical Journal 39 (1960), 1253-1265; E. O. Elliott, ibid.
/// 42 (1963), 1977-1997. The tests check the share of bad time and the mean length of a bad time
/// against the chain's own formulas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GilbertElliott {
    /// Whose calls. Left out: everybody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Of>,
    /// When it begins. Left out: it is there from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Lasting>,
    /// How long it lasts. Left out: to the end.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
    /// How long a good time lasts on average.
    pub good_for: Lasting,
    /// How long a bad time lasts on average.
    pub bad_for: Lasting,
    /// How long a state is kept at least.
    pub step: Lasting,
    /// The share of calls that fail in a good time.
    pub good_error_rate: Probability,
    /// The share of calls that fail in a bad time.
    pub bad_error_rate: Probability,
    /// What they meet.
    pub reply: OnWire,
}

impl Default for GilbertElliott {
    fn default() -> Self {
        Self {
            of: None,
            at: None,
            lasts: None,
            good_for: Lasting::seconds(600),
            bad_for: Lasting::seconds(60),
            step: Lasting::seconds(1),
            good_error_rate: Probability::NEVER,
            bad_error_rate: always(),
            reply: overloaded(),
        }
    }
}

impl GilbertElliott {
    pub(super) fn fate(
        &self,
        now: Micros,
        call: &Call<'_>,
        chance: Chance,
        spells: &mut Spells,
    ) -> Fate<'_> {
        if !self.window().contains(now) {
            return Fate::Pass;
        }
        let is_bad = self.is_bad(now, chance, spells);
        let rate = if is_bad { self.bad_error_rate } else { self.good_error_rate };
        let is_hit = chance.hits(call, rate);
        if is_hit { Fate::Meets(Cow::Borrowed(&self.reply)) } else { Fate::Pass }
    }

    /// What is wrong with its options.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        let [Micros(good), Micros(bad), Micros(step)] =
            [self.good_for, self.bad_for, self.step].map(|Lasting(micros)| micros);
        // Beyond that the two chances of a change sum to more than 1, and times alternate.
        let is_fine = step > 0 && good >= 2 * step && bad >= 2 * step;
        (!is_fine).then_some("`good_for` and `bad_for` are at least twice `step`, which is not 0")
    }

    pub(super) const fn window(&self) -> Window {
        Window { at: self.at, lasts: self.lasts }
    }

    /// Whether this is a bad time.
    ///
    /// The chain stays in a state for a geometric number of steps. The first state is drawn by
    /// their shares of the long run, and how long it has lasted does not matter.
    pub(super) fn is_bad(&self, now: Micros, chance: Chance, spells: &mut Spells) -> bool {
        let begin = self.at.map_or(Micros(0), |Lasting(at)| at);
        let stay = |Lasting(Micros(lasts)): Lasting, key: Key| {
            let leaves = self.step.0.0 as f64 / (lasts as f64).max(1.0);
            let n_steps = (key.open_uniform().ln() / (-leaves).ln_1p()).ceil().max(1.0);
            Micros(self.step.0.0.saturating_mul(n_steps as u64))
        };
        spells
            .at(now, |n, last| {
                let key = chance.times().with(n as u64);
                let bad = stay(self.bad_for, key.with(1));
                let from = last.map_or(begin, |last| last.end);
                let (Micros(good_for), Micros(bad_for)) = (self.good_for.0, self.bad_for.0);
                let share = bad_for as f64 / (good_for as f64 + bad_for as f64);
                let begins_bad = last.is_none() && key.with(2).uniform() < share;
                let good = stay(self.good_for, key.with(0));
                let start = if begins_bad { from } else { from + good };
                Some([start, start + bad])
            })
            .next()
            .is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;

    #[test]
    fn times_last_as_long_as_they_should_on_average() {
        let flaps = GilbertElliott {
            good_for: Lasting::seconds(30),
            bad_for: Lasting::seconds(10),
            ..GilbertElliott::default()
        };
        let (chance, mut spells) = (Chance::new(Seed(7), "flaps"), Spells::default());
        let n = 40_000_u64;
        let is_bad = |second| flaps.is_bad(Micros(second * 1_000_000), chance, &mut spells);
        let states: Vec<bool> = (0..n).map(is_bad).collect();
        let n_bad = states.iter().filter(|is_bad| **is_bad).count() as f64;
        let n_begun = states.windows(2).filter(|pair| !pair[0] && pair[1]).count() as f64;
        // The share of bad time is p_bad / (p_bad + p_good) = 1/4. Its standard error over n steps
        // of a chain with correlation 1 - 1/30 - 1/10 is about 0.8 points, and that of the mean
        // length, of about 1000 geometric times of 10 steps, about 0.3.
        assert!((n_bad / n as f64 - 0.25).abs() < 0.03, "{n_bad} of {n}");
        assert!((n_bad / n_begun - 10.0).abs() < 1.2, "{n_bad} in {n_begun} times");
    }

    #[test]
    fn a_state_is_the_same_whoever_asks_and_when() {
        let flaps = GilbertElliott::default();
        let chance = Chance::new(Seed(1), "flaps");
        let mut spells = [Spells::default(), Spells::default()];
        let mut at = |second: u64, which: usize| {
            flaps.is_bad(Micros(second * 60_000_000), chance, &mut spells[which])
        };
        let forwards: Vec<bool> = (0..300).map(|second| at(second, 0)).collect();
        let mut backwards: Vec<bool> = (0..300).rev().map(|second| at(second, 1)).collect();
        backwards.reverse();
        assert_eq!(forwards, backwards);
    }
}
