//! What happens when, in virtual time, and who waits for a provider.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::kernel::Micros;
use crate::policy::episode::TimerId;

/// What is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A call is over.
    Over { call: u32, generation: u32 },
    /// A call that was waiting for a place has waited too long.
    Expired { call: u32, generation: u32 },
    /// A policy wants to be told.
    Due { request: u32, generation: u32, timer: TimerId },
    /// A probe is to be sent.
    Probe { probe: u16 },
}

/// What is to happen, the earliest first, and of what happens at once the first that was planned.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    heap: BinaryHeap<Reverse<(Micros, u64, What)>>,
    n: u64,
}

impl Agenda {
    pub(super) fn plan(&mut self, at: Micros, what: What) {
        self.heap.push(Reverse((at, self.n, what)));
        self.n += 1;
    }

    pub(super) fn next_at(&self) -> Option<Micros> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    pub(super) fn pop(&mut self) -> Option<(Micros, What)> {
        self.heap.pop().map(|Reverse((at, _, what))| (at, what))
    }
}

/// The places of a model, or of several that share them, and the calls that wait for one, first
/// come first served.
#[derive(Debug)]
pub(super) struct Places {
    most: Option<u32>,
    taken: u32,
    /// Each with its generation.
    waiting: VecDeque<(u32, u32)>,
}

impl Places {
    pub(super) fn new(most: Option<u32>) -> Self {
        Self { most, taken: 0, waiting: VecDeque::new() }
    }

    /// Takes a place for a call, or lets it wait.
    pub(super) fn take(&mut self, call: u32, generation: u32) -> bool {
        if self.most.is_some_and(|most| self.taken >= most) {
            self.waiting.push_back((call, generation));
            return false;
        }
        self.taken += 1;
        true
    }

    /// Whether nobody has a place or waits for one.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.taken == 0 && self.waiting.is_empty()
    }

    /// Gives a place to whoever `still_waits`, or back.
    pub(super) fn give_back(&mut self, still_waits: impl Fn(u32, u32) -> bool) -> Option<u32> {
        while let Some((call, generation)) = self.waiting.pop_front() {
            if still_waits(call, generation) {
                return Some(call);
            }
        }
        self.taken -= 1;
        None
    }
}

/// Things by number, whose numbers are given again. A number's generation tells its things apart.
#[derive(Debug)]
pub(super) struct Slots<T> {
    things: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
}

impl<T> Slots<T> {
    pub(super) fn new() -> Self {
        Self { things: Vec::new(), free: Vec::new() }
    }

    pub(super) fn put(&mut self, thing: T) -> (u32, u32) {
        match self.free.pop() {
            Some(at) => {
                let slot = &mut self.things[at as usize];
                slot.1 = Some(thing);
                (at, slot.0)
            }
            None => {
                self.things.push((0, Some(thing)));
                (self.things.len() as u32 - 1, 0)
            }
        }
    }

    pub(super) fn take(&mut self, at: u32) -> Option<T> {
        let slot = &mut self.things[at as usize];
        let thing = slot.1.take()?;
        slot.0 = slot.0.wrapping_add(1);
        self.free.push(at);
        Some(thing)
    }

    pub(super) fn get(&self, at: u32) -> Option<&T> {
        self.things[at as usize].1.as_ref()
    }

    pub(super) fn get_mut(&mut self, at: u32) -> Option<&mut T> {
        self.things[at as usize].1.as_mut()
    }

    /// Whether that is still what it was when it was put there.
    pub(super) fn is(&self, at: u32, generation: u32) -> bool {
        self.things[at as usize].0 == generation
    }

    pub(super) fn generation(&self, at: u32) -> u32 {
        self.things[at as usize].0
    }
}
