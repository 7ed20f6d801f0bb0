//! When requests come.

use std::sync::Arc;

use crate::kernel::{Key, Lasting, Micros, Rate};
use crate::scenario::Simulation;
use crate::scenario::traffic::{Bursts, Diurnal, Traffic};

const SECOND: f64 = 1e6;
const DAY: f64 = 86_400.0 * SECOND;

/// When requests come, one after the other. What comes as the n-th depends on seed and n alone.
#[derive(Debug, Clone)]
pub(super) struct Arrivals {
    traffic: Arc<Traffic>,
    trace: Arc<Vec<Micros>>,
    key: Key,
    n: u64,
    /// The last one; a double has whole microseconds for 285 years.
    at: f64,
}

impl Arrivals {
    pub(super) fn new(simulation: &Simulation, key: Key) -> Self {
        let traffic = Arc::new(simulation.traffic.clone());
        let trace = Arc::clone(&simulation.arrivals);
        Self { traffic, trace, key, n: 0, at: 0.0 }
    }

    fn gap(&mut self, rate: Rate, draw: u64) -> f64 {
        let key = self.key.with(self.n).with(draw);
        -key.open_uniform().ln() / rate.per_second() * SECOND
    }

    /// A Poisson process of the highest rate, thinned to the rate of the hour.
    fn by_day(&mut self, it: &Diurnal) {
        let swing = it.swing.value();
        let Lasting(Micros(peak)) = it.peak;
        for draw in 0.. {
            self.at += self.gap(it.rate, 2 * draw) / (1.0 + swing);
            let angle = (self.at - peak as f64) / DAY * std::f64::consts::TAU;
            let rate = 1.0 + swing * angle.cos();
            let kept = self.key.with(self.n).with(2 * draw + 1).uniform() * (1.0 + swing);
            if kept < rate {
                break;
            }
        }
    }

    /// The remaining work of an exponential gap, used up at the rate of each stretch of time.
    fn in_bursts(&mut self, it: &Bursts) {
        let Lasting(Micros(every)) = it.every;
        let Lasting(Micros(burst)) = it.burst_for;
        let (every, burst) = (every as f64, burst as f64);
        let mut left = -self.key.with(self.n).open_uniform().ln();
        loop {
            let cycle = (self.at / every).floor();
            let into = self.at - cycle * every;
            // A burst begins each cycle but the first.
            let is_burst = cycle > 0.0 && into < burst;
            let rate = if is_burst { it.burst_rate } else { it.rate }.per_second() / SECOND;
            let ends = cycle * every + if is_burst { burst } else { every };
            let fits = (ends - self.at) * rate;
            if left <= fits {
                self.at += left / rate;
                return;
            }
            left -= fits;
            self.at = ends.max(self.at.next_up());
        }
    }
}

impl Iterator for Arrivals {
    type Item = Micros;

    fn next(&mut self) -> Option<Micros> {
        // Shared, so that a request takes no memory.
        let traffic = Arc::clone(&self.traffic);
        let lasts = match traffic.as_ref() {
            Traffic::Poisson(it) => {
                self.at += self.gap(it.rate, 0);
                it.lasts
            }
            Traffic::Diurnal(it) => {
                self.by_day(it);
                it.lasts
            }
            Traffic::Bursts(it) => {
                self.in_bursts(it);
                it.lasts
            }
            Traffic::Trace(it) => {
                let n = self.trace.len() as u64;
                let (round, place) = (self.n / n.max(1), self.n % n.max(1));
                let Micros(length) = *self.trace.last()?;
                self.n += 1;
                let at = self.trace[place as usize] + Micros(round * (length + 1));
                return (round < u64::from(it.times.get())).then_some(at);
            }
        };
        self.n += 1;
        let at = Micros(self.at as u64);
        (at < lasts.0).then_some(at)
    }
}

/// How long requests come.
pub(super) fn lasts(simulation: &Simulation) -> Micros {
    match &simulation.traffic {
        Traffic::Poisson(it) => it.lasts.0,
        Traffic::Diurnal(it) => it.lasts.0,
        Traffic::Bursts(it) => it.lasts.0,
        Traffic::Trace(it) => {
            let length = simulation.arrivals.last().copied().unwrap_or_default();
            Micros((length.0 + 1).saturating_mul(u64::from(it.times.get())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;
    use crate::scenario::traffic::Simulate;

    fn arrivals(traffic: &str, trace: Vec<u64>) -> Vec<Micros> {
        let simulation = Simulation {
            traffic: serde_json::from_str(traffic).unwrap(),
            arrivals: Arc::new(trace.into_iter().map(Micros).collect()),
            options: Simulate::default(),
            capacity: std::collections::BTreeMap::new(),
            shared_capacity: Vec::new(),
            downtime_usd_per_hour: None,
        };
        Arrivals::new(&simulation, Key::new(Seed(5), "test", &[])).collect()
    }

    /// How many come in each of equal parts of that many hours.
    fn by_part(arrivals: &[Micros], hours: u64, n_parts: usize) -> Vec<usize> {
        let mut parts = vec![0; n_parts];
        for Micros(at) in arrivals {
            parts[(*at as f64 / (hours as f64 * 3.6e9) * n_parts as f64) as usize] += 1;
        }
        parts
    }

    #[test]
    fn as_many_come_as_the_rate_says() {
        let come = arrivals(r#"{"poisson": {"rate": "2/s", "for": "10h"}}"#, Vec::new());
        // 72,000 with a standard deviation of 268, 7,200 an hour with one of 85.
        assert!((70_900..73_100).contains(&come.len()), "{}", come.len());
        let hours = by_part(&come, 10, 10);
        assert!(hours.iter().all(|n| (6850..7550).contains(n)), "{hours:?}");
        assert!(come.is_sorted());
    }

    #[test]
    fn more_come_by_day_than_by_night() {
        let text = r#"{"diurnal": {"rate": "1/s", "for": "2d", "peak": "12h", "swing": 0.8}}"#;
        let come = arrivals(text, Vec::new());
        assert!((171_000..174_600).contains(&come.len()), "{}", come.len());
        // The mean of the cosine from four hours before its peak to four hours behind it is
        // sin(pi / 3) / (pi / 3) = 0.827.
        let parts = by_part(&come, 48, 12);
        for noon in [3, 9] {
            let share = parts[noon - 1] + parts[noon];
            let expected = 28_800.0 * (1.0 + 0.8 * 0.827);
            assert!((share as f64 - expected).abs() < 700.0, "{parts:?}: {expected}");
        }
    }

    #[test]
    fn bursts_come_when_they_should() {
        let text = r#"{"bursts": {"rate": "1/s", "burst_rate": "20/s", "burst_for": "5m",
                       "every": "1h", "for": "3h"}}"#;
        let parts = by_part(&arrivals(text, Vec::new()), 3, 36);
        for (part, n) in parts.iter().enumerate() {
            let expected = if part > 0 && part % 12 == 0 { 6000.0 } else { 300.0_f64 };
            assert!((*n as f64 - expected).abs() < 5.0 * expected.sqrt(), "{part}: {parts:?}");
        }
    }

    #[test]
    fn a_trace_is_played_as_often_as_it_should() {
        let text = r#"{"trace": {"file": "x.csv", "times": 2}}"#;
        let come: Vec<u64> = arrivals(text, vec![0, 10, 10, 30]).iter().map(|it| it.0).collect();
        assert_eq!(come, [0, 10, 10, 30, 31, 41, 41, 61]);
    }
}
