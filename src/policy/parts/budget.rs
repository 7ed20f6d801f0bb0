//! How many calls may be tried again, so that retries don't make an outage worse: a share of the
//! answers of the last ten seconds, and some a second in any case.
//!
//! Source: `TpsBudget` of tower 0.5 (`tower/src/retry/budget/tps_budget.rs`), after Finagle's retry
//! budgets; here with slots of whole seconds.

use crate::kernel::Micros;

/// What may be spent on retries of calls to one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// What every answer adds, in millionths of a retry.
    pub deposit: u32,
    /// Retries a second that are free.
    pub per_second: u32,
}

/// What was saved and spent within the last ten seconds.
#[derive(Debug, Clone, Default)]
pub struct Balance {
    /// Millionths of a retry, by second.
    slots: [i64; SECONDS],
    second: u64,
}

const SECONDS: usize = 10;
const RETRY: i64 = 1_000_000;

impl Balance {
    /// An answer came.
    pub fn deposit(&mut self, now: Micros, budget: Budget) {
        *self.slot(now) += i64::from(budget.deposit);
    }

    /// Takes what a retry costs; false where that much is not there.
    pub fn withdraw(&mut self, now: Micros, budget: Budget) -> bool {
        self.slot(now);
        let free = i64::from(budget.per_second) * SECONDS as i64 * RETRY;
        let is_there = self.slots.iter().sum::<i64>() + free >= RETRY;
        if is_there {
            *self.slot(now) -= RETRY;
        }
        is_there
    }

    /// The slot of this second; those that are ten seconds old are emptied.
    fn slot(&mut self, now: Micros) -> &mut i64 {
        let second = now.0 / 1_000_000;
        let n_passed = second.saturating_sub(self.second).min(SECONDS as u64);
        for passed in 0..n_passed {
            self.slots[((second - passed) % SECONDS as u64) as usize] = 0;
        }
        self.second = self.second.max(second);
        &mut self.slots[(self.second % SECONDS as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retries(balance: &mut Balance, budget: Budget, at: u64) -> usize {
        (0..1000).take_while(|_| balance.withdraw(Micros(at * 1_000_000), budget)).count()
    }

    #[test]
    fn retries_are_a_share_of_the_answers_and_some_a_second() {
        let fifth = Budget { deposit: 200_000, per_second: 0 };
        let mut balance = Balance::default();
        assert_eq!(retries(&mut balance, fifth, 0), 0, "nothing was answered");
        (0..10).for_each(|_| balance.deposit(Micros(0), fifth));
        assert_eq!([retries(&mut balance, fifth, 3), retries(&mut balance, fifth, 4)], [2, 0]);
        // What was saved is gone after ten seconds, and what was spent two seconds later.
        (0..5).for_each(|_| balance.deposit(Micros(11_000_000), fifth));
        assert_eq!([11, 12, 13, 14].map(|at| retries(&mut balance, fifth, at)), [0, 0, 1, 0]);
        let free = Budget { deposit: 0, per_second: 2 };
        let mut balance = Balance::default();
        assert_eq!([retries(&mut balance, free, 0), retries(&mut balance, free, 9)], [20, 0]);
        assert_eq!(retries(&mut balance, free, 10), 20, "ten seconds later");
        assert_eq!(retries(&mut balance, free, 1000), 20);
    }
}
