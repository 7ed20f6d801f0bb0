//! A limit of so much a minute.

use crate::kernel::Micros;

/// Fills at a steady rate. A second's worth may be taken at once after a pause, so a minute under
/// load never holds more than the limit.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    per_micro: f64,
    most: f64,
    level: f64,
    at: Micros,
}

impl Bucket {
    /// A bucket for so many a minute, that starts with one.
    pub(super) fn per_minute(limit: u64) -> Self {
        let per_micro = limit as f64 / 60e6;
        let most = (per_micro * 1e6).max(1.0);
        Self { per_micro, most, level: 1.0, at: Micros(0) }
    }

    /// When `n` may be taken, if that is later than now. More than it holds may be taken when it
    /// is full, and is made up for afterwards.
    pub(super) fn ready_at(&mut self, now: Micros, n: f64) -> Option<Micros> {
        self.fill(now);
        let missing = n.min(self.most) - self.level;
        (missing > 1e-9).then(|| now + Micros((missing / self.per_micro).ceil() as u64))
    }

    /// Takes `n`; a negative number gives back.
    pub(super) fn take(&mut self, now: Micros, n: f64) {
        self.fill(now);
        self.level = (self.level - n).min(self.most);
    }

    fn fill(&mut self, now: Micros) {
        let gained = now.0.saturating_sub(self.at.0) as f64 * self.per_micro;
        self.level = (self.level + gained).min(self.most);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes as early as allowed for two minutes, and counts what fell into the busiest minute.
    fn busiest(mut bucket: Bucket, n: f64) -> usize {
        let (mut now, mut taken) = (Micros(0), Vec::new());
        while now.0 < 120_000_000 {
            match bucket.ready_at(now, n) {
                Some(later) => now = later,
                None => {
                    bucket.take(now, n);
                    taken.push(now.0);
                }
            }
        }
        let minute = |start: &u64| *start..start + 60_000_000;
        let within = |start| taken.iter().filter(|it| minute(start).contains(it)).count();
        taken.iter().map(within).max().unwrap_or(0)
    }

    #[test]
    fn no_minute_under_load_holds_more_than_the_limit() {
        for (limit, n, most) in [(1, 1.0, 1), (30, 1.0, 30), (500, 1.0, 500), (6000, 100.0, 60)] {
            let count = busiest(Bucket::per_minute(limit), n);
            assert!(count <= most + 1 && count + 1 >= most, "{count} of {limit} by {n}");
        }
    }

    #[test]
    fn what_was_taken_too_much_is_waited_for() {
        let mut bucket = Bucket::per_minute(60);
        bucket.take(Micros(0), 1.0);
        bucket.take(Micros(0), 5.0);
        assert_eq!(bucket.ready_at(Micros(0), 1.0), Some(Micros(6_000_000)));
        bucket.take(Micros(0), -5.0);
        assert_eq!(bucket.ready_at(Micros(0), 1.0), Some(Micros(1_000_000)));
    }
}
