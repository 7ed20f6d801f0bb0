//! LiteLLM's cool-down of a deployment: whoever fails too often within a minute is left alone for
//! some seconds, and then asked as if nothing had been.
//!
//! The rules are those of `litellm/router_utils/cooldown_handlers.py` (1.109): minutes of the
//! clock, no trial behind it, and by default nearly no cool-down for a deployment that stands
//! alone.

use crate::data::{Failure, Weight};
use crate::kernel::Micros;
use crate::policy::parts::breaker::{Admission, CallResult};
use crate::policy::parts::retry::Again;

const MINUTE: u64 = 60_000_000;

/// When a deployment is left alone, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// More failures than this in a minute of the clock. `None` goes by the share of failures.
    pub allowed_fails: Option<u32>,
    /// Whether others in its group could answer in its place.
    pub alone: Alone,
    /// How long it is left alone.
    pub wait: Micros,
}

/// Whether others could answer in a deployment's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    /// It is the only one of its group.
    Yes,
    /// There are others.
    No,
}

/// A deployment's minute, and until when it is left alone.
#[derive(Debug, Clone)]
pub struct Cooldown {
    config: Config,
    minute: u64,
    n_calls: u32,
    n_failed: u32,
    until: Option<Micros>,
}

impl Cooldown {
    /// One that nothing has happened to.
    pub fn new(config: Config) -> Self {
        Self { config, minute: 0, n_calls: 0, n_failed: 0, until: None }
    }

    /// What is said to a call at `now`: go, or not before the end of the cool-down.
    pub(super) fn not_before(&self, now: Micros) -> Option<Micros> {
        self.until.filter(|until| now < *until)
    }

    /// As a breaker would say it.
    pub(super) fn admit(&self, now: Micros, permit: super::breaker::Permit) -> Admission {
        self.not_before(now).map_or(Admission::Go(permit), Admission::NotBefore)
    }

    /// How much a failure counts, and whether `LiteLLM` tries it again.
    ///
    /// No credit is a rate limit to it, and a forbidden call neither counts nor is final: both are
    /// tried again. A wrong key and an unknown model begin a cool-down at once, unless failures are
    /// counted. (As drilled with 1.106.2, see `docs/drills.md`.)
    pub(super) fn handling(&self, failure: Failure, status: Option<u16>) -> (Weight, Again) {
        let counts = self.config.allowed_fails.is_some();
        match (failure, status) {
            (Failure::Auth, Some(403)) => (Weight::Ignored, Again::Yes),
            (Failure::Quota, _) => (Weight::Half, Again::Yes),
            (Failure::Auth | Failure::NotFound, _) if counts => (Weight::Full, Again::No),
            _ => (failure.handling().weight, Again::after(failure)),
        }
    }

    /// Tells the result of a call at `now`; true where that begins a cool-down.
    pub(super) fn record(&mut self, now: Micros, result: CallResult) -> bool {
        if result.failure == Some(Weight::Ignored) {
            return false;
        }
        if now.0 / MINUTE != self.minute {
            (self.minute, self.n_calls, self.n_failed) = (now.0 / MINUTE, 0, 0);
        }
        self.n_calls += 1;
        self.n_failed += u32::from(result.failure.is_some());
        let cools = result.failure.is_some_and(|weight| self.cools(weight));
        // What fails late makes it last longer, and begins none.
        let begins = cools && self.not_before(now).is_none();
        if cools {
            self.until = Some(now + self.config.wait);
        }
        begins
    }

    /// Ends it, whatever was, because others have tried whether it is over.
    pub(super) fn end(&mut self) {
        (self.until, self.n_calls, self.n_failed) = (None, 0, 0);
    }

    fn cools(&self, weight: Weight) -> bool {
        let share = f64::from(self.n_failed) / f64::from(self.n_calls);
        match (self.config.allowed_fails, self.config.alone, weight) {
            (_, _, Weight::Opens) => true,
            (Some(allowed), ..) => self.n_failed > allowed,
            (None, Alone::No, Weight::Half) => true,
            (None, Alone::No, _) => self.n_calls >= 5 && share > 0.5,
            (None, Alone::Yes, _) => self.n_calls >= 1000 && share >= 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many of these failures in a row, a second apart, a deployment is left alone.
    fn cools_after(config: Config, weight: Weight) -> Option<u32> {
        let mut cooldown = Cooldown::new(config);
        (1..=50).find(|n| {
            let now = Micros(u64::from(*n) * 1_000_000);
            cooldown.record(now, CallResult { failure: Some(weight), took: Micros(0) })
        })
    }

    #[test]
    fn litellm_has_its_own_mind_on_keys_and_credit() {
        use Weight::{Full, Half, Ignored, Opens};
        let wait = Micros(5_000_000);
        for (failure, status, by_share, counted, again) in [
            (Failure::Auth, Some(401), Opens, Full, Again::No),
            (Failure::Auth, Some(403), Ignored, Ignored, Again::Yes),
            (Failure::Auth, None, Opens, Full, Again::No),
            (Failure::NotFound, Some(404), Opens, Full, Again::No),
            (Failure::Quota, Some(429), Half, Half, Again::Yes),
            (Failure::RateLimited, Some(429), Half, Half, Again::Yes),
            (Failure::Unavailable, Some(503), Full, Full, Again::Yes),
            (Failure::InvalidRequest, Some(400), Ignored, Ignored, Again::No),
        ] {
            for (allowed_fails, weight) in [(None, by_share), (Some(2), counted)] {
                let config = Config { allowed_fails, alone: Alone::Yes, wait };
                let handling = Cooldown::new(config).handling(failure, status);
                assert_eq!(handling, (weight, again), "{failure:?} {status:?} {allowed_fails:?}");
            }
        }
    }

    #[test]
    fn a_deployment_cools_down_as_litellm_has_it() {
        let wait = Micros(5_000_000);
        for (name, allowed_fails, alone, weight, after) in [
            ("alone it nearly never cools", None, Alone::Yes, Weight::Full, None),
            ("in a pool above half of five", None, Alone::No, Weight::Full, Some(5)),
            ("in a pool at the first 429", None, Alone::No, Weight::Half, Some(1)),
            ("alone not for a 429", None, Alone::Yes, Weight::Half, None),
            ("at once for a key that is wrong", None, Alone::Yes, Weight::Opens, Some(1)),
            ("two are allowed", Some(2), Alone::Yes, Weight::Full, Some(3)),
        ] {
            let config = Config { allowed_fails, alone, wait };
            assert_eq!(cools_after(config, weight), after, "{name}");
        }
        let mut cooldown =
            Cooldown::new(Config { allowed_fails: Some(0), alone: Alone::Yes, wait });
        let failed = CallResult { failure: Some(Weight::Full), took: Micros(0) };
        assert!(cooldown.record(Micros(1), failed));
        let ends = [4_999_999, 5_000_001].map(|now| cooldown.not_before(Micros(now)));
        assert_eq!(ends, [Some(Micros(5_000_001)), None], "and no trial behind it");
        assert!(!cooldown.record(Micros(3), failed), "one that is there does not begin");
        assert_eq!(cooldown.not_before(Micros(4)), Some(Micros(5_000_003)));
    }
}
