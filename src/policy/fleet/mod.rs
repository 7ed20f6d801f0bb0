//! What all requests of one policy share: who is well, who is busy, and what was answered before.

mod cache;
mod load;

use crate::data::{Failure, ItemIdx, ModelIdx, Outcome, Weight};
use crate::kernel::Micros;
use crate::policy::parts::breaker::{Admission, CallResult, Permit};
use crate::policy::parts::budget::{Balance, Budget};
use crate::policy::parts::guard::{Guard, GuardConfig};
use crate::policy::parts::probe::{self, Found};
use crate::policy::parts::retry::Again;
pub(super) use cache::Asked;
use cache::Cache;
pub use load::Load;
pub(super) use load::Took;

/// Breakers, loads and kept answers.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// One for each breaker and model, breaker by breaker.
    guards: Vec<Guard>,
    loads: Vec<Load>,
    cache: Cache,
    /// What retries of each model may still come to.
    balances: Vec<Balance>,
    n_opened: u32,
}

impl Fleet {
    /// Everybody well and idle. `requests_per_minute` has what each model allows.
    pub fn new(guards: &[GuardConfig], requests_per_minute: &[Option<u64>]) -> Self {
        let of_models = |guard| std::iter::repeat_n(Guard::new(guard), requests_per_minute.len());
        Self {
            guards: guards.iter().flat_map(of_models).collect(),
            loads: requests_per_minute.iter().map(|limit| Load::new(*limit)).collect(),
            cache: Cache::default(),
            balances: vec![Balance::default(); requests_per_minute.len()],
            n_opened: 0,
        }
    }

    /// How busy a model is.
    pub fn load(&self, model: ModelIdx) -> &Load {
        &self.loads[usize::from(model.0)]
    }

    /// The breakers in front of a model.
    pub fn guards(&self, model: ModelIdx) -> impl Iterator<Item = &Guard> {
        self.guards.iter().skip(usize::from(model.0)).step_by(self.loads.len().max(1))
    }

    /// How often breakers have opened.
    pub fn n_opened(&self) -> u32 {
        self.n_opened
    }

    /// How many breakers let nothing but trials through at `now`.
    pub fn n_open(&self, now: Micros) -> usize {
        self.guards.iter().filter(|guard| guard.is_open(now)).count()
    }

    pub(super) fn would_admit(&self, breaker: usize, model: ModelIdx, now: Micros) -> bool {
        self.guards[self.at(breaker, model)].would_admit(now)
    }

    pub(super) fn admit(&mut self, breaker: usize, model: ModelIdx, now: Micros) -> Admission {
        let at = self.at(breaker, model);
        let before = self.guards[at].n_opened;
        let admission = self.guards[at].admit(now);
        self.n_opened += self.guards[at].n_opened - before;
        admission
    }

    pub(super) fn record(
        &mut self,
        now: Micros,
        (breaker, model): (usize, ModelIdx),
        permit: Permit,
        result: CallResult,
    ) {
        let at = self.at(breaker, model);
        let before = self.guards[at].n_opened;
        self.guards[at].record(now, permit, result);
        self.n_opened += self.guards[at].n_opened - before;
    }

    /// How a model is probed behind a breaker, where it is.
    pub(super) fn probe(&self, breaker: usize, model: ModelIdx) -> Option<probe::Config> {
        self.guards.get(self.at(breaker, model))?.probe()
    }

    /// A probe goes out. It uses up what the provider allows as any call does, and says nothing of
    /// how busy or fast a model is with real questions.
    pub(super) fn probes(&mut self, model: ModelIdx, now: Micros) {
        self.loads[usize::from(model.0)].uses(now);
    }

    /// A probe came back, with that failure and status where it failed.
    pub(super) fn probed(
        &mut self,
        now: Micros,
        (breaker, model): (usize, ModelIdx),
        (failure, status): (Option<Failure>, Option<u16>),
    ) {
        let weight = failure.map(|it| self.handling(Some(breaker), it, status).0);
        let found = match weight {
            None => Found::Well,
            // What is wrong with the question says nothing of the model.
            Some(Weight::Ignored) => return,
            Some(_) => Found::Ill,
        };
        let at = self.at(breaker, model);
        let before = self.guards[at].n_opened;
        self.guards[at].probed(now, found);
        self.n_opened += self.guards[at].n_opened - before;
    }

    pub(super) fn began(&mut self, model: ModelIdx, now: Micros) {
        self.loads[usize::from(model.0)].began(now);
    }

    pub(super) fn ended(&mut self, model: ModelIdx, now: Micros, took: Took) {
        self.loads[usize::from(model.0)].ended(now, took);
    }

    /// A call to a model was answered.
    pub(super) fn earn(&mut self, model: ModelIdx, now: Micros, budget: Budget) {
        self.balances[usize::from(model.0)].deposit(now, budget);
    }

    /// Whether a call to a model may be tried again; if so, that is spent.
    pub(super) fn spend(&mut self, model: ModelIdx, now: Micros, budget: Budget) -> bool {
        self.balances[usize::from(model.0)].withdraw(now, budget)
    }

    /// How much a failure counts behind a breaker, and whether it is worth another call there.
    pub(super) fn handling(
        &self,
        breaker: Option<usize>,
        failure: Failure,
        status: Option<u16>,
    ) -> (Weight, Again) {
        let guard = breaker.and_then(|breaker| self.guards.get(breaker * self.loads.len()));
        guard.map_or((failure.handling().weight, Again::after(failure)), |guard| {
            guard.handling(failure, status)
        })
    }

    /// What a part of the policy last answered to a question, if that is no older than `within`.
    pub(super) fn kept(&self, asked: Asked, now: Micros, within: Micros) -> Option<Outcome> {
        self.cache.get(asked, now, within)
    }

    /// What a part of the policy last answered about an item, likewise.
    pub(super) fn kept_about(
        &self,
        (node, item): (u16, ItemIdx),
        now: Micros,
        within: Micros,
    ) -> Option<Outcome> {
        self.cache.about(node, item, now, within)
    }

    pub(super) fn keep_about(
        &mut self,
        (node, item): (u16, ItemIdx),
        now: Micros,
        outcome: &Outcome,
    ) {
        self.cache.put_about(node, item, now, outcome);
    }

    pub(super) fn keep(&mut self, asked: Asked, now: Micros, outcome: &Outcome) {
        self.cache.put(asked, now, outcome);
    }

    fn at(&self, breaker: usize, model: ModelIdx) -> usize {
        breaker * self.loads.len() + usize::from(model.0)
    }
}
