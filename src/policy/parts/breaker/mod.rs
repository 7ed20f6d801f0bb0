//! A circuit breaker: stops asking whoever keeps failing, and tries again after a while.
//!
//! The rules are those of resilience4j (`CircuitBreakerConfig`, `CircuitBreakerMetrics`,
//! `CircuitBreakerStateMachine`, 2.x), whose windows slide: a rate is at or above its threshold
//! over the last calls or the last seconds; while half open, `permits` calls are let through, and
//! only when all of them are back is it decided. Beyond resilience4j a failure may count half, and
//! the wait grows with every trip in a row. Unlike there, a result that belongs to an older state
//! counts for nothing (resilience4j counts it in the window of the new one), and a wait is over at
//! its end, not an instant behind it. `tests/breaker_oracles.rs` holds it to both.

#[cfg(test)]
mod tests;
mod window;

use crate::data::Weight;
use crate::kernel::Micros;
pub use window::Size;
use window::{Counts, Window};

/// When a breaker opens, and how it tries again.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// It opens when the share of failures among the last calls is this or more.
    pub failure_rate: f64,
    /// It opens when the share of slow calls is this or more; above 1 for never.
    pub slow_rate: f64,
    /// A call that takes longer than this is slow.
    pub slow_after: Micros,
    /// The calls that the rates look at.
    pub window: Size,
    /// Fewer calls than this decide nothing.
    pub minimum_calls: usize,
    /// How long it stays open the first time.
    pub wait: Micros,
    /// Each trip in a row waits so many times longer than the one before.
    pub growth: u32,
    /// How many calls try whether it is over; 0 takes it to be over when the wait is.
    pub permits: usize,
    /// A trial that takes longer than this has failed; `None` waits for its calls.
    pub trial: Option<Micros>,
}

impl Config {
    /// resilience4j's defaults, with which a scenario's breakers begin, but for the wait, the
    /// smallest number of calls and the trial: those are for calls that take seconds.
    pub const DEFAULT: Self = Self {
        failure_rate: 0.5,
        slow_rate: 2.0,
        slow_after: Micros(60_000_000),
        window: Size::Calls(100),
        minimum_calls: 10,
        wait: Micros(30_000_000),
        growth: 1,
        permits: 3,
        trial: Some(Micros(60_000_000)),
    };
}

/// A breaker's state and what it remembers.
#[derive(Debug, Clone)]
pub struct Breaker {
    config: Config,
    state: State,
    generation: u32,
    in_a_row: u32,
}

/// Leave to make one call. It is handed back with the call's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    pub(super) generation: u32,
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

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallResult {
    /// `None` for a success, else how much the failure counts. [`Weight::Ignored`] gives the permit
    /// back, as a call does that was never made.
    pub failure: Option<Weight>,
    /// How long it took.
    pub took: Micros,
}

#[derive(Debug, Clone)]
enum State {
    Closed { window: Window },
    Open { until: Micros },
    HalfOpen { since: Micros, n_admitted: usize, results: Window },
}

impl Breaker {
    /// A closed one.
    pub fn new(config: Config) -> Self {
        let state = State::Closed { window: Window::new(config.window) };
        Self { state, config, generation: 0, in_a_row: 0 }
    }

    /// Asks to make a call at `now`. An open one whose wait is over becomes half open by this.
    pub fn admit(&mut self, now: Micros) -> Admission {
        match self.state {
            State::Closed { .. } => return Admission::Go(Permit { generation: self.generation }),
            State::Open { until } if now < until => return Admission::NotBefore(until),
            State::Open { .. } if self.config.permits == 0 => {
                self.close();
                return Admission::Go(Permit { generation: self.generation });
            }
            State::Open { .. } => {
                let results = Window::new(Size::Calls(self.config.permits));
                self.become_state(State::HalfOpen { since: now, n_admitted: 0, results });
            }
            State::HalfOpen { since, .. } => {
                if self.config.trial.is_some_and(|trial| now >= since + trial) {
                    self.trip(now);
                    return self.admit(now);
                }
            }
        }
        if let State::HalfOpen { n_admitted, .. } = &mut self.state {
            if *n_admitted == self.config.permits {
                return Admission::Wait;
            }
            *n_admitted += 1;
        }
        Admission::Go(Permit { generation: self.generation })
    }

    /// Whether it would let a call through at `now`, without one.
    pub fn would_admit(&self, now: Micros) -> bool {
        match self.state {
            State::Closed { .. } => true,
            State::Open { until } => now >= until,
            State::HalfOpen { n_admitted, .. } => n_admitted < self.config.permits,
        }
    }

    /// Tells the result of a call at `now`.
    pub fn record(&mut self, now: Micros, permit: Permit, result: CallResult) {
        if permit.generation != self.generation {
            return;
        }
        let halves = match result.failure {
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
        let slow = u32::from(result.took > self.config.slow_after);
        let call = Counts { calls: 1, halves, slow };
        match &mut self.state {
            State::Closed { window } => {
                let seen = window.push(now, call);
                let n_needed = match self.config.window {
                    Size::Calls(size) => self.config.minimum_calls.min(size),
                    Size::Seconds(_) => self.config.minimum_calls,
                };
                if seen.calls as usize >= n_needed && self.config.is_bad(seen) {
                    self.trip(now);
                }
            }
            State::HalfOpen { results, .. } => {
                let seen = results.push(now, call);
                if (seen.calls as usize) < self.config.permits {
                    return;
                }
                if self.config.is_bad(seen) {
                    self.trip(now);
                } else {
                    self.close();
                }
            }
            State::Open { .. } => {}
        }
    }

    /// Closes it, whatever was, because others have tried whether it is over.
    pub fn close(&mut self) {
        self.in_a_row = 0;
        self.become_state(State::Closed { window: Window::new(self.config.window) });
    }

    /// How often it has opened since it was last well.
    pub fn n_trips(&self) -> u32 {
        self.in_a_row
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    /// Whether its wait is not over at `now`.
    pub fn is_open(&self, now: Micros) -> bool {
        matches!(self.state, State::Open { until } if now < until)
    }

    fn trip(&mut self, now: Micros) {
        let wait = self.config.growth.saturating_pow(self.in_a_row);
        let wait = self.config.wait.0.saturating_mul(u64::from(wait));
        self.in_a_row += 1;
        self.become_state(State::Open { until: now + Micros(wait) });
    }

    fn become_state(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }
}

impl Config {
    fn is_bad(&self, seen: Counts) -> bool {
        let share = |n: u32, of: u32| f64::from(n) / f64::from(of);
        share(seen.halves, 2 * seen.calls) >= self.failure_rate
            || share(seen.slow, seen.calls) >= self.slow_rate
    }
}
