//! Thousands of random scenarios, with what must hold in every one of them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::scenarios::Ready;
use crate::data::CellState;
use crate::engine::simulate::witness::{Called, ProbeEnded, Witness};
use crate::engine::simulate::world::{Ended, Simulated};
use crate::fault::{OnWire, Process};
use crate::kernel::{Micros, PolicyId, Tokens, Usd};
use crate::policy::episode::{Action, CallId, Event, Request};
use crate::policy::{Fleet, Policy, WhenOpen};
use crate::scenario::random::text;

/// Scenarios that are tried; one alone where its seed stands in the environment.
const SEEDS: std::ops::Range<u64> = 0..2000;
const ONE: &str = "QUORUMBENCH_SWARM_SEED";

/// What came of questions made of answers, beside what calls met.
const HEARD: &str = "a reply about answers";
const NOTHING: &str = "no reply about answers";

/// Models that take each other's places.
const SHARED: &str = "shared places";

/// A probe that met a fault.
const PROBED: &str = "a probe";

fn sum(one: Option<Usd>, other: Option<Usd>) -> Option<Usd> {
    one.zip(other).map(|(one, other)| one + other)
}

/// Follows every request of one policy, and complains.
#[derive(Default)]
struct Checker {
    requests: BTreeMap<u64, Followed>,
    deadline: Option<Micros>,
    /// Whether every call goes through a breaker that is never passed by.
    is_guarded: bool,
    /// As long as a request may take.
    worst_case: Micros,
    /// How long traffic lasts.
    lasts: Micros,
    /// Probes that were sent, and those of them that are over.
    probes: (u64, u64),
    /// What everything cost.
    paid: Option<Usd>,
    /// Everything that happened, in a number.
    hash: u64,
    /// Replies to questions made of answers, and those that came to nothing.
    heard: (u64, u64),
    fired: BTreeSet<String>,
    met: BTreeSet<&'static str>,
}

#[derive(Default)]
struct Followed {
    arrived: Micros,
    out: BTreeSet<CallId>,
    about: BTreeSet<CallId>,
    paid: Option<Usd>,
    is_over: bool,
}

impl Checker {
    fn note(&mut self, what: &dyn std::fmt::Debug) {
        for byte in format!("{what:?}").bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Witness for Checker {
    fn arrived(&mut self, now: Micros, n: u64, request: &Request) {
        self.note(&(now, n, request));
        let paid = Some(Usd::ZERO);
        let new = Followed { arrived: now, paid, ..Followed::default() };
        assert!(self.requests.insert(n, new).is_none(), "request {n} came twice");
    }

    fn told(&mut self, now: Micros, n: u64, event: &Event, actions: &[Action]) {
        self.note(&(now, n, event, actions));
        let deadline = self.deadline;
        let followed = self.requests.get_mut(&n).unwrap();
        assert!(!followed.is_over, "request {n} was told {event:?} behind its end");
        if let Event::Finished { call, reply } = event {
            assert!(followed.out.remove(call), "{call:?} came back and was not out");
            if followed.about.remove(call) {
                let is_heard = matches!(reply.state, CellState::Answered { .. });
                self.heard.0 += u64::from(is_heard);
                self.heard.1 += u64::from(!is_heard);
            }
            followed.paid = sum(followed.paid, reply.cost);
            self.paid = sum(self.paid, reply.cost);
        }
        for (at, action) in actions.iter().enumerate() {
            match action {
                Action::Call { call, timeout, made, .. } => {
                    followed.about.extend(made.as_ref().map(|_| *call));
                    assert!(followed.out.insert(*call), "{call:?} went out twice");
                    if let Some(deadline) = deadline {
                        let ends = now + *timeout;
                        assert!(ends <= followed.arrived + deadline, "{call:?} outlasts it");
                        assert!(*timeout > Micros(0), "{call:?} has no time");
                    }
                }
                Action::Cancel { call } => {
                    assert!(followed.out.remove(call), "{call:?} was called off and was not out");
                }
                Action::SetTimer { at, .. } => assert!(*at >= now, "a time that is past"),
                Action::Finish(_) => {
                    assert_eq!(at + 1, actions.len(), "the end is not the end");
                    assert!(followed.out.is_empty(), "calls are left behind: {:?}", followed.out);
                }
            }
        }
    }

    fn called(&mut self, called: &Called<'_>, fleet: &Fleet) {
        let Called { now, model, fates, .. } = called;
        let refuses = fleet.guards(*model).any(|guard| guard.refuses(*now));
        assert!(!self.is_guarded || !refuses, "a call through an open breaker");
        let names = [
            fates.meets.as_ref().map(|it| it.0),
            fates.swapped.as_ref().map(|it| it.0),
            fates.degraded,
            fates.slowed.map(|it| it.0),
        ];
        self.fired.extend(names.into_iter().flatten().map(str::to_owned));
        self.met.extend(fates.meets.as_ref().map(|(_, met)| met.name()));
    }

    fn cancelled(&mut self, _: Micros, n: u64, billed: Option<Usd>) {
        let followed = self.requests.get_mut(&n).unwrap();
        followed.paid = sum(followed.paid, billed);
        self.paid = sum(self.paid, billed);
    }

    fn probed(&mut self, called: &Called<'_>, _: u16, _: &Fleet) {
        self.note(&(called.now, called.model));
        assert!(called.now < self.lasts, "a probe when no request comes any more");
        self.probes.0 += 1;
        let met = called.fates.meets.as_ref();
        self.met.extend(met.map(|_| PROBED));
    }

    fn probe_ended(&mut self, now: Micros, ended: &ProbeEnded<'_>, _: &Fleet) {
        let ProbeEnded { reply, tokens, .. } = ended;
        self.note(&(now, reply, tokens));
        self.probes.1 += 1;
        self.paid = sum(self.paid, reply.cost);
        let free = reply.cost == Some(Usd::ZERO);
        assert_eq!(
            free,
            *tokens == Some(Tokens::default()),
            "tokens are paid for, and only tokens"
        );
    }

    fn ended(&mut self, now: Micros, n: u64, ended: &Ended<'_>, _: &Fleet) {
        let followed = self.requests.get_mut(&n).unwrap();
        assert!(!std::mem::replace(&mut followed.is_over, true), "request {n} ended twice");
        assert_eq!(followed.paid, ended.cost, "what request {n} cost is the sum of its calls");
        let took = now.since(followed.arrived);
        assert_eq!(ended.outcome.latency, Some(took));
        assert!(took <= self.worst_case, "{took:?} is longer than {:?}", self.worst_case);
    }
}

/// Runs the first replicate of one policy; `None` where nobody can run it.
fn follow(ready: &Ready, name: &PolicyId) -> Option<Checker> {
    let (conduct, never_bypasses) = match &ready.policies[name] {
        Policy::Failover(it) => (it.conduct, it.when_open != WhenOpen::Bypass),
        Policy::Hedge(it) => (it.conduct, true),
        Policy::Balance(it) => (it.conduct, true),
        Policy::CascadeRoute(it) => (it.conduct, true),
        _ => Default::default(),
    };
    let members = ready.policies[name].members();
    let of_models = members.iter().all(|it| matches!(ready.policies[it], Policy::Single(_)));
    let checker = Checker {
        deadline: conduct.deadline,
        is_guarded: conduct.breaker.is_some() && never_bypasses && of_models,
        ..Checker::default()
    };
    let checker = ready.on_stage(name, |town, stage| {
        // One breaker stands in front of every model and is used; the others stay closed.
        let mut simulated = Simulated::new(stage, town.fleet(), town.seed(0), checker);
        let lasts = super::super::traffic_lasts(town.simulation);
        (simulated.witness.worst_case, simulated.witness.lasts) = (stage.tree.worst_case(), lasts);
        simulated.witness.paid = Some(Usd::ZERO);
        simulated.run(&mut town.arrivals(0), lasts);
        let is_idle = simulated.places.iter().all(super::super::queue::Places::is_idle);
        assert!(is_idle, "a place was never given back");
        let followed = simulated.witness;
        if ready.plan.seed.0.is_multiple_of(10) {
            let kept = town.replicate(stage, 0);
            let paid = kept.cost.zip(kept.probe_cost).map(|(calls, probes)| calls + probes);
            assert_eq!(paid, followed.paid, "what the books say is what was paid");
            assert_eq!(kept.n_probes, followed.probes.0, "every probe is in the books");
        }
        followed
    })?;
    assert_eq!(checker.probes.0, checker.probes.1, "every probe ends once");
    assert!(checker.requests.values().all(|it| it.is_over), "a request never ended");
    Some(checker)
}

/// What fired in the scenario of a seed, by kind of fault and by what calls met.
fn one(seed: u64) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let folder = tempfile::tempdir().unwrap();
    let ready = Ready::new(folder.path(), &text(seed, 1), 12, None);
    let kind = |name: &String| {
        let fault = ready.plan.faults.0.iter().find(|fault| fault.name == *name);
        fault.unwrap().process.name()
    };
    let (mut kinds, mut met) = (BTreeSet::new(), BTreeSet::new());
    for name in ready.policies.keys() {
        let Some(checker) = follow(&ready, name) else { continue };
        if seed.is_multiple_of(50) {
            let again = follow(&ready, name).map(|it| it.hash);
            assert_eq!(again, Some(checker.hash), "the same seed, and something else of {name}");
        }
        kinds.extend(checker.fired.iter().map(kind));
        met.extend(checker.met);
        let (n_heard, n_nothing) = checker.heard;
        met.extend((n_heard > 0).then_some(HEARD));
        met.extend((n_nothing > 0).then_some(NOTHING));
    }
    let shared = &ready.plan.simulation.as_ref().unwrap().shared_capacity;
    let share = |(models, _): &(Vec<_>, _)| models.len() > 1;
    met.extend(shared.iter().any(share).then_some(SHARED));
    (kinds, met)
}

#[test]
fn whatever_policies_and_faults_there_are_requests_end_once_and_are_paid_once() {
    let seeds: Vec<u64> = match std::env::var(ONE) {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => SEEDS.collect(),
    };
    let is_all = seeds.len() > 1;
    let tried: Vec<_> = seeds
        .into_par_iter()
        .map(|seed| {
            let tried = std::panic::catch_unwind(|| one(seed));
            tried.unwrap_or_else(|_| {
                panic!("again: {ONE}={seed} cargo test --locked --lib whatever_policies")
            })
        })
        .collect();
    if !is_all {
        return;
    }
    let (kinds, met): (Vec<_>, Vec<_>) = tried.into_iter().unzip();
    let kinds: BTreeSet<&str> = kinds.into_iter().flatten().collect();
    let met: BTreeSet<&str> = met.into_iter().flatten().collect();
    let all = Process::kinds().iter().map(|(name, _)| *name);
    let silent: Vec<&str> = all.filter(|it| *it != "incident" && !kinds.contains(it)).collect();
    assert!(silent.is_empty(), "kinds of fault that never fired: {silent:?}");
    let wire = OnWire::kinds().iter().map(|(name, _)| *name);
    let silent: Vec<&str> = wire.filter(|it| !met.contains(it)).collect();
    assert!(silent.is_empty(), "what no call met: {silent:?}");
    assert!(met.contains(PROBED), "no probe met a fault");
    assert!(met.contains(SHARED), "no models shared the places of a provider");
    assert!(met.contains(HEARD) && met.contains(NOTHING), "nobody was asked about answers");
}
