//! How many attempts beyond the first may be made, so that retries don't make an outage worse.
//!
//! Source: the retry budgets of Finagle and tower (`TpsBudget`): a share of the answers, and a few
//! a second in any case. Here a retry that finds no budget waits for it.

use crate::kernel::Micros;

/// Retries that may be made now.
#[derive(Debug)]
pub(super) struct RetryBudget {
    level: f64,
    at: Micros,
}

impl RetryBudget {
    /// What every answer adds.
    const SHARE: f64 = 0.5;
    /// What every second adds while there are fewer than these.
    const PER_SECOND: f64 = 10.0;
    /// More than these are never saved.
    const MOST: f64 = 1000.0;

    /// Enough for a second.
    pub(super) fn new() -> Self {
        Self { level: Self::PER_SECOND, at: Micros(0) }
    }

    /// When a retry may be made.
    pub(super) fn ready_at(&mut self, now: Micros) -> Micros {
        self.fill(now);
        let missing = (1.0 - self.level).max(0.0);
        now + Micros((missing / Self::PER_SECOND * 1e6).ceil() as u64)
    }

    /// A retry is made.
    pub(super) fn withdraw(&mut self, now: Micros) {
        self.fill(now);
        self.level -= 1.0;
    }

    /// An answer came.
    pub(super) fn deposit(&mut self) {
        self.level = (self.level + Self::SHARE).min(Self::MOST);
    }

    fn fill(&mut self, now: Micros) {
        let gained = now.0.saturating_sub(self.at.0) as f64 / 1e6 * Self::PER_SECOND;
        self.level = self.level.max((self.level + gained).min(Self::PER_SECOND));
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_answers_ten_retries_a_second_are_made_and_with_them_half_as_many() {
        let mut budget = RetryBudget::new();
        let count = |budget: &mut RetryBudget, until: u64| {
            let (mut now, mut n) = (budget.at, 0);
            loop {
                now = budget.ready_at(now);
                if now > Micros(until) {
                    return n;
                }
                budget.withdraw(now);
                n += 1;
            }
        };
        assert_eq!(count(&mut budget, 10_000_000), 110, "ten at once, then ten a second");
        (0..100).for_each(|_| budget.deposit());
        assert!((50..=51).contains(&count(&mut budget, 10_000_001)));
        (0..9999).for_each(|_| budget.deposit());
        assert!((1000..=1001).contains(&count(&mut budget, 10_000_002)), "not saved for ever");
    }
}
