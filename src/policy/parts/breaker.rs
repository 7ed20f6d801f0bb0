//! A circuit breaker: stops asking whoever keeps failing, and tries again after a while.
//!
//! The rules are those of resilience4j's count-based breaker (`CircuitBreakerConfig`,
//! `CircuitBreakerStateMachine`, 2.x), whose window slides: a rate is at or above its threshold
//! over the last `window` calls; a result that belongs to an older state counts for nothing; while
//! half open, `permits` calls are let through, and only when all of them are back is it decided.
//! Beyond resilience4j a failure may count half, and the wait grows with every trip in a row.

use std::collections::VecDeque;

use crate::data::Weight;
use crate::kernel::Micros;

/// When a breaker opens, and how it tries again.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// It opens when the share of failures among the last calls is this or more.
    pub failure_rate: f64,
    /// How many last calls that looks at.
    pub window: usize,
    /// Fewer calls than this decide nothing.
    pub minimum_calls: usize,
    /// How long it stays open the first time.
    pub wait: Micros,
    /// Each trip in a row waits so many times longer than the one before.
    pub growth: u32,
    /// How many calls try whether it is over.
    pub permits: usize,
}

/// A breaker's state and what it remembers.
#[derive(Debug, Clone)]
pub struct Breaker {
    config: Config,
    state: State,
    generation: u32,
    n_trips: u32,
}

/// Leave to make one call. It is handed back with the call's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    generation: u32,
}

/// What a breaker says to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Go.
    Go(Permit),
    /// Not before this time.
    NotBefore(Micros),
    /// Not before a trying call has come back.
    Wait,
}

#[derive(Debug, Clone)]
enum State {
    Closed { window: Window },
    Open { until: Micros },
    HalfOpen { n_admitted: usize, results: Window },
}

impl Breaker {
    /// A closed one.
    pub fn new(config: Config) -> Self {
        Self { state: State::closed(), config, generation: 0, n_trips: 0 }
    }

    /// Asks to make a call at `now`. An open one whose wait is over becomes half open by this.
    pub fn admit(&mut self, now: Micros) -> Admission {
        if let State::Open { until } = self.state {
            if now < until {
                return Admission::NotBefore(until);
            }
            self.become_state(State::HalfOpen { n_admitted: 0, results: Window::default() });
        }
        if let State::HalfOpen { n_admitted, .. } = &mut self.state {
            if *n_admitted == self.config.permits {
                return Admission::Wait;
            }
            *n_admitted += 1;
        }
        Admission::Go(Permit { generation: self.generation })
    }

    /// Tells the result of a call at `now`: `None` for a success, else how much the failure counts.
    /// [`Weight::Ignored`] gives the permit back, as a call does that was never made.
    pub fn record(&mut self, now: Micros, permit: Permit, failure: Option<Weight>) {
        if permit.generation != self.generation {
            return;
        }
        let halves = match failure {
            None => 0,
            Some(Weight::Half) => 1,
            Some(Weight::Full) => 2,
            Some(Weight::Opens) => return self.trip(now),
            Some(Weight::Ignored) => {
                if let State::HalfOpen { n_admitted, .. } = &mut self.state {
                    *n_admitted = n_admitted.saturating_sub(1);
                }
                return;
            }
        };
        match &mut self.state {
            State::Closed { window } => {
                window.push(halves, self.config.window);
                let n_needed = self.config.minimum_calls.min(self.config.window);
                if window.len() >= n_needed && window.rate() >= self.config.failure_rate {
                    self.trip(now);
                }
            }
            State::HalfOpen { results, .. } => {
                results.push(halves, self.config.permits);
                if results.len() < self.config.permits {
                    return;
                }
                if results.rate() >= self.config.failure_rate {
                    self.trip(now);
                } else {
                    self.n_trips = 0;
                    self.become_state(State::closed());
                }
            }
            State::Open { .. } => {}
        }
    }

    /// How often it has opened since it was last well.
    pub fn n_trips(&self) -> u32 {
        self.n_trips
    }

    fn trip(&mut self, now: Micros) {
        let wait = self.config.growth.saturating_pow(self.n_trips);
        let wait = self.config.wait.0.saturating_mul(u64::from(wait));
        self.n_trips += 1;
        self.become_state(State::Open { until: now + Micros(wait) });
    }

    fn become_state(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }
}

impl State {
    fn closed() -> Self {
        Self::Closed { window: Window::default() }
    }
}

/// The last calls, each with the halves of a failure that it counts.
#[derive(Debug, Clone, Default)]
struct Window {
    halves: VecDeque<u8>,
    sum: usize,
}

impl Window {
    fn push(&mut self, halves: u8, most: usize) {
        if self.halves.len() == most {
            self.sum -= usize::from(self.halves.pop_front().unwrap_or(0));
        }
        self.halves.push_back(halves);
        self.sum += usize::from(halves);
    }

    fn len(&self) -> usize {
        self.halves.len()
    }

    fn rate(&self) -> f64 {
        self.sum as f64 / (2 * self.halves.len()) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        let config = Config {
            failure_rate: 0.5,
            window: 10,
            minimum_calls: 4,
            wait: Micros(100),
            growth: 2,
            permits: 2,
        };
        Breaker::new(config)
    }

    fn permit(breaker: &mut Breaker, now: u64) -> Permit {
        match breaker.admit(Micros(now)) {
            Admission::Go(permit) => permit,
            other => panic!("{other:?} at {now}"),
        }
    }

    fn call(breaker: &mut Breaker, now: u64, failure: Option<Weight>) {
        let permit = permit(breaker, now);
        breaker.record(Micros(now), permit, failure);
    }

    #[test]
    fn the_window_slides_so_old_successes_don_t_hide_an_outage() {
        let mut breaker = breaker();
        (0..1000).for_each(|_| call(&mut breaker, 0, None));
        // Of the last ten calls five have failed, as resilience4j counts it.
        (0..4).for_each(|_| call(&mut breaker, 0, Some(Weight::Full)));
        assert!(matches!(breaker.admit(Micros(0)), Admission::Go(_)));
        call(&mut breaker, 0, Some(Weight::Full));
        assert_eq!(breaker.admit(Micros(0)), Admission::NotBefore(Micros(100)));
    }

    #[test]
    fn too_few_calls_decide_nothing_and_a_half_failure_counts_half() {
        let mut breaker = breaker();
        (0..3).for_each(|_| call(&mut breaker, 0, Some(Weight::Full)));
        assert_eq!(breaker.n_trips(), 0);
        call(&mut breaker, 0, Some(Weight::Full));
        assert_eq!(breaker.n_trips(), 1, "four of four");
        let mut other = self::breaker();
        [None, Some(Weight::Half), None, Some(Weight::Full), Some(Weight::Half)]
            .into_iter()
            .for_each(|it| call(&mut other, 0, it));
        assert_eq!(other.n_trips(), 0, "two of five");
        call(&mut other, 0, Some(Weight::Full));
        assert_eq!(other.n_trips(), 1, "three of six");
    }

    #[test]
    fn half_open_lets_its_permits_through_and_waits_for_all_of_them() {
        let mut breaker = breaker();
        call(&mut breaker, 0, Some(Weight::Opens));
        assert_eq!(breaker.admit(Micros(99)), Admission::NotBefore(Micros(100)));
        let [first, second] = [100, 101].map(|now| permit(&mut breaker, now));
        assert_eq!(breaker.admit(Micros(102)), Admission::Wait);
        breaker.record(Micros(103), first, None);
        assert_eq!(breaker.admit(Micros(104)), Admission::Wait, "one is still out");
        breaker.record(Micros(105), second, Some(Weight::Full));
        // One of two is the threshold; the second trip in a row waits twice as long.
        assert_eq!(breaker.admit(Micros(106)), Admission::NotBefore(Micros(305)));
        for now in [400, 401] {
            call(&mut breaker, now, None);
        }
        assert_eq!(breaker.n_trips(), 0, "well again");
    }

    #[test]
    fn late_results_and_ignored_ones_change_nothing() {
        let mut breaker = breaker();
        let late = permit(&mut breaker, 0);
        call(&mut breaker, 0, Some(Weight::Opens));
        breaker.record(Micros(1), late, Some(Weight::Opens));
        assert_eq!(breaker.n_trips(), 1, "a result of an older state");
        let [first, _] = [100, 100].map(|now| permit(&mut breaker, now));
        breaker.record(Micros(100), first, Some(Weight::Ignored));
        assert!(matches!(breaker.admit(Micros(100)), Admission::Go(_)), "its permit is back");
    }
}
