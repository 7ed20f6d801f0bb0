//! The bad times of a process, made as they are needed and kept.

use crate::kernel::Micros;

/// Bad times in the order in which they begin. They may overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spells {
    made: Vec<Spell>,
    is_complete: bool,
}

/// One bad time, the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spell {
    pub(super) start: Micros,
    pub(super) end: Micros,
    /// The latest end of this one and all before it.
    reach: Micros,
}

impl Spells {
    /// The positions of those that hold `now`, the latest first. `next` makes the one of a
    /// position from the one before it, and `None` when there is none any more.
    pub(super) fn at(
        &mut self,
        now: Micros,
        mut next: impl FnMut(usize, Option<Spell>) -> Option<[Micros; 2]>,
    ) -> impl Iterator<Item = usize> {
        while !self.is_complete && self.made.last().is_none_or(|last| last.start <= now) {
            let last = self.made.last().copied();
            match next(self.made.len(), last) {
                Some([start, end]) => {
                    let reach = last.map_or(end, |last| last.reach.max(end));
                    self.made.push(Spell { start, end, reach });
                }
                None => self.is_complete = true,
            }
        }
        // The one before the last made is nearly always where `now` is.
        let behind = match self.made[..] {
            [.., before, last] if before.start <= now && now < last.start => self.made.len() - 1,
            _ => self.made.partition_point(|spell| spell.start <= now),
        };
        let made = &self.made;
        let reaches = move |at: &usize| made[*at].reach > now;
        (0..behind).rev().take_while(reaches).filter(move |at| made[*at].end > now)
    }

    /// All that were made.
    pub(super) fn made(&self) -> &[Spell] {
        &self.made
    }
}
