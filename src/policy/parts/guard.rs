//! Who stands in front of a model and says whether it is asked: a breaker or a cool-down, with
//! probes beside it where there are such.

use super::breaker::{Admission, Breaker, CallResult, Config as BreakerConfig, Permit};
use super::cooldown::{Config as CooldownConfig, Cooldown};
use super::probe::{self, Found, Health};
use super::retry::Again;
use crate::data::{Failure, Weight};
use crate::kernel::Micros;

/// What stands in front of each model.
#[derive(Debug, Clone, PartialEq)]
pub struct GuardConfig {
    /// What is made of calls.
    pub rules: Rules,
    /// How the model is probed, where it is.
    pub probe: Option<probe::Config>,
}

/// What is made of calls.
#[derive(Debug, Clone, PartialEq)]
pub enum Rules {
    /// resilience4j's breaker.
    Breaker(BreakerConfig),
    /// LiteLLM's cool-down.
    Cooldown(CooldownConfig),
}

/// What stands in front of one model.
///
/// While probes hold that the model is down nobody is let through, trials neither, whatever the
/// breaker says. When they hold that it is up again, the breaker is closed and knows nothing of
/// what was: they have tried what its own trials would have tried.
#[derive(Debug, Clone)]
pub struct Guard {
    kind: Kind,
    health: Option<Health>,
    /// How often it has opened.
    pub n_opened: u32,
    /// How often of these it was closed before, which a trial in vain is not.
    pub n_fell: u32,
}

#[derive(Debug, Clone)]
enum Kind {
    Breaker(Breaker),
    Cooldown(Cooldown),
}

impl Guard {
    /// One that nothing has happened to.
    pub fn new(config: &GuardConfig) -> Self {
        let kind = match &config.rules {
            Rules::Breaker(config) => Kind::Breaker(Breaker::new(config.clone())),
            Rules::Cooldown(config) => Kind::Cooldown(Cooldown::new(*config)),
        };
        Self { kind, health: config.probe.map(Health::new), n_opened: 0, n_fell: 0 }
    }

    /// How the model is probed, where it is.
    pub fn probe(&self) -> Option<probe::Config> {
        self.health.as_ref().map(Health::config)
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
        if self.is_down() {
            return Admission::Wait;
        }
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
        let admits = match &self.kind {
            Kind::Breaker(breaker) => breaker.would_admit(now),
            Kind::Cooldown(cooldown) => cooldown.not_before(now).is_none(),
        };
        admits && !self.is_down()
    }

    /// Whether it lets nothing through at `now`, not even trials.
    pub fn refuses(&self, now: Micros) -> bool {
        let refuses = match &self.kind {
            Kind::Breaker(breaker) => breaker.is_open(now),
            Kind::Cooldown(cooldown) => cooldown.not_before(now).is_some(),
        };
        refuses || self.is_down()
    }

    /// Whether it lets nothing but trials through at `now`.
    pub fn is_open(&self, now: Micros) -> bool {
        let is_open = match &self.kind {
            Kind::Breaker(breaker) => !breaker.is_closed(),
            Kind::Cooldown(cooldown) => cooldown.not_before(now).is_some(),
        };
        is_open || self.is_down()
    }

    /// Tells the result of a call at `now`.
    pub fn record(&mut self, now: Micros, permit: Permit, result: CallResult) {
        let was_open = self.is_open(now);
        let opens = match &mut self.kind {
            Kind::Breaker(breaker) => {
                let before = breaker.n_trips();
                breaker.record(now, permit, result);
                breaker.n_trips() > before
            }
            Kind::Cooldown(cooldown) => cooldown.record(now, result),
        };
        // What is shut already does not open.
        self.n_opened += u32::from(opens && !self.is_down());
        self.n_fell += u32::from(opens && !was_open);
    }

    /// Tells what a probe came to at `now`.
    pub fn probed(&mut self, now: Micros, found: Found) {
        let was_open = self.is_open(now);
        let Some(health) = &mut self.health else { return };
        if !health.turns(found) {
            return;
        }
        if health.is_down() {
            self.n_opened += u32::from(!was_open);
            self.n_fell += u32::from(!was_open);
            return;
        }
        match &mut self.kind {
            Kind::Breaker(breaker) => breaker.close(),
            Kind::Cooldown(cooldown) => cooldown.end(),
        }
    }

    fn is_down(&self) -> bool {
        self.health.as_ref().is_some_and(Health::is_down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_that_takes_too_long_is_one_opening_more() {
        let (wait, trial) = (Micros(100), Some(Micros(50)));
        let config = BreakerConfig { wait, trial, permits: 1, ..BreakerConfig::DEFAULT };
        let mut guard = Guard::new(&GuardConfig { rules: Rules::Breaker(config), probe: None });
        let Admission::Go(permit) = guard.admit(Micros(0)) else { panic!("it is closed") };
        guard.record(Micros(0), permit, CallResult { failure: Some(Weight::Opens), took: wait });
        assert_eq!(guard.n_opened, 1);
        // The trial begins at 100 and never comes back, which the next call finds out.
        assert!(matches!(guard.admit(Micros(100)), Admission::Go(_)));
        assert_eq!(guard.admit(Micros(149)), Admission::Wait);
        assert_eq!(guard.n_opened, 1);
        assert_eq!(guard.admit(Micros(150)), Admission::NotBefore(Micros(250)));
        assert_eq!((guard.n_opened, guard.n_fell), (2, 1), "the second was a trial");
    }
    #[test]
    fn probes_shut_what_is_closed_and_close_what_is_open() {
        let (wait, permits) = (Micros(1_000_000), 1);
        let config = BreakerConfig { wait, permits, ..BreakerConfig::DEFAULT };
        let probe = probe::Config { every: Micros(10), timeout: Micros(5), fall: 2, rise: 1 };
        let rules = Rules::Breaker(config);
        let mut guard = Guard::new(&GuardConfig { rules, probe: Some(probe) });
        let Admission::Go(early) = guard.admit(Micros(0)) else { panic!("it is closed") };
        let opens = CallResult { failure: Some(Weight::Opens), took: Micros(1) };
        [1, 11].into_iter().for_each(|now| guard.probed(Micros(now), Found::Ill));
        assert_eq!(guard.admit(Micros(12)), Admission::Wait, "two in a row");
        assert!(guard.refuses(Micros(12)) && guard.is_open(Micros(12)));
        assert!(!guard.would_admit(Micros(12)));
        // A call that was out fails too, which is no second opening.
        guard.record(Micros(13), early, opens);
        assert_eq!(guard.n_opened, 1);
        // One answer, and the breaker that opened meanwhile is closed long before its wait is over.
        guard.probed(Micros(21), Found::Well);
        let Admission::Go(late) = guard.admit(Micros(22)) else { panic!("it is up again") };
        // Traffic opens it while probes find nothing, and probes don't close it then.
        guard.record(Micros(23), late, opens);
        [31, 41].into_iter().for_each(|now| guard.probed(Micros(now), Found::Well));
        assert!(guard.refuses(Micros(42)), "its wait is not over");
        assert_eq!((guard.n_opened, guard.n_fell), (2, 2));
        // What is open and then found down has opened once.
        [51, 61].into_iter().for_each(|now| guard.probed(Micros(now), Found::Ill));
        assert_eq!(guard.n_opened, 2);
    }
}
