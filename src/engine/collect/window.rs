//! How many requests may be in flight: less after a provider says "too much", slowly more again.
//!
//! Source: additive increase and multiplicative decrease with the constants of Netflix's
//! concurrency-limits (`AIMDLimit`: 0.9 on a drop, one more per round of successes).

use crate::kernel::Micros;

/// A limit on requests in flight that adapts.
#[derive(Debug, Clone)]
pub(super) struct Window {
    most: f64,
    limit: f64,
}

/// What may be in flight at the very start, and how many more each millisecond after it: many
/// connections are opened one after another rather than at once.
const START: f64 = 32.0;
const RAMP_PER_MS: f64 = 10.0;

impl Window {
    /// At most so many.
    pub(super) fn new(most: u32) -> Self {
        Self { most: f64::from(most), limit: f64::from(most) }
    }

    /// How many may be in flight now, where `now` counts from the start.
    pub(super) fn limit(&self, now: Micros) -> usize {
        self.limit.min(START + now.0 as f64 / 1e3 * RAMP_PER_MS) as usize
    }

    /// When more may be in flight than now, if time alone brings that.
    pub(super) fn grows_at(&self, now: Micros) -> Option<Micros> {
        let is_ramping = START + now.0 as f64 / 1e3 * RAMP_PER_MS < self.limit;
        is_ramping.then(|| now + Micros(1000))
    }

    /// A call came back with an answer.
    pub(super) fn went_well(&mut self) {
        self.limit = (self.limit + 1.0 / self.limit).min(self.most);
    }

    /// The provider had too much of it.
    pub(super) fn was_too_much(&mut self) {
        self.limit = (self.limit * 0.9).max(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shrinks_by_a_tenth_and_grows_by_one_a_round() {
        let later = Micros(10_000_000);
        let mut window = Window::new(20);
        assert_eq!(window.limit(later), 20);
        window.was_too_much();
        assert_eq!(window.limit(later), 18);
        (0..19).for_each(|_| window.went_well());
        assert_eq!(window.limit(later), 19);
        (0..100).for_each(|_| window.was_too_much());
        assert_eq!(window.limit(later), 1, "never nothing");
        (0..1000).for_each(|_| window.went_well());
        assert_eq!(window.limit(later), 20, "never more than allowed");
    }

    #[test]
    fn many_connections_are_not_opened_at_once() {
        let window = Window::new(2000);
        assert_eq!(window.limit(Micros(0)), 32);
        assert_eq!(window.limit(Micros(100_000)), 1032);
        assert_eq!(window.limit(Micros(1_000_000)), 2000);
        assert_eq!(window.grows_at(Micros(1_000_000)), None);
        assert_eq!(Window::new(8).grows_at(Micros(0)), None);
    }
}
