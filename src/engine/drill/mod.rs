//! Policies with the real clock, over real sockets, against a provider with faults.

mod books;
mod gateway;
mod load;
mod probing;
mod reply;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

pub use books::{Books, doubt, row};
pub use gateway::{Gateway, through};

use crate::data::{CellState, ItemIdx, ModelIdx, Warning};
use crate::kernel::{Key, Micros, ModelId, PolicyId, Seed};
use crate::policy::episode::{Models, NotAPolicy, Probes, Request, Trace, Tree};
use crate::policy::knowledge::Subject;
use crate::policy::{Fleet, Policy};
use crate::provider::{Client, ClientError, Message};
use crate::scenario::{Candidate, Grounds, Plan};
use crate::task::prompt::PromptError;

/// When requests come, and for how long.
#[derive(Debug, Clone)]
pub struct Load {
    /// When each comes, since the start, in order.
    pub arrivals: Vec<Micros>,
    /// How long they come; models are probed as long.
    pub lasts: Micros,
    /// The seed of what is asked.
    pub seed: Seed,
    /// Ask for replies in pieces.
    pub stream: bool,
}

/// One policy's drill.
#[derive(Debug)]
pub struct Drilled {
    /// What requests came to.
    pub books: Books,
    /// Every event with its time, and what was done about it.
    pub trace: Trace,
}

/// Why nothing can be drilled.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// Nobody can run the policy.
    #[error(transparent)]
    Policy(#[from] NotAPolicy),
    /// The client can't be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A prompt can't be rendered.
    #[error("make the prompts")]
    Prompt(#[source] PromptError),
}

/// What a policy is drilled with: who is asked what.
pub struct Ring<'a> {
    pub(super) plan: &'a Plan,
    pub(super) grounds: Grounds<'a>,
    pub(super) policies: &'a BTreeMap<PolicyId, Policy>,
    pub(super) subject: Subject<'a>,
    pub(super) timeouts: Vec<Micros>,
    pub(super) candidates: Vec<Option<&'a Candidate>>,
    /// What is said of each item.
    pub(super) prompts: Vec<Vec<Message>>,
    pub(super) client: Client,
    /// What each model is asked by a probe.
    pub(super) small: Vec<ItemIdx>,
}

impl<'a> Ring<'a> {
    /// Of one task, asked over connections of `client`.
    ///
    /// # Errors
    /// When a prompt can't be rendered.
    pub fn new(
        plan: &'a Plan,
        grounds: Grounds<'a>,
        policies: &'a BTreeMap<PolicyId, Policy>,
        client: Client,
    ) -> Result<Self, DrillError> {
        let candidate = |model: &ModelId| plan.candidates.iter().find(|one| one.id == *model);
        let candidates: Vec<Option<&Candidate>> =
            grounds.matrix.models().iter().map(candidate).collect();
        let usual = crate::provider::Limits::default();
        let timeout = |one: &Option<&Candidate>| {
            let limits = one.map_or(&usual, |one| &one.limits);
            Micros(limits.timeout.0.as_micros() as u64)
        };
        let timeouts = candidates.iter().map(timeout).collect();
        let items = grounds.matrix.items().iter();
        let prompts = items.map(|item| grounds.task.messages(item)).collect::<Result<_, _>>();
        let prompts = prompts.map_err(DrillError::Prompt)?;
        let subject = grounds.subject(plan.seed);
        let small = grounds.small_questions();
        Ok(Self { plan, grounds, policies, subject, timeouts, candidates, prompts, client, small })
    }

    /// What requests are about.
    pub fn subject(&self) -> &Subject<'a> {
        &self.subject
    }

    /// A policy laid out.
    ///
    /// # Errors
    /// When nobody can run it.
    pub fn tree(&self, policy: &PolicyId) -> Result<Tree, NotAPolicy> {
        let (names, n_samples) = (self.grounds.matrix.models(), self.grounds.matrix.n_samples());
        let models = Models { names, timeouts: &self.timeouts, n_samples };
        Tree::new(policy, self.policies, models, self.grounds.knowledge)
    }

    /// Everybody well and idle.
    pub fn fleet(&self) -> Fleet {
        let guards: Vec<_> = self.plan.breakers.iter().map(|(_, guard)| guard.clone()).collect();
        let limit = |one: &Option<&Candidate>| {
            let limits = one.map(|one| &one.limits)?;
            limits.requests_per_minute.map(std::num::NonZeroU64::get)
        };
        let limits: Vec<Option<u64>> = self.candidates.iter().map(limit).collect();
        Fleet::new(&guards, &limits)
    }

    /// Models that the policy probes and that take longer over it where nothing is wrong than a
    /// probe may, where a reply takes `lasts` of how long it took when it was recorded.
    ///
    /// # Errors
    /// When nobody can run the policy.
    pub fn slow_probes(
        &self,
        policy: &PolicyId,
        lasts: impl Fn(Micros) -> Micros,
    ) -> Result<BTreeSet<Warning>, NotAPolicy> {
        let matrix = self.grounds.matrix;
        // Probes may meet any sample; they always fail where even the fastest is too slow. What
        // took no known time is answered at once.
        let took = |model: ModelIdx| {
            let cell = |sample| matrix.cell(self.small[usize::from(model.0)], model, sample);
            let cells = (0..matrix.n_samples()).map(cell);
            let run = cells.filter(|it| it.state != CellState::NotRun);
            let recorded = run.map(|it| it.latency.or(it.ttft).unwrap_or_default()).min();
            recorded.map(&lasts).unwrap_or_default()
        };
        Ok(self.grounds.slow_probes(&Probes::new(&self.tree(policy)?, &self.fleet()), took))
    }

    /// The n-th request of a load.
    pub(super) fn request(&self, load: &Load, n: u64) -> Request {
        let key = Key::new(load.seed, "drill", &[]).with(n);
        let n_items = self.prompts.len() as u64;
        let item = ItemIdx(key.with(u64::MAX).below(n_items) as u32);
        Request { item, question: u64::from(item.0), key }
    }

    /// Drills one policy of ours against the server at `address`, which serves this scenario.
    ///
    /// # Errors
    /// See [`DrillError`].
    pub async fn drill(
        &self,
        policy: &PolicyId,
        address: SocketAddr,
        load: &Load,
    ) -> Result<Drilled, DrillError> {
        let tree = self.tree(policy)?;
        load::run(self, &tree, address, load).await
    }
}
