//! What happens while faults are there: whether they are noticed, and how long it takes.

use std::collections::{BTreeMap, BTreeSet};

use super::witness::{Called, ProbeEnded};
use super::world::Ended;
use crate::data::ModelIdx;
use crate::fault::Spell;
use crate::kernel::Micros;
use crate::policy::Fleet;

/// A fault that is there more often is not looked at time by time.
const MOST: usize = 10_000;

/// The times that faults were there, with what a policy came to then.
#[derive(Debug)]
pub(super) struct SpellRecord {
    pub(super) rows: Vec<Watched>,
    /// The positions of faults that are there too often.
    pub(super) left_out: Vec<usize>,
    /// Those that have begun and are not settled.
    live: Vec<usize>,
    next: usize,
}

/// One time that one fault was there. Requests count that came then, whenever they ended, and those
/// that came before and met it.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) spell: Spell,
    /// The models of the policy that it is for, in order.
    models: Vec<ModelIdx>,
    /// Requests that came then and are on their way.
    n_out: u64,
    /// Requests on their way that have met it, whenever they came.
    met_by: BTreeSet<u64>,
    /// Probes on their way that have met it, each with when it was sent.
    probes_out: Vec<(u16, Micros)>,
    pub(super) n: u64,
    pub(super) n_served: u64,
    pub(super) scores: f64,
    pub(super) n_failed_calls: u64,
    /// Whether a call has met it.
    is_met: bool,
    /// Whether the fault has come again, so that nobody can tell any more who is back from which.
    is_followed: bool,
    pub(super) detected: Option<Micros>,
    /// How often breakers of whoever it hits had opened out of being closed by then.
    fell: u32,
    /// How often they did so again while it was there.
    pub(super) flaps: u32,
    pub(super) failed_over: Option<Micros>,
    pub(super) failed_back: Option<Micros>,
}

impl SpellRecord {
    /// Of these times, in order, each with the models of the policy that it is for.
    pub(super) fn new(spells: Vec<(Spell, Vec<ModelIdx>)>) -> Self {
        let watched = |(spell, models)| Watched {
            spell,
            models,
            n_out: 0,
            met_by: BTreeSet::new(),
            probes_out: Vec::new(),
            n: 0,
            n_served: 0,
            scores: 0.0,
            n_failed_calls: 0,
            is_met: false,
            is_followed: false,
            detected: None,
            fell: 0,
            flaps: 0,
            failed_over: None,
            failed_back: None,
        };
        let mut times: BTreeMap<usize, usize> = BTreeMap::new();
        for (spell, _) in &spells {
            *times.entry(spell.position).or_default() += 1;
        }
        let is_too_often = |position: &usize| times.get(position).is_some_and(|n| *n > MOST);
        let left_out: Vec<usize> = times.keys().copied().filter(is_too_often).collect();
        let is_in = |(spell, _): &(Spell, _)| !left_out.contains(&spell.position);
        let rows = spells.into_iter().filter(is_in).map(watched).collect();
        Self { rows, left_out, live: Vec::new(), next: 0 }
    }

    fn begin(&mut self, now: Micros) {
        while self.rows.get(self.next).is_some_and(|row| row.spell.start <= now) {
            let position = self.rows[self.next].spell.position;
            for at in &self.live {
                let row = &mut self.rows[*at];
                row.is_followed |= row.spell.position == position;
            }
            self.live.push(self.next);
            self.next += 1;
        }
    }

    /// A request came.
    pub(super) fn arrived(&mut self, now: Micros) {
        self.begin(now);
        for at in &self.live {
            let row = &mut self.rows[*at];
            row.n_out += u64::from(now < row.spell.end);
        }
    }

    /// A model was asked.
    pub(super) fn called(&mut self, called: &Called<'_>, is_failed: bool) {
        if called.fates.meets.is_none() && called.fates.slowed.is_none() {
            return;
        }
        self.begin(called.now);
        let met = called.fates.meets.as_ref().map(|it| it.0);
        for at in &self.live {
            let row = &mut self.rows[*at];
            if !row.is_met_by(called) {
                continue;
            }
            row.is_met = true;
            row.n_failed_calls += u64::from(is_failed && met == Some(row.spell.fault.as_str()));
            row.met_by.insert(called.n);
        }
    }

    /// A model was probed, which counts as nobody's request.
    pub(super) fn probed(&mut self, called: &Called<'_>, probe: u16) {
        self.begin(called.now);
        for at in &self.live {
            let row = &mut self.rows[*at];
            if row.is_met_by(called) {
                row.is_met = true;
                row.probes_out.push((probe, called.now));
            }
        }
    }

    /// A probe is over, and whatever it opened has been told.
    pub(super) fn probe_ended(&mut self, ended: &ProbeEnded<'_>) {
        for at in &self.live {
            let out = &mut self.rows[*at].probes_out;
            out.retain(|probe| *probe != (ended.probe, ended.sent));
        }
    }

    /// A breaker has opened.
    pub(super) fn opened(&mut self, now: Micros, fleet: &Fleet) {
        for at in &self.live {
            let row = &mut self.rows[*at];
            let is_there = now < row.spell.end || row.is_under_way();
            let is_open = |model: &ModelIdx| fleet.guards(*model).any(|guard| guard.is_open(now));
            let guards = row.models.iter().flat_map(|model| fleet.guards(*model));
            let fell = || guards.map(|guard| guard.n_fell).sum();
            if row.detected.is_some() && now < row.spell.end {
                let fell: u32 = fell();
                row.flaps = fell - row.fell;
            } else if row.detected.is_none()
                && is_there
                && row.is_met
                && row.models.iter().any(is_open)
            {
                (row.detected, row.fell) = (Some(now.since(row.spell.start)), fell());
            }
        }
    }

    /// The request of this number is over.
    pub(super) fn ended(&mut self, now: Micros, n: u64, ended: &Ended<'_>, judged: Option<f64>) {
        self.begin(now);
        let rows = &mut self.rows;
        self.live.retain(|at| {
            let row = &mut rows[*at];
            let came = row.spell.start <= ended.arrived && ended.arrived < row.spell.end;
            let has_met = row.met_by.remove(&n);
            row.n_out -= u64::from(came);
            if came || has_met {
                row.counts(judged);
            }
            row.watches(now, has_met, ended, judged.is_some());
            !row.is_settled(now)
        });
    }
}

impl Watched {
    /// Whether a call meets it.
    fn is_met_by(&self, called: &Called<'_>) -> bool {
        let (meets, slowed) = (called.fates.meets.as_ref(), called.fates.slowed.as_ref());
        let names = [meets.map(|it| it.0), slowed.map(|it| it.0)];
        let is_meant = self.models.binary_search(&called.model).is_ok();
        let fault = Some(self.spell.fault.as_str());
        called.now < self.spell.end && is_meant && names.contains(&fault)
    }

    /// A request that came then or has met it is over.
    fn counts(&mut self, judged: Option<f64>) {
        self.n += 1;
        if let Some(score) = judged {
            self.n_served += 1;
            self.scores += score;
        }
    }

    /// Whether somebody else has served a request that met it, or whoever it hit serves again.
    fn watches(&mut self, now: Micros, has_met: bool, ended: &Ended<'_>, is_served: bool) {
        let is_hit = |by: ModelIdx| self.models.binary_search(&by).is_ok();
        let by_them = ended.answered_by.is_some_and(is_hit);
        if has_met && is_served && !by_them && self.failed_over.is_none() {
            self.failed_over = Some(now.since(self.spell.start));
        }
        let may_be_back = self.is_met && !self.is_followed && self.failed_back.is_none();
        if may_be_back && is_served && by_them && ended.arrived >= self.spell.end {
            self.failed_back = Some(now.since(self.spell.end));
        }
    }

    /// Whether requests or probes are on their way that have met it and may still notice it.
    fn is_under_way(&self) -> bool {
        !self.met_by.is_empty() || !self.probes_out.is_empty()
    }

    fn is_settled(&self, now: Micros) -> bool {
        let is_back = self.failed_back.is_some() || !self.is_met || self.is_followed;
        now >= self.spell.end && self.n_out == 0 && !self.is_under_way() && is_back
    }
}
