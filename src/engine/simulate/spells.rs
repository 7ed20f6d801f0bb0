//! What happens while faults are there: whether they are noticed, and how long it takes.

use super::world::Ended;
use crate::data::ModelIdx;
use crate::fault::Spell;
use crate::kernel::Micros;
use crate::policy::Fleet;

/// More times than these are not looked at one by one.
const MOST: usize = 10_000;

/// The times that faults were there, with what a policy came to then.
#[derive(Debug)]
pub(super) struct SpellRecord {
    pub(super) rows: Vec<Watched>,
    /// Those that have begun and are not settled.
    live: Vec<usize>,
    next: usize,
}

/// One time that one fault was there.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) spell: Spell,
    /// The models of the policy that it is for, in order.
    models: Vec<ModelIdx>,
    pub(super) n: u64,
    pub(super) n_served: u64,
    pub(super) scores: f64,
    pub(super) n_failed_calls: u64,
    pub(super) detected: Option<Micros>,
    pub(super) failed_over: Option<Micros>,
    pub(super) failed_back: Option<Micros>,
}

impl SpellRecord {
    /// Of these times, in order, each with the models of the policy that it is for.
    pub(super) fn new(spells: Vec<(Spell, Vec<ModelIdx>)>) -> Self {
        let watched = |(spell, models)| Watched {
            spell,
            models,
            n: 0,
            n_served: 0,
            scores: 0.0,
            n_failed_calls: 0,
            detected: None,
            failed_over: None,
            failed_back: None,
        };
        let rows = spells.into_iter().take(MOST).map(watched).collect();
        Self { rows, live: Vec::new(), next: 0 }
    }

    fn begin(&mut self, now: Micros) {
        while self.rows.get(self.next).is_some_and(|row| row.spell.start <= now) {
            self.live.push(self.next);
            self.next += 1;
        }
    }

    pub(super) fn failed_call(&mut self, now: Micros, model: ModelIdx) {
        self.begin(now);
        for at in &self.live {
            let row = &mut self.rows[*at];
            if row.spell.end > now && row.models.binary_search(&model).is_ok() {
                row.n_failed_calls += 1;
            }
        }
    }

    /// A request is over; `opened` where a breaker has opened since the last.
    pub(super) fn ended(
        &mut self,
        now: Micros,
        ended: &Ended<'_>,
        judged: Option<f64>,
        opened: Option<&Fleet>,
    ) {
        self.begin(now);
        let rows = &mut self.rows;
        self.live.retain(|at| {
            let row = &mut rows[*at];
            let is_over = now >= row.spell.end;
            if !is_over {
                row.during(now, ended, judged, opened);
                return true;
            }
            let is_back = judged.is_some()
                && ended.arrived >= row.spell.end
                && ended.answered_by.is_some_and(|by| row.models.binary_search(&by).is_ok());
            if is_back {
                row.failed_back = Some(now.since(row.spell.end));
            }
            !is_back
        });
    }
}

impl Watched {
    fn during(
        &mut self,
        now: Micros,
        ended: &Ended<'_>,
        judged: Option<f64>,
        opened: Option<&Fleet>,
    ) {
        if ended.arrived < self.spell.start {
            return;
        }
        let since = now.since(self.spell.start);
        self.n += 1;
        if let Some(score) = judged {
            self.n_served += 1;
            self.scores += score;
            let by_other =
                ended.answered_by.is_none_or(|by| self.models.binary_search(&by).is_err());
            if by_other && self.failed_over.is_none() {
                self.failed_over = Some(since);
            }
        }
        if let (Some(fleet), None) = (opened, self.detected) {
            let is_open = |model: &ModelIdx| fleet.guards(*model).any(|guard| guard.is_open(now));
            if self.models.iter().any(is_open) {
                self.detected = Some(since);
            }
        }
    }
}
