//! A drill again, in virtual time: the same replies at the same times must lead to the same deeds.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::Micros;
use crate::policy::Fleet;
use crate::policy::episode::{Action, CallId, Episode, Event, TimerId, Told, Trace, Tree, World};
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

/// Plays a trace to requests that know nothing of it. Every reply must be to a call that the replay
/// made too, no timer may come before its time, and what is to be done must be the same, action by
/// action. Nothing may be left over at the end.
///
/// # Errors
/// The first difference.
pub fn replay(
    tree: &Tree,
    subject: &Subject<'_>,
    mut fleet: Fleet,
    trace: &Trace,
) -> Result<(), Difference> {
    let mut live: BTreeMap<u64, (Episode, Awaited)> = BTreeMap::new();
    let mut last = Micros(0);
    for (step, told) in trace.told.iter().enumerate() {
        let part = |why: String| Difference { step, told: Some(Box::new(told.clone())), why };
        if told.now < last {
            return Err(part("time goes back".to_owned()));
        }
        last = told.now;
        if told.event == Event::Arrived {
            let request = trace.requests.get(told.n as usize);
            let request = request.ok_or_else(|| part("nobody knows this request".to_owned()))?;
            let new = (Episode::new(tree, *request), Awaited::default());
            if live.insert(told.n, new).is_some() {
                return Err(part("it comes twice".to_owned()));
            }
        }
        let Some((episode, awaited)) = live.get_mut(&told.n) else {
            return Err(part("the request is over in the replay".to_owned()));
        };
        awaited.is_due(told).map_err(part)?;
        let mut actions = Vec::new();
        let mut world = World { tree, subject, fleet: &mut fleet };
        episode.on_event(told.now, told.event, &mut world, &mut actions);
        if actions != told.actions {
            return Err(part(format!("the replay does {actions:?}")));
        }
        if awaited.take(&actions) {
            live.remove(&told.n);
        }
    }
    match live.keys().next() {
        None => Ok(()),
        Some(n) => {
            let why = format!("request {n} is not over in the replay");
            Err(Difference { step: trace.told.len(), told: None, why })
        }
    }
}

impl Awaited {
    /// Whether that can happen to the request now.
    fn is_due(&mut self, told: &Told) -> Result<(), String> {
        match told.event {
            Event::Arrived => Ok(()),
            Event::Finished { call, .. } => match self.calls.remove(&call) {
                true => Ok(()),
                false => Err("a reply to a call that the replay did not make".to_owned()),
            },
            Event::Timer { timer } => match self.timers.remove(&timer) {
                Some(at) if at <= told.now => Ok(()),
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
