//! The calls that a breaker looks at: the last so many, or those of the last seconds.

use std::collections::VecDeque;

use crate::kernel::Micros;

/// How far a window reaches back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many last calls.
    Calls(usize),
    /// So many seconds, the one at hand included: as resilience4j's, a window of whole seconds.
    Seconds(u32),
}

/// What calls came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) calls: u32,
    /// Halves of failures.
    pub(super) halves: u32,
    pub(super) slow: u32,
}

/// The last calls.
#[derive(Debug, Clone)]
pub(super) struct Window {
    size: Size,
    /// A call each, or a second that had calls; each with its time in seconds.
    parts: VecDeque<(u64, Counts)>,
    sum: Counts,
}

impl Window {
    pub(super) fn new(size: Size) -> Self {
        Self { size, parts: VecDeque::new(), sum: Counts::default() }
    }

    /// Adds what a call came to, and gives the sum over the window.
    pub(super) fn push(&mut self, now: Micros, call: Counts) -> Counts {
        let second = now.0 / 1_000_000;
        match self.size {
            Size::Calls(most) => {
                if self.parts.len() >= most {
                    self.drop_first();
                }
                self.parts.push_back((second, call));
            }
            Size::Seconds(most) => {
                let is_old = |(of, _): &(u64, Counts)| of + u64::from(most) <= second;
                while self.parts.front().is_some_and(is_old) {
                    self.drop_first();
                }
                match self.parts.back_mut() {
                    Some((of, counts)) if *of == second => *counts = counts.and(call),
                    _ => self.parts.push_back((second, call)),
                }
            }
        }
        self.sum = self.sum.and(call);
        self.sum
    }

    fn drop_first(&mut self) {
        if let Some((_, counts)) = self.parts.pop_front() {
            self.sum.calls -= counts.calls;
            self.sum.halves -= counts.halves;
            self.sum.slow -= counts.slow;
        }
    }
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            halves: self.halves + other.halves,
            slow: self.slow + other.slow,
        }
    }
}
