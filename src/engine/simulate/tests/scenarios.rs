//! Scenarios made of draws: policies nested, faults mixed, some kinds switched off.

use std::fmt::Write;
use std::path::Path;

use crate::data::{Answer, AnswerIdx, Cell, CellState, Extracted, Matrix, Recorded};
use crate::engine::simulate::Town;
use crate::engine::simulate::world::Stage;
use crate::fault::OnWire;
use crate::kernel::{Key, Micros, ModelId, PolicyId, Seed, Tokens, Usd};
use crate::policy::Policy;
use crate::policy::episode::{Models, Tree};
use crate::policy::knowledge::Knowledge;
use crate::scenario::{self, Grounds, Plan};

/// The next draws, one after the other.
pub(super) struct Draws(Key, u64);

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self(Key::new(Seed(seed), "swarm", &[]), 0)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.1 += 1;
        self.0.with(self.1).below(n as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn some(&mut self, of: &[String], least: usize) -> String {
        let n = least + self.below(of.len() + 1 - least);
        let first = self.below(of.len());
        let names: Vec<&str> = (0..n).map(|at| of[(first + at) % of.len()].as_str()).collect();
        names.join(", ")
    }
}

/// A scenario of that seed, as text.
pub(super) fn text(seed: u64) -> String {
    let mut draws = Draws::new(seed);
    let n_models = 2 + draws.below(3);
    let mut text = format!(
        "version: 1\nname: swarm\nseed: {seed}\n\
         tasks: {{ t: {{ dataset: items.jsonl }} }}\nproviders:\n"
    );
    let mut models = Vec::new();
    for at in 0..n_models {
        let (accuracy, p50) = (draws.below(10), 50 + draws.below(300));
        let _ = writeln!(
            text,
            "  p{at}: {{ synthetic: {{ accuracy: 0.{accuracy}, latency: {{ p50: {p50}ms, p95: \
             {}ms }}, output_tokens: 5, groups: [g{}] }} }}",
            p50 * 4,
            at % 2
        );
        models.push(format!("m{at}"));
    }
    text.push_str("models:\n");
    for at in 0..n_models {
        let limits = draws.one(&["", ", requests_per_minute: 120"]);
        let _ = writeln!(
            text,
            "  m{at}: {{ provider: p{at}, price: {{ input: 1, output: 2 }}, limits: {{ timeout: \
             1s{limits} }} }}"
        );
    }
    text.push_str(
        "breakers:\n  \
         quick: { failure_rate: 0.3, window: 10, minimum_calls: 3, wait: 2s, permits: 2 }\n  \
         timed: { failure_rate: 0.5, window: 5s, minimum_calls: 2, wait: 1s, growth: 2, trial: 3s, \
         slow_rate: 0.5, slow_after: 500ms }\n  \
         cool: { like: litellm-pool, wait: 3s }\n  \
         hosted: { like: portkey, minimum_calls: 2, wait: 2s }\n",
    );
    policies(&mut text, &mut draws, models);
    faults(&mut text, &mut draws, n_models);
    let traffic = draws.one(&[
        "poisson: { rate: 5/s, for: 15s, repeats: 0.3 }",
        "bursts: { rate: 2/s, burst_rate: 30/s, burst_for: 2s, every: 5s, for: 15s }",
        "diurnal: { rate: 5/s, for: 15s, peak: 5s }",
    ]);
    let capacity = draws.one(&["", ", capacity: { m0: 2 }", ", capacity: { m0: 1, m1: 3 }"]);
    let _ = writeln!(text, "traffic: {{ {traffic} }}\nsimulate: {{ replicates: 2{capacity} }}");
    text
}

/// Four policies, each of models and of policies before it.
fn policies(text: &mut String, draws: &mut Draws, mut known: Vec<String>) {
    text.push_str("policies:\n");
    let models = known.clone();
    for at in 0..4 {
        let asks = asking(draws);
        let kind = match draws.below(8) {
            0 => format!("vote: {{ members: [{}] }}", draws.some(&known, 2)),
            1 => format!("vote: {{ members: [{}], stop_early: true }}", draws.some(&known, 2)),
            2 => format!(
                "cascade: {{ stages: [{}], accept: {{ agreement: 0.9 }} }}",
                draws.some(&known, 2)
            ),
            3 | 4 => {
                let last = draws.one(&["", ", \"@cache\"", ", \"@cache\", \"@apology\""]);
                let open = draws.one(&["degrade", "bypass", "fail-fast"]);
                let rungs = draws.some(&known, 1);
                format!("failover: {{ rungs: [{rungs}{last}], when_open: {open}{asks} }}")
            }
            5 => {
                let after = draws.one(&["fixed: { wait: 150ms }", "quantile: { share: 0.8 }"]);
                format!(
                    "hedge: {{ members: [{}], after: {{ {after} }}{asks} }}",
                    draws.some(&known, 2)
                )
            }
            6 => {
                let by = draws.one(&[
                    "least-busy",
                    "latency",
                    "peak-ewma",
                    "two-choices",
                    "usage",
                    "weighted",
                ]);
                let among = draws.some(&models, 2);
                format!("balance: {{ among: [{among}], by: {by}, tries: 2{asks} }}")
            }
            _ => {
                let members = draws.some(&known, 2);
                format!("route: {{ among: [{members}], by: category }}")
            }
        };
        let _ = writeln!(text, "  c{at}:\n    {kind}");
        known.push(format!("c{at}"));
    }
}

fn asking(draws: &mut Draws) -> String {
    let breaker = draws.one(&["", "quick", "timed", "cool", "hosted"]);
    let breaker = if breaker.is_empty() { String::new() } else { format!(", breaker: {breaker}") };
    let retry = draws.one(&["", ", retry: { attempts: 3, base: 100ms, cap: 300ms }"]);
    let deadline = draws.one(&["", ", deadline: 900ms", ", timeout: 300ms"]);
    format!("{breaker}{retry}{deadline}")
}

fn faults(text: &mut String, draws: &mut Draws, n_models: usize) {
    text.push_str("faults:\n  none: { slow-down: { at: 1d, factor: 2 } }\n");
    let wire: Vec<&str> = OnWire::kinds().iter().map(|(name, _)| *name).collect();
    for at in 0..draws.below(4) {
        let of = match draws.below(3) {
            0 => String::new(),
            1 => format!("of: {{ model: m{} }}, ", draws.below(n_models)),
            _ => format!("of: {{ group: g{} }}, ", draws.below(2)),
        };
        let reply = draws.one(&wire);
        let share = draws.one(&["0.3", "1.0"]);
        let times = "good_for: { exponential: { mean: 4s } }, \
                     bad_for: { log-normal: { median: 2s, sigma: 1 } }";
        let fault = match draws.below(9) {
            0 => format!("outage: {{ {of}at: 3s, for: 6s, error_rate: {share}, reply: {reply} }}"),
            1 => format!("renewal: {{ {of}{times}, error_rate: {share}, reply: {reply} }}"),
            2 => format!("gilbert-elliott: {{ {of}good_for: 5s, bad_for: 3s, reply: {reply} }}"),
            3 => format!(
                "diurnal: {{ {of}every: 4s, weights: [1, 2], bad_for: {{ weibull: {{ scale: 2s, \
                 shape: 0.8 }} }}, reply: {reply} }}"
            ),
            4 => format!(
                "common-shock: {{ {of}every: 4s, hits: 0.7, bad_for: {{ exponential: {{ mean: 2s \
                 }} }}, reply: {reply} }}"
            ),
            5 => format!("slow-down: {{ {of}share: {share}, factor: 3, added: 100ms }}"),
            6 => format!("rate-limit: {{ {of}requests_per_minute: 20 }}"),
            7 => format!("degraded: {{ {of}share: {share} }}"),
            _ => format!("wrong-model: {{ {of}share: {share}, serves: m0 }}"),
        };
        let _ = writeln!(text, "  f{at}: {{ {fault} }}");
    }
}

/// The answers to three choices, of which the first is right.
fn matrix(plan: &Plan, rows: &[&Recorded], latency: Option<fn(usize) -> Micros>) -> Matrix {
    let task = &plan.tasks[0];
    let answer =
        |text: &str| Answer { text: text.to_owned(), score: f64::from(u8::from(text == "A")) };
    let answers = vec![["A", "B", "C"].map(answer).to_vec(); task.items.len()];
    let models: Vec<ModelId> = plan.candidates.iter().map(|one| one.id.clone()).collect();
    let mut cells = Vec::new();
    for (place, item) in task.items.iter().enumerate() {
        for candidate in &plan.candidates {
            let is_its = |row: &&&Recorded| row.id == item.id && row.model == candidate.id;
            let row = rows.iter().find(is_its).unwrap();
            let Extracted::Found(text) = &row.answer else { panic!("{:?}", row.answer) };
            let at = ["A", "B", "C"].iter().position(|it| it == text).unwrap();
            let (answer, score) = (Some(AnswerIdx(at as u16)), f64::from(u8::from(at == 0)));
            cells.push(Cell {
                state: CellState::Answered { answer, score },
                cost: Some(Usd::from_picos(1 + at as i64)),
                completion_tokens: Some(Tokens(5)),
                latency: latency.map_or(row.latency, |latency| Some(latency(place))),
                ..Cell::NOT_RUN
            });
        }
    }
    Matrix::new(task.id.clone(), task.items.clone(), models, 1, answers, cells)
}

/// A scenario that is ready to be simulated.
pub(super) struct Ready {
    pub(super) plan: Plan,
    pub(super) policies: std::collections::BTreeMap<PolicyId, Policy>,
    pub(super) matrix: Matrix,
    n_classes: Vec<u32>,
    pub(super) knowledge: Knowledge,
}

impl Ready {
    /// Reads that text. Nothing is fitted: votes have voters of whom nothing is known, and
    /// routers choose their first member.
    ///
    /// There are `n_items` items, and `latency` gives a model's latency on each where that is not
    /// as the scenario says.
    pub(super) fn new(
        folder: &Path,
        text: &str,
        n_items: usize,
        latency: Option<fn(usize) -> Micros>,
    ) -> Self {
        let item = |at: usize| {
            format!(
                "{{\"id\": \"i{at}\", \"input\": \"q{at}\", \"target\": \"A\", \"choices\": \
                 [\"A\", \"B\", \"C\"], \"category\": \"c{}\"}}\n",
                at % 3
            )
        };
        let items: String = (0..n_items).map(item).collect();
        std::fs::write(folder.join("items.jsonl"), items).unwrap();
        let file = folder.join("scenario.yaml");
        std::fs::write(&file, text).unwrap();
        let loaded = scenario::load(&file, &[]).unwrap_or_else(|wrong| {
            let told: Vec<&str> = wrong.iter().map(|one| one.message.as_str()).collect();
            panic!("{told:?} in\n{text}")
        });
        let rows: Vec<&Recorded> = loaded.recordings.iter().flat_map(|it| &it.rows).collect();
        let matrix = matrix(&loaded.plan, &rows, latency);
        let singles = loaded
            .plan
            .candidates
            .iter()
            .map(|one| (PolicyId::from(one.id.as_str()), Policy::Single(one.id.clone())));
        let policies: std::collections::BTreeMap<PolicyId, Policy> =
            singles.chain(loaded.plan.policies.iter().cloned()).collect();
        let mut knowledge = Knowledge { fold_of: vec![0; n_items], ..Knowledge::default() };
        for (name, policy) in &policies {
            if let Policy::Vote(vote) = policy {
                let voter =
                    |member: &PolicyId| (member.clone(), crate::policy::Standing::default());
                let voters = vec![vote.members.iter().map(voter).collect()];
                let lessons = Vec::new();
                let known = crate::policy::knowledge::VoteKnowledge { voters, lessons };
                knowledge.votes.insert(name.clone(), known);
            }
        }
        Self { plan: loaded.plan, policies, matrix, n_classes: vec![3; n_items], knowledge }
    }

    /// Puts a policy on its stage; `None` where nobody can run it.
    pub(super) fn on_stage<T>(
        &self,
        name: &PolicyId,
        play: impl FnOnce(&Town<'_>, &Stage<'_>) -> T,
    ) -> Option<T> {
        let grounds = Grounds {
            task: &self.plan.tasks[0],
            matrix: &self.matrix,
            n_classes: &self.n_classes,
            knowledge: &self.knowledge,
        };
        let simulation = self.plan.simulation.as_ref().unwrap();
        let town = Town::new(&self.plan, &self.policies, simulation, &grounds).unwrap();
        let subject = grounds.subject(self.plan.seed);
        let models = Models { names: self.matrix.models(), timeouts: &town.timeouts };
        let tree = Tree::new(name, &self.policies, models, &self.knowledge).ok()?;
        Some(play(&town, &town.stage(&tree, &subject, &self.plan.faults)))
    }
}
