//! A drill again, in virtual time: the same replies at the same times must lead to the same deeds.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::Micros;
use crate::policy::Fleet;
use crate::policy::episode::{
    Action, CallId, Episode, Event, ProbeAction, ProbeEvent, Probes, TimerId, Told, Trace, Tree,
    World,
};
use crate::policy::knowledge::Subject;

/// Where a drill and its replay part.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("part at step {step}, {told:?}: {why}")]
pub struct Difference {
    /// The position in the trace.
    pub step: usize,
    /// What the drill did there.
    pub told: Option<Box<Told>>,
    /// What is different.
    pub why: String,
}

/// What a request waits for.
#[derive(Default)]
struct Awaited {
    calls: BTreeSet<CallId>,
    timers: BTreeMap<TimerId, Micros>,
}

/// Plays a trace to requests and probes that know nothing of it. Every reply must be to a call that
/// the replay made too, no timer may come before its time, and what is to be done must be the same,
/// action by action. Nothing may be left over at the end: no request, no probe that is out, and
/// none that is still to be sent.
///
/// # Errors
/// The first difference.
pub fn replay(
    tree: &Tree,
    subject: &Subject<'_>,
    fleet: Fleet,
    trace: &Trace,
) -> Result<(), Difference> {
    let probes = Probes::new(tree, &fleet);
    let (live, awaited) = (BTreeMap::new(), AwaitedProbes::default());
    let mut replay = Replay { tree, subject, trace, fleet, live, probes, awaited };
    let mut last = Micros(0);
    for (step, told) in trace.told.iter().enumerate() {
        let part = |why: String| Difference { step, told: Some(Box::new(told.clone())), why };
        if told.now() < last {
            return Err(part("time goes back".to_owned()));
        }
        last = told.now();
        match told {
            Told::Request { now, n, event, actions } => {
                replay.request((*now, *n), *event, actions).map_err(part)?;
            }
            Told::Probes { now, event, actions } => {
                replay.probes(*now, *event, actions).map_err(part)?;
            }
        }
    }
    match replay.left_over() {
        None => Ok(()),
        Some(why) => Err(Difference { step: trace.told.len(), told: None, why }),
    }
}

/// Everything that a replay is in the middle of.
struct Replay<'a> {
    tree: &'a Tree,
    subject: &'a Subject<'a>,
    trace: &'a Trace,
    fleet: Fleet,
    live: BTreeMap<u64, (Episode, Awaited)>,
    probes: Probes,
    awaited: AwaitedProbes,
}

impl Replay<'_> {
    fn request(
        &mut self,
        (now, n): (Micros, u64),
        event: Event,
        wanted: &[Action],
    ) -> Result<(), String> {
        let (tree, subject) = (self.tree, self.subject);
        if event == Event::Arrived {
            let request = self.trace.requests.get(n as usize);
            let request = request.ok_or_else(|| "nobody knows this request".to_owned())?;
            let new = (Episode::new(tree, *request), Awaited::default());
            if self.live.insert(n, new).is_some() {
                return Err("it comes twice".to_owned());
            }
        }
        let Some((episode, awaited)) = self.live.get_mut(&n) else {
            return Err("the request is over in the replay".to_owned());
        };
        awaited.is_due(now, event)?;
        let mut actions = Vec::new();
        let mut world = World { tree, subject, fleet: &mut self.fleet };
        episode.on_event(now, event, &mut world, &mut actions);
        if actions != wanted {
            return Err(format!("the replay does {actions:?}"));
        }
        if awaited.take(&actions) {
            self.live.remove(&n);
        }
        Ok(())
    }

    fn probes(
        &mut self,
        now: Micros,
        event: ProbeEvent,
        wanted: &[ProbeAction],
    ) -> Result<(), String> {
        self.awaited.is_due(now, event)?;
        let mut actions = Vec::new();
        self.probes.on_event(now, event, &mut self.fleet, &mut actions);
        if actions != wanted {
            return Err(format!("the replay does {actions:?}"));
        }
        self.awaited.take(&actions);
        Ok(())
    }

    /// What should have happened by the end, and did not.
    fn left_over(&self) -> Option<String> {
        if let Some(n) = self.live.keys().next() {
            return Some(format!("request {n} is not over in the replay"));
        }
        if !self.probes.is_empty() && !self.awaited.is_begun {
            return Some("no probe began".to_owned());
        }
        if let Some((probe, at)) = self.awaited.due.first_key_value() {
            return Some(format!("probe {probe}, which is due at {at:?}, is not sent"));
        }
        let (probe, _) = self.awaited.out.iter().find(|(_, n)| **n > 0)?;
        Some(format!("probe {probe} is out in the replay and does not come back"))
    }
}

/// The probes that are out, and those that are to be sent.
#[derive(Default)]
struct AwaitedProbes {
    is_begun: bool,
    out: BTreeMap<u16, u32>,
    due: BTreeMap<u16, Micros>,
}

impl AwaitedProbes {
    fn is_due(&mut self, now: Micros, event: ProbeEvent) -> Result<(), String> {
        match event {
            ProbeEvent::Began { .. } => match std::mem::replace(&mut self.is_begun, true) {
                false => Ok(()),
                true => Err("probes begin twice".to_owned()),
            },
            ProbeEvent::Due { probe } => match self.due.remove(&probe) {
                Some(at) if at <= now => Ok(()),
                at => Err(format!("a probe that is due at {at:?}")),
            },
            ProbeEvent::Back { probe, .. } => match self.out.get_mut(&probe) {
                Some(n) if *n > 0 => {
                    *n -= 1;
                    Ok(())
                }
                _ => Err("a reply to a probe that the replay did not send".to_owned()),
            },
        }
    }

    fn take(&mut self, actions: &[ProbeAction]) {
        for action in actions {
            match action {
                ProbeAction::Ask { probe, .. } => *self.out.entry(*probe).or_default() += 1,
                ProbeAction::WakeAt { probe, at } => {
                    self.due.insert(*probe, *at);
                }
            }
        }
    }
}

impl Awaited {
    /// Whether that can happen to the request now.
    fn is_due(&mut self, now: Micros, event: Event) -> Result<(), String> {
        match event {
            Event::Arrived => Ok(()),
            Event::Finished { call, .. } => match self.calls.remove(&call) {
                true => Ok(()),
                false => Err("a reply to a call that the replay did not make".to_owned()),
            },
            Event::Timer { timer } => match self.timers.remove(&timer) {
                Some(at) if at <= now => Ok(()),
                Some(at) => Err(format!("a timer that is set for {at:?}")),
                None => Err("a timer that the replay did not set".to_owned()),
            },
        }
    }

    /// Takes note of what is to be done; true at the end.
    fn take(&mut self, actions: &[Action]) -> bool {
        for action in actions {
            match action {
                Action::Call { call, .. } => {
                    self.calls.insert(*call);
                }
                Action::Cancel { call } => {
                    self.calls.remove(call);
                }
                Action::SetTimer { timer, at } => {
                    self.timers.insert(*timer, *at);
                }
                Action::Finish(_) => return true,
            }
        }
        false
    }
}
