//! The circuit breaker against two others: npm `cockatiel`, whose decisions were recorded by
//! `tests/data/cockatiel.mjs`, and resilience4j's rules written down once more without any care.

use proptest::prelude::*;
use quorumbench::data::Weight;
use quorumbench::kernel::Micros;
use quorumbench::policy::parts::breaker::{Admission, Breaker, CallResult, Config, Permit, Size};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    traces: Vec<Trace>,
}

/// Calls one after the other, with the gaps before them.
#[derive(Debug, Deserialize)]
struct Trace {
    kind: String,
    threshold: f64,
    size: u32,
    minimum: usize,
    wait_ms: u64,
    growth: u32,
    gaps_ms: String,
    /// `s` or `f` went through and left it closed, `S` or `F` left it open, `x` was refused.
    calls: String,
}

impl Trace {
    fn config(&self) -> Config {
        let window = match self.kind.as_str() {
            "sampling" => Size::Seconds(self.size),
            _ => Size::Calls(self.size as usize),
        };
        Config {
            // cockatiel opens above its threshold, and this one at it; no share is exactly there.
            failure_rate: self.threshold,
            window,
            minimum_calls: self.minimum,
            wait: Micros(self.wait_ms * 1000),
            growth: self.growth,
            // cockatiel tries with one call.
            permits: 1,
            trial: None,
            ..Config::DEFAULT
        }
    }

    /// What ours says to the same calls.
    fn ours(&self) -> String {
        let mut breaker = Breaker::new(self.config());
        let mut now = Micros(1_000_000_000_000);
        let said = |(gap, call): (&str, char)| {
            now = now + Micros(gap.parse::<u64>().expect("a length of time") * 1000);
            let was_closed = breaker.is_closed();
            let Admission::Go(permit) = breaker.admit(now) else { return 'x' };
            let fails = call.eq_ignore_ascii_case(&'f');
            let failure = fails.then_some(Weight::Full);
            breaker.record(now, permit, CallResult { failure, took: Micros(0) });
            if !was_closed && breaker.is_closed() && self.kind != "consecutive" {
                // To cockatiel the call that closed it is the first of the new window.
                let Admission::Go(permit) = breaker.admit(now) else { return '?' };
                breaker.record(now, permit, CallResult { failure: None, took: Micros(0) });
            }
            let letter = if fails { 'f' } else { 's' };
            if breaker.is_closed() { letter } else { letter.to_ascii_uppercase() }
        };
        self.gaps_ms.split(' ').zip(self.calls.chars()).map(said).collect()
    }
}

#[test]
fn cockatiel_decides_alike_where_its_rules_are_the_same() {
    let recorded: Recorded = serde_json::from_str(include_str!("data/cockatiel.json")).unwrap();
    for kind in ["count", "sampling", "consecutive"] {
        let traces = || recorded.traces.iter().filter(|trace| trace.kind == kind);
        for trace in traces() {
            assert_eq!(trace.ours(), trace.calls, "{trace:?}");
        }
        let all: String = traces().map(|trace| trace.calls.as_str()).collect();
        // Every decision is among them: through, opened, refused, tried in vain, closed again.
        for letter in ["s", "f", "F", "xF", "xs"] {
            assert!(all.contains(letter), "{kind} has no {letter}");
        }
    }
}

/// resilience4j's rules over everything that ever happened.
struct Naive {
    config: Config,
    state: State,
    /// Results since this state began: when, halves of failures, whether slow.
    results: Vec<(u64, u32, bool)>,
    n_admitted: usize,
    n_trips: u32,
    era: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Closed,
    Open { until: u64 },
    HalfOpen { since: u64 },
}

impl Naive {
    fn become_state(&mut self, state: State) {
        (self.state, self.n_admitted) = (state, 0);
        self.results.clear();
        self.era += 1;
        if state == State::Closed {
            self.n_trips = 0;
        }
    }

    fn trip(&mut self, now: u64) {
        let times = u64::from(self.config.growth).saturating_pow(self.n_trips);
        let wait = self.config.wait.0.saturating_mul(times);
        self.n_trips += 1;
        self.become_state(State::Open { until: now.saturating_add(wait) });
    }

    /// The era in which a call was let through.
    fn admit(&mut self, now: u64) -> Option<u32> {
        // Beyond its longest wait a trial has failed. resilience4j is told so by a timer.
        if let (State::HalfOpen { since }, Some(Micros(trial))) = (self.state, self.config.trial)
            && now >= since + trial
        {
            self.trip(now);
        }
        match self.state {
            // resilience4j opens an instant behind the end of its wait, and this one at it.
            State::Open { until } if now >= until => {
                self.become_state(State::HalfOpen { since: now });
            }
            _ => {}
        }
        let is_let = match self.state {
            State::Closed => true,
            State::Open { .. } => false,
            State::HalfOpen { .. } => self.n_admitted < self.config.permits,
        };
        self.n_admitted += usize::from(is_let);
        is_let.then_some(self.era)
    }

    fn record(&mut self, now: u64, era: u32, halves: u32, is_slow: bool) {
        // resilience4j counts results of an older state in the window of the new one; here they
        // count for nothing.
        if era != self.era {
            return;
        }
        self.results.push((now, halves, is_slow));
        let (seen, needed): (Vec<_>, usize) = match (self.state, self.config.window) {
            (State::HalfOpen { .. }, _) => (self.results.clone(), self.config.permits),
            (_, Size::Calls(size)) => {
                let last = self.results.iter().rev().take(size).copied().collect();
                (last, self.config.minimum_calls.min(size))
            }
            (_, Size::Seconds(size)) => {
                let is_in = |at: u64| at / 1_000_000 + u64::from(size) > now / 1_000_000;
                let last = self.results.iter().filter(|it| is_in(it.0)).copied().collect();
                (last, self.config.minimum_calls)
            }
        };
        if seen.len() < needed {
            return;
        }
        let n = seen.len() as f64;
        let failed = f64::from(seen.iter().map(|it| it.1).sum::<u32>()) / (2.0 * n);
        let slow = seen.iter().filter(|it| it.2).count() as f64 / n;
        let is_bad = failed >= self.config.failure_rate || slow >= self.config.slow_rate;
        match (self.state, is_bad) {
            (_, true) => self.trip(now),
            (State::HalfOpen { .. }, false) => self.become_state(State::Closed),
            _ => {}
        }
    }

    fn release(&mut self, era: u32) {
        if era == self.era {
            self.n_admitted = self.n_admitted.saturating_sub(1);
        }
    }
}

/// Some time passes; then a call is asked for, or one that is out comes back or is given up.
#[derive(Debug, Clone)]
struct Step {
    gap: u64,
    which: usize,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Ask,
    Ends { weight: Option<Weight>, took: u64 },
    GivenUp,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let weight = prop::sample::select(vec![
        None,
        None,
        Some(Weight::Half),
        Some(Weight::Full),
        Some(Weight::Full),
    ]);
    let ends = (weight, 0..30_u64).prop_map(|(weight, took)| What::Ends { weight, took });
    let what = prop_oneof![4 => Just(What::Ask), 4 => ends, 1 => Just(What::GivenUp)];
    let gap = prop_oneof![Just(0), 1..400_000_u64, Just(1_000_000), 1..9_000_000_u64];
    let step = (gap, 0..8_usize, what).prop_map(|(gap, which, what)| Step { gap, which, what });
    prop::collection::vec(step, 1..200)
}

fn configs() -> impl Strategy<Value = Config> {
    let window =
        prop_oneof![(1..8_usize).prop_map(Size::Calls), (1..6_u32).prop_map(Size::Seconds)];
    let rates = prop::sample::select(vec![0.1, 0.25, 1.0 / 3.0, 0.5, 0.75, 1.0]);
    let slow = prop::sample::select(vec![0.5, 1.0, 2.0]);
    let trial = prop::option::of(1_000_000..20_000_000_u64);
    let sizes = (1..10_usize, 1..5_usize, 1..4_u32);
    (window, rates, slow, 1..5_000_000_u64, trial, sizes).prop_map(
        |(window, failure_rate, slow_rate, wait, trial, (minimum_calls, permits, growth))| Config {
            failure_rate,
            slow_rate,
            slow_after: Micros(20),
            window,
            minimum_calls,
            wait: Micros(wait),
            growth,
            permits,
            trial: trial.map(Micros),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_breaker_does_what_resilience4j_would(config in configs(), steps in steps()) {
        let mut breaker = Breaker::new(config.clone());
        let (state, results) = (State::Closed, Vec::new());
        let mut naive = Naive { config, state, results, n_admitted: 0, n_trips: 0, era: 0 };
        let mut out: Vec<(Permit, u32)> = Vec::new();
        let mut now = 0;
        for step in steps {
            now += step.gap;
            let at = Micros(now);
            match step.what {
                What::Ask => match (breaker.admit(at), naive.admit(now)) {
                    (Admission::Go(permit), Some(era)) => out.push((permit, era)),
                    (Admission::NotBefore(until), None) => {
                        prop_assert_eq!(naive.state, State::Open { until: until.0 });
                    }
                    (Admission::Wait, None) => {
                        let waits = matches!(naive.state, State::HalfOpen { .. });
                        prop_assert!(waits, "{:?}", naive.state);
                    }
                    (ours, theirs) => prop_assert!(false, "at {now}: {ours:?}, {theirs:?}"),
                },
                _ if out.is_empty() => {}
                What::Ends { weight, took } => {
                    let (permit, era) = out.swap_remove(step.which % out.len());
                    breaker.record(at, permit, CallResult { failure: weight, took: Micros(took) });
                    let halves = match weight {
                        None => 0,
                        Some(Weight::Half) => 1,
                        Some(_) => 2,
                    };
                    naive.record(now, era, halves, took > 20);
                }
                What::GivenUp => {
                    let (permit, era) = out.swap_remove(step.which % out.len());
                    let failure = Some(Weight::Ignored);
                    breaker.record(at, permit, CallResult { failure, took: Micros(0) });
                    naive.release(era);
                }
            }
            prop_assert_eq!(breaker.is_closed(), naive.state == State::Closed, "at {}", now);
        }
    }
}
