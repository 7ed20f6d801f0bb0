//! Requests in virtual time: what becomes of one is written down in a line.

use std::collections::{BTreeMap, BTreeSet};

use super::super::*;
use crate::data::{AnswerIdx, Failure, Item};
use crate::kernel::{ItemId, ModelId, PolicyId, Probability, Seed};
use crate::policy::knowledge::{Knowledge, VoteKnowledge};
use crate::policy::parts::breaker::Config;
use crate::policy::parts::guard::{GuardConfig, Rules};
use crate::policy::parts::retry::{Jitter, Retry};
use crate::policy::testing::{answers, letter, standing};
use crate::policy::{Conduct, Failover, Policy, Rung, WhenOpen};
use crate::task::score::Score;

/// What a call comes to: after how many milliseconds, and in the letters of `policy::testing`, with
/// `q` for a rate limit that asks for two seconds, `k` for a wrong key, and `~` for nothing ever.
pub(super) type Says<'a> = &'a mut dyn FnMut(&str, usize) -> (u64, char);

/// Models `a`, `b` and `c`, one breaker that opens at the first failure for a minute, and whatever
/// requests share.
pub(super) struct Bench {
    models: Vec<ModelId>,
    policies: BTreeMap<PolicyId, Policy>,
    knowledge: Knowledge,
    pub(super) fleet: Fleet,
    n_requests: u64,
    /// Whether calls that were called off come back all the same.
    pub(super) late: bool,
    /// Which of the items is asked about. The second is like the first, the third is not.
    pub(super) item: u32,
}

const TIMEOUT: Micros = Micros(30_000_000);

pub(super) fn ms(ms: u64) -> Micros {
    Micros(ms * 1000)
}

pub(super) fn ids(names: &str) -> Vec<PolicyId> {
    names.split(' ').map(PolicyId::from).collect()
}

/// A ladder; `@cache` keeps for a minute.
pub(super) fn ladder(rungs: &str, conduct: Conduct, when_open: WhenOpen) -> Policy {
    let is_member = |name: &PolicyId| !name.as_str().starts_with('@');
    let members: Vec<PolicyId> = ids(rungs).into_iter().filter(is_member).collect();
    let mut n = 0;
    let rung = |name: PolicyId| match name.as_str() {
        Rung::CACHE => Rung::Cache,
        Rung::SIMILAR => Rung::Similar,
        Rung::APOLOGY => Rung::Apology,
        _ => {
            n += 1;
            Rung::Member(n - 1)
        }
    };
    let rungs = ids(rungs).into_iter().map(rung).collect();
    let (cache_for, similarity) = (ms(60_000), Probability::FOUR_FIFTHS);
    Policy::Failover(Failover { rungs, members, conduct, when_open, cache_for, similarity })
}

pub(super) fn guarded() -> Conduct {
    Conduct { breaker: Some(0), ..Conduct::default() }
}

pub(super) fn retried(attempts: u32) -> Conduct {
    let retry = Retry { attempts, jitter: Jitter::None, ..Retry::NEVER };
    Conduct { retry: Some(retry), ..Conduct::default() }
}

impl Bench {
    pub(super) fn new(policies: &[(&str, Policy)]) -> Self {
        let models: Vec<ModelId> = ["a", "b", "c"].map(ModelId::from).to_vec();
        let single =
            |model: &ModelId| (PolicyId::from(model.as_str()), Policy::Single(model.clone()));
        let others = policies.iter().map(|(name, it)| (PolicyId::from(*name), it.clone()));
        let config = Config { failure_rate: 0.5, minimum_calls: 1, ..Config::DEFAULT };
        let rules = Rules::Breaker(Config { wait: ms(60_000), permits: 1, ..config });
        let guard = GuardConfig { rules, probe: None };
        let (alike, unlike) = (vec![(0.9, 0), (0.7, 2)], vec![(0.7, 0), (0.7, 1)]);
        let similar = vec![vec![(0.9, 1), (0.7, 2)], alike, unlike];
        let mut knowledge = Knowledge { similar, ..Knowledge::default() };
        for (name, policy) in policies {
            let members = policy.members().iter();
            let voters = vec![members.map(|it| (it.clone(), standing(0.5))).collect()];
            let known = VoteKnowledge { voters, lessons: Vec::new() };
            knowledge.votes.insert(PolicyId::from(*name), known);
        }
        Self {
            policies: models.iter().map(single).chain(others).collect(),
            knowledge,
            fleet: Fleet::new(&[guard], &[None; 3]),
            models,
            n_requests: 0,
            late: false,
            item: 0,
        }
    }

    /// How long a request may take.
    pub(super) fn worst(&self, root: &str) -> Micros {
        let models = Models { names: &self.models, timeouts: &[TIMEOUT; 3], n_samples: 2 };
        let tree = Tree::new(&root.into(), &self.policies, models, &self.knowledge);
        tree.unwrap().worst_case()
    }

    /// One request that comes at `at` ms and asks `question`. What it did, with the milliseconds
    /// since it came: `0 a` asks, `5 -a` calls off, `9 A b 2` ends with `b`'s answer and two calls.
    pub(super) fn asks(&mut self, root: &str, at: u64, question: u64, says: Says<'_>) -> String {
        let models = Models { names: &self.models, timeouts: &[TIMEOUT; 3], n_samples: 2 };
        let tree = Tree::new(&root.into(), &self.policies, models, &self.knowledge).unwrap();
        let (items, score) = (["i", "like-i", "other"].map(item), Score::default());
        let subject = Subject {
            items: &items,
            answers: vec![answers(); 3],
            made: Vec::new(),
            n_classes: vec![10; 3],
            score: &score,
            seed: Seed(7),
            knowledge: &self.knowledge,
        };
        let key = Key::new(Seed(7), "test", &[]).with(self.n_requests);
        self.n_requests += 1;
        let mut episode = Episode::new(&tree, Request { item: ItemIdx(self.item), question, key });
        let (mut agenda, mut n) = (BTreeMap::from([((ms(at), 0), Event::Arrived)]), 0);
        let (mut n_calls, mut off) = (BTreeMap::new(), BTreeSet::new());
        let mut log = Vec::new();
        while let Some(((now, _), event)) = agenda.pop_first() {
            if let Event::Finished { call, .. } = event
                && off.contains(&call)
                && !self.late
            {
                continue;
            }
            let mut out = Vec::new();
            let mut world = World { tree: &tree, subject: &subject, fleet: &mut self.fleet };
            episode.on_event(now, event, &mut world, &mut out);
            let since = (now.0 - ms(at).0) / 1000;
            for action in out {
                n += 1;
                match action {
                    Action::Call { call, model, timeout, .. } => {
                        let name = self.models[usize::from(model.0)].as_str();
                        log.push(format!("{since} {name}"));
                        let nth = n_calls.entry(name.to_owned()).or_insert(0);
                        let (took, letter) = says(name, *nth);
                        *nth += 1;
                        let is_late = letter == '~' || ms(took) >= timeout;
                        let whole = (ms(took), letter);
                        let (took, letter) = if is_late { (timeout, 't') } else { whole };
                        let event = Event::Finished { call, reply: reply(letter) };
                        agenda.insert((now + took, n), event);
                    }
                    Action::Cancel { call } => {
                        let name = tree.nodes[usize::from(call.node)].name.as_str();
                        log.push(format!("{since} -{name}"));
                        off.insert(call);
                    }
                    Action::SetTimer { timer, at } => {
                        agenda.insert((at, n), Event::Timer { timer });
                    }
                    Action::Finish(outcome) => {
                        let by = outcome.rung.as_ref().map_or("nobody", |it| it.as_str());
                        log.push(format!("{since} {} {by} {}", letter(&outcome), outcome.n_calls));
                    }
                }
            }
        }
        log.join(", ")
    }
}

fn item(id: &str) -> Item {
    Item {
        id: ItemId::from(id),
        input: None,
        targets: vec!["A".to_owned()],
        choices: Vec::new(),
        category: None,
        cluster: None,
        row: std::sync::Arc::default(),
    }
}

fn reply(letter: char) -> Reply {
    let state = match letter {
        't' => CellState::Failed(Failure::TimedOut),
        'r' => CellState::Failed(Failure::Reset),
        'q' => CellState::Failed(Failure::RateLimited),
        'k' => CellState::Failed(Failure::Auth),
        '!' => CellState::Refused,
        letter => {
            let idx = (letter as u32 - 'A' as u32) as u16;
            CellState::Answered { answer: Some(AnswerIdx(idx)), score: f64::from(letter == 'A') }
        }
    };
    let retry_after = (letter == 'q').then_some(ms(2000));
    let cost = Some(Usd::from_picos(10));
    Reply { state, confidence: None, cost, retry_after, status: None }
}
