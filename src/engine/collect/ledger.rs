//! `--max-cost`: what a question may cost is set aside before it is sent, and settled afterwards.

use crate::kernel::Usd;

/// Money spent and set aside, against a limit.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    limit: Option<Usd>,
    spent: Usd,
    reserved: Usd,
}

/// What a ledger says to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowance {
    /// It may be sent, and this is set aside for it.
    Granted(Usd),
    /// Not before something in flight has cost less than was set aside for it.
    Later,
    /// Not any more.
    Never,
}

impl Ledger {
    /// At most this much; `None` for no limit.
    pub(super) fn new(limit: Option<Usd>) -> Self {
        Self { limit, ..Self::default() }
    }

    /// What was spent so far.
    pub(super) fn spent(&self) -> Usd {
        self.spent
    }

    /// Asks to send what is estimated to cost this much.
    pub(super) fn ask(&self, estimate: Usd) -> Allowance {
        match self.limit {
            Some(limit) if self.spent + estimate > limit => Allowance::Never,
            Some(limit) if self.spent + self.reserved + estimate > limit => Allowance::Later,
            _ => Allowance::Granted(estimate),
        }
    }

    /// Sets aside what was granted.
    pub(super) fn reserve(&mut self, granted: Usd) {
        self.reserved += granted;
    }

    /// Settles what was set aside by what it came to. A call that broke off may have been billed,
    /// so it counts as what was set aside.
    pub(super) fn settle(&mut self, granted: Usd, came_to: Option<Usd>) {
        self.reserved = Usd::from_picos(self.reserved.picos() - granted.picos());
        self.spent += came_to.unwrap_or(granted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_never_passed_by_what_is_set_aside() {
        let cents = |n: i64| Usd::from_picos(n * 10_000_000_000);
        let mut ledger = Ledger::new(Some(cents(10)));
        for _ in 0..2 {
            assert_eq!(ledger.ask(cents(4)), Allowance::Granted(cents(4)));
            ledger.reserve(cents(4));
        }
        assert_eq!(ledger.ask(cents(4)), Allowance::Later, "eight are set aside");
        ledger.settle(cents(4), Some(cents(1)));
        assert_eq!(ledger.ask(cents(4)), Allowance::Granted(cents(4)), "one spent, four aside");
        ledger.reserve(cents(4));
        ledger.settle(cents(4), None);
        ledger.settle(cents(4), Some(cents(3)));
        assert_eq!(ledger.ask(cents(4)), Allowance::Never, "eight are spent");
        assert_eq!(ledger.ask(cents(2)), Allowance::Granted(cents(2)));
        assert_eq!(Ledger::new(None).ask(cents(1_000_000)), Allowance::Granted(cents(1_000_000)));
    }
}
