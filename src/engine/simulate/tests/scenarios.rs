//! Scenarios that are ready to be simulated, without anything fitted.

use std::path::Path;

use crate::data::{Answer, AnswerIdx, Cell, CellState, Extracted, Matrix, Recorded};
use crate::engine::simulate::Town;
use crate::engine::simulate::world::Stage;
use crate::kernel::{Micros, ModelId, PolicyId, Tokens, Usd};
use crate::policy::Policy;
use crate::policy::episode::{Models, Tree};
use crate::policy::knowledge::Knowledge;
use crate::scenario::{self, Grounds, Plan};

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
        std::fs::write(folder.join("items.jsonl"), scenario::random::items(n_items)).unwrap();
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
