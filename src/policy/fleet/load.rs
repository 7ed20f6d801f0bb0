//! How busy a model is, and how fast it was of late.

use std::collections::VecDeque;

use crate::kernel::Micros;

/// Calls in flight, latencies of late and calls of the last minute.
#[derive(Debug, Clone)]
pub struct Load {
    /// Calls that have not come back.
    pub in_flight: u32,
    requests_per_minute: Option<u64>,
    /// Of the last hundred, in microseconds.
    latencies: VecDeque<u64>,
    peak: f64,
    /// The mean that the peak decays to.
    ewma: Option<f64>,
    peak_at: Micros,
    /// When the calls of the last minute were begun, where that matters.
    begun: VecDeque<Micros>,
}

/// How long a call took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Took {
    /// So long.
    All(Micros),
    /// So long when it was called off, which says something of a model's speed only where calls of
    /// late took less.
    AtLeast(Micros),
}

/// Latencies that are remembered.
const MOST: usize = 100;
/// Latencies that make a mean.
const OF_LATE: usize = 10;
/// A quantile of fewer than these says nothing.
const LEAST: usize = 20;
/// What a call costs where the first ones have not come back, in microseconds.
const UNKNOWN: f64 = 1e15;
/// A peak is forgotten within this, by a factor of e.
const DECAY: f64 = 10e6;

impl Load {
    pub(super) fn new(requests_per_minute: Option<u64>) -> Self {
        Self {
            in_flight: 0,
            requests_per_minute,
            latencies: VecDeque::new(),
            peak: 0.0,
            ewma: None,
            peak_at: Micros(0),
            begun: VecDeque::new(),
        }
    }

    pub(super) fn began(&mut self, now: Micros) {
        self.in_flight += 1;
        self.uses(now);
    }

    /// One of the requests a minute is used up.
    pub(super) fn uses(&mut self, now: Micros) {
        if self.requests_per_minute.is_some() {
            self.begun.push_back(now);
            while self.begun.front().is_some_and(|at| now.since(*at) >= Micros(60_000_000)) {
                self.begun.pop_front();
            }
        }
    }

    /// A call is over.
    pub(super) fn ended(&mut self, now: Micros, took: Took) {
        self.in_flight = self.in_flight.saturating_sub(1);
        let took = match took {
            Took::All(Micros(took)) => took,
            // Without these, slow calls would be missing, of whoever is hedged when slow.
            Took::AtLeast(Micros(took)) if took as f64 > self.mean() => took,
            Took::AtLeast(_) => return,
        };
        if self.latencies.len() == MOST {
            self.latencies.pop_front();
        }
        self.latencies.push_back(took);
        let decayed = self.decay(now);
        let took = took as f64;
        self.peak =
            if took > self.peak { took } else { self.peak * decayed + took * (1.0 - decayed) };
        self.ewma = Some(self.ewma.map_or(took, |it| it * decayed + took * (1.0 - decayed)));
        self.peak_at = now;
    }

    fn decay(&self, now: Micros) -> f64 {
        (-(now.since(self.peak_at).0 as f64) / DECAY).exp()
    }

    /// The mean of the last ten, in microseconds; 0 before the first.
    pub fn mean(&self) -> f64 {
        let last = self.latencies.iter().rev().take(OF_LATE);
        let n = last.len().max(1) as f64;
        last.sum::<u64>() as f64 / n
    }

    /// The mean, but endless while the first calls are out, of which nothing is known.
    pub fn expected(&self) -> f64 {
        match self.latencies.is_empty() && self.in_flight > 0 {
            true => f64::INFINITY,
            false => self.mean(),
        }
    }

    /// The mean weighted exponentially, in microseconds; 0 before the first, but endless while the
    /// first calls are out, of which nothing is known.
    pub fn ewma(&self) -> f64 {
        match self.ewma {
            None if self.in_flight > 0 => f64::INFINITY,
            known => known.unwrap_or(0.0),
        }
    }

    /// What one call more would cost, as Finagle's peak EWMA has it: more than any latency while
    /// the first calls are out, of which nothing is known.
    pub fn peak_cost(&self, now: Micros) -> f64 {
        match self.latencies.is_empty() && self.in_flight > 0 {
            true => UNKNOWN + f64::from(self.in_flight),
            false => self.peak * self.decay(now) * f64::from(self.in_flight + 1),
        }
    }

    /// The share of its requests a minute that were made within the last; 0 without a limit.
    pub fn used(&self, now: Micros) -> f64 {
        let Some(limit) = self.requests_per_minute else { return 0.0 };
        let recent = self.begun.iter().rev();
        let n = recent.take_while(|at| now.since(**at) < Micros(60_000_000)).count();
        n as f64 / limit as f64
    }

    /// What that share of the last hundred took at most; `None` before twenty have come back.
    pub fn quantile(&self, share: f64) -> Option<Micros> {
        if self.latencies.len() < LEAST {
            return None;
        }
        let mut sorted: Vec<u64> = self.latencies.iter().copied().collect();
        let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1;
        Some(Micros(*sorted.select_nth_unstable(at).1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_tells_what_is_in_flight_and_what_was_of_late() {
        let mut twice = Load::new(None);
        twice.began(Micros(0));
        assert_eq!(twice.ewma(), f64::INFINITY, "nothing came back yet");
        twice.ended(Micros(0), Took::All(Micros(100)));
        assert_eq!(twice.ewma(), 100.0);
        // Ten seconds later the one before weighs 1/e.
        twice.ended(Micros(10_000_000), Took::All(Micros(200)));
        let weighed = 200.0 - 100.0 / std::f64::consts::E;
        assert!((twice.ewma() - weighed).abs() < 1e-9, "{}", twice.ewma());
        let mut load = Load::new(Some(10));
        (0..5).for_each(|at| load.began(Micros(at * 20_000_000)));
        assert_eq!((load.in_flight, load.used(Micros(80_000_000))), (5, 0.3));
        let others = Load::new(None);
        let idle = (others.expected(), others.peak_cost(Micros(0)));
        assert_eq!(idle, (0.0, 0.0), "whoever was not asked yet comes first");
        assert!(load.expected() > 1e9 && load.peak_cost(Micros(0)) > 1e9, "nothing came back yet");
        assert_eq!((load.mean(), load.quantile(0.5)), (0.0, None));
        (1..=30).for_each(|took| load.ended(Micros(80_000_000), Took::All(Micros(took))));
        // The mean of 21 to 30, and the 15th and 29th of 30.
        assert_eq!(load.mean(), 25.5);
        assert_eq!([0.5, 0.95].map(|it| load.quantile(it)), [Some(Micros(15)), Some(Micros(29))]);
        for took in [25, 26] {
            load.ended(Micros(80_000_000), Took::AtLeast(Micros(took)));
        }
        assert_eq!(load.mean(), 26.0, "of 22 to 30 and 26, and the other says nothing");
        load.ended(Micros(80_000_000), Took::All(Micros(1_000_000)));
        let costs = [80_000_000, 90_000_000].map(|now| load.peak_cost(Micros(now)));
        assert!((costs[0] - 1e6).abs() < 1.0, "{costs:?}");
        assert!((costs[1] - 1e6 / std::f64::consts::E).abs() < 1.0, "{costs:?}");
    }
}
