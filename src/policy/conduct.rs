//! How a policy asks: how long it waits, how often it tries, and whom it leaves alone.

use crate::kernel::Micros;
use crate::policy::parts::retry::Retry;

/// How the models below a policy are asked. What a policy leaves open, its parent decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conduct {
    /// How long one call may take; left open, as long as the model's limits say.
    pub timeout: Option<Micros>,
    /// How often a call is tried; left open, once.
    pub retry: Option<Retry>,
    /// Which of the scenario's breakers stands in front of each model; left open, none.
    pub breaker: Option<usize>,
    /// How long everything below may take together.
    pub deadline: Option<Micros>,
}

impl Conduct {
    /// What a part is to do whose parent does `self`. Deadlines are each policy's own: they run
    /// from when it begins.
    #[must_use]
    pub fn over(self, part: Self) -> Self {
        Self {
            timeout: part.timeout.or(self.timeout),
            retry: part.retry.or(self.retry),
            breaker: part.breaker.or(self.breaker),
            deadline: part.deadline,
        }
    }
}
