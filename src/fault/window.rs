//! When a fault is there.

use crate::kernel::{Lasting, Micros};

/// From one time on a timeline to another, the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// `None` for the beginning.
    pub(super) at: Option<Lasting>,
    /// `None` for ever.
    pub(super) lasts: Option<Lasting>,
}

impl Window {
    pub(super) fn contains(self, now: Micros) -> bool {
        let Lasting(at) = self.at.unwrap_or_default();
        now >= at && self.lasts.is_none_or(|Lasting(lasts)| now < at + lasts)
    }

    /// It, as far as it lies before `until`: one stretch of time, or none.
    pub(super) fn within(self, until: Micros) -> Vec<(Micros, Micros)> {
        let Lasting(at) = self.at.unwrap_or_default();
        let end = self.lasts.map_or(until, |Lasting(lasts)| (at + lasts).min(until));
        if at < end { vec![(at, end)] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_its_beginning_and_not_its_end() {
        let lasting = |micros: u64| Lasting(Micros(micros));
        for (at, lasts, now, is_within) in [
            (None, None, 0, true),
            (None, None, u64::MAX, true),
            (Some(10), None, 9, false),
            (Some(10), None, 10, true),
            (Some(10), Some(5), 14, true),
            (Some(10), Some(5), 15, false),
            (None, Some(5), 4, true),
            (None, Some(5), 5, false),
            (Some(3), Some(0), 3, false),
            (Some(u64::MAX), Some(5), u64::MAX, false),
        ] {
            let window = Window { at: at.map(lasting), lasts: lasts.map(lasting) };
            assert_eq!(window.contains(Micros(now)), is_within, "{window:?} at {now}");
        }
    }
}
