//! Who stands in front of a model and says whether it is asked: a breaker or a cool-down.

use super::breaker::{Admission, Breaker, CallResult, Config as BreakerConfig, Permit};
use super::cooldown::{Config as CooldownConfig, Cooldown};
use super::retry::Again;
use crate::data::{Failure, Weight};
use crate::kernel::Micros;

/// What stands in front of each model.
#[derive(Debug, Clone, PartialEq)]
pub enum GuardConfig {
    /// resilience4j's breaker.
    Breaker(BreakerConfig),
    /// LiteLLM's cool-down.
    Cooldown(CooldownConfig),
}

/// What stands in front of one model.
#[derive(Debug, Clone)]
pub struct Guard {
    kind: Kind,
    /// How often it has opened.
    pub n_opened: u32,
}

#[derive(Debug, Clone)]
enum Kind {
    Breaker(Breaker),
    Cooldown(Cooldown),
}

impl Guard {
    /// One that nothing has happened to.
    pub fn new(config: &GuardConfig) -> Self {
        let kind = match config {
            GuardConfig::Breaker(config) => Kind::Breaker(Breaker::new(config.clone())),
            GuardConfig::Cooldown(config) => Kind::Cooldown(Cooldown::new(*config)),
        };
        Self { kind, n_opened: 0 }
    }

    /// How much a failure counts, and whether it is worth another call, where whoever is imitated
    /// differs from the rest.
    pub fn handling(&self, failure: Failure, status: Option<u16>) -> (Weight, Again) {
        match &self.kind {
            Kind::Breaker(_) => (failure.handling().weight, Again::after(failure)),
            Kind::Cooldown(cooldown) => cooldown.handling(failure, status),
        }
    }

    /// Asks to make a call at `now`.
    pub fn admit(&mut self, now: Micros) -> Admission {
        match &mut self.kind {
            Kind::Breaker(breaker) => {
                let before = breaker.n_trips();
                let admission = breaker.admit(now);
                // A trial that took too long has failed, and that is found out here.
                self.n_opened += u32::from(breaker.n_trips() > before);
                admission
            }
            Kind::Cooldown(cooldown) => cooldown.admit(now, Permit { generation: 0 }),
        }
    }

    /// Whether it would let a call through at `now`, without one.
    pub fn would_admit(&self, now: Micros) -> bool {
        match &self.kind {
            Kind::Breaker(breaker) => breaker.would_admit(now),
            Kind::Cooldown(cooldown) => cooldown.not_before(now).is_none(),
        }
    }

    /// Whether it lets nothing through at `now`, not even trials.
    pub fn refuses(&self, now: Micros) -> bool {
        match &self.kind {
            Kind::Breaker(breaker) => breaker.is_open(now),
            Kind::Cooldown(cooldown) => cooldown.not_before(now).is_some(),
        }
    }

    /// Whether it lets nothing but trials through at `now`.
    pub fn is_open(&self, now: Micros) -> bool {
        match &self.kind {
            Kind::Breaker(breaker) => !breaker.is_closed(),
            Kind::Cooldown(cooldown) => cooldown.not_before(now).is_some(),
        }
    }

    /// Tells the result of a call at `now`.
    pub fn record(&mut self, now: Micros, permit: Permit, result: CallResult) {
        let opens = match &mut self.kind {
            Kind::Breaker(breaker) => {
                let before = breaker.n_trips();
                breaker.record(now, permit, result);
                breaker.n_trips() > before
            }
            Kind::Cooldown(cooldown) => cooldown.record(now, result),
        };
        self.n_opened += u32::from(opens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_that_takes_too_long_is_one_opening_more() {
        let (wait, trial) = (Micros(100), Some(Micros(50)));
        let config = BreakerConfig { wait, trial, permits: 1, ..BreakerConfig::DEFAULT };
        let mut guard = Guard::new(&GuardConfig::Breaker(config));
        let Admission::Go(permit) = guard.admit(Micros(0)) else { panic!("it is closed") };
        guard.record(Micros(0), permit, CallResult { failure: Some(Weight::Opens), took: wait });
        assert_eq!(guard.n_opened, 1);
        // The trial begins at 100 and never comes back, which the next call finds out.
        assert!(matches!(guard.admit(Micros(100)), Admission::Go(_)));
        assert_eq!(guard.admit(Micros(149)), Admission::Wait);
        assert_eq!(guard.n_opened, 1);
        assert_eq!(guard.admit(Micros(150)), Admission::NotBefore(Micros(250)));
        assert_eq!(guard.n_opened, 2);
    }
}
