//! Whether a failed call is tried again, and after how long.

use crate::data::Failure;
use crate::kernel::{Key, Micros};
use crate::policy::parts::budget::Budget;

/// How often a call is tried, and how long is waited in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Calls at most, the first included.
    pub attempts: u32,
    /// The longest wait behind the first failure; it doubles with each one more.
    pub base: Micros,
    /// No wait of our own choice is longer.
    pub cap: Micros,
    /// How waits are drawn.
    pub jitter: Jitter,
    /// A provider that asks for a longer wait than this is not tried again.
    pub longest_asked: Micros,
    /// What all retries of a model may come to; without, each is made.
    pub budget: Option<Budget>,
}

/// How a wait is drawn below what it is at most.
///
/// Source: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog (2015).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Jitter {
    /// Evenly from nothing to all of it.
    #[default]
    Full,
    /// Evenly from half to all of it.
    Equal,
    /// All of it.
    None,
}

/// Whether a failure is worth another call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It may pass.
    Yes,
    /// The next call fails the same way.
    No,
}

impl Again {
    /// As the SDKs of the large providers have it.
    pub fn after(failure: Failure) -> Self {
        if failure.handling().again { Self::Yes } else { Self::No }
    }
}

impl Retry {
    /// Nothing is tried twice.
    pub const NEVER: Self = Self {
        attempts: 1,
        base: Micros(500_000),
        cap: Micros(8_000_000),
        jitter: Jitter::Full,
        longest_asked: Micros(60_000_000),
        budget: None,
    };

    /// How long is waited behind the failure of attempt `attempt`, from 0; `None` where that was
    /// the last, or where it is not worth another call. `asked` is what the provider asked for, and
    /// `key` what the wait is drawn for.
    pub fn wait(
        &self,
        again: Again,
        attempt: u32,
        asked: Option<Micros>,
        key: Key,
    ) -> Option<Micros> {
        let asked = asked.unwrap_or_default();
        let is_again =
            again == Again::Yes && attempt + 1 < self.attempts && asked <= self.longest_asked;
        is_again.then(|| {
            let most = self.most(attempt);
            let drawn = |share: f64| Micros((most.0 as f64 * share).round() as u64);
            let own = match self.jitter {
                Jitter::Full => drawn(key.uniform()),
                Jitter::Equal => drawn(0.5 + key.uniform() / 2.0),
                Jitter::None => most,
            };
            own.max(asked)
        })
    }

    /// The longest wait behind attempt `attempt`, whoever asks for it.
    pub fn longest(&self, attempt: u32) -> Micros {
        self.most(attempt).max(self.longest_asked)
    }

    /// The longest wait of our own choice behind attempt `attempt`.
    pub fn most(&self, attempt: u32) -> Micros {
        let doubled = self.base.0.saturating_mul(1_u64.checked_shl(attempt).unwrap_or(u64::MAX));
        Micros(doubled).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;

    #[test]
    fn waits_double_up_to_their_cap_and_no_failure_is_tried_for_ever() {
        let retry = Retry { attempts: 6, jitter: Jitter::None, ..Retry::NEVER };
        let key = Key::new(Seed(1), "test", &[]);
        let wait = |attempt| retry.wait(Again::Yes, attempt, None, key).map(|it| it.0 / 1000);
        let waits: Vec<Option<u64>> = (0..6).map(wait).collect();
        let wanted = [500, 1000, 2000, 4000, 8000].map(Some);
        assert_eq!(waits, [&wanted[..], &[None]].concat());
        let asked =
            |seconds: u64| retry.wait(Again::Yes, 0, Some(Micros(seconds * 1_000_000)), key);
        assert_eq!((asked(7), asked(61)), (Some(Micros(7_000_000)), None));
        assert_eq!(retry.wait(Again::after(Failure::Auth), 0, None, key), None, "it stays wrong");
    }

    #[test]
    fn jitter_stays_between_its_bounds() {
        let key = Key::new(Seed(1), "test", &[]);
        for (jitter, least) in [(Jitter::Full, 0.0), (Jitter::Equal, 0.5)] {
            let retry = Retry { attempts: 2, jitter, ..Retry::NEVER };
            let drawn: Vec<u64> = (0..1000)
                .filter_map(|part| {
                    retry.wait(Again::after(Failure::Reset), 0, None, key.with(part))
                })
                .map(|Micros(wait)| wait)
                .collect();
            let (low, high) = (drawn.iter().min(), drawn.iter().max());
            let (least, most) = ((500_000.0 * least) as u64, 500_000);
            assert!(low >= Some(&least) && low < Some(&(least + 10_000)), "{jitter:?}: {low:?}");
            assert!(high <= Some(&most) && high > Some(&(most - 10_000)), "{jitter:?}: {high:?}");
        }
    }
}
